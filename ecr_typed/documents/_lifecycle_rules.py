"""The rules of lifecycle policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    freeze_members,
    take,
    take_object,
    take_texts,
    texts_of,
    thaw,
    without_absent,
)
from ecr_typed.documents._problems import refuse

# More images than a repository can hold: AWS's quota is 100,000.
_NEVER = 1_000_000


@attrs.frozen(kw_only=True, order=False)
class LifecycleSelection:
    """Which images a rule of a lifecycle policy acts on.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """

    tag_status: str | None = None
    """Which images the rule is for: `tagged`, `untagged` or `any`."""

    tag_pattern_list: tuple[str, ...] | None = attrs.field(default=None, converter=texts_of)
    """Patterns of tags, in which `*` stands for any characters: 4 of them at most. An image has to
    have a tag for each pattern. For `tagged` only, and there in place of `tag_prefix_list`.
    """

    tag_prefix_list: tuple[str, ...] | None = attrs.field(default=None, converter=texts_of)
    """What tags begin with. An image has to have a tag for each prefix. For `tagged` only."""

    storage_class: str | None = None
    """Where the images are: `standard` or `archive`. Default: `standard`. `archive` goes with
    `sinceImageTransitioned` and with nothing else.
    """

    count_type: str | None = None
    """What `count_number` counts: `imageCountMoreThan` (images to keep), `sinceImagePushed`,
    `sinceImagePulled` or `sinceImageTransitioned` (days).
    """

    count_unit: str | None = None
    """The unit of `count_number`: `days`. Left out with `imageCountMoreThan`."""

    count_number: int | None = None
    """How many images or days: 1 or more; 90 or more with `sinceImageTransitioned`."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members)
    """Members that this release does not know or can't read, as they came."""


@attrs.frozen(kw_only=True, order=False)
class LifecycleAction:
    """What a rule of a lifecycle policy does to the images that it takes."""

    type: str | None = None
    """`expire` deletes images, `transition` moves them to another storage class."""

    target_storage_class: str | None = None
    """Where `transition` moves images to: `archive`."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members)
    """Members that this release does not know or can't read, as they came."""


_EXPIRE = LifecycleAction(type="expire")
_ARCHIVE = LifecycleAction(type="transition", target_storage_class="archive")


@attrs.frozen(kw_only=True, order=False)
class LifecycleRule:
    """A rule of a lifecycle policy.

    The methods `keep_newest`, `expire_untagged`, `expire_older`, `archive_unpulled`,
    `expire_archived` and `protect` make the usual ones. `attrs.evolve(rule, description=...)` gives
    one a description, or another priority.

    An image belongs to the first rule, by priority, whose tags fit it: no later rule acts on it.
    """

    selection: LifecycleSelection | None = None
    """Which images it acts on."""

    action: LifecycleAction | None = None
    """What it does to them."""

    priority: int | None = None
    """Its place among the rules: 1 is the first. None leaves it to the policy."""

    description: str | None = None
    """What it is for, in words."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members)
    """Members that this release does not know or can't read, as they came."""

    @classmethod
    def keep_newest(cls, count: int, *, tags: Iterable[str] = ()) -> Self:
        """Make a rule that expires all images but the newest.

        Args:
            count: How many images to keep: 1 or more.
            tags: Patterns of tags, in which `*` stands for any characters. The rule is for images
                that have a tag for each of them. Default: for all images.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `tags` is a text instead of a sequence.
        """
        return cls(
            selection=_selected(tags, count_type="imageCountMoreThan", count_number=count),
            action=_EXPIRE,
        )

    @classmethod
    def expire_untagged(cls, *, days: int) -> Self:
        """Make a rule that expires images without a tag.

        What an index lists stays as long as the index does.

        Args:
            days: How many days after their push: 1 or more.

        Returns:
            The rule.
        """
        selection = LifecycleSelection(
            tag_status="untagged",
            count_type="sinceImagePushed",
            count_unit="days",
            count_number=days,
        )
        return cls(selection=selection, action=_EXPIRE)

    @classmethod
    def expire_older(cls, *, days: int, tags: Iterable[str] = ()) -> Self:
        """Make a rule that expires images by their age.

        Args:
            days: How many days after their push: 1 or more.
            tags: Patterns of tags, in which `*` stands for any characters. The rule is for images
                that have a tag for each of them. Default: for all images.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `tags` is a text instead of a sequence.
        """
        return cls(selection=_of_age(days, "sinceImagePushed", tags), action=_EXPIRE)

    @classmethod
    def expire_unpulled(cls, *, days: int) -> Self:
        """Make a rule that expires images that nobody pulls.

        Today the service refuses such a rule, and `problems` of its policy says so: it archives by
        pull time, and expires what has been in the archive for long enough. `archive_unpulled` and
        `expire_archived` together do that.

        Args:
            days: How many days after their last pull, or after their push if there was none: 1 or
                more.

        Returns:
            The rule.
        """
        return cls(selection=_of_age(days, "sinceImagePulled"), action=_EXPIRE)

    @classmethod
    def archive_unpulled(cls, *, days: int) -> Self:
        """Make a rule that moves images that nobody pulls to the archive.

        An image in the archive can't be pulled until it is restored.

        Args:
            days: How many days after their last pull, or after their push if there was none: 1 or
                more.

        Returns:
            The rule.
        """
        return cls(selection=_of_age(days, "sinceImagePulled"), action=_ARCHIVE)

    @classmethod
    def expire_archived(cls, *, days: int) -> Self:
        """Make a rule that expires images that are in the archive.

        Args:
            days: How many days after they were archived: 90 or more.

        Returns:
            The rule.
        """
        selection = attrs.evolve(_of_age(days, "sinceImageTransitioned"), storage_class="archive")
        return cls(selection=selection, action=_EXPIRE)

    @classmethod
    def protect(cls, *, tags: Iterable[str]) -> Self:
        """Make a rule that keeps images from all rules after it.

        An image belongs to the first rule that its tags fit, and this one would expire images only
        if there were more than a million. Put it first.

        Args:
            tags: Patterns of tags, in which `*` stands for any characters. The rule is for images
                that have a tag for each of them: write a rule for each pattern to protect images
                that have one of several.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `tags` is empty, or a text instead of a sequence.
        """
        patterns = _patterns(tags)
        if not patterns:
            raise refuse("tags", tags, "1 pattern at least", "['*'] fits all tags")
        return cls.keep_newest(_NEVER, tags=patterns)


def _selected(tags: Iterable[str], *, count_type: str, count_number: int) -> LifecycleSelection:
    patterns = _patterns(tags)
    return LifecycleSelection(
        tag_status="tagged" if patterns else "any",
        tag_pattern_list=patterns,
        count_type=count_type,
        count_number=count_number,
    )


def _of_age(days: int, count_type: str, tags: Iterable[str] = ()) -> LifecycleSelection:
    selection = _selected(tags, count_type=count_type, count_number=days)
    return attrs.evolve(selection, count_unit="days")


def _patterns(tags: Iterable[str]) -> tuple[str, ...] | None:
    return texts_of(tags, "tags") or None


def read_rule(members: Plain) -> LifecycleRule:
    """Read a rule; what does not fit goes to `extra`. The members are used up."""
    selection, action = take_object(members, "selection"), take_object(members, "action")
    return LifecycleRule(
        priority=take(members, "rulePriority", int),
        description=take(members, "description", str),
        selection=None if selection is None else _read_selection(selection),
        action=None if action is None else _read_action(action),
        extra=members,
    )


def _read_selection(members: Plain) -> LifecycleSelection:
    return LifecycleSelection(
        tag_status=take(members, "tagStatus", str),
        tag_pattern_list=take_texts(members, "tagPatternList"),
        tag_prefix_list=take_texts(members, "tagPrefixList"),
        storage_class=take(members, "storageClass", str),
        count_type=take(members, "countType", str),
        count_unit=take(members, "countUnit", str),
        count_number=take(members, "countNumber", int),
        extra=members,
    )


def _read_action(members: Plain) -> LifecycleAction:
    return LifecycleAction(
        type=take(members, "type", str),
        target_storage_class=take(members, "targetStorageClass", str),
        extra=members,
    )


def write_rule(rule: LifecycleRule) -> Plain:
    """Write the members of a rule, in the order that the service has them in."""
    return {
        **without_absent(
            {
                "rulePriority": rule.priority,
                "description": rule.description,
                "selection": None if rule.selection is None else _write_selection(rule.selection),
                "action": None if rule.action is None else _write_action(rule.action),
            }
        ),
        **thaw(rule.extra),
    }


def _write_selection(selection: LifecycleSelection) -> Plain:
    return {
        **without_absent(
            {
                "tagStatus": selection.tag_status,
                "tagPatternList": thaw(selection.tag_pattern_list),
                "tagPrefixList": thaw(selection.tag_prefix_list),
                "storageClass": selection.storage_class,
                "countType": selection.count_type,
                "countUnit": selection.count_unit,
                "countNumber": selection.count_number,
            }
        ),
        **thaw(selection.extra),
    }


def _write_action(action: LifecycleAction) -> Plain:
    return {
        **without_absent({"type": action.type, "targetStorageClass": action.target_storage_class}),
        **thaw(action.extra),
    }
