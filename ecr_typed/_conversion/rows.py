"""Models as rows of a table: flat dicts for `csv.DictWriter` or a data frame."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, cast

import attrs

from ecr_typed._conversion.attributes import is_list
from ecr_typed._conversion.shapes import Structure, is_model, members
from ecr_typed._errors import ArgumentProblem, EcrRequestError, shortened
from ecr_typed._labels import label

_BETWEEN_ITEMS: Final = ", "


def to_row(model: attrs.AttrsInstance, separator: str) -> dict[str, Any]:
    """Flatten a model to a row of a table (see `public.to_row`)."""
    problems: list[ArgumentProblem] = []
    if not attrs.has(type(model)):
        problems.append(ArgumentProblem("model", shortened(model), "a model"))
    if not isinstance(cast("object", separator), str) or not separator:
        problems.append(
            ArgumentProblem("separator", shortened(separator), "a text that is not empty")
        )
    if problems:
        raise EcrRequestError(problems)
    return {separator.join(path): _value(_at(model, path)) for path in _columns(type(model))}


Path = tuple[str, ...]
"""The names of the attributes on the way to the value of a column."""


@cache
def _columns(kind: type[Any]) -> tuple[Path, ...]:
    return tuple(_columns_below(kind, (), (kind,)))


def _columns_below(kind: type[Any], path: Path, outer: tuple[type[Any], ...]) -> Iterator[Path]:
    if not is_model(kind):
        names = (field.name for field in attrs.fields(kind))
        yield from ((*path, name) for name in names if not name.startswith("_"))
        return
    for member in members(kind):
        here = (*path, member.name)
        inner = member.shape.type if isinstance(member.shape, Structure) else None
        # A structure inside itself has no end of columns.
        if inner is None or inner in outer:
            yield here
        else:
            yield from _columns_below(inner, here, (*outer, inner))


def _at(model: object, path: Path) -> object:
    found = model
    for name in path:
        found = None if found is None else getattr(found, name)
    return found


def _value(value: object) -> object:
    """Return what stands in a cell."""
    if isinstance(value, str | Enum):
        # Without the class of an enum.
        return str(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping) or is_list(value):
        return _text(cast("object", value))
    if attrs.has(type(value)):
        return label(value)
    return str(value) if isinstance(value, BaseException) else value


def _text(value: object) -> str:
    """Return what stands for a part of a cell."""
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return _BETWEEN_ITEMS.join(f"{_text(key)}={_text(item)}" for key, item in items)
    if is_list(value):
        return _BETWEEN_ITEMS.join(map(_text, value))
    kind: Any = type(value)
    if not is_model(kind):
        return str(_value(value))
    attributes = ((member.name, getattr(value, member.name)) for member in members(kind))
    given = {name: _text(item) for name, item in attributes if item is not None}
    # A tag is written as people write it.
    if given.keys() == {"key", "value"}:
        return f"{given['key']}={given['value']}"
    return " ".join(f"{name}={text}" for name, text in given.items())
