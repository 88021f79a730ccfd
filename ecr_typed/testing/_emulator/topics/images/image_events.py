"""What a registry does by itself when an image is pushed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.topics.replication.state import replicate_deletion, replicate_push
from ecr_typed.testing._emulator.topics.scans import scan_on_push
from ecr_typed.testing._emulator.topics.signatures import sign_on_push

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository


def image_pushed(
    call: Call, repository: EcrRepository, image: StoredImage, tag: str | None
) -> None:
    """Begin what follows a push: copies, a scan, signatures."""
    replicate_push(call, repository, image, tag)
    scan_on_push(call.registry, repository, image, call.clock.now())
    sign_on_push(call, repository, image)


def images_deleted(
    call: Call, repository: EcrRepository, image_ids: Sequence[Mapping[str, str]]
) -> None:
    """Begin what follows a deletion, or a tag that was taken away."""
    replicate_deletion(call, repository, image_ids)
