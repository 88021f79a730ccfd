"""Pull through: what ECR does when an image is pulled that is not in the cache yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.manifests import implied_media_type, read_manifest
from ecr_typed.testing._emulator.topics.pull_through_cache.rules import PullThroughCacheRules
from ecr_typed.testing._emulator.topics.pull_through_cache.upstreams import secret_error
from ecr_typed.testing._emulator.topics.repository_creation_templates import create_from_template
from ecr_typed.testing._emulator.topics.scanning.scans import scan_on_push

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository


def pull_through(
    registry: Registry,
    repository_name: str,
    manifest: str,
    media_type: str | None,
    tag: str | None,
    now: datetime,
) -> str:
    """Cache an image as if it had been pulled, or raise `ValueError` with the reason.

    A manifest without a media type, and without a `media_type` beside it, is one of OCI.

    Returns:
        The image's digest.
    """
    rule = registry.states.of(PullThroughCacheRules).covering(repository_name)
    if rule is None:
        raise ValueError(f"no pull through cache rule covers {repository_name!r}")
    failure = secret_error(rule["credentialArn"], registry) if "credentialArn" in rule else None
    if failure is not None:
        raise ValueError(failure)
    if media_type is None:
        media_type = implied_media_type(manifest)
    try:
        read = read_manifest(manifest, media_type)
        repository = _repository(registry, repository_name, now)
    except ServiceError as error:
        raise ValueError(error.message) from error
    images = repository.images
    image = images.by_digest.get(read.digest)
    if image is None:
        image = StoredImage(read, now)
        images.add(image)
    if tag is not None and images.by_tag.get(tag) is not image:
        images.tag(image, tag)
    image.last_pulled_at = now
    scan_on_push(repository, image, now)
    return image.digest


def _repository(registry: Registry, name: str, now: datetime) -> Repository:
    if name in registry.repositories:
        return registry.repository(name)
    created = create_from_template(registry, name, "PULL_THROUGH_CACHE", now)
    if created is None:
        raise ValueError(f"the template that covers {name!r} has tags or a key, but no role")
    return created
