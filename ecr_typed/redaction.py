"""Answers without their secrets, for errors to carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from ecr_typed.shapes import ListOf, Shape, Structure, members

HIDDEN: Final = "***"


def redacted(model: type[attrs.AttrsInstance], value: object) -> Any:
    """A copy of an answer, or of what came in its place, in which secrets are hidden."""
    if not _holds_secrets(Structure(model)):
        return value
    if not isinstance(value, Mapping):
        return HIDDEN
    shown = dict(cast("Mapping[str, object]", value))
    for member in members(model):
        if shown.get(member.wire_name) is not None:
            shown[member.wire_name] = (
                HIDDEN if member.is_secret else _redacted(member.shape, shown[member.wire_name])
            )
    return shown


def _redacted(shape: Shape, value: object) -> object:
    match shape:
        case Structure():
            return redacted(shape.type, value)
        case ListOf() if _holds_secrets(shape.item):
            if not isinstance(value, list):
                return HIDDEN
            return [_redacted(shape.item, item) for item in cast("list[object]", value)]
        case _:
            return value


def _holds_secrets(shape: Shape) -> bool:
    match shape:
        case Structure():
            return any(
                member.is_secret or _holds_secrets(member.shape) for member in members(shape.type)
            )
        case ListOf():
            return _holds_secrets(shape.item)
        case _:
            return False
