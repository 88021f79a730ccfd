"""What the service's model says of a value: its kind, its limits in requests, its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeGuard

import attrs

from ecr_typed.enums import OpenEnum
from ecr_typed.frozen_map import FrozenMap


@attrs.frozen
class String:
    """Text. `allowed` says in words what `pattern` matches."""

    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    allowed: str | None = None


@attrs.frozen
class Integer:
    """A whole number."""

    min: int | None = None
    max: int | None = None


@attrs.frozen
class Float:
    """A floating point number."""


@attrs.frozen
class Boolean:
    """True or false."""


@attrs.frozen
class Timestamp:
    """A point in time: seconds since the epoch on the wire, an aware datetime elsewhere."""


@attrs.frozen
class Blob:
    """Bytes: base64 on the wire."""

    min: int | None = None
    max: int | None = None


@attrs.frozen
class Enum:
    """Text of an open set of values."""

    type: type[OpenEnum]


@attrs.frozen
class Structure:
    """A model. `limits` are the shapes of those of its members that differ in this place."""

    type: type[attrs.AttrsInstance]
    limits: Mapping[str, Shape] = FrozenMap[str, "Shape"]()


@attrs.frozen
class ListOf:
    """A list; a tuple in models."""

    item: Shape
    min: int | None = None
    max: int | None = None


@attrs.frozen
class MapOf:
    """A map; a `FrozenMap` in models."""

    key: Shape
    value: Shape


Shape = String | Integer | Float | Boolean | Timestamp | Blob | Enum | Structure | ListOf | MapOf

STRING: Final = String()
INTEGER: Final = Integer()
FLOAT: Final = Float()
BOOLEAN: Final = Boolean()
TIMESTAMP: Final = Timestamp()
BLOB: Final = Blob()


@attrs.frozen
class Member:
    """A member of a structure. Equal values of a `shared` one are one object inside a page."""

    wire_name: str
    shape: Shape
    name: str
    is_required: bool
    is_secret: bool
    is_shared: bool


_WIRE_NAME: Final = "wire_name"
_SHAPE: Final = "shape"
_SHARED: Final = "shared"


def member(wire_name: str, shape: Shape, *, shared: bool = False) -> Mapping[str, Any]:
    """What the attribute of a model carries as metadata."""
    return {_WIRE_NAME: wire_name, _SHAPE: shape, _SHARED: shared}


@cache
def members(model: type[attrs.AttrsInstance]) -> tuple[Member, ...]:
    """The members of a model's class, in the order of the service's model."""
    return tuple(
        Member(
            wire_name=field.metadata[_WIRE_NAME],
            shape=field.metadata[_SHAPE],
            name=field.name,
            is_required=field.default is attrs.NOTHING,
            is_secret=field.repr is hidden,
            is_shared=field.metadata[_SHARED],
        )
        for field in attrs.fields(model)
    )


def hidden(value: object) -> str:
    """What `repr` shows of a secret."""
    return "'***'" if value is not None else "None"


def immutable(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Keep lists as tuples and mappings as `FrozenMap`, whatever a caller passes."""

    def converter(shape: Shape) -> Callable[[object], object] | None:
        match shape:
            case ListOf():
                return _as_tuple
            case MapOf():
                return _as_frozen_map
            case _:
                return None

    return [field.evolve(converter=converter(field.metadata[_SHAPE])) for field in fields]


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Whether a value can be sent as a list. Text and bytes are sequences, but no lists."""
    return isinstance(value, Sequence) and not isinstance(
        value, str | bytes | bytearray | memoryview
    )


# What is neither is kept as it is: the request that it is sent with refuses it by its name.
def _as_tuple(value: object) -> object:
    return tuple(value) if is_list(value) else value


def _as_frozen_map(value: object) -> object:
    return FrozenMap(value) if _is_map(value) else value


def _is_map(value: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(value, Mapping)


def is_model(cls: object) -> bool:
    """Whether a class is one of ours for a structure."""
    fields: tuple[attrs.Attribute[Any], ...] = getattr(cls, "__attrs_attrs__", ())
    return all(_SHAPE in field.metadata for field in fields) and attrs.has(cls)  # type: ignore[arg-type]
