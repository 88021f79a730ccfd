"""Converts responses and boto3's dicts to models, and models to boto3's dicts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final, Protocol, TypeVar, cast

import attrs

from ecr_typed._conversion import json_bodies
from ecr_typed._conversion.compiled import Structurers, Unstructurers
from ecr_typed._conversion.scalars import BOTO3, CONVERSION_FAILURES, JSON, Dialect, plain_bytes
from ecr_typed._conversion.shapes import is_model, members
from ecr_typed._errors import ArgumentProblem, EcrRequestError, EcrResponseError, shortened
from ecr_typed._lazy import library

Model = TypeVar("Model", bound=attrs.AttrsInstance)


_structurers: Final = {dialect: Structurers(dialect) for dialect in (BOTO3, JSON)}
_unstructurers: Final = Unstructurers()


class _Converter(Protocol):
    """The part of cattrs' converter that is used."""

    def structure(self, obj: object, cl: type[Model]) -> Model: ...

    def unstructure(self, obj: object, unstructure_as: type[Any]) -> Any: ...


@cache
def _converter(dialect: Dialect) -> _Converter:
    # Calls go to the compiled functions directly, so only programs that convert by themselves load
    # cattrs. It is imported by its name, because checkers would read all of it for every program
    # that uses this package.
    cattrs: Any = library("cattrs")
    converter = cattrs.Converter(detailed_validation=False)
    structurers = _structurers[dialect]

    def structure_hook(model: type[Any]) -> Callable[[Any, Any], Any]:
        structure = structurers.get(model)
        # Values are shared inside one page, so each page has a memo of its own.
        return lambda value, _: structure(value, {})

    converter.register_structure_hook_factory(is_model, structure_hook)
    converter.register_unstructure_hook_factory(is_model, _unstructurers.get)
    typed: _Converter = converter
    return typed


def to_dict(model: attrs.AttrsInstance) -> dict[str, Any]:
    """Convert a model to the dict that boto3 takes (see `public.to_boto3`)."""
    kind = type(model) if is_model(type(model)) else _model_of(type(model))
    if kind is None:
        raise EcrRequestError([ArgumentProblem("model", shortened(model), "a model")])
    return _unstructured(_converter(BOTO3).unstructure, model, kind)


def to_parameters(request: attrs.AttrsInstance) -> dict[str, Any]:
    """Convert the request of a call to what botocore takes.

    Raises:
        EcrRequestError: An attribute does not have its declared type.
    """
    return _unstructured(_unstructurers.unstructure, request, type(request))


def _unstructured(
    unstructure: Callable[[Any, type[Any]], dict[str, Any]],
    model: attrs.AttrsInstance,
    kind: type[attrs.AttrsInstance],
) -> dict[str, Any]:
    try:
        return unstructure(model, kind)
    except CONVERSION_FAILURES as error:
        from ecr_typed._calls.validation import wrongly_typed

        problems = wrongly_typed(kind, model)
        reason = f"{kind.__name__} can't be converted: {error or type(error).__name__}"
        raise EcrRequestError(problems or reason) from error


def _model_of(kind: type[object]) -> type[attrs.AttrsInstance] | None:
    """Return the model that a class derives from: boto3 knows the members of that one."""
    return next((base for base in kind.__mro__ if is_model(base)), None)


def from_dict(model: type[Model], mapping: Mapping[str, Any]) -> Model:
    """Convert a dict of boto3 to a model (see `public.from_boto3`)."""
    _check_is_model(model, "from_boto3(Repository, {...})")
    return _structured(_converter(BOTO3).structure, BOTO3, model, mapping, "the dict")


def to_text(model: attrs.AttrsInstance, indent: int | None) -> str:
    """Convert a model to JSON (see `public.to_json`)."""
    return json.dumps(to_dict(model), default=_json_scalar, indent=indent)


def _json_scalar(value: object) -> str:
    # JSON has no times and no blobs; everything else in a dict of boto3 it has.
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(plain_bytes(value)).decode("ascii")


def from_text(model: type[Model], text: str | bytes) -> Model:
    """Convert JSON to a model (see `public.from_json`)."""
    _check_is_model(model, "from_json(DescribeImagesResponse, ...)")
    if not isinstance(cast("object", text), str | bytes | bytearray):
        problem = ArgumentProblem("text", shortened(text), "JSON, as text or bytes")
        raise EcrRequestError([problem])
    if isinstance(text, str):
        # PowerShell writes one before the output of a program that it saves.
        text = text.removeprefix("\ufeff")
    value = _parsed(model, json.loads, text, "the text")
    return _structured(_converter(JSON).structure, JSON, model, value, "the JSON")


def from_parsed(model: type[Model], parsed: Mapping[str, Any]) -> Model:
    """Convert a response that botocore parsed to a model."""
    return _structured(_structurers[BOTO3].structure, BOTO3, model, parsed)


def _accept(_: object) -> None:
    """Inspect nothing."""


def from_body(
    model: type[Model], body: bytes, inspect: Callable[[object], None] = _accept
) -> Model:
    """Convert the body of a response to a model.

    `inspect` is called with the JSON's value before it is converted, and may raise an error.
    """
    structure = _structurers[JSON].structure
    if json_bodies.read_body_quickly is not None:
        try:
            value = json_bodies.read_body_quickly(body)
        except ValueError:
            pass
        else:
            inspect(value)
            try:
                return structure(value, model)
            except CONVERSION_FAILURES:
                pass
    try:
        value = _parsed(model, json_bodies.read_body, body, "the response")
    except EcrResponseError as error:
        # The body may have been cut short on its way.
        error.is_transient = True
        raise
    inspect(value)
    return _structured(structure, JSON, model, value)


def _parsed(
    model: type[Model], parse: Callable[[Any], object], text: str | bytes, what: str
) -> object:
    # Only operations without output have responses without a body.
    if not text and not members(model):
        return {}
    try:
        return parse(text)
    except (ValueError, RecursionError) as error:
        unit = "characters" if isinstance(text, str) else "bytes"
        from ecr_typed._conversion.redaction import holds_secrets

        unreadable = EcrResponseError(f"{what} is not JSON: {len(text):,} {unit}, {error}")
        if not holds_secrets(model):
            raise unreadable from error
    # An error that is raised inside the block above would keep the one that is handled there, and
    # with it frames that hold the text and its secrets.
    raise unreadable


def _check_is_model(model: object, example: str) -> None:
    if not is_model(model):
        allowed = f"a model's class, as in {example}"
        raise EcrRequestError([ArgumentProblem("model", shortened(model), allowed)])


def _structured(
    structure: Callable[[object, type[Model]], Model],
    dialect: Dialect,
    model: type[Model],
    value: object,
    what: str = "the response",
) -> Model:
    try:
        return structure(value, model)
    except CONVERSION_FAILURES:
        pass
    return _structured_with_care(dialect, model, value, what)


def _structured_with_care(dialect: Dialect, model: type[Model], value: object, what: str) -> Model:
    # Few responses come here.
    from ecr_typed._conversion import careful
    from ecr_typed._conversion.redaction import redacted

    try:
        return careful.structure(dialect, model, value)
    except careful.ConversionError as error:
        path, problem = error.path, error.problem
    # An error that is raised inside the block above would keep the other one's frames, and with
    # them the secrets.
    where = careful.rendered((model.__name__, *path))
    raise EcrResponseError(
        f"{what} does not fit the model: {where} {problem}",
        path=path,
        response=redacted(model, value),
    )
