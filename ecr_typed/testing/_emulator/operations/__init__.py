"""The operations of the service, one module a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.operations import (
    image_listings,
    images,
    layers,
    lifecycle_policies,
    pull_through_cache,
    pull_time_exclusions,
    registry,
    replication,
    replication_backfills,
    repositories,
    repository_creation_templates,
    repository_policies,
    scanning,
    signing,
    tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.call import Operation

OPERATIONS: Mapping[str, Operation] = {
    **image_listings.OPERATIONS,
    **images.OPERATIONS,
    **layers.OPERATIONS,
    **lifecycle_policies.OPERATIONS,
    **pull_through_cache.OPERATIONS,
    **pull_time_exclusions.OPERATIONS,
    **registry.OPERATIONS,
    **replication.OPERATIONS,
    **replication_backfills.OPERATIONS,
    **repositories.OPERATIONS,
    **repository_creation_templates.OPERATIONS,
    **repository_policies.OPERATIONS,
    **scanning.OPERATIONS,
    **signing.OPERATIONS,
    **tags.OPERATIONS,
}
