"""Models from answers and from boto3's dicts, and boto3's dicts from models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol, TypeVar

import attrs

from ecr_typed._calls.validation import wrongly_typed
from ecr_typed._conversion import careful
from ecr_typed._conversion.compiled import MISFITS, Structurers, Unstructurers
from ecr_typed._conversion.redaction import holds_secrets, redacted
from ecr_typed._conversion.scalars import BOTO3, JSON, Dialect
from ecr_typed._conversion.shapes import is_model, members
from ecr_typed._errors import ArgumentProblem, EcrRequestError, EcrResponseError, shortened

Model = TypeVar("Model", bound=attrs.AttrsInstance)


class _Converter(Protocol):
    """What is used of cattrs' converter."""

    def structure(self, obj: object, cl: type[Model]) -> Model: ...

    def unstructure(self, obj: object, unstructure_as: type[Any]) -> Any: ...


@cache
def _converter(dialect: Dialect) -> _Converter:
    # Loaded with the first call, as a client can be made without it; and by its name, as checkers
    # would read all of it for every program that uses us.
    cattrs: Any = import_module("cattrs")
    converter = cattrs.Converter(detailed_validation=False)
    structurers = Structurers(dialect)
    unstructurers = Unstructurers()

    def structure_hook(model: type[Any]) -> Callable[[Any, Any], Any]:
        structure = structurers.get(model)
        # What is shared, is so inside one page: each gets a memo of its own.
        return lambda value, _: structure(value, {})

    converter.register_structure_hook_factory(is_model, structure_hook)
    converter.register_unstructure_hook_factory(is_model, unstructurers.get)
    made: _Converter = converter
    return made


_DECODER: Final = json.JSONDecoder()


def to_boto3(model: attrs.AttrsInstance) -> dict[str, Any]:
    """Convert a model to the dict that boto3 takes and gives.

    Nothing in it is ours: dicts, lists, and exactly `str`, `int`, `float`, `bool`, `bytes` and
    `datetime`. Attributes that are `None` are left out.

    Args:
        model: The model. An instance of a subclass is converted as the model that it is, too.

    Returns:
        A dict that shares nothing with the model.

    Raises:
        EcrRequestError: `model` is none, or an attribute is not of its declared type.
    """
    kind = type(model) if is_model(type(model)) else _model_of(type(model))
    if kind is None:
        raise EcrRequestError([ArgumentProblem("model", shortened(model), "a model")])
    try:
        plain: dict[str, Any] = _converter(BOTO3).unstructure(model, kind)
    except MISFITS as error:
        problems = wrongly_typed(kind, model)
        reason = f"{kind.__name__} can't be converted: {error or type(error).__name__}"
        raise EcrRequestError(problems or reason) from error
    return plain


def _model_of(kind: type[object]) -> type[attrs.AttrsInstance] | None:
    """The model of a subclass, which a request takes as well; what boto3 knows is its part."""
    return next((base for base in kind.__mro__ if is_model(base)), None)


def from_boto3(model: type[Model], mapping: Mapping[str, Any]) -> Model:
    """Make a model of a dict that boto3 gave.

    Members that this release does not know are passed over; values of enums that it does not
    know are kept.

    Args:
        model: The model's class.
        mapping: What boto3 gave, or what it would take.

    Returns:
        A model of the class.

    Raises:
        EcrRequestError: `model` is no model's class.
        EcrResponseError: A member that is always there is missing, or one has a wrong type.
    """
    if not is_model(model):
        allowed = "a model's class, as in from_boto3(Repository, {...})"
        raise EcrRequestError([ArgumentProblem("model", shortened(model), allowed)])
    try:
        return _converter(BOTO3).structure(mapping, model)
    except MISFITS:
        pass
    return _structured_with_care(BOTO3, model, mapping)


def from_json(model: type[Model], body: bytes) -> Model:
    """Make a model of an answer's body."""
    try:
        # Only operations without output answer with nothing at all.
        value: object = _DECODER.decode(body.decode()) if body or members(model) else {}
    except (ValueError, RecursionError) as error:
        unreadable = EcrResponseError(f"the answer is no JSON: {len(body):,} bytes, {error}")
        # It may have been cut short on its way.
        unreadable.is_transient = True
        if not holds_secrets(model):
            raise unreadable from error
    else:
        return _structured(model, value)
    # Out of the block above: what is handled there, and its frames, have the body with its secrets.
    raise unreadable


def _structured(model: type[Model], value: object) -> Model:
    try:
        return _converter(JSON).structure(value, model)
    except MISFITS:
        pass
    return _structured_with_care(JSON, model, value)


def _structured_with_care(dialect: Dialect, model: type[Model], value: object) -> Model:
    try:
        return careful.structure(dialect, model, value)
    except careful.Misfit as misfit:
        path, problem = misfit.path, misfit.problem
    # An error that is raised while another is handled keeps that one, and its frames the secrets.
    where = careful.rendered((model.__name__, *path))
    raise EcrResponseError(
        f"the answer does not fit the model: {where} {problem}",
        path=path,
        response=redacted(model, value),
    )
