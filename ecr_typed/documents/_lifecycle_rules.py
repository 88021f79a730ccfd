"""The rules of lifecycle policies, and what they decide about images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs

from ecr_typed.documents._fields import (
    are_members,
    are_texts,
    check_texts,
    check_whole_number,
    is_instance,
    is_text_or_none,
    is_whole_number_or_none,
    to_members,
    to_texts,
)
from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    take,
    take_object_or_empty,
    take_texts,
    thaw,
    without_absent,
)
from ecr_typed.documents._problems import refuse

# More images than a repository can have: the quota is 100,000.
_NEVER = 1_000_000


@attrs.frozen(kw_only=True, order=False)
class LifecycleSelection:
    """The images that a rule of a lifecycle policy applies to.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """

    tag_status: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The images to select: `tagged`, `untagged` or `any`."""

    tag_pattern_list: tuple[str, ...] = attrs.field(
        default=(), converter=to_texts, validator=are_texts
    )
    """Tag patterns, with at most 4 wildcards `*` each. An image is selected if each pattern matches
    one of its tags. Only for `tagged`, instead of `tag_prefix_list`.
    """

    tag_prefix_list: tuple[str, ...] = attrs.field(
        default=(), converter=to_texts, validator=are_texts
    )
    """Tag prefixes. An image is selected if one of its tags begins with each prefix. Only for
    `tagged`, instead of `tag_pattern_list`.
    """

    storage_class: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The storage class of the images: `archive` with `sinceImageTransitioned`, `standard` with
    the others. Default: `standard`.
    """

    count_type: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The criterion: `imageCountMoreThan` (a number of images to keep), `sinceImagePushed`,
    `sinceImagePulled` or `sinceImageTransitioned` (a number of days).
    """

    count_unit: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The unit of `count_number`: `days`. Not allowed with `imageCountMoreThan`."""

    count_number: int | None = attrs.field(default=None, validator=is_whole_number_or_none)
    """The number of images or days. At least 1, and at least 90 with `sinceImageTransitioned`."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """Members that this release does not know or can't read, unchanged."""


@attrs.frozen(kw_only=True, order=False)
class LifecycleAction:
    """What a rule of a lifecycle policy does with images."""

    type: str | None = attrs.field(default=None, validator=is_text_or_none)
    """`expire` to delete images, or `transition` to move them to another storage class."""

    target_storage_class: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The storage class that `transition` moves images to: `archive`."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """Members that this release does not know or can't read, unchanged."""


_NO_SELECTION = LifecycleSelection()
_NO_ACTION = LifecycleAction()
_EXPIRE = LifecycleAction(type="expire")
_ARCHIVE = LifecycleAction(type="transition", target_storage_class="archive")


@attrs.frozen(kw_only=True, order=False)
class LifecycleRule:
    """A rule of a lifecycle policy.

    Class methods such as `keep_newest` create the usual rules. To set a description or a priority,
    use `attrs.evolve(rule, description="...")`.

    Each image is subject to the first rule, by priority, that matches its tags, and to no other.
    """

    selection: LifecycleSelection = attrs.field(
        default=_NO_SELECTION, validator=is_instance(LifecycleSelection)
    )
    """The images that the rule applies to."""

    action: LifecycleAction = attrs.field(
        default=_NO_ACTION, validator=is_instance(LifecycleAction)
    )
    """What the rule does with them."""

    priority: int | None = attrs.field(default=None, validator=is_whole_number_or_none)
    """The rule's priority: the rule with the lowest number is applied first. Default: assigned by
    the policy.
    """

    description: str | None = attrs.field(default=None, validator=is_text_or_none)
    """A description of the rule."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """Members that this release does not know or can't read, unchanged."""

    @classmethod
    def keep_newest(cls, count: int, *, tags: Iterable[str] = ()) -> Self:
        """Create a rule that expires all images except the newest.

        Args:
            count: The number of images to keep. At least 1.
            tags: Tag patterns, in which `*` matches any characters. The rule applies to images
                with a tag for each pattern. Default: all images.

        Returns:
            The rule.

        Raises:
            EcrRequestError: An argument has the wrong type, such as a string for `tags`.
        """
        check_whole_number("count", count)
        return cls(
            selection=_selected(tags, count_type="imageCountMoreThan", count_number=count),
            action=_EXPIRE,
        )

    @classmethod
    def expire_untagged(cls, *, days: int) -> Self:
        """Create a rule that expires images without tags.

        Images that an index lists are kept as long as the index.

        Args:
            days: The number of days after the push. At least 1.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `days` is no whole number.
        """
        check_whole_number("days", days)
        selection = LifecycleSelection(
            tag_status="untagged",
            count_type="sinceImagePushed",
            count_unit="days",
            count_number=days,
        )
        return cls(selection=selection, action=_EXPIRE)

    @classmethod
    def expire_older(cls, *, days: int, tags: Iterable[str] = ()) -> Self:
        """Create a rule that expires images by age.

        Args:
            days: The number of days after the push. At least 1.
            tags: Tag patterns, in which `*` matches any characters. The rule applies to images
                with a tag for each pattern. Default: all images.

        Returns:
            The rule.

        Raises:
            EcrRequestError: An argument has the wrong type, such as a string for `tags`.
        """
        return cls(selection=_of_age(days, "sinceImagePushed", tags), action=_EXPIRE)

    @classmethod
    def expire_unpulled(cls, *, days: int) -> Self:
        """Create a rule that expires images that are not pulled.

        The service refuses such rules today: it can only archive images by their pull time. Use
        `archive_unpulled` and `expire_archived` instead, which expire the images in two steps.

        Args:
            days: The number of days after the last pull, or after the push if there was none. At
                least 1.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `days` is no whole number.
        """
        return cls(selection=_of_age(days, "sinceImagePulled"), action=_EXPIRE)

    @classmethod
    def archive_unpulled(cls, *, days: int) -> Self:
        """Create a rule that archives images that are not pulled.

        An archived image can't be pulled until it is restored.

        Args:
            days: The number of days after the last pull, or after the push if there was none. At
                least 1.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `days` is no whole number.
        """
        return cls(selection=_of_age(days, "sinceImagePulled"), action=_ARCHIVE)

    @classmethod
    def expire_archived(cls, *, days: int) -> Self:
        """Create a rule that expires archived images.

        Args:
            days: The number of days after an image was archived. At least 90.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `days` is no whole number.
        """
        selection = attrs.evolve(_of_age(days, "sinceImageTransitioned"), storage_class="archive")
        return cls(selection=selection, action=_EXPIRE)

    @classmethod
    def protect(cls, *, tags: Iterable[str]) -> Self:
        """Create a rule that protects images from all rules after it.

        No later rule applies to an image that this rule matches. This rule itself would only expire
        images if the repository had more than a million of them. Put it first.

        Args:
            tags: Tag patterns, in which `*` matches any characters. The rule applies to images with
                a tag for each pattern. To protect images that match any of several patterns, create
                a rule for each pattern.

        Returns:
            The rule.

        Raises:
            EcrRequestError: `tags` is empty, or a string instead of a sequence.
        """
        patterns = _patterns(tags)
        if not patterns:
            raise refuse("tags", tags, "at least 1 pattern", "['*'] matches all tags")
        return cls.keep_newest(_NEVER, tags=patterns)


@attrs.frozen(kw_only=True, order=False)
class LifecycleDecision:
    """The decision of a lifecycle policy about an image."""

    rule: LifecycleRule
    """The rule that applies to the image."""

    action: LifecycleAction
    """What the rule does with the image: `action.type` is `expire` or `transition`."""


def _selected(tags: Iterable[str], *, count_type: str, count_number: int) -> LifecycleSelection:
    patterns = _patterns(tags)
    return LifecycleSelection(
        tag_status="tagged" if patterns else "any",
        tag_pattern_list=patterns,
        count_type=count_type,
        count_number=count_number,
    )


def _of_age(days: int, count_type: str, tags: Iterable[str] = ()) -> LifecycleSelection:
    check_whole_number("days", days)
    selection = _selected(tags, count_type=count_type, count_number=days)
    return attrs.evolve(selection, count_unit="days")


def _patterns(tags: Iterable[str]) -> tuple[str, ...]:
    patterns = to_texts(tags)
    check_texts("tags", patterns)
    return patterns


def read_rule(members: Plain) -> LifecycleRule:
    """Read a rule. Members that can't be read go to `extra`. Empties the dict."""
    return LifecycleRule(
        priority=take(members, "rulePriority", int),
        description=take(members, "description", str),
        selection=_read_selection(take_object_or_empty(members, "selection")),
        action=_read_action(take_object_or_empty(members, "action")),
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
    """Return the members of a rule as JSON, in the service's order."""
    return {
        **without_absent(
            {
                "rulePriority": rule.priority,
                "description": rule.description,
                "selection": _write_selection(rule.selection) or None,
                "action": _write_action(rule.action) or None,
            }
        ),
        **thaw(rule.extra),
    }


def _write_selection(selection: LifecycleSelection) -> Plain:
    return {
        **without_absent(
            {
                "tagStatus": selection.tag_status,
                "tagPatternList": thaw(selection.tag_pattern_list) or None,
                "tagPrefixList": thaw(selection.tag_prefix_list) or None,
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
