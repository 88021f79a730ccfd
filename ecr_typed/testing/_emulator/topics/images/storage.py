"""Delete images, archive them, and restore them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import image_failure, with_digest
from ecr_typed.testing._emulator.texts import refusals
from ecr_typed.testing._emulator.topics.replication.rules import replicate_deletion

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Repository
    from ecr_typed.testing._emulator.texts.text import Message

# The service takes up to twenty minutes; a test that waits in real time should not.
RESTORE_DURATION = timedelta(seconds=5)


def batch_delete_image(call: Call) -> Response:
    """Delete images by digest, or remove tags; removing the last tag deletes the image."""
    repository = call.repository()
    images = repository.images
    deleted: list[dict[str, str]] = []
    failures: list[dict[str, Any]] = []
    for image_id in call.parameters["imageIds"]:
        found = images.look_up(image_id)
        if isinstance(found, str):
            failures.append(image_failure(image_id, found))
            continue
        tag = image_id.get("imageTag")
        if tag is not None and len(found.tags) > 1:
            images.untag(tag)
            deleted.append({"imageDigest": found.digest, "imageTag": tag})
        elif parents := images.parents_of(found.digest):
            reason = _referenced(parents)
            failures.append(image_failure(image_id, "ImageReferencedByManifestList", reason))
        else:
            images.remove(found)
            deleted.extend(found.ids)
    replicate_deletion(repository, deleted, call.now)
    return {"imageIds": deleted, "failures": failures}


def update_image_storage_class(call: Call) -> Response:
    """Archive an image, or begin to restore it; an image of that class does not change."""
    repository = call.repository()
    image_id: dict[str, str] = call.parameters["imageId"]
    image = repository.image(image_id)
    now = call.now
    status = image.storage.status(now)
    if call.parameters["targetStorageClass"] == "STANDARD":
        if status == "ARCHIVED":
            image.storage.restore(now + RESTORE_DURATION)
    elif status == "ACTIVATING":
        raise _not_supported(repository, image, refusals.BEING_RESTORED())
    elif status == "ACTIVE":
        _check_archivable(repository, image, now)
        image.storage.archive(now)
    return {
        **repository.names,
        "imageId": with_digest(image_id, image),
        "imageStatus": image.storage.status(now),
    }


def _check_archivable(repository: Repository, image: StoredImage, now: datetime) -> None:
    parents = repository.images.parents_of(image.digest)
    active = [parent for parent in parents if parent.storage.status(now) == "ACTIVE"]
    if active:
        raise _not_supported(repository, image, _referenced(active))


def _not_supported(repository: Repository, image: StoredImage, why: Message) -> ServiceError:
    return ServiceError(
        "ImageStorageClassUpdateNotSupportedException",
        refusals.STORAGE_CLASS_IS_FIXED(digest=image.digest, name=repository.name, why=why),
    )


def _referenced(parents: list[StoredImage]) -> Message:
    digests = ", ".join(sorted(parent.digest for parent in parents))
    return refusals.REFERENCED_BY_LIST(digests=digests)
