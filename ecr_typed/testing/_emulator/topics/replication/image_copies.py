"""Copies of images in other registries, as replication makes them.

What a copy brings about at its destination is not replicated any further, as ECR replicates a push
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.names import repository_arn
from ecr_typed.testing._emulator.registry.policy_evaluation import allows
from ecr_typed.testing._emulator.registry.registry_state import RegistryState
from ecr_typed.testing._emulator.topics.tag_mutability import is_immutable
from ecr_typed.testing._emulator.topics.template_application import create_from_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecr_typed.testing._emulator.registry.clock import Clock
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend, EcrRepository

ACCESS_DENIED = "DESTINATION_REGISTRY_ACCESS_DENIED"
NO_REPOSITORY = "DESTINATION_REPOSITORY_CREATION_FAILED"


def copy_image(
    source: EcrRepository,
    image: StoredImage,
    tag: str | None,
    registry: EcrBackend,
    clock: Clock,
) -> str | None:
    """Copy an image and all it lists into a registry, and give it a tag there.

    Returns:
        Why it could not be copied: a failure code, or `None` if it was.
    """
    target = _target(registry, source, clock)
    if isinstance(target, str):
        return target
    copies = [_copied(source, target, each, clock) for each in _closure(source, image)]
    held = None if tag is None else target.contents.images.by_tag(tag)
    # A tag that may not move stays where it is, and the copy goes without.
    if tag is not None and held is not copies[-1] and not (held and is_immutable(target, tag)):
        target.contents.images.tag(copies[-1], tag)
    return None


def _target(registry: EcrBackend, source: EcrRepository, clock: Clock) -> EcrRepository | str:
    """Find the repository to copy into, or create it; else tell why there is none."""
    is_own = registry.account_id == source.registry_id
    if not is_own and not _lets(registry, "ecr:ReplicateImage", source):
        return ACCESS_DENIED
    if source.name in registry.repositories:
        return registry.repository(source.name)
    if not is_own and not _lets(registry, "ecr:CreateRepository", source):
        return ACCESS_DENIED
    try:
        created = create_from_template(registry, source.name, "REPLICATION", clock)
    except ServiceError:
        # The template names a key that can't be used.
        created = None
    return NO_REPOSITORY if created is None else created


def _lets(registry: EcrBackend, action: str, source: EcrRepository) -> bool:
    return allows(
        registry.state(RegistryState).policy,
        action,
        source.registry_id,
        repository_arn(registry.account_id, registry.region_name, source.name),
    )


def _closure(repository: EcrRepository, image: StoredImage) -> Iterator[StoredImage]:
    """Give what an image lists, and last itself."""
    for child in image.manifest.children:
        listed = repository.contents.images.by_digest(child.digest)
        if listed is not None:
            yield from _closure(repository, listed)
    yield image


def _copied(
    source: EcrRepository, target: EcrRepository, image: StoredImage, clock: Clock
) -> StoredImage:
    found = target.contents.images.by_digest(image.digest)
    if found is not None:
        return found
    layers = source.contents.layers.content
    target.contents.layers.content.update(
        {blob.digest: layers[blob.digest] for blob in image.manifest.blobs if blob.digest in layers}
    )
    copy = StoredImage(manifest=image.manifest, pushed_at=clock.now())
    target.contents.images.add(copy)
    return copy
