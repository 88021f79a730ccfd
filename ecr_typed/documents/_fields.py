"""What the attributes of documents take: anything else is refused by the attribute's name.

Converters leave alone what they can't convert, so that validators can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, Final, TypeAlias, cast

import attrs

from ecr_typed import FrozenMap
from ecr_typed.documents._json import freeze
from ecr_typed.documents._problems import quoted, refuse

Validator: TypeAlias = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def _instance(kind: type, allowed: str, *, is_optional: bool) -> Validator:
    def validate(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value is None and is_optional:
            return
        # `bool` is a subclass of `int` in Python, but not in JSON.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise refuse(attribute.name, value, f"{allowed}, or None" if is_optional else allowed)

    return validate


is_text: Final = _instance(str, "text", is_optional=False)
is_text_or_none: Final = _instance(str, "text", is_optional=True)
is_whole_number: Final = _instance(int, "a whole number", is_optional=False)
is_whole_number_or_none: Final = _instance(int, "a whole number", is_optional=True)


def is_instance(kind: type) -> Validator:
    """Return a validator for instances of a document's class."""
    return _instance(kind, f"{article(kind.__name__)} {kind.__name__}", is_optional=False)


def is_instance_or_none(kind: type) -> Validator:
    """Return a validator for instances of a document's class, and for None."""
    return _instance(kind, f"{article(kind.__name__)} {kind.__name__}", is_optional=True)


def article(noun: str) -> str:
    """Return the article of a class's name."""
    return "an" if noun[:1] in "AEIOU" else "a"


def to_texts(value: Iterable[str]) -> tuple[str, ...]:
    """Convert a sequence of texts to a tuple."""
    if isinstance(value, str) or not isinstance(cast("object", value), Iterable):
        return cast("tuple[str, ...]", value)
    return tuple(value)


# ty overlooks a converter beside a validator that is for attributes of any type.
def are_texts(_: Any, attribute: attrs.Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    """Refuse what is no sequence of texts, a single text included, whose letters are texts, too."""
    check_texts(attribute.name, value)


def check_texts(argument: str, value: object) -> None:
    """Refuse what is no tuple of texts."""
    if not isinstance(value, tuple):
        hint = f"use [{quoted(value)}]" if isinstance(value, str) else ""
        raise refuse(argument, value, "a sequence of texts", hint)
    for index, item in enumerate(cast("tuple[object, ...]", value)):
        if not isinstance(item, str):
            raise refuse(f"{argument}[{index}]", item, "text")


def to_text_map(value: Mapping[str, str]) -> Mapping[str, str]:
    """Convert a mapping of texts to an immutable one."""
    return FrozenMap(value) if isinstance(cast("object", value), Mapping) else value


def is_text_map(
    _: Any, attribute: attrs.Attribute[Mapping[str, str]], value: Mapping[str, str]
) -> None:
    """Refuse what is no mapping of texts to texts."""
    if not isinstance(cast("object", value), Mapping):
        raise refuse(attribute.name, value, "a mapping of texts")
    for key, text in cast("Mapping[object, object]", value).items():
        if not isinstance(key, str):
            raise refuse(attribute.name, key, "keys that are text")
        if not isinstance(text, str):
            raise refuse(f"{attribute.name}[{quoted(key)}]", text, "text")


def to_members(value: Mapping[str, object]) -> Mapping[str, Any]:
    """Convert the members of a JSON object to an immutable mapping."""
    return cast("Mapping[str, Any]", freeze(value))


def are_members(
    _: Any, attribute: attrs.Attribute[Mapping[str, Any]], value: Mapping[str, Any]
) -> None:
    """Refuse what is no JSON object."""
    if not isinstance(cast("object", value), Mapping):
        raise refuse(attribute.name, value, "a mapping of names to JSON values")
    _check_json(attribute.name, value)


def _check_json(place: str, value: object) -> None:
    match value:
        case Mapping():
            for name, member in cast("Mapping[object, object]", value).items():
                if not isinstance(name, str):
                    raise refuse(place, name, "names that are text")
                _check_json(f"{place}[{quoted(name)}]", member)
        case tuple():
            for index, item in enumerate(cast("tuple[object, ...]", value)):
                _check_json(f"{place}[{index}]", item)
        case None | str() | int():
            pass
        case float() if isfinite(value):
            pass
        case _:
            raise refuse(place, value, "a JSON value")


def check_whole_number(argument: str, value: object) -> None:
    """Refuse what is no whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise refuse(argument, value, "a whole number")


def check_text(argument: str, value: object) -> None:
    """Refuse what is no text, or a text that has no bytes, and so no digest."""
    if not isinstance(value, str):
        raise refuse(argument, value, "text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise refuse(argument, value, "text that UTF-8 can encode") from error
