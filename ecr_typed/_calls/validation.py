"""What is wrong with arguments: what can't be sent at all, and what breaks a known limit."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import cast

import attrs

from ecr_typed._calls.explain.arguments import hint
from ecr_typed._conversion.attributes import is_list
from ecr_typed._conversion.shapes import (
    Blob,
    Boolean,
    Enum,
    Float,
    Integer,
    ListOf,
    MapOf,
    Shape,
    String,
    Structure,
    Timestamp,
    members,
)
from ecr_typed._errors import ArgumentProblem, shortened

_Rule = Callable[[Shape, object], str | None]
"""Says what a shape allows, if a value is not that."""


def unsendable(
    request: type[attrs.AttrsInstance], arguments: Mapping[str, object]
) -> list[ArgumentProblem]:
    """The arguments that no version of the service could accept."""
    return [
        problem
        for member in members(request)
        if (value := arguments.get(member.name)) is not None or member.is_required
        for problem in _problems(member.shape, value, member.name, _sendable)
    ]


def beyond_limits(request: attrs.AttrsInstance) -> list[ArgumentProblem]:
    """The arguments of a request that break a limit known to this release."""
    return list(_structure_problems(Structure(type(request)), request, "", _within_limits))


def wrongly_typed(
    kind: type[attrs.AttrsInstance], model: attrs.AttrsInstance
) -> list[ArgumentProblem]:
    """The attributes of a model of that kind that are not of their declared types."""
    return list(_structure_problems(Structure(kind), model, f"{kind.__name__}.", _of_its_type))


def _structure_problems(
    shape: Structure, model: attrs.AttrsInstance, prefix: str, rule: _Rule
) -> Iterator[ArgumentProblem]:
    for member in members(shape.type):
        value = getattr(model, member.name)
        if value is not None or member.is_required:
            member_shape = shape.limits.get(member.wire_name, member.shape)
            yield from _problems(member_shape, value, f"{prefix}{member.name}", rule)


def _problems(shape: Shape, value: object, path: str, rule: _Rule) -> Iterator[ArgumentProblem]:
    allowed = _required(shape) if value is None else rule(shape, value)
    if allowed is not None:
        yield ArgumentProblem(path, _shown(value), allowed, hint(shape, value))
        return
    match shape:
        case Structure():
            model = cast("attrs.AttrsInstance", value)
            yield from _structure_problems(shape, model, f"{path}.", rule)
        case ListOf():
            for index, item in enumerate(cast("Iterable[object]", value)):
                yield from _problems(shape.item, item, f"{path}[{index}]", rule)
        case MapOf():
            for key, item in cast("Mapping[object, object]", value).items():
                yield from _problems(shape.key, key, f"{path} (key)", rule)
                yield from _problems(shape.value, item, f"{path}[{str(key)!r}]", rule)
        case _:
            pass


def _required(shape: Shape) -> str:
    return f"{described(shape)}; it is required"


def _of_its_type(shape: Shape, value: object) -> str | None:
    match shape:
        case Structure():
            fits = isinstance(value, shape.type)
        case ListOf():
            fits = is_list(value)
        case MapOf():
            fits = isinstance(value, Mapping)
        case Enum():
            # Plain text is what boto3's users know; the member of another enum is a mistake.
            is_other_enum = isinstance(value, enum.Enum) and not isinstance(value, shape.type)
            fits = isinstance(value, str) and not is_other_enum
        case String():
            fits = isinstance(value, str)
        case Boolean():
            fits = isinstance(value, bool)
        case Integer():
            fits = isinstance(value, int) and not isinstance(value, bool)
        case Float():
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case Timestamp():
            fits = isinstance(value, datetime)
        case Blob():
            fits = isinstance(value, bytes | bytearray | memoryview)
    return None if fits else described(shape)


def _sendable(shape: Shape, value: object) -> str | None:
    if isinstance(shape, ListOf):
        # How long it may be is for the service to say; some methods split what is longer.
        shape = ListOf(shape.item, shape.min)
    return _of_its_type(shape, value) or _at_least_the_minimum(shape, value)


def _at_least_the_minimum(shape: Shape, value: object) -> str | None:
    match shape:
        case String(min=int(least)) | ListOf(min=int(least)) | Blob(min=int(least)):
            fits = len(cast("str", value)) >= least
        case Integer(min=int(least)):
            fits = cast("int", value) >= least
        case _:
            fits = True
    return None if fits else described(shape)


def _within_limits(shape: Shape, value: object) -> str | None:
    match shape:
        case String(max=most, pattern=pattern):
            text = cast("str", value)
            fits = (most is None or len(text) <= most) and (
                pattern is None or _compiled(pattern).fullmatch(text) is not None
            )
        case ListOf(max=int(most)) | Blob(max=int(most)):
            fits = len(cast("bytes", value)) <= most
        case Integer(max=int(most)):
            fits = cast("int", value) <= most
        case Enum():
            fits = value in shape.type._value2member_map_
        case _:
            fits = True
    return None if fits else described(shape)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def described(shape: Shape) -> str:
    """What a shape allows, in words."""
    match shape:
        case Structure():
            return shape.type.__name__
        case ListOf():
            size = _size(shape.min, shape.max, "item")
            return f"a list{size}" if size else f"a list of {described(shape.item)}"
        case MapOf():
            return "a mapping"
        case Enum():
            return f"{shape.type.__name__}: {' | '.join(shape.type)}"
        case String():
            size = _size(shape.min, shape.max, "character")
            return f"text{size}: {shape.allowed}" if shape.allowed else f"text{size}"
        case Boolean():
            return "True or False"
        case Integer(min=least, max=most):
            return f"a whole number{_range(least, most)}"
        case Float():
            return "a number"
        case Timestamp():
            return "a datetime"
        case Blob():
            return f"bytes{_size(None, shape.max, 'byte')}"


def _range(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    if least is not None:
        return f" of at least {least:,}"
    return f" of at most {most:,}" if most is not None else ""


def _size(least: int | None, most: int | None, unit: str) -> str:
    plural = "" if (most if most is not None else least) == 1 else "s"
    if least and most is not None:
        return f" of {least:,} to {most:,} {unit}{plural}"
    if least:
        return f" of at least {least:,} {unit}{plural}"
    return f" of at most {most:,} {unit}{plural}" if most is not None else ""


def _shown(value: object) -> str:
    if isinstance(value, type):
        # Its `repr` begins with the module, and may be cut before the name.
        return f"the class {value.__name__}"
    size = f" ({len(value):,} characters)" if isinstance(value, str) and len(value) > 50 else ""
    kind = "" if value is None or isinstance(value, str) else f" ({type(value).__name__})"
    return f"{shortened(value)}{size}{kind}"
