"""Whether values are what their classes declare."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs

from tests.support.untyped import untyped


@cache
def declared(model: type[Any]) -> dict[str, Any]:
    """The annotations of a model's attributes, resolved."""
    return typing.get_type_hints(model)


def untrue(model: attrs.AttrsInstance, path: str = "response") -> list[str]:
    """The attributes of a model, and of the models in it, that are not of their declared types."""
    found: list[str] = []
    for name, annotation in declared(type(model)).items():
        found += _misfits(annotation, getattr(model, name), f"{path}.{name}")
    return found


def _misfits(annotation: Any, value: Any, path: str) -> list[str]:
    origin = typing.get_origin(annotation)
    loose = untyped(value)
    parts = typing.get_args(annotation)
    if origin in {types.UnionType, typing.Union}:
        tries = [_misfits(part, value, path) for part in parts]
        return min(tries, key=len)
    if origin is tuple:
        if type(untyped(value)) is not tuple:
            return [f"{path}: {type(value).__name__} is no tuple"]
        return [
            misfit
            for index, item in enumerate(loose)
            for misfit in _misfits(parts[0], item, f"{path}[{index}]")
        ]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, origin):
            return [f"{path}: {type(value).__name__} is no {annotation}"]
        return [
            misfit
            for key, item in loose.items()
            for misfit in (*_misfits(parts[0], key, path), *_misfits(parts[1], item, path))
        ]
    if type(value) is not annotation:
        return [f"{path}: {type(value).__name__} is no {annotation}"]
    model: Any = value
    kind: Any = annotation
    return untrue(model, path) if attrs.has(kind) else []
