"""Errors of the registry protocol, by the errors of the API's operations that cause them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from ecr_typed.testing._emulator.http.distribution.messages import json_response
from ecr_typed.testing._emulator.http.messages import HttpResponse
from ecr_typed.testing._emulator.texts.text import Message

_API_CONTENT_TYPE: Final = "application/x-amz-json-1.1"
_UNSUPPORTED: Final = ("UNSUPPORTED", 405)
_DENIED: Final = ("DENIED", 403)
# What ECR makes of its own errors, as far as users have shown it: a parameter that breaks a
# constraint is 405 UNSUPPORTED, a full repository 403. The other codes are the specification's.
_ERRORS: Final[Mapping[str, tuple[str, int]]] = {
    "RepositoryNotFoundException": ("NAME_UNKNOWN", 404),
    "ImageTagAlreadyExistsException": ("TAG_INVALID", 400),
    "ImageDigestDoesNotMatchException": ("DIGEST_INVALID", 400),
    "LayersNotFoundException": ("BLOB_UNKNOWN", 404),
    "LayerInaccessibleException": ("BLOB_UNKNOWN", 404),
    "ReferencedImagesNotFoundException": ("MANIFEST_BLOB_UNKNOWN", 400),
    "InvalidLayerException": ("DIGEST_INVALID", 400),
    "InvalidLayerPartException": ("BLOB_UPLOAD_INVALID", 416),
    "LayerPartTooSmallException": ("BLOB_UPLOAD_INVALID", 400),
    "EmptyUploadException": ("BLOB_UPLOAD_INVALID", 400),
    "UploadNotFoundException": ("BLOB_UPLOAD_UNKNOWN", 404),
    "InvalidParameterException": _UNSUPPORTED,
    "ValidationException": _UNSUPPORTED,
    "LimitExceededException": _DENIED,
    "AccessDeniedException": _DENIED,
    "KmsException": _DENIED,
    "ThrottlingException": ("TOOMANYREQUESTS", 429),
    # The reasons why one image of several was not found, pulled or deleted.
    "ImageNotFound": ("MANIFEST_UNKNOWN", 404),
    "ImageInaccessible": ("MANIFEST_UNKNOWN", 404),
    "InvalidImageTag": ("TAG_INVALID", 400),
    "InvalidImageDigest": ("DIGEST_INVALID", 400),
    "ImageReferencedByManifestList": _UNSUPPORTED,
    "InvalidLayerDigest": ("DIGEST_INVALID", 400),
}


class RegistryError(Exception):
    """A refusal of the registry, with the code and the HTTP status of the protocol."""

    def __init__(
        self, code: str, status: int, message: Message, headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.headers = tuple(headers)

    @classmethod
    def of(cls, api_code: str, message: Message, default_status: int = 400) -> RegistryError:
        """Return the refusal for an error code, or a failure code, of the API."""
        code, status = _ERRORS.get(api_code, ("UNKNOWN", default_status))
        return cls(code, status, message)

    def response(self) -> HttpResponse:
        """Return the refusal as it is sent."""
        errors = [{"code": self.code, "message": self.message}]
        return json_response(status_line(self.status), {"errors": errors}, self.headers)


def status_line(status: int) -> str:
    """Return the status line of an HTTP status."""
    return f"{status} {HTTPStatus(status).phrase}"


def in_registry_format(response: HttpResponse) -> HttpResponse:
    """Return an error of the API, which an injected fault is, as an error of the registry."""
    status, headers, body = response
    if ("Content-Type", _API_CONTENT_TYPE) not in headers or status < "4":
        return response
    try:
        error = json.loads(body)
        refusal = RegistryError.of(error["__type"], error["message"], int(status[:3]))
    except (ValueError, LookupError, TypeError):
        return response
    return refusal.response()
