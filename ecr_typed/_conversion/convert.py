"""Converts responses and boto3's dicts to models, and models to boto3's dicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol, TypeVar

import attrs

from ecr_typed._calls.validation import wrongly_typed
from ecr_typed._conversion import careful
from ecr_typed._conversion.compiled import CONVERSION_FAILURES, Structurers, Unstructurers
from ecr_typed._conversion.redaction import holds_secrets, redacted
from ecr_typed._conversion.scalars import BOTO3, JSON, Dialect
from ecr_typed._conversion.shapes import is_model, members
from ecr_typed._errors import ArgumentProblem, EcrRequestError, EcrResponseError, shortened

Model = TypeVar("Model", bound=attrs.AttrsInstance)


class _Converter(Protocol):
    """The part of cattrs' converter that is used."""

    def structure(self, obj: object, cl: type[Model]) -> Model: ...

    def unstructure(self, obj: object, unstructure_as: type[Any]) -> Any: ...


@cache
def _converter(dialect: Dialect) -> _Converter:
    # cattrs is loaded with the first call, because a client can be made without it. It is imported
    # by its name, because checkers would read all of it for every program that uses this package.
    cattrs: Any = import_module("cattrs")
    converter = cattrs.Converter(detailed_validation=False)
    structurers = Structurers(dialect)
    unstructurers = Unstructurers()

    def structure_hook(model: type[Any]) -> Callable[[Any, Any], Any]:
        structure = structurers.get(model)
        # Values are shared inside one page, so each page has a memo of its own.
        return lambda value, _: structure(value, {})

    converter.register_structure_hook_factory(is_model, structure_hook)
    converter.register_unstructure_hook_factory(is_model, unstructurers.get)
    typed: _Converter = converter
    return typed


_DECODER: Final = json.JSONDecoder()


def to_boto3(model: attrs.AttrsInstance) -> dict[str, Any]:
    """Convert a model to the dict that boto3 takes and gives.

    The dict is plain: it holds dicts, lists, and exactly `str`, `int`, `float`, `bool`, `bytes`
    and `datetime`. Attributes that are `None` are left out. Secrets are in it.

    Args:
        model: The model. An instance of a subclass is converted as the model that it derives from.

    Returns:
        A dict that shares nothing with the model.

    Raises:
        EcrRequestError: `model` is not a model, or an attribute does not have its declared type.
    """
    kind = type(model) if is_model(type(model)) else _model_of(type(model))
    if kind is None:
        raise EcrRequestError([ArgumentProblem("model", shortened(model), "a model")])
    try:
        plain: dict[str, Any] = _converter(BOTO3).unstructure(model, kind)
    except CONVERSION_FAILURES as error:
        problems = wrongly_typed(kind, model)
        reason = f"{kind.__name__} can't be converted: {error or type(error).__name__}"
        raise EcrRequestError(problems or reason) from error
    return plain


def _model_of(kind: type[object]) -> type[attrs.AttrsInstance] | None:
    """Return the model that a class derives from: boto3 knows the members of that one."""
    return next((base for base in kind.__mro__ if is_model(base)), None)


def from_boto3(model: type[Model], mapping: Mapping[str, Any]) -> Model:
    """Convert a dict that boto3 returned, or takes, to a model.

    Members that this release does not know are left out. Values of enums that it does not know
    are kept.

    Args:
        model: The model's class.
        mapping: The dict.

    Returns:
        A model of the class.

    Raises:
        EcrRequestError: `model` is not the class of a model.
        EcrResponseError: A member that is always present is missing, or has a wrong type.
    """
    if not is_model(model):
        allowed = "a model's class, as in from_boto3(Repository, {...})"
        raise EcrRequestError([ArgumentProblem("model", shortened(model), allowed)])
    try:
        return _converter(BOTO3).structure(mapping, model)
    except CONVERSION_FAILURES:
        pass
    return _structured_with_care(BOTO3, model, mapping)


def from_json(model: type[Model], body: bytes) -> Model:
    """Convert the body of a response to a model."""
    try:
        # Only operations without output have responses without a body.
        value: object = _DECODER.decode(body.decode()) if body or members(model) else {}
    except (ValueError, RecursionError) as error:
        unreadable = EcrResponseError(f"the response is not JSON: {len(body):,} bytes, {error}")
        # The body may have been cut short on its way.
        unreadable.is_transient = True
        if not holds_secrets(model):
            raise unreadable from error
    else:
        return _structured(model, value)
    # An error that is raised inside the block above would keep the one that is handled there, and
    # with it frames that hold the body and its secrets.
    raise unreadable


def _structured(model: type[Model], value: object) -> Model:
    try:
        return _converter(JSON).structure(value, model)
    except CONVERSION_FAILURES:
        pass
    return _structured_with_care(JSON, model, value)


def _structured_with_care(dialect: Dialect, model: type[Model], value: object) -> Model:
    try:
        return careful.structure(dialect, model, value)
    except careful.ConversionError as error:
        path, problem = error.path, error.problem
    # An error that is raised inside the block above would keep the other one's frames, and with
    # them the secrets.
    where = careful.rendered((model.__name__, *path))
    raise EcrResponseError(
        f"the response does not fit the model: {where} {problem}",
        path=path,
        response=redacted(model, value),
    )
