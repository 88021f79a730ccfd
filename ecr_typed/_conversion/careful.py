"""Converts a response to a model step by step, and reports where the response does not fit.

The compiled functions are quicker, and leave to this module whatever they can't convert. So it
also takes what they refuse, such as subclasses of the plain types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs

from ecr_typed._conversion.scalars import (
    Dialect,
    plain_boolean,
    plain_float,
    plain_integer,
    plain_text,
)
from ecr_typed._conversion.shapes import (
    Blob,
    Boolean,
    Enum,
    Float,
    Integer,
    ListOf,
    MapOf,
    Shape,
    String,
    Structure,
    Timestamp,
    members,
)
from ecr_typed._errors import shortened
from ecr_typed._frozen_map import FrozenMap

Model = TypeVar("Model", bound=attrs.AttrsInstance)

Path = tuple[str | int, ...]
"""Where a value is in a response: names of members, keys of maps, indexes of lists."""


class ConversionError(Exception):
    """A value does not have the type that the model declares."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem


def structure(dialect: Dialect, model: type[Model], value: object, path: Path = ()) -> Model:
    """Convert a mapping to a model, or raise `ConversionError`."""
    if not isinstance(value, Mapping):
        raise ConversionError(path, f"expected a structure, got {type(value).__name__}")
    mapping = cast("Mapping[str, object]", value)
    attributes: dict[str, object] = {}
    for member in members(model):
        member_path = (*path, member.wire_name)
        member_value = mapping.get(member.wire_name)
        if member_value is not None:
            try:
                attributes[member.name] = _value(dialect, member.shape, member_value, member_path)
            except ConversionError as error:
                if member.is_secret:
                    raise ConversionError(error.path, "expected another type of value") from None
                raise
        elif member.is_required:
            raise ConversionError(member_path, "is missing")
    return model(**attributes)


def _value(dialect: Dialect, shape: Shape, value: object, path: Path) -> object:
    match shape:
        case Structure():
            return structure(dialect, shape.type, value, path)
        case ListOf():
            if not isinstance(value, list | tuple):
                raise ConversionError(path, f"expected a list, got {type(value).__name__}")
            items = cast("list[object]", value)
            return tuple(
                _value(dialect, shape.item, item, (*path, index))
                for index, item in enumerate(items)
            )
        case MapOf():
            if not isinstance(value, Mapping):
                raise ConversionError(path, f"expected a map, got {type(value).__name__}")
            mapping = cast("Mapping[str, object]", value)
            return FrozenMap(
                (
                    _value(dialect, shape.key, key, (*path, str(key))),
                    _value(dialect, shape.value, item, (*path, str(key))),
                )
                for key, item in mapping.items()
            )
        case _:
            expected, convert = _scalar(dialect, shape)
            try:
                return convert(value)
            except (TypeError, ValueError, OverflowError) as error:
                got = f"{type(value).__name__} {shortened(value)}"
                raise ConversionError(path, f"expected {expected}, got {got}") from error


def _scalar(dialect: Dialect, shape: Shape) -> tuple[str, Any]:
    match shape:
        case Enum():
            return "text", shape.type
        case String():
            return "text", plain_text
        case Boolean():
            return "true or false", plain_boolean
        case Integer():
            return "a whole number", _whole_number
        case Float():
            return "a number", plain_float
        case Timestamp():
            return "a timestamp", dialect.timestamp
        case Blob():
            return "a blob", dialect.blob
        case _:
            raise TypeError(shape)


def _whole_number(value: object) -> int:
    # JSON has one type of number: 1E3 is a whole one, though Python reads it as a float.
    return plain_integer(int(value) if isinstance(value, float) and value.is_integer() else value)


def rendered(path: Path) -> str:
    """Return a path as people write it: `repositories[0].repositoryArn`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
