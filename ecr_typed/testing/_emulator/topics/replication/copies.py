"""Copies of images in other registries, which replication makes.

A copy is not replicated any further: ECR replicates a push once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.names import repository_arn
from ecr_typed.testing._emulator.registry.policy_evaluation import allows
from ecr_typed.testing._emulator.topics.repositories import is_immutable
from ecr_typed.testing._emulator.topics.repository_creation_templates import create_from_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository

ACCESS_DENIED = "DESTINATION_REGISTRY_ACCESS_DENIED"
NO_REPOSITORY = "DESTINATION_REPOSITORY_CREATION_FAILED"


def copy_image(
    source: Repository, image: StoredImage, tag: str | None, registry: Registry
) -> str | None:
    """Copy an image and all it lists into a registry, and give it a tag there.

    Returns:
        The failure code, or `None` if it was copied.
    """
    now = registry.registries.now
    target = _target(registry, source, now)
    if isinstance(target, str):
        return target
    copies = [_copied(source, target, each, now) for each in _closure(source, image)]
    holder = None if tag is None else target.images.by_tag.get(tag)
    # An immutable tag stays where it is, and the copy goes without it.
    if tag is not None and holder is not copies[-1] and not (holder and is_immutable(target, tag)):
        target.images.tag(copies[-1], tag)
    return None


def _target(registry: Registry, source: Repository, now: datetime) -> Repository | str:
    """Return the repository to copy into, which may be created, or the failure code."""
    is_own = registry.account_id == source.registry_id
    if not is_own and not _lets(registry, "ecr:ReplicateImage", source):
        return ACCESS_DENIED
    if source.name in registry.repositories:
        return registry.repository(source.name)
    if not is_own and not _lets(registry, "ecr:CreateRepository", source):
        return ACCESS_DENIED
    try:
        created = create_from_template(registry, source.name, "REPLICATION", now)
    except ServiceError:
        # The template names a key that can't be used.
        created = None
    return NO_REPOSITORY if created is None else created


def _lets(registry: Registry, action: str, source: Repository) -> bool:
    return allows(
        registry.policy,
        action,
        source.registry_id,
        repository_arn(registry.account_id, registry.region_name, source.name),
    )


def _closure(repository: Repository, image: StoredImage) -> Iterator[StoredImage]:
    """Yield what an image lists, and the image itself last."""
    for child in image.manifest.children:
        listed = repository.images.by_digest.get(child.digest)
        if listed is not None:
            yield from _closure(repository, listed)
    yield image


def _copied(
    source: Repository, target: Repository, image: StoredImage, now: datetime
) -> StoredImage:
    found = target.images.by_digest.get(image.digest)
    if found is not None:
        return found
    layers = source.layers.content
    target.layers.content.update(
        {blob.digest: layers[blob.digest] for blob in image.manifest.blobs if blob.digest in layers}
    )
    copy = StoredImage(image.manifest, now)
    target.images.add(copy)
    return copy
