"""Patterns in policies: wildcards, and variables that stand for values of the request.

A pattern is a list of tokens: single characters, which stand for themselves, and two wildcards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

Tokens: TypeAlias = list[str]
Values: TypeAlias = Callable[[str], tuple[str, ...]]
"""Returns the values that the request has for a key; none if the request lacks it."""

# A token for one character has one character, so these two can't be mistaken for one.
_MANY: Final = "many"
_ONE: Final = "one"
_WILDCARDS: Final = {"*": _MANY, "?": _ONE}
_VARIABLE = re.compile(r"\$\{(?P<name>[^{}]*)\}")
_DEFAULT = re.compile(r"(?P<key>[^,\s]+)\s*,\s*'(?P<default>[^']*)'")


def tokens(pattern: str, values: Values | None, *, has_wildcards: bool = True) -> Tokens | None:
    """Return the tokens of a pattern; `None` if the request lacks the value of a variable.

    Args:
        pattern: The text in the policy.
        values: The values of the request, `None` where the policy's version knows no variables.
        has_wildcards: Whether `*` and `?` stand for other characters.
    """
    if values is None:
        return _plain(pattern, has_wildcards=has_wildcards)
    read: Tokens = []
    position = 0
    for found in _VARIABLE.finditer(pattern):
        value = _value(found["name"], values)
        if value is None:
            return None
        read += _plain(pattern[position : found.start()], has_wildcards=has_wildcards)
        read += value
        position = found.end()
    return read + _plain(pattern[position:], has_wildcards=has_wildcards)


def matches(pattern: Tokens, text: str) -> bool:
    """Return whether a pattern matches the whole text.

    After a wildcard for many characters no earlier one is tried again, so the time grows at most
    with the length of the text times that of the pattern.
    """
    at = place = 0
    restart: tuple[int, int] | None = None
    while place < len(text):
        token = pattern[at] if at < len(pattern) else None
        if token == _MANY:
            at += 1
            restart = (at, place)
        elif token in (_ONE, text[place]):
            at += 1
            place += 1
        elif restart is None:
            return False
        else:
            at, place = restart[0], restart[1] + 1
            restart = (at, place)
    return all(token == _MANY for token in pattern[at:])


def _plain(text: str, *, has_wildcards: bool) -> Tokens:
    return [_WILDCARDS.get(each, each) for each in text] if has_wildcards else list(text)


def _value(name: str, values: Values) -> Tokens | None:
    """Return the characters of a variable's value; `${*}`, `${?}` and `${$}` are characters."""
    if name in {"*", "?", "$"}:
        return [name]
    with_default = _DEFAULT.fullmatch(name)
    key = name.strip() if with_default is None else with_default["key"]
    found = values(key)
    # A key with several values can't be a variable.
    if len(found) == 1:
        return list(found[0])
    return None if with_default is None else list(with_default["default"])
