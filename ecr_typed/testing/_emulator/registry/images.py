"""The images of one repository: manifests by digest, and the tags that name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.manifests import Manifest
from ecr_typed.testing._emulator.registry.states import States
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.texts.text import Message

ImageStatus: TypeAlias = Literal["ACTIVE", "ARCHIVED", "ACTIVATING"]

_DIGEST = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"
_TAG = "[a-zA-Z0-9_][a-zA-Z0-9_.-]*"
# The service's messages name a wider pattern for tags than the one that it checks.
_NAMED_TAG = "[a-zA-Z0-9-_.]+"
_REASONS = {
    "MissingDigestAndTag": refusals.NO_DIGEST_AND_TAG(),
    "InvalidImageDigest": refusals.INVALID_DIGEST(pattern=_DIGEST),
    "InvalidImageTag": refusals.INVALID_TAG(pattern=_TAG),
    "ImageTagDoesNotMatchDigest": refusals.TAG_OF_ANOTHER_IMAGE(),
    "ImageNotFound": refusals.REQUESTED_IMAGE_NOT_FOUND(),
    "ImageInaccessible": refusals.REQUESTED_IMAGE_IS_ARCHIVED(),
}


@dataclass(slots=True)
class StorageHistory:
    """The storage class of an image, and since when it has it."""

    is_archived: bool = False
    last_archived_at: datetime | None = None
    _activated_at: datetime | None = None
    _activates_at: datetime | None = None

    def status(self, now: datetime) -> ImageStatus:
        """Return the status; a restore ends by itself when its time has come."""
        if not self.is_archived:
            return "ACTIVE"
        if self._activates_at is None:
            return "ARCHIVED"
        if now < self._activates_at:
            return "ACTIVATING"
        self.is_archived = False
        self._activated_at, self._activates_at = self._activates_at, None
        return "ACTIVE"

    def last_activated_at(self, now: datetime) -> datetime | None:
        """Return when the last restore ended."""
        self.status(now)
        return self._activated_at

    def archive(self, now: datetime) -> None:
        """Move the image to the archive."""
        self.is_archived = True
        self.last_archived_at = now

    def restore(self, done_at: datetime) -> None:
        """Begin to move the image back."""
        self._activates_at = done_at

    @classmethod
    def seeded(
        cls, *, is_archived: bool, archived_at: datetime | None, activated_at: datetime | None
    ) -> StorageHistory:
        """Return the history of an image that a test describes."""
        return cls(is_archived, archived_at, activated_at)


@dataclass(slots=True, eq=False)
class StoredImage:
    """An image as the repository holds it."""

    manifest: Manifest
    pushed_at: datetime
    tags: list[str] = field(default_factory=list[str])
    last_pulled_at: datetime | None = None
    storage: StorageHistory = field(default_factory=StorageHistory)
    stated_size: int | None = None
    """The size that a test has set, in place of the size by the manifest."""
    states: States = field(default_factory=States)

    @property
    def digest(self) -> str:
        """The digest of the manifest's exact bytes."""
        return self.manifest.digest

    @property
    def ids(self) -> list[dict[str, str]]:
        """The image's identifiers: one for each tag, or the digest alone."""
        if not self.tags:
            return [{"imageDigest": self.digest}]
        return [{"imageDigest": self.digest, "imageTag": tag} for tag in self.tags]


class ImageStore:
    """The images of a repository, with two indexes: by digest and by tag."""

    def __init__(self) -> None:
        self.by_digest: dict[str, StoredImage] = {}
        self.by_tag: dict[str, StoredImage] = {}

    def __iter__(self) -> Iterator[StoredImage]:
        return iter(self.by_digest.values())

    def __len__(self) -> int:
        return len(self.by_digest)

    def look_up(self, image_id: Mapping[str, str]) -> StoredImage | str:
        """Return the image of a tag, a digest, or both; else the code of the failure."""
        digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
        if digest is None and tag is None:
            return "MissingDigestAndTag"
        if digest is not None and not re.fullmatch(_DIGEST, digest):
            return "InvalidImageDigest"
        if tag is not None and not re.fullmatch(_TAG, tag):
            return "InvalidImageTag"
        by_digest = None if digest is None else self.by_digest.get(digest)
        by_tag = None if tag is None else self.by_tag.get(tag)
        if digest is None or tag is None:
            return by_digest or by_tag or "ImageNotFound"
        if by_digest is None or by_tag is None:
            return "ImageNotFound"
        return by_tag if by_tag is by_digest else "ImageTagDoesNotMatchDigest"

    def add(self, image: StoredImage) -> None:
        """Add a new image with its tags."""
        self.by_digest[image.manifest.digest] = image
        self.by_tag.update(dict.fromkeys(image.tags, image))

    def remove(self, image: StoredImage) -> None:
        """Remove an image and its tags."""
        del self.by_digest[image.digest]
        for tag in image.tags:
            del self.by_tag[tag]

    def tag(self, image: StoredImage, tag: str) -> None:
        """Give an image a tag, which another image loses if it has it."""
        if tag in self.by_tag:
            self.untag(tag)
        self.by_tag[tag] = image
        image.tags.append(tag)

    def untag(self, tag: str) -> None:
        """Remove a tag; the image stays."""
        self.by_tag.pop(tag).tags.remove(tag)

    def parents_of(self, digest: str) -> list[StoredImage]:
        """Return the indexes that list an image."""
        return [
            image
            for image in self
            if any(child.digest == digest for child in image.manifest.children)
        ]

    def parents_by_child(self) -> dict[str, list[StoredImage]]:
        """Return the indexes that list images, by the digest of each image that is listed."""
        parents: dict[str, list[StoredImage]] = {}
        for image in self:
            for digest in {child.digest for child in image.manifest.children}:
                parents.setdefault(digest, []).append(image)
        return parents

    def referrers_by_subject(self) -> dict[str, list[StoredImage]]:
        """Return the artifacts that have a subject, by its digest."""
        referrers: dict[str, list[StoredImage]] = {}
        for image in self:
            if image.manifest.subject is not None:
                referrers.setdefault(image.manifest.subject, []).append(image)
        return referrers

    def referrers_of(self, digest: str) -> list[StoredImage]:
        """Return the artifacts whose subject is an image."""
        return [image for image in self if image.manifest.subject == digest]

    def users_of_layers(self, digests: Iterable[str]) -> dict[str, list[StoredImage]]:
        """Return the images that refer to each of some layers."""
        users: dict[str, list[StoredImage]] = {digest: [] for digest in digests}
        for image in self:
            for digest in {blob.digest for blob in image.manifest.blobs} & users.keys():
                users[digest].append(image)
        return users

    def size_of(self, image: StoredImage) -> int:
        """Return the size of an image; an index has the size of the largest image it lists."""
        if image.stated_size is not None:
            return image.stated_size
        if not image.manifest.is_index:
            descriptors = (image.manifest.config, *image.manifest.layers)
            return sum(each.size for each in descriptors if each is not None)
        children = [self.by_digest.get(child.digest) for child in image.manifest.children]
        return max((self.size_of(child) for child in children if child is not None), default=0)


def check_tag(tag: str) -> None:
    """Refuse a tag that no image can have."""
    if not re.fullmatch(_TAG, tag):
        raise unusable_id("InvalidImageTag", "imageTag")


def check_digest(digest: str) -> None:
    """Refuse a digest that no image can have."""
    if not re.fullmatch(_DIGEST, digest):
        raise unusable_id("InvalidImageDigest", "imageDigest")


def unusable_id(code: str, member: str) -> ServiceError:
    """Return the error for an identifier that could name no image."""
    if code == "InvalidImageDigest":
        return invalid("imageDigest", constraints.NO_MATCH(pattern=_DIGEST))
    if code == "InvalidImageTag":
        return invalid("imageTag", constraints.NO_MATCH(pattern=_NAMED_TAG))
    return invalid(member, _REASONS[code])


def with_digest(image_id: Mapping[str, str], image: StoredImage) -> dict[str, str]:
    """Return the identifier of a request, completed by the image's digest."""
    return {**image_id, "imageDigest": image.digest}


def image_failure(
    image_id: Mapping[str, str], code: str, reason: Message | None = None
) -> dict[str, Any]:
    """Return the failure of one image, in a response that is good for others."""
    return {
        "imageId": dict(image_id),
        "failureCode": code,
        "failureReason": _REASONS[code] if reason is None else reason,
    }
