"""Immutable JSON values, and reading and writing the JSON of documents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isinf
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, cast

from ecr_typed import FrozenMap
from ecr_typed.documents._problems import refuse

Plain: TypeAlias = dict[str, Any]
"""A JSON object as the `json` module represents it."""

Read = TypeVar("Read")
Item = TypeVar("Item")

EMPTY: FrozenMap[str, Any] = FrozenMap()
NO_TEXTS: FrozenMap[str, str] = FrozenMap()

_MOST_LEVELS: Final = 64
"""How deeply a document may be nested: documents of ECR, IAM and OCI have fewer than ten levels."""


def read_object(text: str, what: str) -> Plain:
    """Parse a JSON object. Errors describe the document as `what`."""
    allowed = f"the JSON text of {what}"
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        raise refuse("text", text, allowed, _how_to_make_text(text))
    try:
        value: object = json.loads(text, parse_constant=_no_number, parse_float=_number)
    except RecursionError as error:
        raise refuse("text", text, allowed, "it is nested too deeply") from error
    except ValueError as error:
        raise refuse("text", text, allowed, f"it is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise refuse("text", text, allowed, "it is not a JSON object")
    # Most texts have fewer brackets than levels are allowed, and need no look inside.
    if text.count("{") + text.count("[") > _MOST_LEVELS and _is_too_deep(cast("Plain", value)):
        raise refuse("text", text, allowed, "it is nested too deeply")
    return cast("Plain", value)


def _is_too_deep(value: Plain) -> bool:
    """Return whether functions that call themselves for each level could fail on a value."""
    level: list[object] = [value]
    for _ in range(_MOST_LEVELS):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return False
    return True


def _inner(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("Plain", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def _how_to_make_text(value: object) -> str:
    match value:
        case Mapping() | list():
            return "json.dumps(...) returns one"
        case bytes() | bytearray():
            return "decode() returns one"
        case _:
            return ""


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _number(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"{text} is too large a number")
    return number


def write_object(value: Plain) -> str:
    """Return the compact JSON text of an object."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # An unpaired surrogate can't be encoded in UTF-8, only escaped.
    return text if _is_unicode(text) else json.dumps(value, separators=(",", ":"))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def canonical(value: object) -> str:
    """Return a text that is equal for JSON values that differ only in the order of members."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def freeze(value: object) -> Any:
    """Return an immutable copy of a JSON value."""
    match value:
        case Mapping():
            return freeze_members(cast("Mapping[str, object]", value))
        case list() | tuple():
            return tuple(freeze(item) for item in cast("Iterable[object]", value))
        case _:
            return value


def freeze_members(members: Mapping[str, object]) -> FrozenMap[str, Any]:
    """Return the members of a JSON object as an immutable map."""
    return FrozenMap({name: freeze(member) for name, member in members.items()})


def thaw(value: object) -> Any:
    """Return a JSON value as the `json` module represents it."""
    match value:
        case Mapping():
            members = cast("Mapping[str, object]", value)
            return {name: thaw(member) for name, member in members.items()}
        case tuple() | list():
            return [thaw(item) for item in cast("Iterable[object]", value)]
        case _:
            return value


def take(members: Plain, name: str, kind: type[Read]) -> Read | None:
    """Remove and return a member of a type. A member of another type stays."""
    value: object = members.get(name)
    # `bool` is a subclass of `int` in Python, but not in JSON.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return None
    del members[name]
    return value


def take_object(members: Plain, name: str) -> Plain | None:
    """Remove and return a member that is an object. Another one stays."""
    value: object = members.get(name)
    if not isinstance(value, dict):
        return None
    del members[name]
    return cast("Plain", value)


def take_object_or_empty(members: Plain, name: str) -> Plain:
    """Remove and return a member that is an object. Another one, or an empty one, stays."""
    return (take_object(members, name) if members.get(name) else None) or {}


def take_texts(members: Plain, name: str) -> tuple[str, ...]:
    """Remove and return a member that is an array of texts. Another one, or an empty one, stays."""
    texts = texts_in(members.get(name))
    if not texts:
        return ()
    del members[name]
    return texts


def texts_in(value: object) -> tuple[str, ...] | None:
    """Return the items of an array of texts, or None if the value is anything else."""
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    texts = tuple(item for item in items if isinstance(item, str))
    return texts if len(texts) == len(items) else None


def take_text_map(members: Plain, name: str) -> FrozenMap[str, str]:
    """Remove and return a member that is an object of texts. Another one stays."""
    value: object = members.get(name)
    if not isinstance(value, dict):
        return FrozenMap()
    items = cast("dict[str, object]", value)
    texts = {key: text for key, text in items.items() if isinstance(text, str)}
    if len(texts) < len(items):
        return FrozenMap()
    del members[name]
    return FrozenMap(texts)


def take_objects(members: Plain, name: str) -> tuple[Plain, ...]:
    """Remove and return a member that is an array of objects. Another one stays."""
    value: object = members.get(name)
    if not isinstance(value, list):
        return ()
    items = cast("list[object]", value)
    objects = tuple(cast("Plain", item) for item in items if isinstance(item, dict))
    if len(objects) < len(items):
        return ()
    del members[name]
    return objects


def items_of(values: Iterable[Item], kind: type[Item], argument: str) -> tuple[Item, ...]:
    """Convert instances of a class to a tuple. Refuse anything else."""
    if isinstance(values, kind):
        raise refuse(argument, values, f"a sequence of {kind.__name__}", "put it in a list")
    if not isinstance(cast("object", values), Iterable):
        raise refuse(argument, values, f"a sequence of {kind.__name__}")
    items = tuple(values)
    for index, item in enumerate(items):
        if not isinstance(item, kind):
            article = "an" if kind.__name__[0] in "AEIOU" else "a"
            raise refuse(f"{argument}[{index}]", item, f"{article} {kind.__name__}")
    return items


def without_absent(members: Plain) -> Plain:
    """Return an object without the members that are None."""
    return {name: value for name, value in members.items() if value is not None}
