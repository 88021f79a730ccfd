"""The first step of a call: the arguments of a method become a request that can be sent."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ecr_typed import models
from ecr_typed._calls.operation import AnyOperation, Response
from ecr_typed._calls.validation import unsendable
from ecr_typed._conversion.shapes import ListOf, members
from ecr_typed._errors import EcrRequestError


def build_request(operation: AnyOperation, arguments: Mapping[str, object]) -> attrs.AttrsInstance:
    """Return the model of a request, or raise an error that names what can't be sent."""
    model: type[attrs.AttrsInstance] = getattr(models, operation.request)
    problems = unsendable(model, arguments)
    if problems:
        raise EcrRequestError(problems, operation_name=operation.name)
    return model(**arguments)


def build_parts(
    operation: AnyOperation, arguments: Mapping[str, object]
) -> list[attrs.AttrsInstance]:
    """Return the requests for arguments whose list may be longer than one request may carry."""
    request = build_request(operation, arguments)
    for name, most in operation.splits.items():
        values: tuple[object, ...] = getattr(request, name) or ()
        if len(values) > most:
            # The same id in two parts would fail in the second, once the first has deleted it.
            values = tuple(dict.fromkeys(values))
            parts = (values[start : start + most] for start in range(0, len(values), most))
            return [build_request(operation, {**arguments, name: part}) for part in parts]
    return [request]


def join(first: Response, second: Response) -> Response:
    """Join the responses to two parts of a call: lists in order, all else from the first."""
    values: dict[str, object] = {}
    for member in members(type(first)):
        value, more = getattr(first, member.name), getattr(second, member.name)
        if isinstance(member.shape, ListOf) and (value or more):
            value = (*(value or ()), *(more or ()))
        values[member.name] = value
    return type(first)(**values)
