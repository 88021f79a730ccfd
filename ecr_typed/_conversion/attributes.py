"""Converts the arguments of models' constructors, and hides secrets in their `repr`."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, cast, get_args, get_origin

import attrs

from ecr_typed._enums import OpenEnum
from ecr_typed._frozen_map import FrozenMap

Item = TypeVar("Item")

_Convert = Callable[[Any], Any]


def hidden(value: object) -> str:
    """Return what the `repr` of a model shows in place of a secret."""
    return "'***'" if value is not None else "None"


def converted(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Convert arguments to the types of the attributes (for attrs' `field_transformer`).

    The text of an enum's member becomes the member, a sequence a tuple and a mapping a
    `FrozenMap`. What is of another type is kept: the request that it is sent with refuses it, and
    names the argument.
    """
    return [_with_converter(field) for field in fields]


def _with_converter(field: attrs.Attribute[Any]) -> attrs.Attribute[Any]:
    convert, own = _attribute_converter(field), cast("Any", field).converter
    if convert is None and own is None:
        return field
    # A converter that a class gives by itself is for type checkers; the one set here does the same.
    return field.evolve(converter=convert)


def as_tuple(values: Sequence[Item]) -> tuple[Item, ...]:
    """Convert a sequence to a tuple. What is no sequence, or a text, is kept."""
    return cast("tuple[Item, ...]", tuple(values) if is_list(values) else values)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Return whether a value can be sent as a list. Text and bytes are sequences, but no lists."""
    return isinstance(value, Sequence) and not isinstance(
        value, str | bytes | bytearray | memoryview
    )


def _attribute_converter(field: attrs.Attribute[Any]) -> Any:
    convert: Any = _converter(field.type)
    if convert is not None:
        # attrs gives the constructor's parameter the type that its converter takes.
        convert.__annotations__ = {"value": field.type}
    return convert


def _converter(annotation: Any) -> _Convert | None:
    if isinstance(annotation, UnionType):
        (annotation,) = (part for part in get_args(annotation) if part is not NoneType)
    if get_origin(annotation) is tuple:
        return _tuple_converter(_converter(get_args(annotation)[0]))
    if get_origin(annotation) is Mapping:
        return _map_converter(*map(_converter, get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, OpenEnum):
        return _enum_converter(annotation)
    return None


def _enum_converter(kind: type[OpenEnum]) -> _Convert:
    def convert(value: object) -> object:
        # A member of another enum is a mistake, although it is text, too.
        if isinstance(value, str) and not isinstance(value, enum.Enum):
            return kind(value)
        return value

    return convert


def _tuple_converter(convert_item: _Convert | None) -> _Convert:
    def convert(value: object) -> object:
        if not is_list(value):
            return value
        return tuple(value if convert_item is None else map(convert_item, value))

    return convert


def _map_converter(convert_key: _Convert | None, convert_value: _Convert | None) -> _Convert:
    def convert(value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        mapping = cast("Mapping[object, object]", value)
        keys = mapping if convert_key is None else map(convert_key, mapping)
        values = mapping.values()
        converted = values if convert_value is None else map(convert_value, values)
        return FrozenMap(zip(keys, converted, strict=True))

    return convert
