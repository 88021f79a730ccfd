"""The images of a repository, and how they depend on each other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, Self

import attrs

from ecr_typed import ImageDetail
from ecr_typed.documents import ImageIndex
from ecr_typed.jobs import _checks as check

_TAG_OF_REFERRER: Final = re.compile(r"sha256-([0-9a-f]{64})(\.[a-z]+)?")
"""Tags of cosign, such as `sha256-<hex>.sig`, and of registries without a referrers API."""

Edges = Mapping[str, tuple[str, ...]]
"""Digests by digest."""


def _reversed(edges: Edges) -> Edges:
    found: dict[str, list[str]] = {}
    for begin, ends in edges.items():
        for end in ends:
            found.setdefault(end, []).append(begin)
    return {digest: tuple(digests) for digest, digests in found.items()}


def _count(images: Mapping[str, ImageDetail]) -> str:
    return f"<{len(images):,} images>"


def _an_image(argument: str, value: object) -> check.Check:
    return check.Check(argument, value, isinstance(value, ImageDetail), "an ImageDetail")


def _an_index(argument: str, value: object) -> check.Check:
    return check.Check(argument, value, isinstance(value, ImageIndex), "an ImageIndex")


def _parents(graph: ImageGraph) -> Edges:
    return _reversed(graph.children)


def _subjects(graph: ImageGraph) -> Edges:
    return _reversed(graph.referrers)


@attrs.frozen(kw_only=True, order=False)
class ImageGraph:
    """The images of a repository and how they depend on each other, by their digests.

    `read_image_graph` returns it.
    """

    repository_name: str
    """The repository's name."""

    registry_id: str | None = None
    """The account id of the registry, as it was passed to `read_image_graph`."""

    images: Mapping[str, ImageDetail] = attrs.field(repr=_count)
    """All images by digest, archived ones too."""

    children: Edges = attrs.field(repr=False)
    """For an index or manifest list: the images that it lists and the repository has."""

    referrers: Edges = attrs.field(repr=False)
    """For an image: the signatures, attestations and other artifacts that refer to it."""

    missing: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    """What an index lists or an artifact refers to, and the repository does not have."""

    unread: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    """The archived indexes: their manifests can't be read, so their children are not known."""

    parents: Edges = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_parents, takes_self=True)
    )
    """For an image: the indexes and manifest lists that list it."""

    subjects: Edges = attrs.field(
        init=False, repr=False, eq=False, default=attrs.Factory(_subjects, takes_self=True)
    )
    """For an artifact: the images that it refers to."""

    @classmethod
    def of(
        cls, repository_name: str, images: Iterable[ImageDetail], indexes: Iterable[ImageIndex] = ()
    ) -> Self:
        """Return the graph of images that were read before, or were made up for a test.

        Args:
            repository_name: The repository's name.
            images: The images.
            indexes: The manifests of those that are indexes or manifest lists.

        Returns:
            The graph.

        Raises:
            EcrRequestError: An image is no `ImageDetail`, or an index no `ImageIndex`.
        """
        images, indexes = check.as_tuple(images), check.as_tuple(indexes)
        check.refuse_unfit(
            *check.each_of("images", images, "a list of ImageDetails", _an_image),
            *check.each_of("indexes", indexes, "a list of ImageIndexes", _an_index),
        )
        links = Links()
        for image in images:
            links.add_image(image)
        for index in indexes:
            links.add_index(index.digest, index)
        return cls(repository_name=repository_name, **links.edges())

    def roots(self) -> tuple[str, ...]:
        """Return the digests of images that no index lists and that refer to no other image.

        Returns:
            The digests. An artifact whose subject the repository does not have is among them.
        """
        return tuple(
            digest
            for digest in self.images
            if digest not in self.parents and digest not in self.subjects
        )

    def closure(self, digests: Iterable[str]) -> frozenset[str]:
        """Return what some images consist of: their children, their referrers, and so on.

        Args:
            digests: The digests of the images. What the repository does not have is left out.

        Returns:
            Their digests, and those of all that depends on them.

        Raises:
            EcrRequestError: `digests` is one text, whose letters would be taken for digests.
        """
        check.refuse_unfit(check.items("digests", digests, "a list of digests"))
        found: set[str] = set()
        waiting = [digest for digest in digests if digest in self.images]
        while waiting:
            digest = waiting.pop()
            if digest not in found:
                found.add(digest)
                waiting += self.children.get(digest, ())
                waiting += self.referrers.get(digest, ())
        return frozenset(found)

    def waves(self, digests: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        """Return the order in which images can be deleted.

        Parents come before children, as ECR refuses to delete an image that an index lists. An
        image comes before what refers to it.

        Args:
            digests: The digests of the images. What the repository does not have is left out.

        Returns:
            The digests in waves: each can be deleted once the waves before it are.

        Raises:
            EcrRequestError: `digests` is one text, whose letters would be taken for digests.
        """
        check.refuse_unfit(check.items("digests", digests, "a list of digests"))
        chosen = dict.fromkeys(digest for digest in digests if digest in self.images)
        before = {
            digest: {*self.parents.get(digest, ()), *self.subjects.get(digest, ())} & chosen.keys()
            for digest in chosen
        }
        waves: list[tuple[str, ...]] = []
        free = [digest for digest in chosen if not before[digest]]
        while before:
            # Tags, unlike digests, can refer to each other in a circle; parents go first there too.
            free = free or _without_parents(before, self.parents) or list(before)
            waves.append(tuple(free))
            for digest in free:
                before.pop(digest, None)
            free = self._freed(free, before)
        return tuple(waves)

    def _freed(self, done: Iterable[str], before: Mapping[str, set[str]]) -> list[str]:
        """Return what waits for nothing any more once some images are done."""
        freed: dict[str, None] = {}
        for digest in done:
            for later in (*self.children.get(digest, ()), *self.referrers.get(digest, ())):
                if later in before:
                    before[later].discard(digest)
                    if not before[later]:
                        freed[later] = None
        return list(freed)


def _without_parents(left: Collection[str], parents: Edges) -> list[str]:
    return [d for d in left if not any(parent in left for parent in parents.get(d, ()))]


def waits_for(graph: ImageGraph, digest: str, wave_of: Mapping[str, int]) -> tuple[str, ...]:
    """Return which of the images that are removed have to be gone before another one."""
    own = wave_of[digest]
    depended = (*graph.parents.get(digest, ()), *graph.subjects.get(digest, ()))
    return tuple(dict.fromkeys(each for each in depended if wave_of.get(each, own) < own))


class Links:
    """Collects images and what they refer to, for an `ImageGraph`."""

    def __init__(self) -> None:
        self.images: dict[str, ImageDetail] = {}
        self._listed: dict[str, tuple[str, ...]] = {}
        self._subjects: dict[str, dict[str, None]] = {}

    def add_image(self, image: ImageDetail) -> None:
        """Add an image; its subject is in its description, or in a tag of it."""
        self.images[image.image_digest] = image
        for subject in subjects_of(image):
            self._add_subject(image.image_digest, subject)

    def add_index(self, digest: str, index: ImageIndex) -> None:
        """Add what an index lists."""
        self._listed[digest] = tuple(dict.fromkeys(each.digest for each in index.manifests))
        if index.subject is not None:
            self._add_subject(digest, index.subject.digest)

    def edges(self) -> dict[str, Any]:
        """Return the attributes of a graph."""
        children = {
            digest: there
            for digest, listed in self._listed.items()
            if digest in self.images
            and (there := tuple(each for each in listed if each in self.images))
        }
        subjects = {
            digest: there
            for digest, found in self._subjects.items()
            if digest in self.images
            and (there := tuple(each for each in found if each in self.images))
        }
        named = {each for listed in self._listed.values() for each in listed}
        named.update(each for found in self._subjects.values() for each in found)
        return {
            "images": self.images,
            "children": children,
            "referrers": _reversed(subjects),
            "missing": frozenset(named - self.images.keys()),
        }

    def _add_subject(self, digest: str, subject: str) -> None:
        if subject != digest:
            self._subjects.setdefault(digest, {})[subject] = None


def subjects_of(image: ImageDetail) -> Iterator[str]:
    """Yield the digests that an image refers to by its description and by its tags."""
    if image.subject_manifest_digest is not None:
        yield image.subject_manifest_digest
    for tag in image.image_tags or ():
        match = _TAG_OF_REFERRER.fullmatch(tag)
        if match is not None:
            yield f"sha256:{match[1]}"


def is_tag_of_referrer(tag: str) -> bool:
    """Return whether a tag says what its image refers to, as cosign's do."""
    return _TAG_OF_REFERRER.fullmatch(tag) is not None
