"""The local preview of lifecycle policies.

Each rule is evaluated on all images. Then the rules are applied in the order of their priorities:
the first rule that matches the tags of an image decides on it. Later rules still count the image,
but don't act on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ecr_typed.documents._lifecycle_rules import (
    LifecycleDecision,
    LifecycleRule,
    LifecycleSelection,
)

if TYPE_CHECKING:
    from ecr_typed.models import ImageDetail

_StorageClass: TypeAlias = Literal["standard", "archive"]


class _Rule(NamedTuple):
    """A rule with everything that its evaluation needs."""

    rule: LifecycleRule
    priority: int
    tag_status: str
    patterns: tuple[Sequence[str], ...]
    storage_class: str
    count_type: str
    count_number: int


def evaluable(rule: LifecycleRule) -> _Rule | None:
    """Return a rule that can be evaluated, or None if a part is missing or unknown."""
    selection, priority = rule.selection, rule.priority
    tag_status, count_type = selection.tag_status, selection.count_type
    has_patterns = bool(selection.tag_pattern_list or selection.tag_prefix_list)
    if (
        priority is None
        or tag_status not in ("tagged", "untagged", "any")
        or has_patterns != (tag_status == "tagged")
        or count_type not in _AGES
        or selection.count_unit != (None if count_type == "imageCountMoreThan" else "days")
        or selection.count_number is None
        or selection.count_number < 1
        or (selection.storage_class or "standard") != _CLASSES.get(count_type, "standard")
        or rule.action.type not in _ACTIONS
        or _ACTIONS[rule.action.type] != rule.action.target_storage_class
    ):
        return None
    return _Rule(
        rule=rule,
        priority=priority,
        tag_status=tag_status,
        patterns=tuple(_patterns(selection)),
        storage_class=selection.storage_class or "standard",
        count_type=count_type,
        count_number=selection.count_number,
    )


def decide(
    rules: Iterable[_Rule],
    images: Iterable[ImageDetail],
    children: Mapping[str, Iterable[str]],
    now: datetime,
) -> dict[str, LifecycleDecision]:
    """Return the decisions by digest, in the order of the rules and from old images to new ones."""
    by_digest = {image.image_digest: image for image in images}
    decisions: dict[str, LifecycleDecision] = {}
    claimed: set[str] = set()
    for rule in sorted(rules, key=lambda rule: rule.priority):
        fitting = [image for image in by_digest.values() if _fits(rule, image, by_digest)]
        for image in _taken(rule, fitting, now):
            if image.image_digest not in claimed:
                decision = LifecycleDecision(rule=rule.rule, action=rule.rule.action)
                decisions[image.image_digest] = decision
        claimed.update(image.image_digest for image in fitting)
    return _without_children(decisions, by_digest, children)


def _fits(rule: _Rule, image: ImageDetail, by_digest: Mapping[str, ImageDetail]) -> bool:
    """Return whether a rule selects an image."""
    if _storage_class(image) != rule.storage_class:
        return False
    if image.subject_manifest_digest in by_digest:
        return False
    tags = image.image_tags or ()
    if rule.tag_status == "tagged":
        return all(any(_matches(parts, tag) for tag in tags) for parts in rule.patterns)
    return rule.tag_status == "any" or not tags


def _storage_class(image: ImageDetail) -> _StorageClass | None:
    """Return the storage class of an image, or None while the image is being restored."""
    match image.image_status:
        case None | "ACTIVE":
            return "standard"
        case "ARCHIVED":
            return "archive"
        case _:
            return None


def _patterns(selection: LifecycleSelection) -> Iterator[Sequence[str]]:
    """Yield the tag patterns, each split at its wildcards."""
    for pattern in selection.tag_pattern_list:
        yield pattern.split("*")
    for prefix in selection.tag_prefix_list:
        yield (prefix, "")


def _matches(parts: Sequence[str], tag: str) -> bool:
    """Return whether a tag matches a pattern that was split at its wildcards."""
    if len(parts) == 1:
        return tag == parts[0]
    first, *middle, last = parts
    if not tag.startswith(first):
        return False
    position = len(first)
    for part in middle:
        found = tag.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return tag.endswith(last) and len(tag) - len(last) >= position


def _taken(rule: _Rule, images: Iterable[ImageDetail], now: datetime) -> Sequence[ImageDetail]:
    """Return the images that a rule alone would act on, from the oldest to the newest."""
    begin = _AGES[rule.count_type]
    oldest_first = sorted(images, key=begin)
    if rule.count_type == "imageCountMoreThan":
        return oldest_first[: max(0, len(oldest_first) - rule.count_number)]
    try:
        limit = now - timedelta(days=rule.count_number)
    except OverflowError:
        # No image is that old.
        return ()
    return [image for image in oldest_first if begin(image) < limit]


def _pushed(image: ImageDetail) -> datetime:
    # The age of an image that was restored counts from the restore.
    return image.last_activated_at or image.image_pushed_at


def _pulled(image: ImageDetail) -> datetime:
    pulled, activated = image.last_recorded_pull_time, image.last_activated_at
    # 1970-01-01 means that the image was never pulled.
    if pulled is None or pulled.year == 1970:
        return _pushed(image)
    return pulled if activated is None else max(pulled, activated)


def _archived(image: ImageDetail) -> datetime:
    return image.last_archived_at or _pushed(image)


_AGES = {
    "imageCountMoreThan": _pushed,
    "sinceImagePushed": _pushed,
    "sinceImagePulled": _pulled,
    "sinceImageTransitioned": _archived,
}
"""The functions that return the time from which an image's age counts."""

_CLASSES = {"sinceImageTransitioned": "archive"}
"""The storage class of the images that a type of count is for, if it is not the standard one."""

_ACTIONS = {"expire": None, "transition": "archive"}
"""The storage class that an action names."""


def _without_children(
    decisions: Mapping[str, LifecycleDecision],
    by_digest: Mapping[str, ImageDetail],
    children: Mapping[str, Iterable[str]],
) -> dict[str, LifecycleDecision]:
    """Leave out images that are listed by an index that stays. Indexes may be nested."""
    parents: dict[str, set[str]] = {}
    for index, listed in children.items():
        if index in by_digest and _storage_class(by_digest[index]) == "standard":
            for child in listed:
                parents.setdefault(child, set()).add(index)
    left = dict(decisions)
    while kept := {digest for digest in left if parents.get(digest, set()) - left.keys()}:
        left = {digest: left[digest] for digest in left if digest not in kept}
    return left
