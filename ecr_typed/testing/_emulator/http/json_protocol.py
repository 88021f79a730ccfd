"""From a request's JSON to values of the types that its shape declares.

Members that are null count as absent, and members that the shape doesn't know are passed over,
as AWS's JSON services do. What has the wrong type altogether is a `SerializationException`.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, cast

from botocore.model import ListShape, StructureShape

from ecr_typed.testing._emulator.registry.errors import ServiceError

if TYPE_CHECKING:
    from botocore.model import Shape

_JSON_TYPES: dict[str, type] = {"string": str, "boolean": bool, "integer": int, "long": int}


def read_request(body: bytes, shape: StructureShape) -> dict[str, Any]:
    """Read the parameters of a call from the body of its request."""
    try:
        document: object = json.loads(body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", f"The request is no JSON: {error}") from error
    parameters: dict[str, Any] = _read(document, shape, "request")
    return parameters


def _read(value: object, shape: Shape, member: str) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {
            name: _read(members[name], member_shape, name)
            for name, member_shape in shape.members.items()
            if members.get(name) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        items = cast("list[object]", value)
        return [_read(item, shape.member, member) for item in items]
    if shape.type_name == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise _wrong_type(member, shape) from error
    # Exactly: bool is a subclass of int in Python, not in JSON.
    if type(value) is _JSON_TYPES.get(shape.type_name):
        return value
    raise _wrong_type(member, shape)


def _wrong_type(member: str, shape: Shape) -> ServiceError:
    return ServiceError("SerializationException", f"'{member}' can't be read as {shape.type_name}")
