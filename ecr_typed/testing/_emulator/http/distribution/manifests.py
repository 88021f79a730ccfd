"""Manifests: pull, push and delete them by tag or digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.http.distribution.errors import RegistryError
from ecr_typed.testing._emulator.http.distribution.messages import response
from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.manifests import read_manifest
from ecr_typed.testing._emulator.texts import constraints

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.distribution.exchange import Exchange
    from ecr_typed.testing._emulator.http.messages import HttpResponse


def pull(exchange: Exchange, name: str, reference: str) -> HttpResponse:
    """Return a manifest, of a media type that the client accepts where there is one."""
    image = _pulled(exchange, name, reference)
    return response("200 OK", (), image["imageManifest"].encode(), image["imageManifestMediaType"])


def describe(exchange: Exchange, name: str, reference: str) -> HttpResponse:
    """Return size and digest of a manifest. ECR states the digest here, and not with a pull."""
    image = _pulled(exchange, name, reference)
    headers = [
        ("Content-Length", str(len(image["imageManifest"].encode()))),
        ("Docker-Content-Digest", image["imageId"]["imageDigest"]),
    ]
    return response("200 OK", headers, content_type=image["imageManifestMediaType"])


def push(exchange: Exchange, name: str, reference: str) -> HttpResponse:
    """Store a manifest; one that is there already is no error."""
    request = exchange.request
    media_type = request.content_type.partition(";")[0].strip()
    parameters = {
        **_image_id(reference),
        "imageManifest": _text(request.body),
        **({"imageManifestMediaType": media_type} if media_type else {}),
    }
    try:
        exchange.run("PutImage", repositoryName=name, **parameters)
    except ServiceError as error:
        if error.code == "LayersNotFoundException":
            # The code is ECR's (oras-project/oras-py#54); the specification has another.
            raise RegistryError("BLOB_UPLOAD_UNKNOWN", 400, error.message) from error
        if error.code != "ImageAlreadyExistsException":
            raise
    manifest = read_manifest(parameters["imageManifest"], media_type or None)
    headers = [
        ("Location", request.url(f"{name}/manifests/{manifest.digest}")),
        ("Docker-Content-Digest", manifest.digest),
    ]
    if manifest.subject is not None:
        headers.append(("OCI-Subject", manifest.subject))
    return response("201 CREATED", headers)


def delete(exchange: Exchange, name: str, reference: str) -> HttpResponse:
    """Delete an image by its digest, or remove a tag: with the last tag, the image goes."""
    members = exchange.run("BatchDeleteImage", repositoryName=name, imageIds=[_image_id(reference)])
    _check(members)
    return response("202 ACCEPTED")


def _pulled(exchange: Exchange, name: str, reference: str) -> dict[str, Any]:
    accepted = _media_types(exchange.request.accept)
    members = exchange.run(
        "BatchGetImage",
        repositoryName=name,
        imageIds=[_image_id(reference)],
        **({"acceptedMediaTypes": accepted} if accepted else {}),
    )
    _check(members)
    image: dict[str, Any] = members["images"][0]
    return image


def _check(members: dict[str, Any]) -> None:
    """Refuse the request if the operation failed for its image."""
    for failure in members["failures"]:
        raise RegistryError.of(failure["failureCode"], failure["failureReason"])


def _image_id(reference: str) -> dict[str, str]:
    """Return the identifier of a reference; only a digest has a colon."""
    return {"imageDigest" if ":" in reference else "imageTag": reference}


def _media_types(accept: str) -> list[str]:
    """Return the media types in an `Accept` header; none if any will do."""
    types = [each.partition(";")[0].strip() for each in accept.split(",")]
    return [] if "*/*" in types else list(filter(None, types))


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise invalid("ImageManifest", constraints.INVALID_JSON()) from error
