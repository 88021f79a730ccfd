"""Delete images with what only they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ecr_typed import EcrClient, ImageIdentifier
from ecr_typed.jobs._deletions import Deleted, delete_named
from ecr_typed.jobs._graph_reader import UnreadableIndexError, read_image_graph
from ecr_typed.jobs._image_graph import ImageGraph, is_tag_of_referrer, waits_for
from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._progress import ProgressCounter
from ecr_typed.jobs._removal import Deletion
from ecr_typed.jobs._retention_plan import Decision


def delete_with_children(
    ecr: EcrClient,
    repository_name: str,
    ids: Iterable[ImageIdentifier],
    registry_id: str | None,
    counter: ProgressCounter,
    *,
    dry_run: bool,
) -> Iterator[Deleted]:
    """Delete images, their children and what refers to them; yield an outcome for each."""
    named = list(dict.fromkeys(ids))
    graph = read_image_graph(ecr, repository_name, registry_id=registry_id)
    by_tag = {tag: d for d, image in graph.images.items() for tag in image.image_tags or ()}
    digests = {each: _digest_of(each, graph, by_tag) for each in named}
    gone = _gone(graph, digests)
    unread = {digest: "it is archived" for digest in gone if digest in graph.unread}
    if unread:
        raise UnreadableIndexError(repository_name, unread)
    everything = _with_dependents(graph, gone)
    waves = graph.waves(everything)
    wave_of = {digest: number for number, wave in enumerate(waves) for digest in wave}
    ids_of: dict[str, list[ImageIdentifier]] = {}
    for each, digest in digests.items():
        if digest in gone:
            ids_of.setdefault(digest, []).append(each)
    others = [each for each, digest in digests.items() if digest not in gone]
    counter.total = len(named) + len(everything - gone)
    yield from _alone(ecr, repository_name, others, digests, registry_id, dry_run=dry_run)
    decisions = [
        Decision(
            digest,
            tuple(graph.images[digest].image_tags or ()),
            "named" if digest in gone else "needed by what is named alone",
            after=waits_for(graph, digest, wave_of),
        )
        for digest in wave_of
    ]
    done: Iterable[Outcome[Decision, None]] = (
        (Outcome(one, Status.PLANNED) for one in decisions)
        if dry_run
        else Deletion(ecr, repository_name, registry_id).outcomes(decisions)
    )
    for outcome in done:
        digest = outcome.item.digest
        for each in ids_of.get(digest, [ImageIdentifier(image_digest=digest)]):
            yield Outcome(each, outcome.status, error=outcome.error)


def _digest_of(image_id: ImageIdentifier, graph: ImageGraph, by_tag: dict[str, str]) -> str | None:
    """Return the digest of the image that is named; None if there is none."""
    digest, tag = image_id.image_digest, image_id.image_tag
    if tag is not None:
        found = by_tag.get(tag)
        return found if digest in (None, found) else None
    return digest if digest in graph.images else None


def _gone(graph: ImageGraph, digests: dict[ImageIdentifier, str | None]) -> frozenset[str]:
    """Return the images that are named by digest, or by all of their tags."""
    tags: dict[str, set[str]] = {}
    gone: set[str] = set()
    for each, digest in digests.items():
        if digest is not None and each.image_tag is None:
            gone.add(digest)
        elif digest is not None and each.image_tag is not None:
            tags.setdefault(digest, set()).add(each.image_tag)
    gone.update(d for d, named in tags.items() if named >= set(graph.images[d].image_tags or ()))
    return frozenset(gone)


def _with_dependents(graph: ImageGraph, gone: frozenset[str]) -> frozenset[str]:
    """Return images with those children and referrers that nothing else needs."""
    everything = set(gone)
    waiting = list(gone)
    while waiting:
        digest = waiting.pop()
        for dependent in (*graph.children.get(digest, ()), *graph.referrers.get(digest, ())):
            if dependent not in everything and _is_free(graph, dependent, everything):
                everything.add(dependent)
                waiting.append(dependent)
    return frozenset(everything)


def _is_free(graph: ImageGraph, digest: str, gone: set[str]) -> bool:
    """Return whether nothing that stays needs an image, and no tag of its own names it."""
    users = (*graph.parents.get(digest, ()), *graph.subjects.get(digest, ()))
    own_tags = [t for t in graph.images[digest].image_tags or () if not is_tag_of_referrer(t)]
    return not own_tags and gone.issuperset(users)


def _alone(
    ecr: EcrClient,
    repository_name: str,
    others: list[ImageIdentifier],
    digests: dict[ImageIdentifier, str | None],
    registry_id: str | None,
    *,
    dry_run: bool,
) -> Iterator[Deleted]:
    """Remove tags of images that stay; what is not there is done."""
    there = [each for each in others if digests[each] is not None]
    for each in others:
        if digests[each] is None:
            yield Outcome(each, Status.DONE)
    if dry_run:
        yield from (Outcome[ImageIdentifier, None](each, Status.PLANNED) for each in there)
    else:
        yield from delete_named(ecr, repository_name, iter(there), registry_id)
