"""Previews of lifecycle policies, and policies that are carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from ecr_typed.testing._emulator.errors import ServiceError
from ecr_typed.testing._emulator.lifecycle_documents import read_rules
from ecr_typed.testing._emulator.lifecycle_evaluation import evaluate, storage_class_of

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.backend import EcrRepository
    from ecr_typed.testing._emulator.lifecycle_evaluation import Outcome
    from ecr_typed.testing._emulator.stored_images import StoredImage

PREVIEW_DURATION = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclePreview:
    """A preview: what it found is fixed when it begins, and told when it is complete."""

    policy_text: str
    complete_at: datetime
    results: list[dict[str, Any]] | None

    @classmethod
    def begin(cls, repository: EcrRepository, policy_text: str, now: datetime) -> LifecyclePreview:
        """Evaluate a policy on the images that are there."""
        results: list[dict[str, Any]] | None = None
        try:
            rules = read_rules(policy_text)
        except ServiceError:
            # A template gives its repositories a policy that nothing has checked.
            pass
        else:
            outcomes = evaluate(rules, repository.contents.images, now)
            results = [_result(outcome, now) for outcome in outcomes]
        return cls(policy_text=policy_text, complete_at=now + PREVIEW_DURATION, results=results)

    def status(self, now: datetime) -> Literal["IN_PROGRESS", "COMPLETE", "FAILED"]:
        """Tell how far it is."""
        if now < self.complete_at:
            return "IN_PROGRESS"
        return "FAILED" if self.results is None else "COMPLETE"


def apply_policy(repository: EcrRepository, now: datetime) -> None:
    """Expire and archive what the policy of a repository says; without a policy, nothing."""
    if not repository.lifecycle_policy:
        return
    try:
        rules = read_rules(repository.lifecycle_policy)
    except ServiceError:
        return
    for outcome in evaluate(rules, repository.contents.images, now):
        if outcome.rule.action == "EXPIRE":
            _expire(repository, outcome.image)
        else:
            _archive(repository, outcome.image, now)
    repository.contents.lifecycle_evaluated_at = now


def _expire(repository: EcrRepository, image: StoredImage) -> None:
    """Delete an image, and the artifacts that are about it."""
    images = repository.contents.images
    images.remove(image)
    for referrer in images.referrers_of(image.digest):
        _expire(repository, referrer)


def _archive(repository: EcrRepository, image: StoredImage, now: datetime) -> None:
    image.storage.archive(now)
    for referrer in repository.contents.images.referrers_of(image.digest):
        if referrer.storage.status(now) == "ACTIVE":
            _archive(repository, referrer, now)


def _result(outcome: Outcome, now: datetime) -> dict[str, Any]:
    image, rule = outcome.image, outcome.rule
    transition = {"targetStorageClass": "ARCHIVE"} if rule.action == "TRANSITION" else {}
    return {
        **({"imageTags": list(image.tags)} if image.tags else {}),
        "imageDigest": image.digest,
        "imagePushedAt": image.pushed_at,
        "action": {"type": rule.action, **transition},
        "appliedRulePriority": rule.priority,
        "storageClass": storage_class_of(image, now),
    }
