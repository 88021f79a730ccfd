"""Enums are open sets of values: one that is not known is a member all the same."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import sys
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import EncryptionType, ImageTagMutability, OpenEnum
from tests.support.every_shape import Colour
from tests.support.newer import holds_the_model
from tests.support.service import ENUMS, SERVICE_MODEL

UNKNOWN = "QUANTUM"


@holds_the_model
@pytest.mark.parametrize("enum", ENUMS)
def test_known_values_are_the_services(enum: type[OpenEnum]) -> None:
    """Iteration gives the values of the service's model, in its order, and no others."""
    shape: Any = SERVICE_MODEL.shape_for(enum.__name__)
    enum("never heard of")

    assert [member.value for member in enum] == shape.enum
    assert all(member.is_known for member in enum)
    assert all(
        enum(value) is enum[member.name] for value, member in zip(shape.enum, enum, strict=True)
    )


def test_unknown_value_is_a_member() -> None:
    """It is of the same class, says that it is not known, and keeps its text."""
    unknown = EncryptionType(UNKNOWN)

    assert isinstance(unknown, EncryptionType)
    assert type(unknown) is EncryptionType
    assert not unknown.is_known
    assert (unknown.value, unknown.name, str(unknown)) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_unknown_value_equals_its_text() -> None:
    """It equals the text, other members of the same text, and nothing else."""
    unknown = EncryptionType(UNKNOWN)

    assert unknown == UNKNOWN
    assert unknown == EncryptionType(UNKNOWN)
    assert unknown != EncryptionType("QUANTUM2")
    assert unknown != EncryptionType.KMS
    assert EncryptionType.KMS == "KMS"


def test_members_hash_as_their_text() -> None:
    """A known or unknown member finds its text in a dict, and its text finds it."""
    for value in ("KMS", UNKNOWN):
        member = EncryptionType(value)
        assert hash(member) == hash(value)
        assert {member: 1}[value] == 1  # type: ignore[index]  # equal and of equal hash, whatever its type
        assert {value: 1}[member] == 1
        assert len({member, EncryptionType(value), value}) == 1


@pytest.mark.parametrize("value", ["light-red", "mauve"])
def test_names_that_are_not_values_do_not_matter(value: str) -> None:
    """Where a member's name is not its value, hash, pickle and text go by the value."""
    member = Colour(value)

    assert hash(member) == hash(value)
    assert str(member) == f"{member}" == value
    assert pickle.loads(pickle.dumps(member)) == value
    assert json.dumps(member) == f'"{value}"'


@pytest.mark.parametrize("value", ["KMS", UNKNOWN, "", "ü\n", "__class__"])
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_members_pickle(value: str, protocol: int) -> None:
    """A pickle of any protocol gives the member back; a known one is the same object."""
    member = EncryptionType(value)

    again = pickle.loads(pickle.dumps(member, protocol))

    assert again == member
    assert type(again) is EncryptionType
    assert again.is_known == member.is_known
    assert (again is member) == member.is_known


@pytest.mark.parametrize("value", ["KMS", UNKNOWN])
def test_copies_are_the_member_itself(value: str) -> None:
    """Members are immutable: a copy of any depth is the same object."""
    member = EncryptionType(value)

    assert copy.copy(member) is member
    assert copy.deepcopy(member) is member
    assert copy.deepcopy([member])[0] is member


def matched(member: EncryptionType | str) -> Literal["kms", "quantum", "other"]:
    """What a `match` statement makes of a member."""
    match member:
        case EncryptionType.KMS:
            return "kms"
        case "QUANTUM":
            return "quantum"
        case _:
            return "other"


def test_members_match() -> None:
    """Known members match by name and unknown ones by their text."""
    values = ["KMS", UNKNOWN, "AES256", "new"]

    assert [matched(EncryptionType(value)) for value in values] == [
        "kms",
        "quantum",
        "other",
        "other",
    ]


@pytest.mark.parametrize("value", ["KMS", UNKNOWN])
def test_members_format_as_their_text(value: str) -> None:
    """In any kind of formatting a member is its text."""
    member = EncryptionType(value)

    assert f"{member}" == value
    assert f"{member:>10}" == f"{value:>10}"
    assert "%s" % member == value  # noqa: UP031  # it is what is tested
    assert str(member) == value
    assert member + "!" == f"{value}!"
    assert member.lower() == value.lower()


def test_repr_says_what_is_not_known() -> None:
    """The `repr` of a known member is the usual one; that of another says so."""
    assert repr(EncryptionType.KMS) == "<EncryptionType.KMS: 'KMS'>"
    assert repr(EncryptionType(UNKNOWN)) == (
        "<EncryptionType: 'QUANTUM', not known to this release>"
    )


def test_members_are_truthy_as_their_text() -> None:
    """A member is true unless its text is empty."""
    assert EncryptionType.KMS
    assert EncryptionType(UNKNOWN)
    assert not EncryptionType("")


@given(value=st.text())
def test_any_text_is_a_value(value: str) -> None:
    """Whatever text the service sends is kept as it is."""
    member = EncryptionType(value)

    assert member == value
    assert member.value == value
    assert type(member.value) is str
    assert pickle.loads(pickle.dumps(member)) == value


def test_unknown_member_of_another_enum_is_its_text() -> None:
    """Made of another enum's member, a member has that one's text and its own class."""
    made = EncryptionType(ImageTagMutability("QUANTUM"))

    assert type(made) is EncryptionType
    assert type(made.value) is str
    assert made == UNKNOWN
    assert EncryptionType(ImageTagMutability("KMS")) is EncryptionType.KMS


@pytest.mark.parametrize("value", [None, 1, 1.5, True, b"KMS", ["KMS"], {}, object()])
def test_what_is_no_text_is_no_value(value: Any) -> None:
    """Only text is a value of an enum."""
    with pytest.raises(ValueError, match="is not a valid EncryptionType"):
        EncryptionType(value)


def test_lookup_by_name_knows_the_known() -> None:
    """`EncryptionType["..."]` is for the names of this release."""
    EncryptionType(UNKNOWN)

    assert EncryptionType["KMS_DSSE"] is EncryptionType.KMS_DSSE
    with pytest.raises(KeyError):
        EncryptionType[UNKNOWN]
    assert not hasattr(EncryptionType, UNKNOWN)


def test_members_sort_as_text() -> None:
    """Known and unknown members sort among each other."""
    values = ["QUANTUM", "AES256", "KMS"]

    assert sorted(map(EncryptionType, values)) == sorted(values)


def left_behind(count: int) -> int:
    """The blocks of memory that stay when many unknown values have come and gone."""
    gc.collect()
    before = sys.getallocatedblocks()
    for number in range(count):
        assert not EncryptionType(f"NEW_{number}").is_known
    gc.collect()
    return sys.getallocatedblocks() - before


def test_unknown_values_are_stored_nowhere() -> None:
    """A hundred thousand unknown values leave nothing behind."""
    members = dict(EncryptionType.__members__)
    by_value = dict(EncryptionType._value2member_map_)
    attributes = set(vars(EncryptionType))
    left_behind(100)
    left = left_behind(100_000)

    assert dict(EncryptionType.__members__) == members
    assert EncryptionType._value2member_map_ == by_value
    assert set(vars(EncryptionType)) == attributes
    assert len(EncryptionType) == len(members)
    assert left < 1_000
    unknown = [found for found in gc.get_objects() if type(found) is EncryptionType]
    assert not [found for found in unknown if found.startswith("NEW_")]
