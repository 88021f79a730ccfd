"""Models and boto3's dicts are made of each other, and nothing is lost."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import attrs
import pytest
from botocore.model import StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from ecr_typed import (
    CvssScore,
    EcrRequestError,
    EcrResponseError,
    EncryptionConfiguration,
    EncryptionType,
    FrozenMap,
    ListTagsForResourceResponse,
    Repository,
    Tag,
    from_boto3,
    to_boto3,
)
from ecr_typed._conversion import careful
from ecr_typed._conversion.convert import from_body
from ecr_typed._conversion.scalars import BOTO3, JSON
from tests.support.every_shape import EVERYTHING, EVERYTHING_JSON, Colour, Everything, Leaf
from tests.support.samples import repository
from tests.support.service import MODELS, as_boto3, as_model, parsed_json, shapes_of
from tests.support.strategies import bodies
from tests.support.untyped import untyped

PLAIN = {dict, list, str, int, float, bool, bytes, datetime}
STRUCTURES = [
    pytest.param(model, shape, id=shape.name) for model in MODELS for shape in shapes_of(model)
]


def types_in(value: Any) -> set[type[Any]]:
    """The types of a value and of its parts."""
    loose = untyped(value)
    parts: list[Any] = []
    if isinstance(value, dict):
        parts = [*loose, *loose.values()]
    elif isinstance(value, list):
        parts = loose
    kind: type[Any] = type(cast("object", value))
    return {kind}.union(*map(types_in, parts))


@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
@settings(max_examples=4)
@given(data=st.data(), newer=st.booleans())
def test_there_and_back_loses_nothing(
    model: type[attrs.AttrsInstance], shape: StructureShape, newer: bool, data: st.DataObject
) -> None:
    """A dict of boto3 made a model and back is the same dict, by the fast and the careful way."""
    body = data.draw(bodies(shape, newer=newer))
    mapping = as_boto3(shape, body)

    made = from_boto3(model, mapping)

    back = to_boto3(made)
    assert back == mapping
    assert types_in(back) <= PLAIN
    assert made == as_model(shape, mapping)
    others = [
        from_body(model, body),
        careful.structure(JSON, model, parsed_json(body)),
        careful.structure(BOTO3, model, mapping),
    ]
    assert others == [made] * 3
    assert {repr(other) for other in others} == {repr(made)}


def test_every_kind_of_member_goes_there_and_back() -> None:
    """Numbers, blobs, times, enums, structures, lists and maps all survive."""
    made = from_boto3(Everything, EVERYTHING)

    assert made.counts == {Colour.BLUE: 1, "mauve": 2}
    assert made.nested == {"a": (Leaf(colour=Colour("ochre")),), "b": ()}
    assert to_boto3(made) == EVERYTHING
    assert types_in(to_boto3(made)) <= PLAIN


def test_every_kind_of_member_is_read_from_body() -> None:
    """What comes over the wire makes the model that boto3's dict makes."""
    assert from_body(Everything, EVERYTHING_JSON) == from_boto3(Everything, EVERYTHING)
    assert careful.structure(JSON, Everything, parsed_json(EVERYTHING_JSON)) == from_boto3(
        Everything, EVERYTHING
    )


def test_map_with_enum_keys_has_open_enum_keys() -> None:
    """The keys of a map are members of its enum, whether known or not."""
    counts = from_boto3(Everything, EVERYTHING).counts

    assert counts is not None
    assert {type(key) for key in counts} == {Colour}
    assert [key.is_known for key in counts] == [True, False]
    assert type(counts) is FrozenMap


@pytest.mark.parametrize("text", ["1000", "1E3", "1000.0"])
def test_whole_numbers_are_read_in_every_form(text: str) -> None:
    """JSON has one kind of number: 1E3 is a whole one."""
    made = from_body(Everything, f'{{"text": "a", "whole": {text}}}'.encode())

    assert made.whole == 1000
    assert type(made.whole) is int


def test_large_whole_number_in_a_float_keeps_its_digits() -> None:
    """A number without a fraction is not rounded."""
    made = from_body(Everything, b'{"text": "a", "number": 9007199254740993}')

    assert made.number == 9007199254740993


def test_members_that_are_not_known_are_passed_over() -> None:
    """What a newer boto3 adds to a dict does no harm, at any depth."""
    newer = {**EVERYTHING, "new": 1, "leaf": {"colour": "blue", "newer": {"a": [1]}}}

    assert from_boto3(Everything, newer) == from_boto3(Everything, EVERYTHING)


def test_null_is_absence() -> None:
    """A `None` in a dict is no value."""
    made = from_boto3(Everything, {"text": "a", "leaf": None, "counts": None})

    assert made == Everything(text="a")
    assert to_boto3(made) == {"text": "a"}


def test_false_zero_and_empty_are_values() -> None:
    """What is false, zero or empty is not left out."""
    mapping: dict[str, Any] = {
        "text": "",
        "whole": 0,
        "number": 0.0,
        "truth": False,
        "blob": b"",
        "leaf": {},
        "leaves": [],
        "counts": {},
    }

    assert to_boto3(from_boto3(Everything, mapping)) == mapping


def test_times_of_any_zone_become_utc() -> None:
    """A time in another zone is the same moment in UTC; one without a zone is UTC already."""
    there = timezone(timedelta(hours=5, minutes=30))
    local = datetime(2024, 1, 1, 5, 30, tzinfo=there)
    naive = local.astimezone(UTC).replace(tzinfo=None)

    for value in (local, naive):
        moment = from_boto3(Everything, {"text": "a", "moment": value}).moment
        assert moment == local
        assert moment is not None
        assert moment.tzinfo is UTC


class Shout(str):
    """A kind of text."""

    __slots__ = ()


class Size(enum.IntEnum):
    """A kind of whole number."""

    ONE = 1


class Instant(datetime):
    """A kind of time."""


SUBCLASSES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"text": Shout("a")}, {"text": "a"}),
    ({"text": Colour.LIGHT_RED}, {"text": "light-red"}),
    ({"whole": Size.ONE}, {"whole": 1}),
    ({"number": Size.ONE}, {"number": 1}),
    ({"blob": bytearray(b"a")}, {"blob": b"a"}),
    ({"blob": memoryview(b"a")}, {"blob": b"a"}),
    (
        {"moment": Instant(2024, 1, 1, fold=1, tzinfo=UTC)},
        {"moment": datetime(2024, 1, 1, fold=1, tzinfo=UTC)},
    ),
    ({"colour": "mauve"}, {"colour": "mauve"}),
    ({"leaves": [Leaf()]}, {"leaves": [{}]}),
    ({"counts": {"blue": Size.ONE}}, {"counts": {"blue": 1}}),
]


@pytest.mark.parametrize(("attributes", "plain"), SUBCLASSES)
def test_subclasses_become_plain(attributes: dict[str, Any], plain: dict[str, Any]) -> None:
    """Text, numbers, bytes and times of other classes are exactly the plain ones in a dict."""
    everything: dict[str, Any] = {"text": "t", **attributes}
    back = to_boto3(Everything(**everything))

    assert back == {"text": "t", **plain}
    assert types_in(back) <= PLAIN


@pytest.mark.parametrize(
    ("attributes", "argument"),
    [
        ({"text": 1}, "Everything.text"),
        ({"whole": True}, "Everything.whole"),
        ({"whole": 1.0}, "Everything.whole"),
        ({"number": "1"}, "Everything.number"),
        ({"truth": 1}, "Everything.truth"),
        ({"moment": 1.0}, "Everything.moment"),
        ({"blob": "text"}, "Everything.blob"),
        ({"colour": 1}, "Everything.colour"),
        ({"leaf": {"colour": "blue"}}, "Everything.leaf"),
        ({"leaf": Tag(key="a", value="b")}, "Everything.leaf"),
        ({"leaves": "text"}, "Everything.leaves"),
        ({"leaves": [Leaf(), None]}, "Everything.leaves[1]"),
        ({"leaves": [Leaf(is_green=cast("bool", "yes"))]}, "Everything.leaves[0].is_green"),
        ({"counts": [1]}, "Everything.counts"),
        ({"counts": {"blue": "1"}}, "Everything.counts['blue']"),
        ({"counts": {1: 1}}, "Everything.counts (key)"),
    ],
)
def test_wrong_attribute_is_named(attributes: dict[str, Any], argument: str) -> None:
    """A model whose attribute is of a wrong type makes no dict, and the error says which."""
    everything: dict[str, Any] = {"text": "t", **attributes}
    model = Everything(**everything)

    with pytest.raises(EcrRequestError) as caught:
        to_boto3(model)

    assert [problem.argument for problem in caught.value.problems] == [argument]
    assert argument in str(caught.value)


@pytest.mark.parametrize("number", [10**400, -(10**400)], ids=["large", "small"])
def test_number_that_does_not_fit_is_told_of(number: int) -> None:
    """Where every type is right, the error names the model and says what is wrong."""
    with pytest.raises(EcrRequestError, match=r"^CvssScore can't be converted: int too large"):
        to_boto3(CvssScore(base_score=number))


def test_dict_of_another_operation_is_told_of() -> None:
    """A whole response in the place of a part of it is refused as a dict, not as a response."""
    with pytest.raises(EcrResponseError, match=r"^the dict does not fit the model: Tag\.Key is"):
        from_boto3(Tag, {"tags": [{"Key": "team", "Value": "payments"}]})


class Label(Tag):
    """A model with something of its user's own."""

    def text(self) -> str:
        """The tag in a word."""
        return f"{self.key}={self.value}"


@attrs.frozen(kw_only=True)
class Coloured(Leaf):
    """A model with an attribute that the service does not know."""

    shade: int = 0


def test_subclasses_are_converted_as_the_model() -> None:
    """A user's class of a model makes the model's dict, alone and inside another."""
    label = Label(key="team", value="payments")
    leaf = Coloured(colour=Colour.BLUE, shade=3)

    assert to_boto3(label) == {"Key": "team", "Value": "payments"}
    assert to_boto3(ListTagsForResourceResponse(tags=(label,))) == {"tags": [to_boto3(label)]}
    assert to_boto3(leaf) == {"colour": "blue"}
    assert to_boto3(Everything(text="a", leaf=leaf)) == {"text": "a", "leaf": {"colour": "blue"}}


def test_wrong_attribute_of_a_subclass_is_named() -> None:
    """The error speaks of the model."""
    with pytest.raises(EcrRequestError, match=r"^Tag\.value: expected text"):
        to_boto3(Label(key="team", value=cast("str", 1)))


def test_models_in_dicts_of_boto3_are_made_of_dicts() -> None:
    """A dict made of a model is independent of it and of other dicts."""
    made = Everything(text="a", leaves=(Leaf(),))
    first, second = to_boto3(made), to_boto3(made)
    first["leaves"].append({"isGreen": True})

    assert second == {"text": "a", "leaves": [{}]}
    assert made.leaves == (Leaf(),)


def test_models_serve_boto3s_users() -> None:
    """What boto3 gave becomes a model with plain Python types around it."""
    mapping = {**repository(), "createdAt": datetime(2024, 1, 1, tzinfo=UTC)}
    mapping["encryptionConfiguration"] = {"encryptionType": "KMS_DSSE"}

    made = from_boto3(Repository, mapping)

    assert made.encryption_configuration == EncryptionConfiguration(
        encryption_type=EncryptionType.KMS_DSSE
    )
    assert to_boto3(made) == mapping
    assert from_boto3(ListTagsForResourceResponse, {"tags": []}).tags == ()


@pytest.mark.parametrize("model", [{"Key": "team"}, dict, int, Tag(key="a", value="b"), "Tag"])
def test_what_is_no_model_is_not_made(model: Any) -> None:
    """The class comes first, and is a model's."""
    with pytest.raises(EcrRequestError, match=r"^model: expected a model's class"):
        from_boto3(model, {"Key": "team", "Value": "payments"})


@pytest.mark.parametrize("model", [{"Key": "team"}, Tag, "Tag", None])
def test_what_is_no_model_is_not_converted(model: Any) -> None:
    """Only a model becomes a dict."""
    with pytest.raises(EcrRequestError, match=r"^model: expected a model, got"):
        to_boto3(model)
