"""Pushing: how a manifest becomes an image of a repository, or a tag moves to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.topics.tag_mutability import is_immutable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.manifests import Manifest
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

MOST_IMAGES = 100_000
MOST_TAGS = 1_000


def push_image(
    repository: EcrRepository, manifest: Manifest, tag: str | None, now: datetime
) -> StoredImage:
    """Put an image into a repository, and give it a tag if there is one.

    An image that is there keeps the time of its push when it gets another tag. One that is
    archived is restored by being pushed again, with the tag that it has or another.
    """
    images = repository.contents.images
    image = images.by_digest(manifest.digest)
    restores = image is not None and image.storage.status(now) != "ACTIVE"
    holder = None if tag is None else images.by_tag(tag)
    if tag is not None and holder is not None and not (restores and holder is image):
        _check_movable(repository, tag)
    if image is None:
        _check_references(repository, manifest)
        _check_limit(len(images), MOST_IMAGES, "images", repository)
        image = StoredImage(manifest, now)
        images.add(image)
    elif restores:
        image.storage.restore(now)
    elif holder is image or tag is None:
        raise ServiceError(
            "ImageAlreadyExistsException",
            f"Image with digest '{manifest.digest}' and tag '{tag or 'null'}' already exists in "
            f"the {repository.place}",
        )
    if tag is not None and holder is not image:
        _check_limit(len(image.tags), MOST_TAGS, "tags of the image", repository)
        images.tag(image, tag)
    return image


def _check_movable(repository: EcrRepository, tag: str) -> None:
    if is_immutable(repository, tag):
        raise ServiceError(
            "ImageTagAlreadyExistsException",
            f"The image tag '{tag}' already exists in the '{repository.name}' repository and "
            "cannot be overwritten because the repository is immutable.",
        )


def _check_references(repository: EcrRepository, manifest: Manifest) -> None:
    """Demand everything that the manifest lists; what it is about (its subject) may be absent."""
    layers = repository.contents.layers.content
    _check_present(
        [blob.digest for blob in manifest.blobs if blob.digest not in layers],
        "Layers",
        "LayersNotFoundException",
        repository,
    )
    images = repository.contents.images
    _check_present(
        [child.digest for child in manifest.children if images.by_digest(child.digest) is None],
        "Images",
        "ReferencedImagesNotFoundException",
        repository,
    )


def _check_present(missing: Iterable[str], what: str, code: str, repository: EcrRepository) -> None:
    digests = list(dict.fromkeys(missing))
    if digests:
        raise ServiceError(
            code,
            f"{what} with digests '[{', '.join(digests)}]' required for pushing image into "
            f"the {repository.place} do not exist",
        )


def _check_limit(count: int, most: int, what: str, repository: EcrRepository) -> None:
    if count >= most:
        raise ServiceError(
            "LimitExceededException",
            f"The maximum of {most} {what} in the {repository.place} is reached",
        )
