"""Models and JSON are made of each other, as the AWS command line and saved files have it."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest
from botocore.model import StructureShape
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecr_typed import (
    AuthorizationData,
    EcrRequestError,
    EcrResponseError,
    ImageDetail,
    Repository,
    Tag,
    TagResourceResponse,
    from_boto3,
    from_json,
    to_boto3,
    to_json,
)
from tests.support.cli_output import CLI_OUTPUT
from tests.support.every_shape import EVERYTHING, EVERYTHING_JSON, Credentials, Everything
from tests.support.samples import repository
from tests.support.service import MODELS, as_boto3, shapes_of
from tests.support.strategies import bodies
from tests.support.untyped import untyped

STRUCTURES = [
    pytest.param(model, shape, id=shape.name) for model in MODELS for shape in shapes_of(model)
]
DETAIL = {"registryId": "111122223333", "repositoryName": "team/app", "imageDigest": "sha256:0f"}


@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
@settings(max_examples=4)
@given(data=st.data(), indent=st.none() | st.integers(0, 4))
def test_there_and_back_loses_nothing(
    model: type[attrs.AttrsInstance], shape: StructureShape, indent: int | None, data: st.DataObject
) -> None:
    """A model of any class, made JSON and back, is the same model."""
    made = from_boto3(model, as_boto3(shape, data.draw(bodies(shape, newer=True))))

    text = to_json(made, indent=indent)

    assert from_json(model, text) == made
    assert from_json(model, text.encode()) == made
    assert text.isascii()


@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
@settings(max_examples=4)
@given(data=st.data())
def test_saved_dicts_come_back(
    model: type[attrs.AttrsInstance], shape: StructureShape, data: st.DataObject
) -> None:
    """A dict of boto3 that was saved with its times as text makes the model that it made before."""
    mapping = as_boto3(shape, data.draw(bodies(shape)))
    kept = {name: value for name, value in mapping.items() if not isinstance(value, bytes)}

    for write in (str, datetime.isoformat):
        saved = json.loads(json.dumps(kept, default=write))
        again = from_boto3(model, {**mapping, **saved})
        assert again == from_boto3(model, mapping)


def test_every_kind_of_member_has_its_form() -> None:
    """Times are text in ISO 8601, blobs base64, enums their text, maps objects."""
    made = from_boto3(Everything, EVERYTHING)

    assert json.loads(to_json(made)) == {
        **EVERYTHING,
        "moment": "2024-01-12T12:46:27+00:00",
        "blob": "AP8=",
    }
    assert from_json(Everything, EVERYTHING_JSON) == made


@pytest.mark.parametrize("model", CLI_OUTPUT, ids=lambda model: model.__name__)
def test_output_of_the_command_line_comes_back(model: type[attrs.AttrsInstance]) -> None:
    """What `aws ecr` printed makes a model, and that one the same output, with times in UTC."""
    printed = json.loads(CLI_OUTPUT[model])

    made = from_json(model, CLI_OUTPUT[model])

    assert in_utc(json.loads(to_json(made))) == in_utc(printed)
    assert from_json(model, to_json(made, indent=4)) == made
    assert from_boto3(model, printed) == made
    assert to_boto3(from_boto3(model, to_boto3(made))) == to_boto3(made)


def in_utc(value: Any) -> Any:
    """A value of JSON whose times are in one zone."""
    loose = untyped(value)
    if isinstance(value, dict):
        return {key: in_utc(item) for key, item in loose.items()}
    if isinstance(value, list):
        return [in_utc(item) for item in loose]
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize(
    "written",
    [
        1505819275,
        1505819275.0,
        "1505819275.0",
        "2017-09-19T11:07:55+00:00",
        "2017-09-19T11:07:55Z",
        "2017-09-19 11:07:55+00:00",
        "2017-09-19T04:07:55-07:00",
        "2017-09-19T11:07:55",
        datetime(2017, 9, 19, 11, 7, 55, tzinfo=UTC),
    ],
)
def test_times_are_read_in_every_form(written: object) -> None:
    """Version 1 of the command line prints numbers, version 2 text; a program may have either."""
    made = from_boto3(ImageDetail, {**DETAIL, "imagePushedAt": written})

    assert made.image_pushed_at == datetime(2017, 9, 19, 11, 7, 55, tzinfo=UTC)
    assert made.image_pushed_at is not None
    assert made.image_pushed_at.tzinfo is UTC


@given(
    moment=st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001  # the zone is drawn
    offset=st.integers(-23 * 60, 23 * 60),
)
def test_any_moment_survives(moment: datetime, offset: int) -> None:
    """Moments keep their microseconds, whatever zone they were written in."""
    there = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))

    made = from_boto3(Everything, {"text": "a", "moment": there.isoformat()})

    assert made.moment == there
    assert from_json(Everything, to_json(made)).moment == there


@pytest.mark.parametrize("written", ["yesterday", "", "2017-19-09", True, [], {}, "NaN", 1e300])
def test_what_is_no_time_is_named(written: object) -> None:
    """A text that is no time is an error at its place."""
    with pytest.raises(EcrResponseError, match=r"moment expected a timestamp") as caught:
        from_boto3(Everything, {"text": "a", "moment": written})

    assert caught.value.path == ("moment",)


@given(text=st.text())
@example(text="\ud800")
def test_any_text_survives(text: str) -> None:
    """Text is written in ASCII, so that any file can hold it."""
    tag = Tag(key="k", value=text)

    assert from_json(Tag, to_json(tag)) == tag
    assert to_json(tag).isascii()


def test_indent_makes_lines() -> None:
    """Without an indent it is one line; with one it is what the command line prints."""
    tag = Tag(key="team", value="payments")

    assert to_json(tag) == '{"Key": "team", "Value": "payments"}'
    assert to_json(tag, indent=4) == '{\n    "Key": "team",\n    "Value": "payments"\n}'


def test_secrets_are_written() -> None:
    """It is a conversion: what `repr` hides is in the text."""
    data = AuthorizationData(
        authorization_token="QVdTOmh1bnRlcjI=",
        expires_at=datetime(2024, 1, 1, tzinfo=UTC),
        proxy_endpoint="https://registry",
    )

    assert "QVdTOmh1bnRlcjI=" in to_json(data)
    assert "QVdTOmh1bnRlcjI=" not in repr(from_json(AuthorizationData, to_json(data)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_bytes_may_have_any_encoding_of_json(encoding: str) -> None:
    """A file that another program wrote may begin with a byte order mark."""
    assert from_json(Tag, '{"Key": "tëam", "Value": ""}'.encode(encoding)).key == "tëam"


def test_text_may_begin_with_a_byte_order_mark() -> None:
    """PowerShell writes one, and Python's `read_text` leaves it where it is."""
    assert from_json(Tag, '\ufeff{"Key": "team", "Value": ""}').key == "team"


def test_what_is_not_base64_is_refused() -> None:
    """Its other characters were passed over: the bytes were fewer."""
    text = EVERYTHING_JSON.replace(b'"blob": "', b'"blob": "!')
    assert text != EVERYTHING_JSON
    with pytest.raises(EcrResponseError, match=r"Everything\.blob expected"):
        from_json(Everything, text)


def test_members_that_are_not_known_are_passed_over() -> None:
    """Output of a newer command line is read as far as this release knows it."""
    text = '{"Key": "team", "Value": "payments", "Owner": {"name": "a"}}'

    assert from_json(Tag, text) == Tag(key="team", value="payments")


def test_no_output_is_a_response_without_members() -> None:
    """`aws ecr tag-resource` prints nothing."""
    assert from_json(TagResourceResponse, "") == TagResourceResponse()
    assert from_json(TagResourceResponse, b"") == TagResourceResponse()
    assert to_json(TagResourceResponse()) == "{}"


@pytest.mark.parametrize("text", ["", "{", "An error occurred", b"\xff", "9" * 5000])
def test_what_is_no_json_is_told(text: str | bytes) -> None:
    """The error says so, and is worth no other attempt."""
    with pytest.raises(EcrResponseError, match="the text is not JSON") as caught:
        from_json(Tag, text)

    assert caught.value.path == ()
    assert not caught.value.is_transient


def test_deep_nesting_is_told() -> None:
    """What the parser can't follow is no crash."""
    with pytest.raises(EcrResponseError, match="the text is not JSON"):
        from_json(Tag, "[" * 100_000)


def test_what_does_not_fit_is_named() -> None:
    """A text of another operation is refused by the member that lacks."""
    with pytest.raises(
        EcrResponseError, match=r"^the JSON does not fit the model: Tag\.Key is missing"
    ) as caught:
        from_json(Tag, '{"tags": []}')

    assert caught.value.path == ("Key",)


@pytest.mark.parametrize("text", [None, 1, {}, ["{}"], repository()])
def test_what_is_no_text_is_refused(text: Any) -> None:
    """A dict is for `from_boto3`."""
    with pytest.raises(EcrRequestError, match=r"^text: expected JSON, as text or bytes, got"):
        from_json(Repository, text)


@pytest.mark.parametrize("model", ["Tag", dict, {"Key": "a"}, None])
def test_what_is_no_model_is_refused(model: Any) -> None:
    """The class comes first, and is a model's; what is written is a model."""
    with pytest.raises(EcrRequestError, match=r"^model: expected a model's class"):
        from_json(model, "{}")
    with pytest.raises(EcrRequestError, match=r"^model: expected a model, got"):
        to_json(model)


@pytest.mark.parametrize("text", ['{"password": "hunter2"', '["hunter2"]', '"hunter2"'])
def test_errors_do_not_show_secrets(text: str) -> None:
    """A text that can't be read is not quoted where it may hold a secret."""
    with pytest.raises(EcrResponseError) as caught:
        from_json(Credentials, text)

    shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert "hunter2" not in shown
    assert caught.value.__context__ is None
