"""Images: put, get, delete, archive and restore."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.image_ids import (
    check_tag,
    failure,
    find_image,
    look_up,
    with_digest,
)
from ecr_typed.testing._emulator.registry.manifests import read_manifest
from ecr_typed.testing._emulator.topics.images.image_events import image_pushed, images_deleted
from ecr_typed.testing._emulator.topics.images.manifest_translation import accepted_manifest
from ecr_typed.testing._emulator.topics.images.pushing import push_image
from ecr_typed.testing._emulator.topics.pull_times import record_pull
from ecr_typed.testing._emulator.topics.template_application import repository_for_push

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.manifests import Manifest
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

# The service takes up to twenty minutes; a test that waits in real time should not.
RESTORE_DURATION = timedelta(seconds=5)


def put_image(call: Call) -> Answer:
    """Push a manifest, or move a tag to one that is there."""
    parameters = call.parameters
    manifest = read_manifest(parameters["imageManifest"], parameters.get("imageManifestMediaType"))
    digest = parameters.get("imageDigest", manifest.digest)
    if digest != manifest.digest:
        raise ServiceError(
            "ImageDigestDoesNotMatchException",
            f"The specified image digest '{digest}' does not match the digest of the manifest, "
            f"'{manifest.digest}'",
        )
    tag = parameters.get("imageTag")
    if tag is not None:
        check_tag(tag)
    repository = repository_for_push(call.registry, parameters["repositoryName"], call.clock)
    image = push_image(repository, manifest, tag, call.clock.now())
    image_pushed(call, repository, image, tag)
    return {"image": _members(repository, manifest, tag)}


def batch_get_image(call: Call) -> Answer:
    """Pull manifests; a client that doesn't accept what a tag names gets a translation."""
    repository = call.repository()
    stored = repository.contents.images
    accepted: list[str] | None = call.parameters.get("acceptedMediaTypes")
    now = call.clock.now()
    images: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    for image_id in call.parameters["imageIds"]:
        found = look_up(stored, image_id)
        if isinstance(found, str):
            failures.append(failure(image_id, found))
        elif found.storage.status(now) != "ACTIVE":
            failures.append(failure(image_id, "ImageInaccessible"))
        else:
            record_pull(call, found)
            manifest = found.manifest
            if accepted is not None and "imageDigest" not in image_id:
                manifest = accepted_manifest(manifest, accepted, stored)
            images.append(_members(repository, manifest, image_id.get("imageTag")))
    return {"images": images, "failures": failures}


def batch_delete_image(call: Call) -> Answer:
    """Delete images by digest, or take tags away; the last tag takes its image along."""
    repository = call.repository()
    images = repository.contents.images
    deleted: list[dict[str, str]] = []
    failures: list[dict[str, Any]] = []
    for image_id in call.parameters["imageIds"]:
        found = look_up(images, image_id)
        if isinstance(found, str):
            failures.append(failure(image_id, found))
            continue
        tag = image_id.get("imageTag")
        if tag is not None and len(found.tags) > 1:
            images.untag(tag)
            deleted.append({"imageDigest": found.digest, "imageTag": tag})
        elif parents := images.parents_of(found.digest):
            reason = _referenced(parents)
            failures.append(failure(image_id, "ImageReferencedByManifestList", reason))
        else:
            images.remove(found)
            deleted.extend(found.ids)
    images_deleted(call, repository, deleted)
    return {"imageIds": deleted, "failures": failures}


def update_image_storage_class(call: Call) -> Answer:
    """Archive an image, or begin to restore one; where it is already, nothing changes."""
    repository = call.repository()
    image_id: dict[str, str] = call.parameters["imageId"]
    image = find_image(repository, image_id)
    now = call.clock.now()
    status = image.storage.status(now)
    if call.parameters["targetStorageClass"] == "STANDARD":
        if status == "ARCHIVED":
            image.storage.restore(now + RESTORE_DURATION)
    elif status == "ACTIVATING":
        raise _not_supported(repository, image, "it is being restored")
    elif status == "ACTIVE":
        _check_archivable(repository, image, now)
        image.storage.archive(now)
    return {
        **repository.names,
        "imageId": with_digest(image_id, image),
        "imageStatus": image.storage.status(now),
    }


def _check_archivable(repository: EcrRepository, image: StoredImage, now: datetime) -> None:
    parents = repository.contents.images.parents_of(image.digest)
    active = [parent for parent in parents if parent.storage.status(now) == "ACTIVE"]
    if active:
        raise _not_supported(repository, image, _referenced(active))


def _not_supported(repository: EcrRepository, image: StoredImage, why: str) -> ServiceError:
    return ServiceError(
        "ImageStorageClassUpdateNotSupportedException",
        f"The storage class of the image with digest '{image.digest}' in the repository with "
        f"name '{repository.name}' cannot be changed: {why}",
    )


def _referenced(parents: list[StoredImage]) -> str:
    digests = ", ".join(sorted(parent.digest for parent in parents))
    return f"Requested image referenced by manifest list: [{digests}]"


def _members(repository: EcrRepository, manifest: Manifest, tag: str | None) -> dict[str, Any]:
    return {
        **repository.names,
        "imageId": {
            "imageDigest": manifest.digest,
            **({} if tag is None else {"imageTag": tag}),
        },
        "imageManifest": manifest.text,
        "imageManifestMediaType": manifest.media_type,
    }


OPERATIONS: Mapping[str, Operation] = {
    "PutImage": put_image,
    "BatchGetImage": batch_get_image,
    "BatchDeleteImage": batch_delete_image,
    "UpdateImageStorageClass": update_image_storage_class,
}
