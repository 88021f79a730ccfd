"""Lifecycle policies: rules that delete or archive images automatically."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, cast

import attrs

from ecr_typed import FrozenMap, models
from ecr_typed.documents._fields import are_members, to_members
from ecr_typed.documents._json import (
    EMPTY,
    Plain,
    canonical,
    items_of,
    read_object,
    take_objects,
    thaw,
    write_object,
)
from ecr_typed.documents._lifecycle_rules import (
    LifecycleDecision,
    LifecycleRule,
    read_rule,
    write_rule,
)
from ecr_typed.documents._manifests import ImageIndex
from ecr_typed.documents._problems import DocumentProblem, check_length, refuse

if TYPE_CHECKING:
    from ecr_typed import EcrRequestError

_LEAST_CHARACTERS = 100
_MOST_CHARACTERS = 30_720


def _with_priorities(rules: Iterable[LifecycleRule]) -> tuple[LifecycleRule, ...]:
    """Assign the next free priority to each rule that has none; rules for all images come last."""
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
    return rule.priority is None and rule.selection.tag_status == "any"


@attrs.frozen(order=False)
class LifecyclePolicy:
    """A lifecycle policy of a repository.

    Create one from rules, as in `LifecyclePolicy([LifecycleRule.keep_newest(50)])`, or from the
    service's text with `LifecyclePolicy.from_text`. Rules without a priority get priorities in the
    order of the list, with rules for all images last. `str(policy)` is the text to send.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """

    rules: tuple[LifecycleRule, ...] = attrs.field(converter=_with_priorities)
    """The rules: 1 to 50."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members, kw_only=True
    )
    """Members that this release does not know or can't read, unchanged."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Parse the text of a policy. Errors in the policy are kept, and returned by `problems`.

        Args:
            text: The text: a JSON object.

        Returns:
            The policy.

        Raises:
            EcrRequestError: The text is not a JSON object.
        """
        members = read_object(text, "a lifecycle policy")
        rules = tuple(map(read_rule, take_objects(members, "rules")))
        policy = cls((), extra=members)
        # The constructor would assign priorities that are missing in the text.
        object.__setattr__(policy, "rules", rules)
        return policy

    def __str__(self) -> str:
        return write_object(_plain(self))

    def problems(self) -> tuple[DocumentProblem, ...]:
        """Return the known problems of the policy.

        The client sends a policy with problems all the same: the service may accept more than this
        release knows.

        Returns:
            The problems, each with its place. Empty if there are none.
        """
        # Few programs ask for problems.
        from ecr_typed.documents._lifecycle_checks import check_policy

        return (
            *check_policy(_plain(self)),
            *check_length(str(self), _LEAST_CHARACTERS, _MOST_CHARACTERS),
        )

    def decide(
        self,
        images: Iterable[models.ImageDetail],
        *,
        indexes: Iterable[ImageIndex] | Mapping[str, Iterable[str]] = (),
        now: datetime | None = None,
    ) -> Mapping[str, LifecycleDecision]:
        """Preview locally which images the policy would expire or archive.

        The result is that of a preview by the service (`start_lifecycle_policy_preview`), without
        the wait. It can be computed for any images and any time.

        Args:
            images: All images of the repository, including archived ones: those that
                `describe_images` returns for the status `ANY`. An artifact that refers to one of
                the others, such as a signature, is expired with it and gets no decision.
            indexes: The indexes of the repository, or the digests that each of them lists, by its
                digest: `children` of the graph that `read_image_graph` returns. An image that one
                of them lists is kept as long as the index. Default: none, so images that an index
                lists are treated like others.
            now: The time at which to apply the policy, with a time zone. Default: the current time.

        Returns:
            The decision for each image that would be expired or archived, by digest. Decisions are
            in the order of the rules, and for each rule from the oldest image to the newest.

        Raises:
            EcrRequestError: A rule is incomplete or not known to this release, or an argument is
                wrong, such as a `now` without a time zone.
        """
        # Few programs preview a policy.
        from ecr_typed.documents._lifecycle_decisions import decide, evaluable

        images = items_of(images, models.ImageDetail, "images")
        children: Mapping[str, Iterable[str]]
        if isinstance(indexes, Mapping):
            children = cast("Mapping[str, Iterable[str]]", indexes)
        else:
            read = items_of(indexes, ImageIndex, "indexes")
            children = {each.digest: [one.digest for one in each.manifests] for each in read}
        if now is None:
            now = datetime.now(UTC)
        elif not isinstance(cast("object", now), datetime) or now.tzinfo is None:
            raise refuse("now", now, "a datetime with a time zone", "use datetime.now(UTC)")
        rules = [evaluable(rule) for rule in self.rules]
        readable = [rule for rule in rules if rule is not None]
        if len(readable) < len(rules) or "rules" in self.extra:
            raise self._undecided(None if "rules" in self.extra else rules.index(None))
        return FrozenMap(decide(readable, images, children, now))

    def _undecided(self, index: int | None) -> EcrRequestError:
        from ecr_typed import EcrRequestError

        place = "rules" if index is None else f"rules[{index}]"
        found = [str(each) for each in self.problems() if each.place.startswith(place)]
        return EcrRequestError(f"{place} can't be evaluated. {' '.join(found)}")

    def is_same(self, other: LifecyclePolicy | str) -> bool:
        """Return whether another policy has the same meaning.

        The service rewrites policies: it changes white space and sorts rules by priority. So
        compare policies with this method, not by their texts.

        Args:
            other: The other policy, or its text.

        Returns:
            Whether both policies have the same rules with the same priorities.

        Raises:
            EcrRequestError: `other` is no policy, or the text is not a JSON object.
        """
        theirs = LifecyclePolicy.from_text(other) if isinstance(other, str) else other
        if not isinstance(cast("object", theirs), LifecyclePolicy):
            raise refuse("other", theirs, "a LifecyclePolicy, or its text")
        return _meaning(self) == _meaning(theirs)


def _plain(policy: LifecyclePolicy) -> Plain:
    """Return the members of a policy as JSON."""
    # Rules that could not be read are in `extra` under the same name.
    return {"rules": [write_rule(rule) for rule in policy.rules], **thaw(policy.extra)}


def _meaning(policy: LifecyclePolicy) -> str:
    """Return a text that is equal for policies with the same meaning."""
    # The order of the list is irrelevant, because each rule includes its priority.
    return canonical({"rules": sorted(map(_rule_meaning, policy.rules)), **thaw(policy.extra)})


def _rule_meaning(rule: LifecycleRule) -> str:
    selection = rule.selection
    normal = attrs.evolve(
        selection,
        storage_class=selection.storage_class or "standard",
        tag_pattern_list=sorted(set(selection.tag_pattern_list)),
        tag_prefix_list=sorted(set(selection.tag_prefix_list)),
    )
    return canonical(write_rule(attrs.evolve(rule, selection=normal)))
