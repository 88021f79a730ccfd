"""Lifecycle policies that are carried out: images expire, or move to the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import read_rules
from ecr_typed.testing._emulator.topics.lifecycle_policies.evaluation import evaluate

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.images import ImageStore, StoredImage
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository


def apply_policy(repository: EcrRepository, now: datetime) -> None:
    """Expire and archive what the policy of a repository says; without a policy, nothing."""
    if not repository.lifecycle_policy:
        return
    try:
        rules = read_rules(repository.lifecycle_policy)
    except ServiceError:
        # A template gives its repositories a policy that nothing has checked.
        return
    images = repository.contents.images
    for outcome in evaluate(rules, images, now):
        if outcome.rule.action == "EXPIRE":
            _expire(outcome.image, images)
        else:
            _archive(outcome.image, images, now)
    repository.contents.lifecycle_evaluated_at = now


def _expire(image: StoredImage, images: ImageStore) -> None:
    """Delete an image, and the artifacts that are about it."""
    images.remove(image)
    for referrer in images.referrers_of(image.digest):
        _expire(referrer, images)


def _archive(image: StoredImage, images: ImageStore, now: datetime) -> None:
    """Archive an image, and the artifacts that are about it."""
    image.storage.archive(now)
    for referrer in images.referrers_of(image.digest):
        if referrer.storage.status(now) == "ACTIVE":
            _archive(referrer, images, now)
