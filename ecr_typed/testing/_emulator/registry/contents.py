"""What one repository holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.images import ImageStore
from ecr_typed.testing._emulator.registry.layers import LayerStore

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.topics.lifecycle_policies.previews import LifecyclePreview


@dataclass(slots=True)
class RepositoryContents:
    """Images and layers, and what a lifecycle policy did or would do with them."""

    images: ImageStore = field(default_factory=ImageStore)
    layers: LayerStore = field(default_factory=LayerStore)
    lifecycle_evaluated_at: datetime | None = None
    lifecycle_preview: LifecyclePreview | None = None
