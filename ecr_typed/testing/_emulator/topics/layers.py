"""Layers: upload in parts, check, download."""

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
from ecr_typed.testing._emulator.topics.template_application import repository_for_push

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

_DIGEST = re.compile("sha256:[a-f0-9]{64}")
_DEFAULT_MEDIA_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def initiate_layer_upload(call: Call) -> Answer:
    """Open an upload; the first push to a repository may create it by a template."""
    name: str = call.parameters["repositoryName"]
    repository = repository_for_push(call.registry, name, call.clock)
    upload = repository.contents.layers.begin()
    return {"uploadId": upload.upload_id, "partSize": PART_SIZE}


def upload_layer_part(call: Call) -> Answer:
    """Take the part that follows the last one; any other is refused with where to go on."""
    repository, upload = _upload(call)
    part: bytes = call.parameters["layerPartBlob"]
    first: int = call.parameters["partFirstByte"]
    last: int = call.parameters["partLastByte"]
    if first != upload.size or last - first + 1 != len(part):
        raise ServiceError(
            "InvalidLayerPartException",
            f"Invalid layer part upload for upload with id '{upload.upload_id}' in the "
            f"{repository.place}",
            **repository.names,
            uploadId=upload.upload_id,
            lastValidByteReceived=upload.last_byte,
        )
    if len(upload.parts) >= MOST_PARTS or upload.size + len(part) > LARGEST_LAYER:
        raise ServiceError(
            "LimitExceededException",
            f"A layer has {MOST_PARTS} parts and {LARGEST_LAYER} bytes at most",
        )
    upload.add(part)
    return {**repository.names, "uploadId": upload.upload_id, "lastByteReceived": upload.last_byte}


def complete_layer_upload(call: Call) -> Answer:
    """Make a layer of the parts, if they are what every digest that is given says."""
    repository, upload = _upload(call)
    _check_parts(repository, upload)
    layers = repository.contents.layers
    digest = upload.digest()
    given: list[str] = call.parameters["layerDigests"]
    if set(given) != {digest}:
        raise ServiceError(
            "InvalidLayerException",
            f"The digest of the layer is '{digest}', and '{', '.join(given)}' was given",
        )
    if digest in layers.content:
        # The upload can't end otherwise.
        del layers.uploads[upload.upload_id]
        raise ServiceError(
            "LayerAlreadyExistsException",
            f"The layer with digest '{digest}' already exists in the {repository.place}",
        )
    layers.complete(upload, digest)
    return {**repository.names, "uploadId": upload.upload_id, "layerDigest": digest}


def batch_check_layer_availability(call: Call) -> Answer:
    """Tell which layers are there; one that isn't is no failure, but UNAVAILABLE."""
    repository = call.repository()
    digests: list[str] = call.parameters["layerDigests"]
    described = _described(repository, digests, call)
    layers: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    for digest in digests:
        if _DIGEST.fullmatch(digest):
            layers.append({"layerDigest": digest, **described[digest]})
        elif digest:
            failures.append(_failure(digest, "InvalidLayerDigest", "is not valid"))
        else:
            failures.append(_failure(digest, "MissingLayerDigest", "is empty"))
    return {"layers": layers, "failures": failures}


def get_download_url_for_layer(call: Call) -> Answer:
    """Give the address of a layer that an image refers to which can be pulled."""
    repository = call.repository()
    digest: str = call.parameters["layerDigest"]
    if digest not in repository.contents.layers.content:
        raise ServiceError(
            "LayersNotFoundException",
            f"The layer with digest '{digest}' does not exist in the {repository.place}",
        )
    now = call.clock.now()
    users = repository.contents.images.users_of_layers([digest])[digest]
    if not any(image.storage.status(now) == "ACTIVE" for image in users):
        raise ServiceError(
            "LayerInaccessibleException",
            f"No image in the {repository.place} that can be pulled refers to the layer with "
            f"digest '{digest}'",
        )
    url = call.downloads.issue(call.endpoint_url, repository, digest, now)
    return {"downloadUrl": url, "layerDigest": digest}


def _upload(call: Call) -> tuple[EcrRepository, LayerUpload]:
    repository = call.repository()
    upload_id: str = call.parameters["uploadId"]
    upload = repository.contents.layers.uploads.get(upload_id)
    if upload is None:
        raise ServiceError(
            "UploadNotFoundException",
            f"Upload with id '{upload_id}' could not be found for the {repository.place}",
        )
    return repository, upload


def _check_parts(repository: EcrRepository, upload: LayerUpload) -> None:
    if not upload.parts:
        raise ServiceError(
            "EmptyUploadException",
            f"The upload with id '{upload.upload_id}' in the {repository.place} has no parts",
        )
    if upload.has_small_part:
        raise ServiceError(
            "LayerPartTooSmallException",
            f"The upload with id '{upload.upload_id}' in the {repository.place} has parts of "
            "less than 5 MiB before its last one",
        )


def _described(
    repository: EcrRepository, digests: list[str], call: Call
) -> dict[str, dict[str, Any]]:
    """Tell of each layer whether it is there, and what the images say that it is."""
    now = call.clock.now()
    content = repository.contents.layers.content
    answer: dict[str, dict[str, Any]] = {}
    for digest, users in repository.contents.images.users_of_layers(digests).items():
        if digest not in content:
            answer[digest] = {"layerAvailability": "UNAVAILABLE"}
            continue
        is_archived = users and all(image.storage.status(now) != "ACTIVE" for image in users)
        blobs = [blob for image in users for blob in image.manifest.blobs]
        media_types = [blob.media_type for blob in blobs if blob.digest == digest]
        answer[digest] = {
            "layerAvailability": "ARCHIVED" if is_archived else "AVAILABLE",
            "layerSize": len(content[digest]),
            "mediaType": next(filter(None, media_types), _DEFAULT_MEDIA_TYPE),
        }
    return answer


def _failure(digest: str, code: str, why: str) -> dict[str, str]:
    return {
        "layerDigest": digest,
        "failureCode": code,
        "failureReason": f"The layer digest '{digest}' {why}",
    }


OPERATIONS: Mapping[str, Operation] = {
    "InitiateLayerUpload": initiate_layer_upload,
    "UploadLayerPart": upload_layer_part,
    "CompleteLayerUpload": complete_layer_upload,
    "BatchCheckLayerAvailability": batch_check_layer_availability,
    "GetDownloadUrlForLayer": get_download_url_for_layer,
}
