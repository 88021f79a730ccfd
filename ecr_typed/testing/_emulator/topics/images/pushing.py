"""Push: a manifest becomes an image of a repository, or a tag moves to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage, check_tag
from ecr_typed.testing._emulator.registry.manifests import Manifest, read_manifest
from ecr_typed.testing._emulator.texts import refusals
from ecr_typed.testing._emulator.texts.text import Message
from ecr_typed.testing._emulator.topics.replication.rules import replicate_push
from ecr_typed.testing._emulator.topics.repositories import is_immutable
from ecr_typed.testing._emulator.topics.repository_creation_templates import repository_for_push
from ecr_typed.testing._emulator.topics.scanning import scan_on_push
from ecr_typed.testing._emulator.topics.signing import sign_on_push

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Repository

MOST_IMAGES = 100_000
MOST_TAGS = 1_000


def put_image(call: Call) -> Response:
    """Push a manifest, or move a tag to an image that exists."""
    parameters = call.parameters
    manifest = read_manifest(parameters["imageManifest"], parameters.get("imageManifestMediaType"))
    digest = parameters.get("imageDigest", manifest.digest)
    if digest != manifest.digest:
        raise ServiceError(
            "ImageDigestDoesNotMatchException",
            refusals.DIGEST_DOES_NOT_MATCH(digest=digest, actual=manifest.digest),
        )
    tag: str | None = parameters.get("imageTag")
    if tag is not None:
        check_tag(tag)
    repository = call.registry.repositories.get(parameters["repositoryName"])
    if repository is None:
        repository = repository_for_push(call.registry, parameters["repositoryName"], call.now)
    push_image(repository, manifest, tag, call.now)
    return {"image": image_members(repository, manifest, tag)}


def push_image(
    repository: Repository, manifest: Manifest, tag: str | None, now: datetime
) -> StoredImage:
    """Store an image with its tag, and begin what follows a push: copies, a scan, signatures."""
    image = store_image(repository, manifest, tag, now)
    replicate_push(repository, image, tag, now)
    scan_on_push(repository, image, now)
    sign_on_push(repository, image, now)
    return image


def store_image(
    repository: Repository, manifest: Manifest, tag: str | None, now: datetime
) -> StoredImage:
    """Store an image, and give it a tag if there is one.

    An image that exists keeps the time of its push when it gets another tag. An archived image is
    restored by being pushed again, with a tag that it has or another.
    """
    images = repository.images
    image = images.by_digest.get(manifest.digest)
    restores = image is not None and image.storage.status(now) != "ACTIVE"
    holder = None if tag is None else images.by_tag.get(tag)
    if tag is not None and holder is not None and not (restores and holder is image):
        _check_movable(repository, tag)
    if image is None:
        _check_references(repository, manifest)
        _check_limit(len(images.by_digest), MOST_IMAGES, refusals.IMAGES(), repository)
        image = StoredImage(manifest, now, [] if tag is None or holder else [tag])
        images.add(image)
    elif restores:
        image.storage.restore(now)
    elif holder is image or tag is None:
        raise ServiceError(
            "ImageAlreadyExistsException",
            refusals.IMAGE_EXISTS(
                digest=manifest.digest,
                tag=tag or "null",
                name=repository.name,
                registry_id=repository.registry_id,
            ),
        )
    if tag is not None and tag not in image.tags:
        _check_limit(len(image.tags), MOST_TAGS, refusals.TAGS_OF_IMAGE(), repository)
        images.tag(image, tag)
    return image


def image_members(repository: Repository, manifest: Manifest, tag: str | None) -> dict[str, Any]:
    """Return an image as responses describe it: with its manifest."""
    return {
        **repository.names,
        "imageId": {
            "imageDigest": manifest.digest,
            **({} if tag is None else {"imageTag": tag}),
        },
        "imageManifest": manifest.text,
        "imageManifestMediaType": manifest.media_type,
    }


def _check_movable(repository: Repository, tag: str) -> None:
    if is_immutable(repository, tag):
        raise ServiceError(
            "ImageTagAlreadyExistsException",
            refusals.TAG_IS_IMMUTABLE(tag=tag, name=repository.name),
        )


def _check_references(repository: Repository, manifest: Manifest) -> None:
    """Require all that the manifest lists; its subject may be absent."""
    _check_present(
        [blob.digest for blob in manifest.blobs if blob.digest not in repository.layers.content],
        "Layers",
        "LayersNotFoundException",
        repository,
    )
    _check_present(
        [
            child.digest
            for child in manifest.children
            if child.digest not in repository.images.by_digest
        ],
        "Images",
        "ReferencedImagesNotFoundException",
        repository,
    )


def _check_present(missing: Iterable[str], what: str, code: str, repository: Repository) -> None:
    digests = list(dict.fromkeys(missing))
    if digests:
        raise ServiceError(
            code,
            refusals.PARTS_NOT_FOUND(what=what, digests=", ".join(digests), place=repository.place),
        )


def _check_limit(count: int, most: int, what: Message, repository: Repository) -> None:
    if count >= most:
        raise ServiceError(
            "LimitExceededException",
            refusals.REPOSITORY_IS_FULL(most=most, what=what, place=repository.place),
        )
