"""Random values of the service's shapes: answers as they come over the wire, and arguments."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, cast

import attrs
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import strategies as st

from tests.support.service import SERVICE_MODEL, Method, always_present, as_model

Optional = Literal["none", "some", "all"]
"""Which of the members that may be absent are there."""


@attrs.frozen
class Number:
    """A number by its JSON text, as `1.7E9` and `1700000000` are one number."""

    text: str


def encoded(value: object) -> bytes:
    """The JSON of a value with numbers by their texts."""
    return _json(value).encode()


def _json(value: object) -> str:
    match value:
        case Number(text):
            return text
        case dict():
            members = cast("dict[str, object]", value).items()
            return "{" + ", ".join(f"{_json(key)}: {_json(item)}" for key, item in members) + "}"
        case list():
            return "[" + ", ".join(map(_json, cast("list[object]", value))) + "]"
        case str() if len(value) % 2:
            # AWS's services write some texts with escapes and some without.
            return json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(value)


@st.composite
def _timestamps(draw: st.DrawFn) -> Number:
    seconds = draw(st.integers(0, 4_000_000_000))
    thousandths = draw(st.integers(0, 999))
    form = draw(st.sampled_from(["whole", "fraction", "exponent"]))
    if form == "whole":
        return Number(str(seconds))
    if form == "fraction":
        return Number(f"{seconds}.{thousandths:03}")
    digits = f"{seconds:010}{thousandths:03}"
    return Number(f"{digits[0]}.{digits[1:]}E9")


@st.composite
def _whole_numbers(draw: st.DrawFn, *, least: int = -(2**70)) -> Number:
    number = draw(st.integers(least, 2**70))
    if draw(st.booleans()):
        return Number(str(number))
    return Number(f"{draw(st.integers(max(least, 1), 999))}E{draw(st.integers(0, 9))}")


@st.composite
def _numbers(draw: st.DrawFn) -> Number:
    number = draw(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
    return Number(draw(st.sampled_from([repr(number), f"{number:.5e}"])))


_TEXTS = st.text(max_size=8)
_BLOBS = st.binary(max_size=40).map(lambda value: base64.b64encode(value).decode())

_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers().map(lambda n: Number(str(n))),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def answers(
    shape: Shape, *, optional: Optional = "some", newer: bool = False
) -> st.SearchStrategy[Any]:
    """Values of a shape as they come over the wire, for `encoded`.

    Args:
        shape: The shape, of any kind.
        optional: Which members that may be absent are there.
        newer: Whether a newer service answers: with members and enum values nobody knows.
    """
    return _answers(shape.name, optional, newer)


@cache
def _answers(name: str, optional: Optional, newer: bool) -> st.SearchStrategy[Any]:
    shape: Shape = SERVICE_MODEL.shape_for(name)
    match shape:
        case StructureShape():
            return _structures(shape, optional, newer=newer)
        case ListShape():
            least = 1 if optional == "all" else 0
            return st.lists(
                answers(shape.member, optional=optional, newer=newer),
                min_size=least,
                max_size=2,
            )
        case MapShape():
            return st.dictionaries(
                answers(shape.key, newer=newer),
                answers(shape.value, optional=optional, newer=newer),
                max_size=3,
            )
        case StringShape() if shape.enum:
            known = st.sampled_from(shape.enum)
            return known | _TEXTS if newer else known
        case _:
            return _SCALARS[shape.type_name]


_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": _TEXTS,
    "boolean": st.booleans(),
    "integer": _whole_numbers(),
    "long": _whole_numbers(),
    "float": _numbers(),
    "double": _numbers(),
    "timestamp": _timestamps(),
    "blob": _BLOBS,
}


def _structures(
    shape: StructureShape, optional: Optional, *, newer: bool
) -> st.SearchStrategy[dict[str, Any]]:
    always = set(shape.members) if optional == "all" else always_present(shape.name)
    present: dict[str, st.SearchStrategy[Any]] = {}
    others: dict[str, st.SearchStrategy[Any]] = {}
    for name, member in shape.members.items():
        values = answers(member, optional=optional, newer=newer)
        if name in always:
            present[name] = values
        elif optional == "some":
            # A null says what absence says.
            others[name] = values | st.none()
    if newer:
        others["brandNewMember"] = _ANYTHING
    return st.fixed_dictionaries(present, optional=others)


def bodies(
    shape: Shape, *, optional: Optional = "some", newer: bool = False
) -> st.SearchStrategy[bytes]:
    """Bodies of good answers."""
    return answers(shape, optional=optional, newer=newer).map(encoded)


def boto3_arguments(
    shape: Shape, optional: Optional = "some", names: set[str] | None = None
) -> st.SearchStrategy[Any]:
    """Arguments for boto3, as long as a shape's minimum says or longer.

    Args:
        shape: The shape, of any kind.
        optional: Which members that may be absent are there.
        names: The members to choose from, if not all.
    """
    return _boto3_arguments(shape.name, optional, None if names is None else frozenset(names))


@cache
def _boto3_arguments(
    shape_name: str, optional: Optional, names: frozenset[str] | None
) -> st.SearchStrategy[Any]:
    shape: Shape = SERVICE_MODEL.shape_for(shape_name)
    least = int(shape.metadata.get("min", 0))
    match shape:
        case StructureShape():
            values = {
                name: boto3_arguments(member, optional)
                for name, member in shape.members.items()
                if names is None or name in names
            }
            required = set(values) if optional == "all" else set(shape.required_members)
            present = {name: strategy for name, strategy in values.items() if name in required}
            others = {name: strategy for name, strategy in values.items() if name not in required}
            return st.fixed_dictionaries(present, optional=others if optional == "some" else {})
        case ListShape():
            return st.lists(
                boto3_arguments(shape.member, optional), min_size=least, max_size=least + 2
            )
        case MapShape():
            keys = boto3_arguments(shape.key, optional)
            return st.dictionaries(keys, boto3_arguments(shape.value, optional), max_size=3)
        case StringShape() if shape.enum:
            return st.sampled_from(shape.enum) | st.text(min_size=1)
        case _:
            return _argument_scalar(shape.type_name, least)


def _argument_scalar(kind: str, least: int) -> st.SearchStrategy[Any]:
    match kind:
        case "string":
            return st.text(min_size=least, max_size=least + 8)
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            return st.integers(min_value=least, max_value=2**31 - 1)
        case "float" | "double":
            return st.floats(allow_nan=False, allow_infinity=False)
        case "timestamp":
            return st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)).map(  # noqa: DTZ001
                lambda value: value.replace(tzinfo=UTC)
            )
        case "blob":
            return st.binary(min_size=least, max_size=least + 8)
        case _:
            raise TypeError(kind)


@attrs.frozen
class Arguments:
    """The arguments of one call, for boto3 and for us."""

    boto3: dict[str, Any]
    ours: dict[str, Any]


def arguments(method: Method, optional: Optional = "some") -> st.SearchStrategy[Arguments]:
    """Arguments of a method."""

    def both(values: dict[str, Any]) -> Arguments:
        model: attrs.AttrsInstance = as_model(method.input, values)
        names = attrs.fields_dict(type(model))
        ours = {name: getattr(model, name) for name in names}
        return Arguments(values, {name: item for name, item in ours.items() if item is not None})

    return boto3_arguments(method.input, optional, method.parameters).map(both)
