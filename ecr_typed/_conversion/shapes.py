"""What the service's model says of a value: its kind, its limits in requests, its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, TypeGuard

import attrs

from ecr_typed._enums import OpenEnum
from ecr_typed._frozen_map import FrozenMap


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
    is_shared: bool = attrs.field(default=False, alias="shared")
    name: str = ""
    is_required: bool = False
    is_secret: bool = False


_members: Final[dict[type[attrs.AttrsInstance], tuple[Member, ...]]] = {}


def describe(model: type[attrs.AttrsInstance], **members: Member) -> None:
    """Say what the attributes of a model are on the wire."""
    fields = {field.name: field for field in attrs.fields(model)}
    _members[model] = tuple(
        attrs.evolve(
            member,
            name=name,
            is_required=fields[name].default is attrs.NOTHING,
            is_secret=fields[name].repr is hidden,
        )
        for name, member in members.items()
    )


def members(model: type[attrs.AttrsInstance]) -> tuple[Member, ...]:
    """The members of a model's class."""
    if model not in _members:
        # A topic's descriptions are loaded when they are first used, as its models are.
        import_module(model.__module__.replace("ecr_typed.models.", "ecr_typed._wire."))
    return _members[model]


def hidden(value: object) -> str:
    """What `repr` shows of a secret."""
    return "'***'" if value is not None else "None"


def immutable(_: type, fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
    """Keep lists as tuples and mappings as `FrozenMap`, whatever a caller passes."""

    def converter(annotation: str) -> Callable[[object], object] | None:
        if annotation.startswith("tuple["):
            return _as_tuple
        return _as_frozen_map if annotation.startswith("Mapping[") else None

    # Types are text where annotations are not evaluated.
    return [field.evolve(converter=converter(str(field.type))) for field in fields]


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
    """Whether something is a class of ours for a structure."""
    if not isinstance(cls, type):
        return False
    return cls in _members or (cls.__module__.startswith("ecr_typed.models.") and attrs.has(cls))
