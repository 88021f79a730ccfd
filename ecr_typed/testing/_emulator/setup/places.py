"""Find repositories and images that a test names, or say what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.models import ImageIdentifier

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository


def repository_in(registry: Registry, repository_name: str) -> Repository:
    """Return a repository, or raise `ValueError`."""
    repository = registry.repositories.get(repository_name)
    if repository is None:
        raise ValueError(
            f"there is no repository {repository_name!r} in the registry {registry.account_id} "
            f"in {registry.region_name}"
        )
    return repository


def image_in(registry: Registry, repository_name: str, image: str | ImageIdentifier) -> StoredImage:
    """Return the image of a digest, a tag or an identifier, or raise `ValueError`."""
    images = repository_in(registry, repository_name).images
    name = image if isinstance(image, str) else image.image_digest or image.image_tag or ""
    # A tag has no colon.
    stored = images.by_digest.get(name) if ":" in name else images.by_tag.get(name)
    if stored is None:
        raise ValueError(f"there is no image {image!r} in {repository_name!r}")
    return stored
