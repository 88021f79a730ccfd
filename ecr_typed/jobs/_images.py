"""Images: the newest, what is in one, what refers to one, and moving a tag."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

import attrs

from ecr_typed import (
    BatchGetImageResponse,
    DescribeImagesFilter,
    EcrClient,
    EcrError,
    EcrResponseError,
    Image,
    ImageDetail,
    ImageFailureCode,
    ImageIdentifier,
    ImageNotFoundException,
    ImageReferrer,
    ListImageReferrersFilter,
    SubjectIdentifier,
    TagStatus,
)
from ecr_typed.documents import ImageIndex, Manifest, UnknownManifest, parse_manifest
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._module import show_in_jobs
from ecr_typed.jobs._outcomes import Status
from ecr_typed.jobs._uploads import put, tagged

MEDIA_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.oci.artifact.manifest.v1+json",
)
"""All kinds of manifests. Without naming them, a list may come as the manifest of one platform."""

_TAG_OF_COSIGN: Final = re.compile(r"sha256-[0-9a-f]{64}\.[a-z]+")


class UnexpectedTagError(EcrError):
    """A tag names another image than was expected. Nothing was changed."""


show_in_jobs(UnexpectedTagError)


@attrs.frozen
class TaggedImage:
    """A tag that was set, or would be set."""

    digest: str
    """The digest of the image that the tag names from now on."""

    previous_digest: str | None
    """The digest of the image that it named before; None if the tag was not in use."""

    status: Status
    """`DONE`, `UNCHANGED` if the tag named the image already, or `PLANNED` in a dry run."""


_MISSING: Final = frozenset(
    (ImageFailureCode.IMAGE_NOT_FOUND, ImageFailureCode.IMAGE_TAG_DOES_NOT_MATCH_DIGEST)
)
"""The repository does not have what was asked for."""

_TRANSIENT: Final = frozenset(
    (ImageFailureCode.UPSTREAM_TOO_MANY_REQUESTS, ImageFailureCode.UPSTREAM_UNAVAILABLE)
)


def identifier(image: ImageIdentifier | str, argument: str = "image") -> ImageIdentifier:
    """Return how the service names an image: text is a digest or a tag."""
    check.refuse_unfit(check.image(argument, image))
    if isinstance(image, ImageIdentifier):
        return image
    is_digest = image.startswith("sha256:")
    return ImageIdentifier(image_digest=image) if is_digest else ImageIdentifier(image_tag=image)


def newest_images(
    ecr: EcrClient,
    repository_name: str,
    *,
    limit: int = 1,
    tags: Iterable[str] = (),
    registry_id: str | None = None,
) -> list[ImageDetail]:
    """Find the images that were pushed last. All pages are read, as the service does not sort them.

    Signatures, SBOMs and other artifacts that refer to an image are left out, as they are pushed
    after it: `referrers` lists them.

    Args:
        ecr: The client.
        repository_name: The repository.
        limit: How many images to return, at least 1. Default: 1.
        tags: Patterns: only images with a tag that one of them matches as a whole. `*` stands for
            any characters, as in `v1.*`. Default: all images, untagged ones too.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The images, the newest first.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
    """
    patterns = check.as_tuple(tags)
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        check.count("limit", limit),
        *check.patterns("tags", patterns),
    )
    listing = ecr.describe_images(
        repository_name,
        registry_id=registry_id,
        filter=DescribeImagesFilter(tag_status=TagStatus.TAGGED) if patterns else None,
    )
    images = (image for image in listing if not _is_attached(image))
    found = (image for image in images if not patterns or _has_tag(image, patterns))
    return heapq.nlargest(
        limit, found, key=lambda image: (image.image_pushed_at, image.image_digest)
    )


def _is_attached(image: ImageDetail) -> bool:
    """Return whether an image refers to another one, by its subject or by its tags alone."""
    tags = image.image_tags or ()
    is_named_so = bool(tags) and all(_TAG_OF_COSIGN.fullmatch(tag) for tag in tags)
    return is_named_so or image.subject_manifest_digest is not None


def _has_tag(image: ImageDetail, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(tag, one) for tag in image.image_tags or () for one in patterns)


def read_image(
    ecr: EcrClient, repository_name: str, image: ImageIdentifier | str, registry_id: str | None
) -> Image:
    """Return an image with its manifest as it is, of whichever kind."""
    wanted = identifier(image)
    response = ecr.batch_get_image(
        repository_name, [wanted], registry_id=registry_id, accepted_media_types=MEDIA_TYPES
    )
    for found in response.images or ():
        return found
    raise _unread(response, repository_name, wanted)


def _unread(
    response: BatchGetImageResponse, repository_name: str, wanted: ImageIdentifier
) -> EcrError:
    """Return why an image was not returned."""
    reasons = "; ".join(f"{f.failure_code}: {f.failure_reason}" for f in response.failures or ())
    codes = {failure.failure_code for failure in response.failures or ()}
    name = wanted.image_digest or wanted.image_tag
    if codes and codes.isdisjoint(_MISSING):
        # It may well be there: whoever takes it for missing would push it again.
        return EcrError(
            f"BatchGetImage: the image {name} of {repository_name} can't be read ({reasons})",
            operation_name="BatchGetImage",
            is_transient=codes <= _TRANSIENT,
        )
    error: dict[str, Any] = {
        "Code": "ImageNotFoundException",
        "Message": f"{repository_name} has no image {name} ({reasons or 'no reason given'})",
    }
    return ImageNotFoundException({"Error": error}, "BatchGetImage")


def read_manifest(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier | str,
    *,
    registry_id: str | None = None,
) -> Manifest | ImageIndex | UnknownManifest:
    """Read an image's manifest, byte for byte as it was pushed. The service counts it as a pull.

    Args:
        ecr: The client.
        repository_name: The repository.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The manifest or index.

    Raises:
        ImageNotFoundException: The repository has no such image.
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrResponseError: The manifest is not the one that its digest names.
        EcrError: A call failed, or the image can't be read, for example because it is archived.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
    """
    check.refuse_unfit(*check.place(ecr, repository_name, registry_id))
    found = read_image(ecr, repository_name, image, registry_id)
    manifest = parse_manifest(found.image_manifest, found.image_manifest_media_type)
    digest = found.image_id.image_digest
    if digest is not None and digest != manifest.digest:
        raise EcrResponseError(
            f"BatchGetImage: the manifest of {digest} has the digest {manifest.digest}",
            operation_name="BatchGetImage",
        )
    return manifest


def digest_of(
    ecr: EcrClient, repository_name: str, image: ImageIdentifier | str, registry_id: str | None
) -> str:
    """Return the digest of an image, without pulling it."""
    wanted = identifier(image)
    if wanted.image_digest is not None:
        return wanted.image_digest
    (found,) = ecr.describe_images(repository_name, image_ids=[wanted], registry_id=registry_id)
    return found.image_digest


def referrers(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier | str,
    *,
    artifact_types: Iterable[str] = (),
    recursive: bool = False,
    registry_id: str | None = None,
) -> Iterator[ImageReferrer]:
    """List what refers to an image: signatures, SBOMs, attestations.

    Args:
        ecr: The client.
        repository_name: The repository.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        artifact_types: Only referrers of these types, at most 5. Default: of any type.
        recursive: Whether to list what refers to the referrers, too.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        An iterator that fetches pages when they are needed; each referrer comes once.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
    """
    kinds = check.as_tuple(artifact_types)
    wanted = identifier(image)
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        *check.texts("artifact_types", kinds, "types of artifacts, at most 5"),
    )
    return _referrers(ecr, repository_name, wanted, kinds, registry_id, recursive=recursive)


def _referrers(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier,
    kinds: tuple[str, ...],
    registry_id: str | None,
    *,
    recursive: bool,
) -> Iterator[ImageReferrer]:
    waiting, seen = [digest_of(ecr, repository_name, image, registry_id)], set[str]()
    while waiting:
        for found in ecr.list_image_referrers(
            repository_name,
            SubjectIdentifier(image_digest=waiting.pop(0)),
            filter=ListImageReferrersFilter(artifact_types=kinds) if kinds else None,
            registry_id=registry_id,
        ):
            if found.digest not in seen:
                seen.add(found.digest)
                yield found
                if recursive:
                    waiting.append(found.digest)


def tag_image(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier | str,
    tag: str,
    *,
    expect: str | None = None,
    dry_run: bool = False,
    registry_id: str | None = None,
) -> TaggedImage:
    """Set a tag on an image. The image stays the same, byte for byte.

    Args:
        ecr: The client.
        repository_name: The repository.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        tag: The tag to set.
        expect: The digest that the tag has to name now; otherwise it is not moved. ECR can't check
            and write in one step, so another program may move the tag in between.
        dry_run: Whether to write nothing, and return what would be done.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The digest that the tag names now, and the one before. If it was the same, the status is
        `UNCHANGED`.

    Raises:
        ImageNotFoundException: The repository has no such image.
        ImageTagAlreadyExistsException: The tag is immutable and names another image.
        UnexpectedTagError: The tag names another image than `expect`. Nothing was changed.
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
    """
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        check.tag("tag", tag),
        check.digest("expect", expect, is_optional=True),
        check.flag("dry_run", dry_run),
    )
    found = read_image(ecr, repository_name, image, registry_id)
    manifest = parse_manifest(found.image_manifest, found.image_manifest_media_type)
    previous = tagged(ecr, repository_name, tag, registry_id)
    if expect is not None and previous != expect:
        raise UnexpectedTagError(
            f"the tag {tag!r} of {repository_name} names {previous or 'no image'}, not {expect}: "
            "look at it, and pass its digest as expect, or None"
        )
    if previous == manifest.digest:
        return TaggedImage(manifest.digest, previous, Status.UNCHANGED)
    if dry_run:
        return TaggedImage(manifest.digest, previous, Status.PLANNED)
    put(
        ecr,
        repository_name,
        manifest,
        media_type=found.image_manifest_media_type,
        tag=tag,
        registry_id=registry_id,
    )
    return TaggedImage(manifest.digest, previous, Status.DONE)
