"""What there is to copy: an image with its children and referrers, and what the target has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Final, NamedTuple, TypeAlias, TypeVar

import attrs

from ecr_typed import (
    EcrClient,
    EcrError,
    Image,
    ImageFailureCode,
    ImageIdentifier,
    ImageNotFoundException,
    ImageStatus,
    RepositoryNotFoundException,
)
from ecr_typed.documents import (
    Descriptor,
    ImageIndex,
    Manifest,
    UnknownManifest,
    parse_manifest,
)
from ecr_typed.jobs._each import each
from ecr_typed.jobs._graph_reader import ANY_STATUS
from ecr_typed.jobs._images import MEDIA_TYPES, read_manifest, referrers

Item = TypeVar("Item")
Value = TypeVar("Value")

AnyManifest: TypeAlias = Manifest | ImageIndex | UnknownManifest

_ENDS: Final = (".sig", ".att", ".sbom", "")
"""The ends of the tags that name what belongs to an image: cosign's older ones; and of the index of
what refers to it, which clients push where a registry did not list that."""

_NOT_THERE: Final = (ImageFailureCode.IMAGE_NOT_FOUND, ImageFailureCode.IMAGE_INACCESSIBLE)
"""There is no such image, or it is archived, as referrers that are not listed are."""

_FOREIGN: Final = (
    "application/vnd.docker.image.rootfs.foreign.",
    "application/vnd.oci.image.layer.nondistributable.",
)
"""How the media types of layers begin that registries don't have."""


class Place(NamedTuple):
    """A repository, and the client that reaches it."""

    ecr: EcrClient
    repository_name: str
    registry_id: str | None


@attrs.frozen
class Node:
    """An image of the source, and what has to be at the target before it."""

    manifest: AnyManifest
    tags: tuple[str, ...]
    """The tags by which it is found, as cosign's."""

    @property
    def before(self) -> tuple[str, ...]:
        """The digests of the images that come before it: its children and its subject."""
        subject = self.manifest.subject
        own = () if subject is None else (subject.digest,)
        return (*own, *children_of(self.manifest))

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Its config and layers, without those that no registry has."""
        manifest = self.manifest
        if not isinstance(manifest, Manifest):
            return ()
        return (
            manifest.config,
            *(one for one in manifest.layers if not one.media_type.startswith(_FOREIGN)),
        )


def children_of(manifest: AnyManifest) -> tuple[str, ...]:
    """Return the digests of the images that an index lists."""
    if not isinstance(manifest, ImageIndex):
        return ()
    return tuple(child.digest for child in manifest.manifests)


def read_nodes(
    source: Place, image: ImageIdentifier | str, *, with_referrers: bool, threads: int
) -> dict[str, Node]:
    """Read an image, its children, and what refers to any of them; the image comes first."""
    ecr, repository_name, registry_id = source
    root = read_manifest(ecr, repository_name, image, registry_id=registry_id)
    manifests: dict[str, AnyManifest] = {}
    # An artifact may be found again, by a tag for another image that it belongs to as well.
    tags: dict[str, list[str]] = {}
    found: Sequence[AnyManifest] = [root]
    while found:
        new = {manifest.digest: manifest for manifest in found}
        manifests |= new
        wanted = {child: None for manifest in found for child in children_of(manifest)}
        if with_referrers:
            for one in each_value(lambda digest: _referring(source, digest), list(new), threads):
                wanted |= dict.fromkeys((*one.digests, *one.tags.values()))
                for tag, digest in one.tags.items():
                    tags.setdefault(digest, []).append(tag)
        found = _read_many(source, [digest for digest in wanted if digest not in manifests])
    return {
        digest: Node(manifest, tuple(tags.get(digest, ())))
        for digest, manifest in manifests.items()
    }


class _Referring(NamedTuple):
    """What refers to an image: by its subject, and by tags."""

    digests: tuple[str, ...]
    tags: Mapping[str, str]
    """The digests of images by such a tag."""


def _referring(source: Place, digest: str) -> _Referring:
    ecr, repository_name, registry_id = source
    names = [f"{digest.replace(':', '-')}{end}" for end in _ENDS]
    response = ecr.batch_get_image(
        repository_name,
        [ImageIdentifier(image_tag=name) for name in names],
        accepted_media_types=MEDIA_TYPES,
        registry_id=registry_id,
    )
    for failure in response.failures or ():
        if failure.failure_code not in _NOT_THERE:
            # There may be a signature, and a copy without it would not say so.
            tag = failure.image_id.image_tag if failure.image_id is not None else None
            raise EcrError(
                f"BatchGetImage: it is not known whether {repository_name} has an image {tag} that "
                f"belongs to {digest}: {failure.failure_code}: {failure.failure_reason}",
                operation_name="BatchGetImage",
            )
    tags = {
        image.image_id.image_tag: image.image_id.image_digest
        for image in response.images
        if image.image_id.image_digest and image.image_id.image_tag
    }
    referring = referrers(ecr, repository_name, digest, registry_id=registry_id)
    return _Referring(tuple(one.digest for one in referring), tags)


def _read_many(source: Place, digests: Sequence[str]) -> list[AnyManifest]:
    """Return the manifests of images, each the one that its digest names."""
    if not digests:
        return []
    ecr, repository_name, registry_id = source
    response = ecr.batch_get_image(
        repository_name,
        [ImageIdentifier(image_digest=digest) for digest in dict.fromkeys(digests)],
        accepted_media_types=MEDIA_TYPES,
        registry_id=registry_id,
    )
    manifests = {one.digest: one for one in map(_parsed, response.images)}
    return [
        # The one that is missing is read alone, for its error.
        manifests.get(digest)
        or read_manifest(ecr, repository_name, digest, registry_id=registry_id)
        for digest in dict.fromkeys(digests)
    ]


def _parsed(image: Image) -> AnyManifest:
    return parse_manifest(image.image_manifest, image.image_manifest_media_type)


def check_target(target: Place) -> None:
    """Refuse a target that is not there, before the source counts a pull."""
    ecr, repository_name, registry_id = target
    try:
        next(ecr.describe_images(repository_name, registry_id=registry_id, page_size=1).pages())
    except RepositoryNotFoundException as error:
        way = f"ensure_repository(target, {repository_name!r}, RepositorySettings())"
        error.explanations = (
            *error.explanations,
            f"Nothing was copied: a copy creates no repository. Create it first: {way}.",
            "A template for CREATE_ON_PUSH is too late, as a copy reads the target before it pushes.",
        )
        raise


class There(NamedTuple):
    """Whether a repository has an image."""

    is_there: bool
    is_archived: bool = False
    """Whether nobody can pull it."""


def look_for(target: Place, digest: str) -> There:
    """Look for an image in a repository. It counts as no pull."""
    wanted = ImageIdentifier(image_digest=digest)
    try:
        (found,) = target.ecr.describe_images(
            target.repository_name,
            image_ids=[wanted],
            filter=ANY_STATUS,
            registry_id=target.registry_id,
        )
    except ImageNotFoundException:
        return There(is_there=False)
    return There(is_there=True, is_archived=found.image_status is ImageStatus.ARCHIVED)


def each_value(
    function: Callable[[Item], Value], items: Iterable[Item], threads: int
) -> list[Value]:
    """Return what a function returns for each item, or raise the first error."""
    values: list[Value] = []
    with closing(each(function, items, threads=threads, ordered=True)) as outcomes:
        for outcome in outcomes:
            if outcome.error is not None:
                raise outcome.error
            if outcome.value is None:
                raise EcrError("a function of this job returned nothing")
            values.append(outcome.value)
    return values
