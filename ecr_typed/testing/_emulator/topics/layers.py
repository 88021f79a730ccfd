"""Layers: upload them in parts, check whether they exist, download them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.layers import (
    LARGEST_LAYER,
    MOST_PARTS,
    PART_SIZE,
    LayerUpload,
)
from ecr_typed.testing._emulator.texts import refusals
from ecr_typed.testing._emulator.topics.pull_through_cache import PullThroughCacheRules
from ecr_typed.testing._emulator.topics.repository_creation_templates import repository_for_push

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository
    from ecr_typed.testing._emulator.texts.text import Message

_DIGEST = re.compile("sha256:[a-f0-9]{64}")
_DEFAULT_MEDIA_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def initiate_layer_upload(call: Call) -> Response:
    """Open an upload; the first push to a repository may create it by a template."""
    name: str = call.parameters["repositoryName"]
    repository = repository_for_push(call.registry, name, call.now)
    upload = repository.layers.begin()
    return {"uploadId": upload.upload_id, "partSize": PART_SIZE}


def mount_layer(registry: Registry, name: str, digest: str, source_name: str) -> bool:
    """Share a layer with another repository of the registry, and return whether that is possible.

    The registry's setting must allow it, and the repositories must be encrypted alike; what pull
    through cache rules cover shares nothing.
    """
    if registry.settings.get("BLOB_MOUNTING") != "ENABLED":
        return False
    source, repository = registry.repository(source_name), registry.repository(name)
    rules = registry.states.of(PullThroughCacheRules)
    if rules.covering(source_name) or rules.covering(name):
        return False
    if repository.encryption_configuration != source.encryption_configuration:
        return False
    repository.layers.content.setdefault(digest, source.layers.content[digest])
    return True


def upload_layer_part(call: Call) -> Response:
    """Accept the part that follows the last one; any other is refused with the last position."""
    repository, upload = _upload(call)
    part: bytes = call.parameters["layerPartBlob"]
    first: int = call.parameters["partFirstByte"]
    last: int = call.parameters["partLastByte"]
    if first != upload.size or last - first + 1 != len(part):
        raise ServiceError(
            "InvalidLayerPartException",
            refusals.INVALID_LAYER_PART(upload_id=upload.upload_id, place=repository.place),
            **repository.names,
            uploadId=upload.upload_id,
            lastValidByteReceived=upload.last_byte,
        )
    if len(upload.parts) >= MOST_PARTS or upload.size + len(part) > LARGEST_LAYER:
        raise ServiceError(
            "LimitExceededException",
            refusals.LAYER_TOO_LARGE(parts=MOST_PARTS, size=LARGEST_LAYER),
        )
    upload.add(part)
    return {**repository.names, "uploadId": upload.upload_id, "lastByteReceived": upload.last_byte}


def find_upload(repository: Repository, upload_id: str) -> LayerUpload:
    """Return an upload, or fail as the service does."""
    upload = repository.layers.uploads.get(upload_id)
    if upload is None:
        raise ServiceError(
            "UploadNotFoundException",
            refusals.UPLOAD_NOT_FOUND(upload_id=upload_id, place=repository.place),
        )
    return upload


def complete_layer_upload(call: Call) -> Response:
    """Make a layer of the parts, if every given digest is theirs."""
    repository, upload = _upload(call)
    _check_parts(repository, upload)
    layers = repository.layers
    digest = upload.digest()
    given: list[str] = call.parameters["layerDigests"]
    if set(given) != {digest}:
        raise ServiceError(
            "InvalidLayerException",
            refusals.OTHER_LAYER_DIGEST(digest=digest, given=", ".join(given)),
        )
    if digest in layers.content:
        # The upload ends all the same, because it can't end otherwise.
        del layers.uploads[upload.upload_id]
        raise ServiceError(
            "LayerAlreadyExistsException",
            refusals.LAYER_EXISTS(digest=digest, place=repository.place),
        )
    layers.complete(upload, digest)
    return {**repository.names, "uploadId": upload.upload_id, "layerDigest": digest}


def batch_check_layer_availability(call: Call) -> Response:
    """Return which layers exist; a layer that does not exist is UNAVAILABLE, and no failure."""
    repository = call.repository()
    digests: list[str] = call.parameters["layerDigests"]
    described = _described(repository, digests, call)
    layers: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    for digest in digests:
        if _DIGEST.fullmatch(digest):
            layers.append({"layerDigest": digest, **described[digest]})
        elif digest:
            failures.append(
                _failure(digest, "InvalidLayerDigest", refusals.INVALID_LAYER_DIGEST(digest=digest))
            )
        else:
            failures.append(_failure(digest, "MissingLayerDigest", refusals.EMPTY_LAYER_DIGEST()))
    return {"layers": layers, "failures": failures}


def get_download_url_for_layer(call: Call) -> Response:
    """Return the URL of a layer that an image refers to, if the image can be pulled."""
    repository = call.repository()
    digest: str = call.parameters["layerDigest"]
    if digest not in repository.layers.content:
        raise ServiceError(
            "LayersNotFoundException",
            refusals.LAYER_NOT_FOUND(digest=digest, place=repository.place),
        )
    now = call.now
    users = repository.images.users_of_layers([digest])[digest]
    if not any(image.storage.status(now) == "ACTIVE" for image in users):
        raise ServiceError(
            "LayerInaccessibleException",
            refusals.LAYER_INACCESSIBLE(place=repository.place, digest=digest),
        )
    place = (repository.registry_id, call.region_name, repository.name, digest)
    url = call.registries.layer_urls.issue(call.origin.endpoint_url, place, now)
    return {"downloadUrl": url, "layerDigest": digest}


def _upload(call: Call) -> tuple[Repository, LayerUpload]:
    repository = call.repository()
    return repository, find_upload(repository, call.parameters["uploadId"])


def _check_parts(repository: Repository, upload: LayerUpload) -> None:
    if not upload.parts:
        raise ServiceError(
            "EmptyUploadException",
            refusals.EMPTY_UPLOAD(upload_id=upload.upload_id, place=repository.place),
        )
    if upload.has_small_part:
        raise ServiceError(
            "LayerPartTooSmallException",
            refusals.LAYER_PART_TOO_SMALL(),
        )


def _described(repository: Repository, digests: list[str], call: Call) -> dict[str, dict[str, Any]]:
    """Return for each layer whether it exists, its size, and its media type in the images."""
    now = call.now
    content = repository.layers.content
    described: dict[str, dict[str, Any]] = {}
    for digest, users in repository.images.users_of_layers(digests).items():
        if digest not in content:
            described[digest] = {"layerAvailability": "UNAVAILABLE"}
            continue
        is_archived = users and all(image.storage.status(now) != "ACTIVE" for image in users)
        blobs = [blob for image in users for blob in image.manifest.blobs]
        media_types = [blob.media_type for blob in blobs if blob.digest == digest]
        described[digest] = {
            "layerAvailability": "ARCHIVED" if is_archived else "AVAILABLE",
            "layerSize": len(content[digest]),
            "mediaType": next(filter(None, media_types), _DEFAULT_MEDIA_TYPE),
        }
    return described


def _failure(digest: str, code: str, reason: Message) -> dict[str, str]:
    return {
        "layerDigest": digest,
        "failureCode": code,
        "failureReason": reason,
    }
