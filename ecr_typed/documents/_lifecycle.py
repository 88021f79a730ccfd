"""Lifecycle policies: which images expire or go to the archive by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import attrs

from ecr_typed import FrozenMap
from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    canonical,
    freeze_members,
    items_of,
    read_object,
    take_objects,
    thaw,
    write_object,
)
from ecr_typed.documents._lifecycle_checks import check_policy
from ecr_typed.documents._lifecycle_decisions import LifecycleDecision, decide, evaluable
from ecr_typed.documents._lifecycle_rules import LifecycleRule, read_rule, write_rule
from ecr_typed.documents._problems import DocumentProblem, check_length, refuse

if TYPE_CHECKING:
    from ecr_typed import EcrRequestError
    from ecr_typed.documents._manifests import ImageIndex
    from ecr_typed.models import ImageDetail

_LEAST_CHARACTERS = 100
_MOST_CHARACTERS = 30_720


def _with_priorities(rules: Iterable[LifecycleRule]) -> tuple[LifecycleRule, ...]:
    """Give each rule without a priority the next one that is free; rules for `any` come last."""
    given = items_of(rules, LifecycleRule, "rules")
    taken = {rule.priority for rule in given if rule.priority is not None}
    priority = 0
    prioritized: list[LifecycleRule] = []
    for rule in sorted(given, key=_is_for_the_rest):
        if rule.priority is not None:
            priority = max(priority, rule.priority)
            prioritized.append(rule)
            continue
        if _is_for_the_rest(rule):
            priority = max(taken, default=0)
        priority += 1
        while priority in taken:
            priority += 1
        taken.add(priority)
        prioritized.append(attrs.evolve(rule, priority=priority))
    return tuple(prioritized)


def _is_for_the_rest(rule: LifecycleRule) -> bool:
    is_for_any = rule.selection is not None and rule.selection.tag_status == "any"
    return rule.priority is None and is_for_any


@attrs.frozen(order=False)
class LifecyclePolicy:
    """A lifecycle policy of a repository.

    `LifecyclePolicy([LifecycleRule.expire_untagged(days=7), LifecycleRule.keep_newest(50)])` makes
    one: rules without a priority get the next one in their order, and rules for `any` come last.
    `LifecyclePolicy.from_text` reads one. `put_lifecycle_policy` takes either.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    rules: tuple[LifecycleRule, ...] = attrs.field(converter=_with_priorities)
    """Its rules: 1 to 50."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members, kw_only=True)
    """Members that this release does not know or can't read, as they came."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read a policy from its text. What is wrong in it is kept: `problems` names it.

        Args:
            text: The text, a JSON object.

        Returns:
            The policy.

        Raises:
            EcrRequestError: The text is no JSON object.
        """
        members = read_object(text, "a lifecycle policy")
        rules = tuple(map(read_rule, take_objects(members, "rules")))
        policy = cls((), extra=members)
        # The constructor would assign the priorities that the text lacks.
        object.__setattr__(policy, "rules", rules)
        return policy

    def __str__(self) -> str:
        return write_object(_plain(self))

    def problems(self) -> tuple[DocumentProblem, ...]:
        """Return what is known to be wrong with the policy.

        The service has the last word: what is wrong for this release may be right by now.

        Returns:
            A problem for each, by its place. Empty if none is known.
        """
        return (
            *check_policy(_plain(self)),
            *check_length(str(self), _LEAST_CHARACTERS, _MOST_CHARACTERS),
        )

    def decide(
        self,
        images: Iterable[ImageDetail],
        *,
        indexes: Iterable[ImageIndex] = (),
        now: datetime | None = None,
    ) -> Mapping[str, LifecycleDecision]:
        """Return which images the policy would expire or archive, without asking the service.

        It is `start_lifecycle_policy_preview` without the wait, for repositories that need not
        exist and for times that are yet to come.

        Args:
            images: All images of the repository, archived ones among them: what `describe_images`
                gives with the status `ANY`. An artifact that is about another of them goes where
                that one goes, and has no decision of its own.
            indexes: The indexes of the repository. An image that is listed by one of them stays as
                long as that one does. Default: none, so that such images are decided on as any
                other.
            now: When the policy is applied: a `datetime` with a time zone. Default: now.

        Returns:
            For the digest of each image that would expire or be archived, the rule that takes it
            and the action; for each rule in turn the oldest image first.

        Raises:
            EcrRequestError: A rule lacks something or has what this release does not know, or `now`
                has no time zone.
        """
        if now is None:
            now = datetime.now(UTC)
        elif now.tzinfo is None:
            raise refuse("now", now, "a time with a time zone", "datetime.now(UTC) has one")
        rules = [evaluable(rule) for rule in self.rules]
        readable = [rule for rule in rules if rule is not None]
        if len(readable) < len(rules) or "rules" in self.extra:
            raise self._undecided(None if "rules" in self.extra else rules.index(None))
        return FrozenMap(decide(readable, images, indexes, now))

    def _undecided(self, index: int | None) -> EcrRequestError:
        from ecr_typed import EcrRequestError

        place = "rules" if index is None else f"rules[{index}]"
        found = [str(each) for each in self.problems() if each.place.startswith(place)]
        return EcrRequestError(f"{place} can't be evaluated. {' '.join(found)}")

    def is_same(self, other: LifecyclePolicy | str) -> bool:
        """Return whether another policy means the same.

        The service gives a policy back with other white space and with its rules in the order of
        their priority, so that texts are no good for comparing.

        Args:
            other: The other policy, or its text.

        Returns:
            Whether both have the same rules with the same priorities.

        Raises:
            EcrRequestError: The text is no JSON object.
        """
        theirs = LifecyclePolicy.from_text(other) if isinstance(other, str) else other
        return _meaning(self) == _meaning(theirs)


def _plain(policy: LifecyclePolicy) -> Plain:
    """Write the members of a policy."""
    # Rules that could not be read are in `extra`, under the same name.
    return {"rules": [write_rule(rule) for rule in policy.rules], **thaw(policy.extra)}


def _meaning(policy: LifecyclePolicy) -> str:
    """Return one text for all policies that mean the same."""
    # Each rule has its priority in it: their order in the list says nothing besides.
    return canonical({"rules": sorted(map(_rule_meaning, policy.rules)), **thaw(policy.extra)})


def _rule_meaning(rule: LifecycleRule) -> str:
    selection = rule.selection
    if selection is not None:
        patterns, prefixes = selection.tag_pattern_list, selection.tag_prefix_list
        selection = attrs.evolve(
            selection,
            storage_class=selection.storage_class or "standard",
            tag_pattern_list=None if patterns is None else sorted(set(patterns)),
            tag_prefix_list=None if prefixes is None else sorted(set(prefixes)),
        )
    return canonical(write_rule(attrs.evolve(rule, selection=selection)))
