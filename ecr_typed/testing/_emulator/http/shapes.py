"""Shapes of requests: how their values are read from JSON, and the limits that they must keep.

Members that are null count as absent, and members that the shape does not know are ignored, as
AWS's JSON services do. A value of another type is a `SerializationException`; a value beyond a
limit is an `InvalidParameterException` in the service's wording.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Protocol, cast

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.texts import constraints, protocols
from ecr_typed.testing._emulator.texts.text import Message

# The model's pattern can split a run of letters in more ways than there is time to try. This one
# matches the same texts, and each in one way.
_REWRITTEN = {
    r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$": r"[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*",
}

_HALF_OF_PAIR = re.compile("[\ud800-\udfff]")


class Shape(Protocol):
    """What all shapes can do."""

    def read(self, value: object, member: str) -> Any:
        """Return a value of JSON as the operations take it, or refuse its type."""

    def check(self, value: Any, at: str) -> None:
        """Refuse a value that breaks a limit; `at` is its path in messages."""


class Structure:
    """An object with declared members."""

    def __init__(self, members: Mapping[str, Shape], required: Iterable[str] = ()) -> None:
        self.members = members
        self.required = frozenset(required)

    def accept(self, document: object) -> dict[str, Any]:
        """Return the members of a request, of the right types and within the limits."""
        members = self.read(document, "request")
        self.check(members, "")
        return members

    def read(self, value: object, member: str) -> dict[str, Any]:
        """Return the members that are declared and given."""
        if not isinstance(value, dict):
            raise _wrong_type(member, "structure")
        given = cast("dict[str, object]", value)
        return {
            name: shape.read(given[name], name)
            for name, shape in self.members.items()
            if given.get(name) is not None
        }

    def check(self, value: dict[str, Any], at: str) -> None:
        """Refuse a structure without a required member, or with one that breaks a limit."""
        prefix = f"{at}." if at else ""
        for name, shape in self.members.items():
            if name in value:
                shape.check(value[name], prefix + name)
            elif name in self.required:
                raise invalid(prefix + name, constraints.NOT_NULL())


class List:
    """An array."""

    def __init__(self, item: Shape, min: int | None = None, max: int | None = None) -> None:
        self.item = item
        self.min = min
        self.max = max

    def read(self, value: object, member: str) -> list[Any]:
        """Return the items."""
        if not isinstance(value, list):
            raise _wrong_type(member, "list")
        return [self.item.read(item, member) for item in cast("list[object]", value)]

    def check(self, value: list[Any], at: str) -> None:
        """Refuse too few or too many items, and items that break a limit."""
        _check_range(len(value), self.min, self.max, at, constraints.MEMBER_LENGTH())
        for position, item in enumerate(value, 1):
            self.item.check(item, f"{at}.{position}.member")


class Map:
    """An object with keys of any text."""

    def __init__(self, key: Shape, value: Shape) -> None:
        self.key = key
        self.value = value

    def read(self, value: object, member: str) -> dict[str, Any]:
        """Return the entries."""
        if not isinstance(value, dict):
            raise _wrong_type(member, "map")
        return {
            self.key.read(key, member): self.value.read(item, member)
            for key, item in cast("dict[str, object]", value).items()
        }

    def check(self, value: dict[str, Any], at: str) -> None:
        """Refuse keys and values that break a limit."""
        for key, item in value.items():
            self.key.check(key, f"{at}.{key}.key")
            self.value.check(item, f"{at}.{key}.value")


class Text:
    """A string."""

    def __init__(
        self,
        min: int | None = None,
        max: int | None = None,
        pattern: str | None = None,
        values: tuple[str, ...] = (),
    ) -> None:
        self.min = min
        self.max = max
        self.pattern = pattern
        self.values = values

    def read(self, value: object, member: str) -> str:
        """Return the text."""
        if not isinstance(value, str):
            raise _wrong_type(member, "string")
        # JSON can escape one half of a surrogate pair alone, which no text in UTF-8 can have.
        if _HALF_OF_PAIR.search(value):
            raise _wrong_type(member, "string")
        return value

    def check(self, value: str, at: str) -> None:
        """Refuse a text that is too short or too long, is no value of its enum, or has no match."""
        _check_range(len(value), self.min, self.max, at, constraints.LENGTH())
        if self.values and value not in self.values:
            raise invalid(at, constraints.NOT_IN_ENUM(values=", ".join(self.values)))
        if self.pattern is not None and not matches_whole(self.pattern, value):
            raise invalid(at, constraints.NO_MATCH(pattern=self.pattern))


class Integer:
    """A whole number."""

    def __init__(self, min: int | None = None, max: int | None = None) -> None:
        self.min = min
        self.max = max

    def read(self, value: object, member: str) -> int:
        """Return the number."""
        # The type is compared because bool is a subclass of int in Python, but not in JSON.
        if type(value) is not int:
            raise _wrong_type(member, "integer")
        return value

    def check(self, value: int, at: str) -> None:
        """Refuse a number out of range."""
        _check_range(value, self.min, self.max, at, constraints.MEMBER_VALUE())


class Number:
    """A floating point number."""

    def read(self, value: object, member: str) -> float:
        """Return the number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type(member, "float")
        return value

    def check(self, value: float, at: str) -> None:
        """Accept all numbers."""


class Timestamp:
    """A point in time, which is a number of seconds since the epoch in JSON."""

    def read(self, value: object, member: str) -> datetime:
        """Return the time, in UTC."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong_type(member, "timestamp")
        return datetime.fromtimestamp(value, UTC)

    def check(self, value: datetime, at: str) -> None:
        """Accept all times."""


class Boolean:
    """True or false."""

    def read(self, value: object, member: str) -> bool:
        """Return the value."""
        if not isinstance(value, bool):
            raise _wrong_type(member, "boolean")
        return value

    def check(self, value: bool, at: str) -> None:  # noqa: FBT001 - every shape's signature
        """Accept both values."""


class Blob:
    """Bytes, which are base64 in JSON."""

    def __init__(self, min: int | None = None, max: int | None = None) -> None:
        self.min = min
        self.max = max

    def read(self, value: object, member: str) -> bytes:
        """Return the bytes."""
        if not isinstance(value, str):
            raise _wrong_type(member, "blob")
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise _wrong_type(member, "blob") from error

    def check(self, value: bytes, at: str) -> None:
        """Refuse too few or too many bytes."""
        _check_range(len(value), self.min, self.max, at, constraints.MEMBER_LENGTH())


def matches_whole(pattern: str, text: str) -> bool:
    """Return whether a pattern of the service model matches the whole text, in little time."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_REWRITTEN.get(pattern, pattern), re.ASCII)


def _check_range(size: int, least: int | None, most: int | None, at: str, must: Message) -> None:
    if least is not None and size < least:
        raise invalid(at, constraints.TOO_SMALL(must=must, least=least))
    if most is not None and size > most:
        raise invalid(at, constraints.TOO_LARGE(must=must, most=most))


def _wrong_type(member: str, kind: str) -> ServiceError:
    return ServiceError("SerializationException", protocols.WRONG_TYPE(member=member, kind=kind))
