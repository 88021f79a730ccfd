"""Removes secrets from responses, so that errors can carry them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from ecr_typed._conversion.shapes import ListOf, MapOf, Shape, Structure, members

HIDDEN: Final = "***"


def redacted(model: type[attrs.AttrsInstance], value: object) -> Any:
    """Return a copy of a response in which secrets are hidden.

    A member that this release does not know may be a secret, too: it is hidden where the structure
    has one.
    """
    if not holds_secrets(model):
        return value
    if not isinstance(value, Mapping):
        return HIDDEN
    known = {member.wire_name: member.shape for member in members(model) if not member.is_secret}
    return {
        name: item if item is None else _redacted(known[name], item) if name in known else HIDDEN
        for name, item in cast("Mapping[str, object]", value).items()
    }


def holds_secrets(model: type[attrs.AttrsInstance]) -> bool:
    """Return whether a model has secrets, at any depth."""
    return any(member.is_secret or _may_hold(member.shape) for member in members(model))


def _redacted(shape: Shape, value: object) -> object:
    match shape:
        case Structure():
            return redacted(shape.type, value)
        case ListOf() if _may_hold(shape.item):
            if not isinstance(value, list):
                return HIDDEN
            return [_redacted(shape.item, item) for item in cast("list[object]", value)]
        case MapOf() if _may_hold(shape.value):
            if not isinstance(value, Mapping):
                return HIDDEN
            items = cast("Mapping[str, object]", value).items()
            return {key: _redacted(shape.value, item) for key, item in items}
        case _:
            return value


def _may_hold(shape: Shape) -> bool:
    match shape:
        case Structure():
            return holds_secrets(shape.type)
        case ListOf():
            return _may_hold(shape.item)
        case MapOf():
            return _may_hold(shape.value)
        case _:
            return False
