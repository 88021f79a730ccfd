"""Limits of the service model: what a request must satisfy before an operation sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import ListShape, StructureShape

from ecr_typed.testing._emulator.http.patterns import matches
from ecr_typed.testing._emulator.registry.errors import breach

if TYPE_CHECKING:
    from botocore.model import Shape

_NUMBERS = frozenset({"integer", "long"})


def check_request(parameters: dict[str, Any], shape: StructureShape) -> None:
    """Raise the service's error for the first parameter that breaks a limit."""
    _check_members(parameters, shape, "")


def _check_members(members: dict[str, Any], shape: StructureShape, prefix: str) -> None:
    for name, member_shape in shape.members.items():
        if name in members:
            _check(members[name], member_shape, prefix + name)
        elif name in shape.required_members:
            raise breach(prefix + name, "Member must not be null")


def _check(value: Any, shape: Shape, at: str) -> None:
    if isinstance(shape, StructureShape):
        _check_members(value, shape, f"{at}.")
        return
    _check_size(value, shape, at)
    if isinstance(shape, ListShape):
        for position, item in enumerate(value, 1):
            _check(item, shape.member, f"{at}.{position}.member")
        return
    enum: list[str] = shape.metadata.get("enum", [])
    if enum and value not in enum:
        raise breach(at, f"must satisfy enum value set: [{', '.join(enum)}]")
    pattern: str | None = shape.metadata.get("pattern")
    if pattern is not None and not matches(pattern, value):
        raise breach(at, f"must satisfy regular expression '{pattern}'")


def _check_size(value: Any, shape: Shape, at: str) -> None:
    lowest: int | None = shape.metadata.get("min")
    highest: int | None = shape.metadata.get("max")
    if lowest is None and highest is None:
        return
    is_number = shape.type_name in _NUMBERS
    size: int = value if is_number else len(value)
    # The service says 'Member' of numbers and lists, and leaves it out for strings.
    must = f"{'' if shape.type_name == 'string' else 'Member '}must have"
    what = "value" if is_number else "length"
    if lowest is not None and size < lowest:
        raise breach(at, f"{must} {what} greater than or equal to {lowest}")
    if highest is not None and size > highest:
        raise breach(at, f"{must} {what} less than or equal to {highest}")
