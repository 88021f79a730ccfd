"""Pulling through the cache: what ECR does when an image is pulled that it doesn't have yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.manifests import read_manifest
from ecr_typed.testing._emulator.registry.prefixes import ByPrefix
from ecr_typed.testing._emulator.topics.scans import scan_on_push
from ecr_typed.testing._emulator.topics.template_application import create_from_template
from ecr_typed.testing._emulator.topics.upstream_secrets import flaw_of

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.clock import Clock
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend, EcrRepository


class PullThroughCacheRules(ByPrefix):
    """The pull through cache rules of a registry."""


def pull_through(
    registry: EcrBackend, repository_name: str, manifest: str, tag: str | None, clock: Clock
) -> str:
    """Cache an image as if it had been pulled, or raise `ValueError` if that can't be.

    Returns:
        The image's digest.
    """
    rule = registry.state(PullThroughCacheRules).covering(repository_name)
    if rule is None:
        raise ValueError(f"no pull through cache rule covers {repository_name!r}")
    flaw = flaw_of(rule["credentialArn"], registry) if "credentialArn" in rule else None
    if flaw is not None:
        raise ValueError(flaw)
    try:
        read = read_manifest(manifest, None)
        repository = _repository(registry, repository_name, clock)
    except ServiceError as error:
        raise ValueError(error.message) from error
    images = repository.contents.images
    image = images.by_digest(read.digest)
    if image is None:
        image = StoredImage(read, clock.now())
        images.add(image)
    if tag is not None and images.by_tag(tag) is not image:
        images.tag(image, tag)
    image.last_pulled_at = clock.now()
    scan_on_push(registry, repository, image, clock.now())
    return image.digest


def _repository(registry: EcrBackend, name: str, clock: Clock) -> EcrRepository:
    if name in registry.repositories:
        return registry.repository(name)
    created = create_from_template(registry, name, "PULL_THROUGH_CACHE", clock)
    if created is None:
        raise ValueError(f"the template that covers {name!r} has tags or a key, but no role")
    return created
