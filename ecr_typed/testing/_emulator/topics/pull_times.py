"""Pull times: when an image was pulled last, and whose pulls are not recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.images import StoredImage

MOST_EXCLUSIONS: Final = 100


@dataclass(slots=True)
class PullTimeExclusions:
    """The principals that a registry excludes, and since when it does."""

    created_at: dict[str, datetime] = field(default_factory=dict[str, datetime])


def record_pull(call: Call, image: StoredImage) -> None:
    """Record that the caller pulled an image now, unless the image's registry excludes it."""
    if call.principal_arn not in call.registry.state(PullTimeExclusions).created_at:
        image.last_pulled_at = call.clock.now()
