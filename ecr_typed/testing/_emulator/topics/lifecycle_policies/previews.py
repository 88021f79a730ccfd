"""Previews of lifecycle policies: what a policy would do, without doing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import read_rules
from ecr_typed.testing._emulator.topics.lifecycle_policies.evaluation import (
    evaluate,
    storage_class_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.images import ImageStore
    from ecr_typed.testing._emulator.topics.lifecycle_policies.evaluation import Outcome

PREVIEW_DURATION = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecyclePreview:
    """A preview: what it found is fixed when it begins, and told when it is complete."""

    policy_text: str
    complete_at: datetime
    results: list[dict[str, Any]] | None

    @classmethod
    def begin(cls, policy_text: str, images: ImageStore, now: datetime) -> LifecyclePreview:
        """Evaluate a policy on the images that are there."""
        results: list[dict[str, Any]] | None = None
        try:
            rules = read_rules(policy_text)
        except ServiceError:
            # A template gives its repositories a policy that nothing has checked.
            pass
        else:
            results = [_result(outcome, now) for outcome in evaluate(rules, images, now)]
        return cls(policy_text=policy_text, complete_at=now + PREVIEW_DURATION, results=results)

    def status(self, now: datetime) -> Literal["IN_PROGRESS", "COMPLETE", "FAILED"]:
        """Tell how far it is."""
        if now < self.complete_at:
            return "IN_PROGRESS"
        return "FAILED" if self.results is None else "COMPLETE"


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
