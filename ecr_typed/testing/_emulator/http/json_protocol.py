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

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.accounts import Caller
    from ecr_typed.testing._emulator.service import EcrService

TARGET_PREFIX = "AmazonEC2ContainerRegistry_V20150921."
"""What the `X-Amz-Target` header of all of ECR's requests begins with."""

_logger = logging.getLogger("ecr_typed.testing")


def respond(
    service: EcrService,
    operation_name: str,
    body: bytes,
    caller: Caller,
    region_name: str,
    endpoint_url: str,
) -> HttpResponse:
    """Run one operation; whatever happens, the response is one of the service's."""
    try:
        parameters = _read(operation_name, body)
        with service.exclusive() as registries:
            members = service.run(
                operation_name, parameters, caller, region_name, endpoint_url, registries
            )
            # The members may hold parts of the state, so they are encoded under the lock.
            response = b"" if operation_name in WITHOUT_OUTPUT else _encode(members)
    except ServiceError as error:
        return refusal(error)
    except Exception:
        _logger.exception("%s failed", operation_name)
        message = "The emulator failed; its log (ecr_typed.testing) has the traceback."
        return refusal(ServiceError("ServerException", message), "500 INTERNAL SERVER ERROR")
    return service_response("200 OK", response)


def signed_scope(method: str, authorization: str) -> CredentialScope:
    """Return the credential scope of a call, or refuse a request that is none or is not signed."""
    if method != "POST":
        raise ServiceError("UnknownOperationException", f"ECR's API takes POST, not {method}")
    if not authorization:
        raise ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
    scope = CredentialScope.of(authorization)
    if scope is None:
        raise ServiceError(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential' parameter. "
            f"Authorization={authorization.partition(' ')[0]}",
        )
    return scope


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
            f"ecr_typed.testing does not emulate an operation '{operation_name}' of ECR",
        )
    try:
        document: object = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ServiceError("SerializationException", f"The request is no JSON: {error}") from error
    parameters = shape.read(document, "request")
    shape.check(parameters, "")
    return parameters


def _encode(members: object) -> bytes:
    return json.dumps(members, default=_encode_value).encode()


def _encode_value(value: object) -> object:
    if isinstance(value, datetime):
        return round(value.timestamp(), 3)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a response")
