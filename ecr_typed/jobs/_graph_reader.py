"""Read what a repository has, and which of its images depend on which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ecr_typed import (
    DescribeImagesFilter,
    EcrClient,
    EcrError,
    EcrRequestError,
    Image,
    ImageDetail,
    ImageFailure,
    ImageFailureCode,
    ImageIdentifier,
    ImageStatus,
    ImageStatusFilter,
)
from ecr_typed.documents import ImageIndex, UnknownManifest, parse_manifest
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._image_graph import ImageGraph, Links
from ecr_typed.jobs._module import show_in_jobs

_INDEX_TYPES: Final = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_ALL_TYPES: Final = (
    *_INDEX_TYPES,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_AT_ONCE: Final = 100
"""How many manifests one request returns."""

ANY_STATUS: Final = DescribeImagesFilter(image_status=ImageStatusFilter.ANY)
"""All images: without a filter, archived ones are left out."""


class UnreadableIndexError(EcrError):
    """An index or manifest list of a repository could not be read.

    Its children are not known, so nothing of the repository may be deleted.
    """

    reasons: Mapping[str, str]
    """Why, by the digest of the index."""

    def __init__(self, repository_name: str, reasons: Mapping[str, str]) -> None:
        count = len(reasons)
        super().__init__(
            f"{repository_name}: {count} {'index' if count == 1 else 'indexes'} can't be read, so "
            "it is not known which images are needed. Delete what can't be read, or push it again"
        )
        self.explanations: tuple[str, ...] = tuple(
            f"{digest}: {reason}" for digest, reason in reasons.items()
        )
        self.reasons = reasons


show_in_jobs(UnreadableIndexError)


def read_image_graph(
    ecr: EcrClient, repository_name: str, *, registry_id: str | None = None
) -> ImageGraph:
    """Read which images a repository has, and which depend on which.

    All images are described, archived ones too. Then the manifests of indexes and manifest lists
    are read, 100 in a request. That counts as a pull of these, but the graph has the times of
    pulls from before. `register_pull_time_update_exclusion` for the role that cleans avoids it.

    An image depends on the indexes that list it, nested ones too; an artifact on its subject. That
    is in its manifest, or in its tag: cosign's `sha256-<hex>.sig`, `.att` and `.sbom`.

    Args:
        ecr: The client.
        repository_name: The repository's name, including its namespace, as in `team/app`.
        registry_id: The AWS account id of the registry. Default: the caller's account.

    Returns:
        The graph.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        UnreadableIndexError: An index can't be read. Archived ones are no error: see `unread`.
        RepositoryNotFoundException: The repository does not exist in the registry.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
    """
    check.refuse_unfit(*check.place(ecr, repository_name, registry_id))
    links = Links()
    indexes: list[str] = []
    for image in ecr.describe_images(repository_name, registry_id=registry_id, filter=ANY_STATUS):
        links.add_image(image)
        if _may_be_index(image):
            indexes.append(image.image_digest)
    unread: set[str] = set()
    reasons: dict[str, str] = {}
    for begin in range(0, len(indexes), _AT_ONCE):
        response = ecr.batch_get_image(
            repository_name,
            [ImageIdentifier(image_digest=digest) for digest in indexes[begin : begin + _AT_ONCE]],
            registry_id=registry_id,
            accepted_media_types=_ALL_TYPES,
        )
        read = dict(_manifests(response.images or (), reasons))
        for digest, index in read.items():
            if index is not None:
                links.add_index(digest, index)
        failed = {_digest(failure.image_id): failure for failure in response.failures or ()}
        for digest in indexes[begin : begin + _AT_ONCE]:
            if digest not in read and digest not in reasons:
                _sort_out(links.images, digest, failed.get(digest), unread, reasons)
    if reasons:
        raise UnreadableIndexError(repository_name, reasons)
    return ImageGraph(
        repository_name=repository_name,
        registry_id=registry_id,
        unread=frozenset(unread),
        **links.edges(),
    )


def _may_be_index(image: ImageDetail) -> bool:
    media_type = image.image_manifest_media_type
    return media_type is None or media_type in _INDEX_TYPES


def _manifests(
    images: tuple[Image, ...], reasons: dict[str, str]
) -> Iterator[tuple[str, ImageIndex | None]]:
    """Yield what was read by digest; None for an image that is no index."""
    for image in images:
        digest = _digest(image.image_id)
        try:
            manifest = parse_manifest(image.image_manifest or "", image.image_manifest_media_type)
        except EcrRequestError:
            reasons[digest] = "its manifest is not JSON"
            continue
        if isinstance(manifest, UnknownManifest):
            problems = "; ".join(map(str, manifest.problems()))
            reasons[digest] = problems or "its manifest is of a kind that is not known"
        else:
            yield digest, manifest if isinstance(manifest, ImageIndex) else None


def _sort_out(
    images: dict[str, ImageDetail],
    digest: str,
    failure: ImageFailure | None,
    unread: set[str],
    reasons: dict[str, str],
) -> None:
    """Decide what it means that a manifest was not returned."""
    code = None if failure is None else failure.failure_code
    if images[digest].image_status in (ImageStatus.ARCHIVED, ImageStatus.ACTIVATING):
        # Whatever the service calls it: who can't pull an image may be told that there is none.
        unread.add(digest)
    elif code is ImageFailureCode.IMAGE_NOT_FOUND:
        # It was deleted since it was described.
        del images[digest]
    else:
        reason = None if failure is None else failure.failure_reason
        reasons[digest] = f"{code or 'it was not returned'}{f': {reason}' if reason else ''}"


def _digest(image_id: ImageIdentifier | None) -> str:
    return (image_id.image_digest if image_id is not None else None) or ""
