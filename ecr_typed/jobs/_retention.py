"""Retention: rules for what is kept, and the plan that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, TypeVar, cast

import attrs

from ecr_typed import (
    ArgumentProblem,
    EcrError,
    EcrRequestError,
    ImageDetail,
    ImageIdentifier,
    ImageStatus,
)
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._image_graph import ImageGraph, is_tag_of_referrer, waits_for
from ecr_typed.jobs._module import show_in_jobs
from ecr_typed.jobs._retention_plan import Decision, RetentionPlan
from ecr_typed.jobs._tables import short

Value = TypeVar("Value")

_NEVER: Final = 1970
"""The year of a time of a pull that never was."""


def _texts(values: str | Iterable[str]) -> tuple[str, ...]:
    return _tuple((values,) if isinstance(values, str) else values)


def _images(
    values: str | ImageIdentifier | Iterable[str | ImageIdentifier],
) -> tuple[str | ImageIdentifier, ...]:
    return _tuple((values,) if isinstance(values, str | ImageIdentifier) else values)


def _tuple(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return values as a tuple; what has none is left as it is, to be refused by its name."""
    is_fit = isinstance(cast("object", values), Iterable)
    return tuple(values) if is_fit else cast("tuple[Value, ...]", values)


@attrs.frozen(kw_only=True, order=False)
class Retention:
    """Rules for which images of a repository are kept; what no rule keeps is removed.

    An image is kept if any rule keeps it. So are the children of a kept index, what refers to a
    kept image, and the image that a kept artifact refers to. Archived images are not removed.

    Raises:
        EcrRequestError: An argument is wrong, or there is no rule at all.
    """

    keep_newest: int | None = None
    """How many of the newest tagged images are kept, of each group. What a tagged index lists does
    not count, nor do signatures; untagged images are not kept by this rule.
    """

    group_by: Callable[[str], Hashable] | None = None
    """The group of a tag, such as its branch: `lambda tag: tag.partition("-")[0]`. An image belongs
    to the groups of all of its tags. Default: all images are one group.
    """

    keep_tags: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """Patterns of tags, in which `*` stands for any characters, as in `release-*`."""

    keep: tuple[str | ImageIdentifier, ...] = attrs.field(default=(), converter=_images)
    """Images that are kept, such as those that are deployed: digests, tags or identifiers."""

    pushed_within: timedelta | None = None
    """Images are kept that were pushed, or restored from the archive, so recently."""

    pulled_within: timedelta | None = None
    """Images are kept that were pulled so recently. ECR is up to 24 hours behind."""

    grace: timedelta = timedelta(days=1)
    """Images are kept that were pushed so recently, as their index may not be there yet."""

    least_left: int = 1
    """A plan that leaves fewer images is refused. Archived ones, which nobody can pull, do not
    count."""

    most_deleted: float = 0.9
    """A plan that removes a greater part of the images, archived ones apart, is refused: 0 to 1."""

    def __attrs_post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise EcrRequestError(problems)


class RetentionRefusedError(EcrError):
    """A plan would remove more images than `least_left` and `most_deleted` allow."""

    plan: RetentionPlan
    """The plan."""

    def __init__(self, plan: RetentionPlan, why: str) -> None:
        super().__init__(f"{plan.repository_name}: {why}")
        self.plan = plan


show_in_jobs(RetentionRefusedError)


def plan_retention(graph: ImageGraph, retention: Retention, *, now: datetime) -> RetentionPlan:
    """Return which images of a repository are kept and which are removed. Nothing is sent.

    Nothing that is kept loses a child or a referrer. The children of an archived index are not
    known, so untagged images that are older than it are kept, too.

    Args:
        graph: The images of the repository, from `read_image_graph`.
        retention: The rules for what is kept.
        now: The time that ages are counted from, timezone-aware.

    Returns:
        The plan, for `apply_retention`.

    Raises:
        RetentionRefusedError: Too much would be removed: see `least_left` and `most_deleted`.
        EcrRequestError: An argument is wrong, such as a time without a timezone.
    """
    is_graph = isinstance(cast("object", graph), ImageGraph)
    is_retention = isinstance(cast("object", retention), Retention)
    is_aware = isinstance(cast("object", now), datetime) and now.tzinfo is not None
    check.refuse_unfit(
        check.Check("graph", graph, is_graph, "an ImageGraph"),
        check.Check("retention", retention, is_retention, "a Retention"),
        check.Check("now", now, is_aware, "a timezone-aware datetime", "pass datetime.now(UTC)"),
    )
    reasons = _kept(graph, retention, now)
    pushed = {digest: image.image_pushed_at for digest, image in graph.images.items()}
    waves = graph.waves(digest for digest in graph.images if digest not in reasons)
    wave_of = {
        digest: number
        for number, wave in enumerate(waves)
        for digest in sorted(wave, key=pushed.__getitem__)
    }
    keep = tuple(
        _decision(graph, digest, reasons[digest])
        for digest in sorted(reasons, key=pushed.__getitem__, reverse=True)
    )
    remove = tuple(
        _decision(
            graph, digest, _reason_to_remove(graph, digest), waits_for(graph, digest, wave_of)
        )
        for digest in wave_of
    )
    plan = RetentionPlan(
        repository_name=graph.repository_name,
        registry_id=graph.registry_id,
        planned_at=now,
        keep=keep,
        remove=remove,
    )
    _check(plan, retention, graph)
    return plan


def _kept(graph: ImageGraph, retention: Retention, now: datetime) -> dict[str, str]:
    """Return why images are kept, by digest."""
    reasons: dict[str, str] = {}
    rules = _Rules(retention, now)
    for digest, image in graph.images.items():
        reason = rules.reason(image)
        if reason is not None:
            reasons[digest] = reason
    for digest in _newest(graph, retention):
        reasons.setdefault(digest, f"among the newest {retention.keep_newest}")
    for digest in _may_be_children(graph):
        reasons.setdefault(digest, "may belong to an archived index")
    _keep_what_belongs(graph, reasons)
    return reasons


def _keep_what_belongs(graph: ImageGraph, reasons: dict[str, str]) -> None:
    """Keep the children, the referrers and the subjects of what is kept, and theirs."""
    waiting = list(reasons)
    while waiting:
        digest = waiting.pop()
        name = short(digest)
        needed = [
            (graph.children, f"child of {name}"),
            (graph.referrers, f"refers to {name}"),
        ]
        if not _is_archived(graph.images[digest]):
            # An artifact is of no use without its subject; archived ones are of none anyway.
            needed.append((graph.subjects, f"{name} refers to it"))
        for edges, reason in needed:
            for each in edges.get(digest, ()):
                if each not in reasons:
                    reasons[each] = reason
                    waiting.append(each)


class _Rules:
    """The rules that look at one image alone."""

    def __init__(self, retention: Retention, now: datetime) -> None:
        self._patterns = retention.keep_tags
        named = [_name(image) for image in retention.keep]
        self._digests = {digest for digest, _ in named if digest is not None}
        self._tags = {tag for _, tag in named if tag is not None}
        self._pushed = _limit(now, retention.pushed_within)
        self._pulled = _limit(now, retention.pulled_within)
        self._grace = _before(now, retention.grace)

    def reason(self, image: ImageDetail) -> str | None:
        """Return why an image is kept by itself; None if it is not."""
        if _is_archived(image):
            return "archived"
        if image.image_digest in self._digests:
            return "to be kept by its digest"
        for tag in image.image_tags or ():
            if tag in self._tags:
                return f"to be kept by its tag {tag!r}"
            for pattern in self._patterns:
                if fnmatchcase(tag, pattern):
                    return f"a tag fits {pattern!r}"
        pushed = max(image.image_pushed_at, image.last_activated_at or image.image_pushed_at)
        if self._pushed is not None and pushed >= self._pushed:
            return f"pushed on {pushed:%Y-%m-%d}"
        pulled = image.last_recorded_pull_time
        if (
            self._pulled is not None
            and pulled is not None
            and pulled.year != _NEVER
            and pulled >= self._pulled
        ):
            return f"pulled on {pulled:%Y-%m-%d}"
        return "too new to be judged" if pushed > self._grace else None


def _limit(now: datetime, within: timedelta | None) -> datetime | None:
    return None if within is None else _before(now, within)


def _before(now: datetime, span: timedelta) -> datetime:
    """Return the time that lies so long before another; the first of all if there is none."""
    try:
        return now - span
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _name(image: str | ImageIdentifier) -> tuple[str | None, str | None]:
    """Return the digest and the tag that name an image."""
    if isinstance(image, ImageIdentifier):
        return image.image_digest, image.image_tag
    return (image, None) if image.startswith("sha256:") else (None, image)


def _newest(graph: ImageGraph, retention: Retention) -> Iterator[str]:
    """Yield the newest tagged images of each group."""
    if retention.keep_newest is None:
        return
    groups: dict[Hashable, dict[str, ImageDetail]] = {}
    listed = _listed_by_tagged(graph)
    for digest, image in graph.images.items():
        is_part = digest in listed or image.subject_manifest_digest is not None
        if is_part or _is_archived(image):
            continue
        for tag in image.image_tags or ():
            if not is_tag_of_referrer(tag):
                groups.setdefault(_group(retention, tag), {})[digest] = image
    for images in groups.values():
        newest_first = sorted(images.values(), key=lambda i: i.image_pushed_at, reverse=True)
        yield from (image.image_digest for image in newest_first[: retention.keep_newest])


def _group(retention: Retention, tag: str) -> Hashable:
    if retention.group_by is None:
        return None
    group = retention.group_by(tag)
    try:
        hash(group)
    except TypeError as error:
        allowed = "a function of a tag whose result is hashable, such as text"
        problem = ArgumentProblem(
            "group_by", repr(retention.group_by), allowed, f"not {group!r:.60}"
        )
        raise EcrRequestError([problem]) from error
    return group


def _listed_by_tagged(graph: ImageGraph) -> set[str]:
    """Return what tagged indexes list, and what these list.

    Under an index that has lost its tags, a tagged image is an image of its own again.
    """
    listed: set[str] = set()
    waiting = [digest for digest in graph.children if graph.images[digest].image_tags]
    while waiting:
        for child in graph.children.get(waiting.pop(), ()):
            if child not in listed:
                listed.add(child)
                waiting.append(child)
    return listed


def _may_be_children(graph: ImageGraph) -> Iterator[str]:
    """Yield the untagged images that indexes which can't be read may list."""
    if not graph.unread:
        return
    # A child is pushed before its index.
    last = max(graph.images[digest].image_pushed_at for digest in graph.unread)
    for digest, image in graph.images.items():
        is_free = not image.image_tags and digest not in graph.parents
        if is_free and image.image_pushed_at <= last:
            yield digest


def _is_archived(image: ImageDetail) -> bool:
    return image.image_status in (ImageStatus.ARCHIVED, ImageStatus.ACTIVATING)


def _decision(graph: ImageGraph, digest: str, reason: str, after: tuple[str, ...] = ()) -> Decision:
    image = graph.images[digest]
    is_index = digest in graph.children or digest in graph.unread
    size = 0 if is_index else image.image_size_in_bytes or 0
    return Decision(digest, tuple(image.image_tags or ()), reason, size, after)


def _reason_to_remove(graph: ImageGraph, digest: str) -> str:
    parents, subjects = graph.parents.get(digest), graph.subjects.get(digest)
    if parents:
        return f"child of {short(parents[0])}"
    if subjects:
        return f"refers to {short(subjects[0])}"
    return "no rule keeps it" if graph.images[digest].image_tags else "untagged"


def _check(plan: RetentionPlan, retention: Retention, graph: ImageGraph) -> None:
    """Refuse a plan that would empty a repository by mistake."""
    removed = len(plan.remove)
    # Nobody can pull an archived image, however many there are.
    left = sum(
        graph.images[one.digest].image_status is not ImageStatus.ARCHIVED for one in plan.keep
    )
    if not removed:
        return
    hint = ". keep_newest counts tagged images alone" if retention.keep_newest is not None else ""
    if left < len(plan.keep):
        hint += ". Archived images do not count"
    if left < retention.least_left:
        why = f"the plan leaves {left} images, and least_left is {retention.least_left}{hint}"
        raise RetentionRefusedError(plan, why)
    # A product would be off by a rounding error: 0.29 * 100 is less than 29.
    if removed / (removed + left) > retention.most_deleted:
        why = (
            f"the plan removes {removed} of {removed + left} images, and most_deleted is "
            f"{retention.most_deleted}{hint}. If that is meant, pass a greater most_deleted"
        )
        raise RetentionRefusedError(plan, why)


def _problems(retention: Retention) -> Iterator[ArgumentProblem]:
    rules = ("keep_newest", "keep_tags", "keep", "pushed_within", "pulled_within")
    if all(getattr(retention, rule) in (None, ()) for rule in rules):
        yield ArgumentProblem("Retention", "no rule", f"one of {', '.join(rules)}")
    for name in ("keep_newest", "least_left"):
        yield from _check_count(name, getattr(retention, name), is_optional=name == "keep_newest")
    for name in ("pushed_within", "pulled_within", "grace"):
        value: object = getattr(retention, name)
        is_left_out = value is None and name != "grace"
        if not is_left_out and not (isinstance(value, timedelta) and value >= timedelta()):
            yield ArgumentProblem(name, repr(value), "a timedelta that is not negative")
    # A mistake here deletes what it should keep.
    named = check.each_of("keep", retention.keep, "digests, tags or ImageIdentifiers", check.image)
    for one in (*check.patterns("keep_tags", retention.keep_tags), *named):
        if not one.fits:
            yield ArgumentProblem(one.argument, f"{one.value!r:.60}", one.allowed, one.hint)
    part = cast("object", retention.most_deleted)
    if not isinstance(part, int | float) or not 0 <= part <= 1:
        yield ArgumentProblem("most_deleted", repr(part), "a number from 0 to 1")
    if retention.group_by is not None and not callable(cast("object", retention.group_by)):
        yield ArgumentProblem("group_by", repr(retention.group_by), "a function of a tag")


def _check_count(name: str, value: object, *, is_optional: bool) -> Iterator[ArgumentProblem]:
    if value is None and is_optional:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        yield ArgumentProblem(name, repr(value), "a whole number that is not negative")
