"""The operations of the service, one module a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.topics import (
    layers,
    pull_through_cache,
    pull_time_exclusions,
    registry,
    repositories,
    repository_creation_templates,
    repository_policies,
    scanning,
    signing,
    tags,
)
from ecr_typed.testing._emulator.topics.images import operations as images
from ecr_typed.testing._emulator.topics.images import reading as image_listings
from ecr_typed.testing._emulator.topics.lifecycle_policies import operations as lifecycle_policies
from ecr_typed.testing._emulator.topics.replication import backfills as replication_backfills
from ecr_typed.testing._emulator.topics.replication import operations as replication

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Operation

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
