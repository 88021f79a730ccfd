"""Members of the control API's requests: their JSON schemas, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from ecr_typed import EcrResponseError, from_boto3
from ecr_typed.models import ImageDetail, ImageIdentifier, Repository, RepositoryCreationTemplate

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
        raise ControlError(f"{name} must have a zone: {text}Z for UTC")
    return time


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


def texts(description: str) -> Member:
    """Return a member with a list of texts."""

    def read(values: list[object], name: str) -> list[object]:
        if not all(isinstance(each, str) for each in values):
            raise ControlError(f"{name} must be a list of texts")
        return values

    return Member(
        {"type": "array", "items": {"type": "string"}, "description": description}, read=read
    )


def mapping(description: str) -> Member:
    """Return a member with an object of any names."""
    return Member({"type": "object", "description": description})


def time(description: str, *, is_required: bool = False) -> Member:
    """Return a member with a point in time."""
    schema = {"type": "string", "format": "date-time", "description": description}
    return Member(schema, is_required, _time)


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
