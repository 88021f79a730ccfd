"""Arguments of a wrong type, which would fail somewhere inside, are refused by their name."""

from __future__ import annotations

from types import UnionType


def check_type(name: str, value: object, kind: type | UnionType, what: str) -> None:
    """Refuse an argument that is not of a type.

    Args:
        name: The argument's name.
        value: Its value.
        kind: The type. A truth value is no number.
        what: What is allowed, as in "a text".

    Raises:
        TypeError: It is of another type.
    """
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{name} must be {what}, not {value!r}")
