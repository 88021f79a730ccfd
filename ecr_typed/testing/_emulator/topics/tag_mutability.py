"""Image tag mutability: its kinds, their exclusion filters, and which tags may move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import breach
from ecr_typed.testing._emulator.registry.matching import fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from moto.ecr.models import Repository

_FILTERS = "imageTagMutabilityExclusionFilters"


def allows_filters(mutability: str) -> bool:
    """Tell whether a kind has exceptions."""
    return mutability.endswith("_WITH_EXCLUSION")


def check_tag_mutability(mutability: str, filters: Sequence[object] | None) -> None:
    """Demand filters with the kinds that have exceptions, and refuse them with the others."""
    if allows_filters(mutability) and not filters:
        raise breach(_FILTERS, f"must be specified when imageTagMutability is {mutability}")
    if filters and not allows_filters(mutability):
        raise breach(_FILTERS, f"must not be specified when imageTagMutability is {mutability}")


def is_immutable(repository: Repository, tag: str) -> bool:
    """Tell whether a tag, once given, stays with its image."""
    filters = repository.image_tag_mutability_exclusion_filters or []
    is_excluded = any(fits(each["filter"], tag) for each in filters)
    # Of a mutable repository the tags that its filters fit are immutable, and the other way round.
    return repository.image_tag_mutability.startswith("IMMUTABLE") != is_excluded
