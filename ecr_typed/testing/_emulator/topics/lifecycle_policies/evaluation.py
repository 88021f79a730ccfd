"""Which images of a repository a lifecycle policy would expire or archive.

All rules are evaluated on all images, and then applied by priority: an image whose tags fit a rule
belongs to it, and no rule after it touches the image, though it counts it. What an index lists
stays as long as the index does, and artifacts share the fate of the image that they are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.matching import fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.images import ImageStore, StoredImage
    from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import Rule, StorageClass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of an image, and by which rule."""

    image: StoredImage
    rule: Rule


def evaluate(rules: Sequence[Rule], images: ImageStore, now: datetime) -> list[Outcome]:
    """Apply rules in the order of their priority; older images come before newer ones."""
    outcomes: list[Outcome] = []
    taken: set[StoredImage] = set()
    for rule in rules:
        selected = sorted(
            (image for image in images if _selects(rule, image, images, now)),
            key=lambda image: _age_begins(rule, image, now),
        )
        marked = _marked(rule, selected, now)
        outcomes.extend(Outcome(image, rule) for image in marked if image not in taken)
        taken.update(selected)
    return _without_listed(outcomes, images, now)


def storage_class_of(image: StoredImage, now: datetime) -> StorageClass:
    """Tell where an image is; while it is restored, it is still in the archive."""
    return "STANDARD" if image.storage.status(now) == "ACTIVE" else "ARCHIVE"


def _selects(rule: Rule, image: StoredImage, images: ImageStore, now: datetime) -> bool:
    """Tell whether class and tags of an image are what the rule is for."""
    status = image.storage.status(now)
    if status == "ACTIVATING" or storage_class_of(image, now) != rule.storage_class:
        return False
    subject = image.manifest.subject
    if subject is not None and images.by_digest(subject) is not None:
        return False
    if rule.tag_status == "tagged":
        return all(any(fits(pattern, tag) for tag in image.tags) for pattern in rule.patterns)
    return rule.tag_status == "any" or not image.tags


def _marked(rule: Rule, selected: Sequence[StoredImage], now: datetime) -> Iterable[StoredImage]:
    """Give the images that the rule alone would expire or archive, oldest first."""
    if rule.count_type == "imageCountMoreThan":
        return selected[: max(0, len(selected) - rule.count_number)]
    limit = now - timedelta(days=rule.count_number)
    return [image for image in selected if _age_begins(rule, image, now) < limit]


def _age_begins(rule: Rule, image: StoredImage, now: datetime) -> datetime:
    """Tell since when an image ages in the eyes of a rule."""
    activated_at = image.storage.last_activated_at(now)
    # An image that was restored counts as pushed then.
    begin = activated_at or image.pushed_at
    if rule.count_type == "sinceImagePulled" and image.last_pulled_at is not None:
        return max(image.last_pulled_at, activated_at or image.last_pulled_at)
    if rule.count_type == "sinceImageTransitioned":
        return image.storage.last_archived_at or begin
    return begin


def _without_listed(outcomes: list[Outcome], images: ImageStore, now: datetime) -> list[Outcome]:
    """Leave out what an index lists that stays; it may itself be listed by another one."""
    while True:
        leaving = {outcome.image for outcome in outcomes}
        kept = [
            outcome
            for outcome in outcomes
            if all(
                parent in leaving or storage_class_of(parent, now) == "ARCHIVE"
                for parent in images.parents_of(outcome.image.digest)
            )
        ]
        if len(kept) == len(outcomes):
            return outcomes
        outcomes = kept
