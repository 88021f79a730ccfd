"""Members of the control API's requests: their JSON schemas, and how their values are read.

A fault is the name of a usual fault, or an object with the type of a fault and its members.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, cast

from ecr_typed import EcrResponseError, from_boto3
from ecr_typed.models import ImageDetail, ImageIdentifier, Repository, RepositoryCreationTemplate
from ecr_typed.testing import faults
from ecr_typed.testing.faults import Fault

Schema = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


class ControlError(Exception):
    """A request that the control API refuses; its text says why."""

    def __init__(self, message: str, status: str = "400 BAD REQUEST") -> None:
        super().__init__(message)
        self.status = status


class Member(NamedTuple):
    """A member of a request."""

    schema: Schema
    is_required: bool = False
    read: Callable[[Any, str], Any] | None = None
    """Converts a value of the right type; gets the member's name for errors."""


def read_members(members: Mapping[str, Member], document: object) -> dict[str, Any]:
    """Return the values of a request's members, or refuse the request."""
    if not isinstance(document, dict):
        raise ControlError("the body must be a JSON object")
    given = cast("dict[str, Any]", document)
    unknown = sorted(given.keys() - members.keys())
    if unknown:
        allowed = ", ".join(members) or "no members"
        raise ControlError(f"there is no member {unknown[0]!r} here: use {allowed}")
    values: dict[str, Any] = {}
    for name, member in members.items():
        value = given.get(name)
        if value is not None:
            values[name] = _read(member, value, name)
        elif member.is_required:
            raise ControlError(f"{name} is required")
    return values


def _read(member: Member, value: object, name: str) -> object:
    kind: str | None = member.schema.get("type")
    if kind is not None and (isinstance(value, bool) or not isinstance(value, _TYPES[kind])):
        raise ControlError(f"{name} must be of type {kind}")
    return value if member.read is None else member.read(value, name)


def _time(text: str, name: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ControlError(f"{name} must be a time like 2024-01-31T12:00:00Z") from error
    if time.tzinfo is None:
        raise ControlError(f"{name} must have a zone: {time.isoformat()}Z for UTC")
    return time


def _duration(seconds: float, name: str) -> timedelta:
    try:
        return timedelta(seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise ControlError(f"{name} must be a number of seconds, not {seconds}") from error


def _models(kind: type[Any]) -> Callable[[Any, str], list[Any]]:
    """Return a reader of models that are spelled as boto3 spells them."""

    def read(documents: list[object], name: str) -> list[Any]:
        models: list[Any] = []
        for position, document in enumerate(documents):
            if not isinstance(document, dict):
                raise ControlError(f"{name}[{position}] must be an object")
            try:
                models.append(from_boto3(kind, cast("dict[str, Any]", document)))
            except EcrResponseError as error:
                raise ControlError(f"{name}[{position}] is no {kind.__name__}: {error}") from error
        return models

    return read


def _image_id(document: dict[str, Any], name: str) -> ImageIdentifier:
    identifier: ImageIdentifier = _models(ImageIdentifier)([document], name)[0]
    return identifier


def text(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a text."""
    return Member({"type": "string", "description": description}, is_required)


def integer(description: str) -> Member:
    """Return a member with a whole number."""
    return Member({"type": "integer", "description": description})


def number(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a number."""
    return Member({"type": "number", "description": description}, is_required)


def texts(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a list of texts."""

    def read(values: list[object], name: str) -> list[object]:
        if not all(isinstance(each, str) for each in values):
            raise ControlError(f"{name} must be a list of texts")
        return values

    schema = {"type": "array", "items": {"type": "string"}, "description": description}
    return Member(schema, is_required, read)


def mapping(description: str) -> Member:
    """Return a member with an object of any names."""
    return Member({"type": "object", "description": description})


def time(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a point in time."""
    schema = {"type": "string", "format": "date-time", "description": description}
    return Member(schema, is_required, _time)


def duration(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a number of seconds."""
    return Member({"type": "number", "description": description}, is_required, _duration)


def models(kind: type[Repository | RepositoryCreationTemplate | ImageDetail]) -> Member:
    """Return a member with a list of models, in the member names of the API."""
    description = f"{kind.__name__} objects as the API and boto3 spell them."
    schema = {"type": "array", "items": {"type": "object"}, "description": description}
    return Member(schema, read=_models(kind))


def objects(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a list of objects."""
    schema = {"type": "array", "items": {"type": "object"}, "description": description}
    return Member(schema, is_required)


def image_id() -> Member:
    """Return a member with an image identifier."""
    properties = {"imageDigest": {"type": "string"}, "imageTag": {"type": "string"}}
    schema = {"type": "object", "properties": properties, "description": "The image."}
    return Member(schema, is_required=True, read=_image_id)


REGISTRY: Mapping[str, Member] = {
    "accountId": text("The account of the registry; default: the emulator's."),
    "regionName": text("The region of the registry; default: the emulator's."),
}
"""The members that name a registry."""


USUAL_FAULTS: Final[Mapping[str, Fault]] = {
    name: fault
    for name, fault in vars(faults).items()
    if name.isupper() and isinstance(fault, Fault)
}
"""The usual faults by their names: THROTTLED, RESET ..."""

FAULT_TYPES: Final[Mapping[str, type[Fault]]] = {
    each.__name__: each
    for each in (
        faults.LateResponse,
        faults.ErrorResponse,
        faults.RawResponse,
        faults.LostResponse,
        faults.CutResponse,
        faults.WrongLength,
    )
}
"""The types of faults by their names."""


def read_fault(value: object, name: str) -> Fault:
    """Return the fault that a request describes, or refuse it."""
    if isinstance(value, str) and value in USUAL_FAULTS:
        return USUAL_FAULTS[value]
    if not isinstance(value, dict):
        raise ControlError(f"{name} must be an object, or one of {', '.join(USUAL_FAULTS)}")
    members = {**cast("dict[str, Any]", value)}
    # Programs may have the names that the types had at first.
    kind = FAULT_TYPES.get(str(members.pop("type", "")).replace("Answer", "Response"))
    if kind is None:
        raise ControlError(f"{name}.type must be one of {', '.join(FAULT_TYPES)}")
    fields = {_camel(field.name): field.name for field in dataclasses.fields(kind)}
    unknown = sorted(members.keys() - fields.keys())
    if unknown:
        raise ControlError(f"{name} has no member {unknown[0]!r}: use {', '.join(fields)}")
    if "body" in members:
        members["body"] = str(members["body"]).encode()
    try:
        return kind(**{fields[key]: member for key, member in members.items()})
    except (TypeError, ValueError) as error:
        raise ControlError(f"{name} is no {kind.__name__}: {error}") from error


def spell_fault(fault: Fault) -> object:
    """Return a fault as requests spell it."""
    for name, usual in USUAL_FAULTS.items():
        if fault == usual:
            return name
    members = {
        _camel(field.name): getattr(fault, field.name) for field in dataclasses.fields(fault)
    }
    return {
        "type": type(fault).__name__,
        **{
            k: v.decode(errors="replace") if isinstance(v, bytes) else v for k, v in members.items()
        },
    }


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)
