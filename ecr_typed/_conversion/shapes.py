"""What the service's model says of a value: its kind, its limits in requests, its name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import attrs

from ecr_typed._enums import OpenEnum
from ecr_typed._wire import WIRE_MODULES

# Hundreds of these records are made when a topic is loaded. They are plain classes, because
# building an attrs class takes a millisecond.


class String:
    """Text. `allowed` says in words what `pattern` matches."""

    __slots__ = ("allowed", "max", "min", "pattern")

    def __init__(
        self,
        min: int | None = None,
        max: int | None = None,
        pattern: str | None = None,
        allowed: str | None = None,
    ) -> None:
        self.min = min
        self.max = max
        self.pattern = pattern
        self.allowed = allowed


class Integer:
    """A whole number."""

    __slots__ = ("max", "min")

    def __init__(self, min: int | None = None, max: int | None = None) -> None:
        self.min = min
        self.max = max


class Float:
    """A floating point number."""

    __slots__ = ()


class Boolean:
    """True or false."""

    __slots__ = ()


class Timestamp:
    """A point in time: seconds since the epoch on the wire, an aware datetime elsewhere."""

    __slots__ = ()


class Blob:
    """Bytes: base64 on the wire."""

    __slots__ = ("max", "min")

    def __init__(self, min: int | None = None, max: int | None = None) -> None:
        self.min = min
        self.max = max


class Enum:
    """Text of an open set of values."""

    __slots__ = ("type",)

    def __init__(self, type: type[OpenEnum]) -> None:
        self.type = type


class Structure:
    """A model. `limits` are the shapes of those of its members that differ in this place."""

    __slots__ = ("limits", "type")

    def __init__(
        self, type: type[attrs.AttrsInstance], limits: Mapping[str, Shape] | None = None
    ) -> None:
        self.type = type
        self.limits: Mapping[str, Shape] = limits or {}


class ListOf:
    """A list; a tuple in models."""

    __slots__ = ("item", "max", "min")

    def __init__(self, item: Shape, min: int | None = None, max: int | None = None) -> None:
        self.item = item
        self.min = min
        self.max = max


class MapOf:
    """A map; a `FrozenMap` in models."""

    __slots__ = ("key", "value")

    def __init__(self, key: Shape, value: Shape) -> None:
        self.key = key
        self.value = value


Shape = String | Integer | Float | Boolean | Timestamp | Blob | Enum | Structure | ListOf | MapOf

STRING: Final = String()
INTEGER: Final = Integer()
FLOAT: Final = Float()
BOOLEAN: Final = Boolean()
TIMESTAMP: Final = Timestamp()
BLOB: Final = Blob()


class Member:
    """A member of a structure, as the service names it.

    Equal values of a `shared` one are one object inside a page. The values of a `secret` one are
    never shown.
    """

    __slots__ = ("is_required", "is_secret", "is_shared", "name", "shape", "wire_name")

    def __init__(
        self, wire_name: str, shape: Shape, *, shared: bool = False, secret: bool = False
    ) -> None:
        self.wire_name = wire_name
        self.shape = shape
        self.is_shared = shared
        self.is_secret = secret
        # `describe` sets what the model's class says of the attribute.
        self.name = ""
        self.is_required = False


_members: Final[dict[type[attrs.AttrsInstance], tuple[Member, ...]]] = {}


def describe(model: type[attrs.AttrsInstance], **members: Member) -> None:
    """Record which members of the service the attributes of a model are."""
    fields = {field.name: field for field in attrs.fields(model)}
    for name, member in members.items():
        member.name = name
        member.is_required = fields[name].default is attrs.NOTHING
    _members[model] = tuple(members.values())


def members(model: type[attrs.AttrsInstance]) -> tuple[Member, ...]:
    """Return the members of a model's class."""
    if model not in _members:
        # The descriptions of a topic are loaded on first use, as its models are.
        import_module(WIRE_MODULES[model.__module__])
    return _members[model]


def is_model(cls: object) -> bool:
    """Return whether something is the class of a structure."""
    if not isinstance(cls, type):
        return False
    return cls in _members or (cls.__module__ in WIRE_MODULES and attrs.has(cls))
