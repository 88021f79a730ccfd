"""Blobs: layers and configurations, which are downloaded from where the API's URLs lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.http.distribution.errors import RegistryError
from ecr_typed.testing._emulator.http.distribution.messages import response
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.distribution.exchange import Exchange
    from ecr_typed.testing._emulator.http.messages import HttpResponse

_MEDIA_TYPE = "application/octet-stream"


def describe(exchange: Exchange, name: str, digest: str) -> HttpResponse:
    """Return the size of a blob. An archived one is as good as none."""
    members = exchange.run(
        "BatchCheckLayerAvailability", repositoryName=name, layerDigests=[digest]
    )
    for failure in members["failures"]:
        raise RegistryError.of(failure["failureCode"], failure["failureReason"])
    (layer,) = members["layers"]
    if layer["layerAvailability"] != "AVAILABLE":
        raise RegistryError("BLOB_UNKNOWN", 404, protocols.BLOB_NOT_THERE(digest=digest))
    headers = [
        ("Content-Length", str(layer["layerSize"])),
        ("Docker-Content-Digest", digest),
        ("Accept-Ranges", "bytes"),
    ]
    return response("200 OK", headers, content_type=_MEDIA_TYPE)


def pull(exchange: Exchange, name: str, digest: str) -> HttpResponse:
    """Lead the client to the signed URL of a blob, as ECR leads it to S3; ranges work there."""
    members = exchange.run("GetDownloadUrlForLayer", repositoryName=name, layerDigest=digest)
    headers = [("Location", members["downloadUrl"]), ("Docker-Content-Digest", digest)]
    return response("307 TEMPORARY REDIRECT", headers)


def refuse_deletion(exchange: Exchange, name: str, digest: str) -> HttpResponse:  # noqa: ARG001 - every handler's signature
    """Refuse to delete a blob: ECR deletes blobs itself, when no image refers to them."""
    raise RegistryError("UNSUPPORTED", 405, protocols.UNSUPPORTED_DELETION())
