"""Evaluate lifecycle policies: which images they expire or archive; and apply them.

All rules are evaluated on all images, and then applied by priority: an image whose tags match a
rule belongs to it, and no rule after it acts on the image, though it counts it. What an index lists
stays as long as the index does. An artifact that refers to an image expires or moves with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.matching import matches
from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.images import ImageStore, StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Repository
    from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import Rule, StorageClass


@dataclass(frozen=True, slots=True)
class Outcome:
    """An image that a rule expires or archives."""

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


def apply_policy(repository: Repository, now: datetime) -> None:
    """Expire and archive what the policy of a repository says; without a policy, nothing."""
    if not repository.lifecycle_policy:
        return
    try:
        rules = read_rules(repository.lifecycle_policy)
    except ServiceError:
        # A template gives its repositories a policy that nothing has checked.
        return
    images = repository.images
    referrers = images.referrers_by_subject()
    for outcome in evaluate(rules, images, now):
        for image in _with_referrers(outcome.image, referrers):
            if outcome.rule.action == "EXPIRE":
                images.remove(image)
            elif image.storage.status(now) == "ACTIVE":
                image.storage.archive(now)
    repository.lifecycle_evaluated_at = now


def storage_class_of(image: StoredImage, now: datetime) -> StorageClass:
    """Return the storage class of an image; while it is restored, it is still archived."""
    return "STANDARD" if image.storage.status(now) == "ACTIVE" else "ARCHIVE"


def _selects(rule: Rule, image: StoredImage, images: ImageStore, now: datetime) -> bool:
    """Return whether a rule selects an image by its storage class and its tags."""
    status = image.storage.status(now)
    if status == "ACTIVATING" or storage_class_of(image, now) != rule.storage_class:
        return False
    subject = image.manifest.subject
    if subject is not None and subject in images.by_digest:
        return False
    if rule.tag_status == "tagged":
        return all(any(matches(pattern, tag) for tag in image.tags) for pattern in rule.patterns)
    return rule.tag_status == "any" or not image.tags


def _marked(rule: Rule, selected: Sequence[StoredImage], now: datetime) -> Iterable[StoredImage]:
    """Return the images that the rule alone would expire or archive, oldest first."""
    if rule.count_type == "imageCountMoreThan":
        return selected[: max(0, len(selected) - rule.count_number)]
    # A policy may count more days than there are dates, so ages are compared instead of dates.
    age = timedelta(days=min(rule.count_number, timedelta.max.days))
    return [image for image in selected if now - _age_begins(rule, image, now) > age]


def _age_begins(rule: Rule, image: StoredImage, now: datetime) -> datetime:
    """Return the time from which a rule counts the age of an image."""
    activated_at = image.storage.last_activated_at(now)
    # The age of an image that was restored begins with its restore.
    begin = activated_at or image.pushed_at
    if rule.count_type == "sinceImagePulled" and image.last_pulled_at is not None:
        return max(image.last_pulled_at, activated_at or image.last_pulled_at)
    if rule.count_type == "sinceImageTransitioned":
        return image.storage.last_archived_at or begin
    return begin


def _without_listed(outcomes: list[Outcome], images: ImageStore, now: datetime) -> list[Outcome]:
    """Return the outcomes without the images that an index lists which stays."""
    active_parents = {
        digest: [parent for parent in parents if storage_class_of(parent, now) == "STANDARD"]
        for digest, parents in images.parents_by_child().items()
    }
    while True:
        leaving = {outcome.image for outcome in outcomes}
        kept = [
            outcome
            for outcome in outcomes
            if leaving.issuperset(active_parents.get(outcome.image.digest, ()))
        ]
        if len(kept) == len(outcomes):
            return outcomes
        outcomes = kept


def _with_referrers(
    image: StoredImage, referrers: Mapping[str, Sequence[StoredImage]]
) -> Iterator[StoredImage]:
    """Return an image, the artifacts that refer to it, and what refers to those."""
    found = [image]
    while found:
        last = found.pop()
        yield last
        found.extend(referrers.get(last.digest, ()))
