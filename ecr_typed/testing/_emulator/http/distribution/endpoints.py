"""The endpoints of the registry protocol: which handler responds to a method and a path."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ecr_typed.testing._emulator.http.distribution import blobs, listings, manifests, uploads
from ecr_typed.testing._emulator.http.distribution.authentication import authenticate, challenge
from ecr_typed.testing._emulator.http.distribution.errors import RegistryError
from ecr_typed.testing._emulator.http.distribution.exchange import Exchange
from ecr_typed.testing._emulator.http.distribution.messages import RegistryRequest, response
from ecr_typed.testing._emulator.http.messages import HttpResponse
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.service import EcrService

_logger = logging.getLogger("ecr_typed.testing")

Handler: TypeAlias = Callable[..., HttpResponse]


class Endpoint(NamedTuple):
    """What responds to one method of a path, and the operation by which faults find it."""

    operation_name: str | None
    handler: Handler


def _check_login(_exchange: Exchange) -> HttpResponse:
    """Confirm that the registry is there, and that the token is good."""
    return response("200 OK")


_ENDPOINTS: Mapping[str, Mapping[str, Endpoint]] = {
    r"/v2/?": {"GET": Endpoint(None, _check_login), "HEAD": Endpoint(None, _check_login)},
    r"/v2/_catalog": {"GET": Endpoint("DescribeRepositories", listings.list_repositories)},
    r"/v2/(.+)/tags/list": {"GET": Endpoint("ListImages", listings.list_tags)},
    r"/v2/(.+)/referrers/([^/]+)": {"GET": Endpoint("ListImageReferrers", listings.list_referrers)},
    r"/v2/(.+)/manifests/([^/]+)": {
        "GET": Endpoint("BatchGetImage", manifests.pull),
        "HEAD": Endpoint("BatchGetImage", manifests.describe),
        "PUT": Endpoint("PutImage", manifests.push),
        "DELETE": Endpoint("BatchDeleteImage", manifests.delete),
    },
    r"/v2/(.+)/blobs/uploads/?": {"POST": Endpoint("InitiateLayerUpload", uploads.begin)},
    r"/v2/(.+)/blobs/uploads/([^/]+)": {
        "GET": Endpoint(None, uploads.describe),
        "PATCH": Endpoint("UploadLayerPart", uploads.add_chunk),
        "PUT": Endpoint("CompleteLayerUpload", uploads.finish),
        "DELETE": Endpoint(None, uploads.cancel),
    },
    r"/v2/(.+)/blobs/([^/]+)": {
        "GET": Endpoint("GetDownloadUrlForLayer", blobs.pull),
        "HEAD": Endpoint("BatchCheckLayerAvailability", blobs.describe),
        "DELETE": Endpoint(None, blobs.refuse_deletion),
    },
}


def is_registry_path(path: str) -> bool:
    """Return whether a path belongs to the registry protocol."""
    return path == "/v2" or path.startswith("/v2/")


def operation_of(request: RegistryRequest) -> str | None:
    """Return the operation that a request runs; none before the client has logged in."""
    if not request.authorization:
        return None
    methods, _ = _find(request)
    endpoint = methods.get(request.method)
    return None if endpoint is None else endpoint.operation_name


def respond(service: EcrService, request: RegistryRequest) -> HttpResponse:
    """Respond to a request; whatever happens, the response is one of the protocol."""
    try:
        with service.exclusive() as registries:
            token = authenticate(request, registries)
            if token is None:
                return challenge(request)
            exchange = Exchange(
                request=request, token=token, service=service, registries=registries
            )
            return _respond(exchange)
    except RegistryError as error:
        return error.response()
    except ServiceError as error:
        return RegistryError.of(error.code, error.message).response()
    except Exception:
        _logger.exception("%s %s failed", request.method, request.path)
        return RegistryError("UNKNOWN", 500, protocols.EMULATOR_FAILED()).response()


def _respond(exchange: Exchange) -> HttpResponse:
    request = exchange.request
    methods, arguments = _find(request)
    if not methods:
        raise RegistryError("UNSUPPORTED", 404, protocols.NO_PATH(path=request.path))
    endpoint = methods.get(request.method)
    if endpoint is None:
        allowed = ", ".join(methods)
        message = protocols.OTHER_METHOD(path=request.path, allowed=allowed, method=request.method)
        raise RegistryError("UNSUPPORTED", 405, message, [("Allow", allowed)])
    return endpoint.handler(exchange, *arguments)


def _find(request: RegistryRequest) -> tuple[Mapping[str, Endpoint], tuple[str, ...]]:
    """Return the endpoints of a path by method, and the arguments in the path."""
    for pattern, methods in _ENDPOINTS.items():
        found = re.fullmatch(pattern, request.path)
        if found is not None:
            return methods, found.groups()
    return {}, ()
