"""The first step of a call: from a method's arguments to a request that can be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ecr_typed import models
from ecr_typed._calls.operation import AnyOperation, Response
from ecr_typed._calls.validation import unsendable
from ecr_typed._conversion.shapes import ListOf, members
from ecr_typed._errors import EcrRequestError

if TYPE_CHECKING:
    from ecr_typed.models import Tag

Argument = TypeVar("Argument")


def build_request(operation: AnyOperation, arguments: Mapping[str, object]) -> attrs.AttrsInstance:
    """The model of a request, or an error that names each argument that can't be sent."""
    model: type[attrs.AttrsInstance] = getattr(models, operation.request)
    problems = unsendable(model, arguments)
    if problems:
        raise EcrRequestError(problems, operation_name=operation.name)
    return model(**arguments)


def build_parts(
    operation: AnyOperation, arguments: Mapping[str, object]
) -> list[attrs.AttrsInstance]:
    """The requests for arguments of which a list may be longer than one request may carry."""
    request = build_request(operation, arguments)
    for name, most in operation.splits.items():
        values: tuple[object, ...] = getattr(request, name) or ()
        if len(values) > most:
            parts = (values[start : start + most] for start in range(0, len(values), most))
            return [build_request(operation, {**arguments, name: part}) for part in parts]
    return [request]


def join(first: Response, second: Response) -> Response:
    """The responses to two parts of a request as one: lists in order, all else the first's."""
    values: dict[str, object] = {}
    for member in members(type(first)):
        value, more = getattr(first, member.name), getattr(second, member.name)
        if isinstance(member.shape, ListOf) and (value or more):
            value = (*(value or ()), *(more or ()))
        values[member.name] = value
    return type(first)(**values)


def as_text(value: object, *documents: str) -> Any:
    """The text of a document of one of some classes, by their names; anything else as it is."""
    if value is None or isinstance(value, str):
        return value
    # Loaded by whoever passes a document, and by nobody else.
    from ecr_typed import documents as known

    classes = tuple(getattr(known, name) for name in documents)
    return str(value) if isinstance(value, classes) else value


def implied(value: Argument | None, document: object, attribute: str) -> Argument | None:
    """An argument, or what a document that is passed for another argument says of it."""
    return getattr(document, attribute, None) if value is None else value


def as_tags(tags: Mapping[str, str] | Sequence[Tag] | None) -> Sequence[Tag] | None:
    """Tags as the service has them, of a mapping of keys to values."""
    if isinstance(tags, Mapping):
        return tuple(models.Tag(key=key, value=value) for key, value in tags.items())
    return tags
