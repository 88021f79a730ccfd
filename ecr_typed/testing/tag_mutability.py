"""How a kind of image tag mutability and its exclusion filters go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing.errors import breach

if TYPE_CHECKING:
    from collections.abc import Sequence

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
