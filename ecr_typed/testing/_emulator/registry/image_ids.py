"""Image identifiers: finding the image they name, and saying why there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.images import ImageStore, StoredImage
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

_DIGEST = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"
_TAG = "[a-zA-Z0-9_][a-zA-Z0-9_.-]*"
_REASONS = {
    "MissingDigestAndTag": "Invalid request parameters: both tag and digest cannot be null",
    "InvalidImageDigest": (
        f"Invalid request parameters: image digest should satisfy the regex '{_DIGEST}'"
    ),
    "InvalidImageTag": f"Invalid request parameters: image tag should satisfy the regex '{_TAG}'",
    "ImageTagDoesNotMatchDigest": "Requested image has the tag with another digest",
    "ImageNotFound": "Requested image not found",
    "ImageInaccessible": "Requested image is archived",
}


def check_tag(tag: str) -> None:
    """Refuse a tag that no image can have."""
    if not re.fullmatch(_TAG, tag):
        raise breach("imageTag", f"must satisfy regular expression '{_TAG}'")


def look_up(images: ImageStore, image_id: Mapping[str, str]) -> StoredImage | str:
    """Find an image by its tag, its digest, or both; else give the code of the failure."""
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    if digest is None and tag is None:
        return "MissingDigestAndTag"
    if digest is not None and not re.fullmatch(_DIGEST, digest):
        return "InvalidImageDigest"
    if tag is not None and not re.fullmatch(_TAG, tag):
        return "InvalidImageTag"
    by_digest = None if digest is None else images.by_digest(digest)
    by_tag = None if tag is None else images.by_tag(tag)
    if digest is None or tag is None:
        return by_digest or by_tag or "ImageNotFound"
    if by_digest is None or by_tag is None:
        return "ImageNotFound"
    return by_tag if by_tag is by_digest else "ImageTagDoesNotMatchDigest"


def with_digest(image_id: Mapping[str, str], image: StoredImage) -> dict[str, str]:
    """Name an image as it was asked for, and by its digest."""
    return {**image_id, "imageDigest": image.digest}


def failure(image_id: Mapping[str, str], code: str, reason: str | None = None) -> dict[str, Any]:
    """Give the failure of one image, for an answer that is good for others."""
    return {
        "imageId": dict(image_id),
        "failureCode": code,
        "failureReason": _REASONS[code] if reason is None else reason,
    }


def find_image(
    repository: EcrRepository, image_id: Mapping[str, str], *, member: str = "imageId"
) -> StoredImage:
    """Find an image, or fail the whole call."""
    found = look_up(repository.contents.images, image_id)
    if not isinstance(found, str):
        return found
    if found in {"MissingDigestAndTag", "InvalidImageDigest", "InvalidImageTag"}:
        raise breach(member, _REASONS[found])
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    raise ServiceError(
        "ImageNotFoundException",
        f"The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist "
        f"within the {repository.place}",
    )
