"""The protocol of ECR's API, JSON 1.1: from the body of a request to the response."""

from __future__ import annotations

import base64
import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.http.messages import (
    CredentialScope,
    HttpResponse,
    service_response,
)
from ecr_typed.testing._emulator.http.service_description import REQUESTS, WITHOUT_OUTPUT
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Origin
    from ecr_typed.testing._emulator.service import EcrService

TARGET_PREFIX = "AmazonEC2ContainerRegistry_V20150921."
"""What the `X-Amz-Target` header of all of ECR's requests begins with."""

_logger = logging.getLogger("ecr_typed.testing")


def respond(
    service: EcrService,
    operation_name: str,
    scope: CredentialScope,
    body: bytes,
    origin: Origin,
) -> HttpResponse:
    """Run one operation; whatever happens, the response is one of the service's."""
    try:
        response = service.call(
            operation_name,
            _read(operation_name, body),
            service.caller_of(scope.access_key_id, scope.session_token),
            scope.region_name,
            origin,
            encode=_empty if operation_name in WITHOUT_OUTPUT else _encode,
        )
    except ServiceError as error:
        return refusal(error)
    except Exception:
        _logger.exception("%s failed", operation_name)
        failure = ServiceError("ServerException", protocols.EMULATOR_FAILED())
        return refusal(failure, "500 INTERNAL SERVER ERROR")
    return service_response("200 OK", response)


def no_call(method: str, authorization: str) -> HttpResponse:
    """Return the refusal of a request that is no call of an operation, or is not signed."""
    if method != "POST":
        error = ServiceError("UnknownOperationException", protocols.ONLY_POST(method=method))
    elif authorization:
        error = ServiceError(
            "IncompleteSignatureException",
            protocols.NO_CREDENTIAL(scheme=authorization.partition(" ")[0]),
        )
    else:
        error = ServiceError("MissingAuthenticationTokenException", protocols.NO_AUTHENTICATION())
    return refusal(error)


def refusal(error: ServiceError, status: str = "400 BAD REQUEST") -> HttpResponse:
    """Return an error as the service returns it."""
    members = {"__type": error.code, "message": error.message, **error.members}
    return service_response(status, _encode(members))


def _read(operation_name: str, body: bytes) -> dict[str, Any]:
    """Return the parameters of a call, of the right types and within the limits."""
    shape = REQUESTS.get(operation_name)
    if shape is None:
        raise ServiceError(
            "UnknownOperationException",
            protocols.NO_OPERATION(operation_name=operation_name),
        )
    try:
        document: object = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ServiceError("SerializationException", protocols.NO_JSON(error=error)) from error
    return shape.accept(document)


def _empty(_: object) -> bytes:
    return b""


def _encode(members: object) -> bytes:
    return json.dumps(members, default=_encode_value).encode()


def _encode_value(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a response")
