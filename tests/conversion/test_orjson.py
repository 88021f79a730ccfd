"""With orjson (extra `fast`) and without it, the same bytes make the same models and errors."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import attrs
import orjson
import pytest
from botocore.model import StructureShape
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ecr_typed import EcrResponseError, TagResourceResponse, to_boto3
from ecr_typed._conversion import json_bodies
from ecr_typed._conversion.convert import from_body
from tests.support.every_shape import EVERYTHING_JSON, Credentials, Everything
from tests.support.service import MODELS, shapes_of
from tests.support.strategies import bodies

STRUCTURES = [
    pytest.param(model, shape, id=shape.name) for model in MODELS for shape in shapes_of(model)
]
SETTINGS = settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(model: type[attrs.AttrsInstance], body: bytes) -> tuple[Any, ...]:
    """The model of a body, or all that its error says."""
    try:
        made = from_body(model, body)
    except EcrResponseError as error:
        return type(error), str(error), error.path, repr(error.response), error.is_transient
    # Not the model itself: NaN equals nothing.
    return repr(made), repr(to_boto3(made))


def both(
    monkeypatch: pytest.MonkeyPatch, model: type[attrs.AttrsInstance], body: bytes
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What becomes of a body with orjson, and without it."""
    assert json_bodies.read_body_quickly is orjson.loads
    quick = outcome(model, body)
    with monkeypatch.context() as patched:
        patched.setattr(json_bodies, "read_body_quickly", None)
        return quick, outcome(model, body)


@pytest.mark.parametrize(("model", "shape"), STRUCTURES)
@SETTINGS
@given(data=st.data())
def test_responses_of_all_operations_make_the_same_models(
    monkeypatch: pytest.MonkeyPatch,
    model: type[attrs.AttrsInstance],
    shape: StructureShape,
    data: st.DataObject,
) -> None:
    """Structures of every kind, with members and values that nobody knows yet."""
    quick, plain = both(monkeypatch, model, data.draw(bodies(shape, newer=True)))

    assert quick == plain


NUMBERS = [
    *("0", "-0", "-0.0", "1E3", "1e-400", "1e400", "NaN", "Infinity", "-Infinity", "01", "1."),
    *(str(2**53 + 1), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**64 - 1), str(2**64)),
    *(f"{2**63}.0", f"{2**64}.5", "1e19", "9" * 30, "1" * 309, "1" * 310, "1" * 5000, "0.1"),
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:20])
@pytest.mark.parametrize("member", ["whole", "number", "moment", "text", "truth", "unknown"])
def test_odd_numbers_are_the_same(
    monkeypatch: pytest.MonkeyPatch, member: str, number: str
) -> None:
    """Whole numbers beyond 64 bits keep their digits, whatever member they are of."""
    body = f'{{"text": "t", "{member}": {number}}}'.encode()

    quick, plain = both(monkeypatch, Everything, body)

    assert quick == plain


@settings(SETTINGS, max_examples=100)
@given(
    number=st.integers(-(10**400), 10**400) | st.floats(),
    member=st.sampled_from(["whole", "number"]),
)
def test_any_number_is_the_same(
    monkeypatch: pytest.MonkeyPatch, number: float, member: str
) -> None:
    """Numbers of any size and precision."""
    quick, plain = both(monkeypatch, Everything, json.dumps({"text": "t", member: number}).encode())

    assert quick == plain


TEXTS = [
    *(rb'"\ud800"', rb'"\udc00\ud800"', rb'"\ud83d\ude00"', rb'"\u0000"', rb'"\/"', rb'"\x"'),
    *(b'"\x7f"', b'"\x01"', b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\xaf"', b'"\t"', b'"a', b"'a'"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_odd_texts_are_the_same(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    """Lone surrogates, control characters, and what is no UTF-8."""
    quick, plain = both(monkeypatch, Everything, b'{"text": %s}' % text)

    assert quick == plain


BODIES = [
    *(b"", b" ", b"null", b"true", b"[]", b'"text"', b"{}", b"{", b"{}{}", b"{}\x00", b"{}\x0b"),
    *(b"\xef\xbb\xbf{}", '{"text": "t"}'.encode("utf-16"), b'{"text": "t",}', b"<html></html>"),
    *(b'{"text": "t", "text": "u"}', b'{"text": "t", "leaf": null}', b'{"text": "t"} \n\t\r'),
    *(
        b'{"text": "t", // no\n}',
        b"[" * 100,
        b"{'text': 't'}",
        b'{text: "t"}',
        EVERYTHING_JSON[:-9],
    ),
]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("model", [Everything, Credentials, TagResourceResponse])
def test_odd_bodies_are_the_same(
    monkeypatch: pytest.MonkeyPatch, model: type[attrs.AttrsInstance], body: bytes
) -> None:
    """What is no JSON, no object or not whole has one error."""
    quick, plain = both(monkeypatch, model, body)

    assert quick == plain


@settings(SETTINGS, max_examples=300)
@given(
    start=st.integers(0, len(EVERYTHING_JSON)),
    length=st.integers(0, 12),
    between=st.binary(max_size=12) | st.sampled_from([*map(str.encode, NUMBERS), *TEXTS, *BODIES]),
)
@example(start=0, length=0, between=b"")
def test_damaged_bodies_are_the_same(
    monkeypatch: pytest.MonkeyPatch, start: int, length: int, between: bytes
) -> None:
    """A body that was damaged anywhere on its way."""
    body = EVERYTHING_JSON[:start] + between + EVERYTHING_JSON[start + length :]

    quick, plain = both(monkeypatch, Everything, body)

    assert quick == plain


def test_nesting_that_is_deep_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that nobody knows may be nested as deep as the standard library reads it."""
    for depth in (100, 900, 1500, 100_000):
        body = b'{"text": "t", "unknown": %s}' % (b"[" * depth + b"]" * depth)
        quick, plain = both(monkeypatch, Everything, body)
        assert quick == plain


def test_without_orjson_the_standard_library_reads() -> None:
    """The package works where orjson is not installed."""
    program = """
import sys
sys.modules["orjson"] = None
from ecr_typed import Tag, from_json
from ecr_typed._conversion import json_bodies
from ecr_typed._conversion.convert import from_body
assert json_bodies.read_body_quickly is None
print(from_body(Tag, b'{"Key": "a", "Value": "b"}'))
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "Tag(key='a', value='b')\n"
