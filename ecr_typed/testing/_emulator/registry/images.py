"""The images of one repository: manifests by digest, and the tags that name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from ecr_typed.testing._emulator.registry.manifests import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

ImageStatus: TypeAlias = Literal["ACTIVE", "ARCHIVED", "ACTIVATING"]


@dataclass(slots=True)
class StorageHistory:
    """Where an image is stored, and since when."""

    is_archived: bool = False
    last_archived_at: datetime | None = None
    _activated_at: datetime | None = None
    _activates_at: datetime | None = None

    def status(self, now: datetime) -> ImageStatus:
        """Tell what can be done with the image; a restore ends by itself when its time has come."""
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
        """Tell when the last restore ended."""
        self.status(now)
        return self._activated_at

    def archive(self, now: datetime) -> None:
        """Move the image to the archive."""
        self.is_archived = True
        self.last_archived_at = now

    def restore(self, done_at: datetime) -> None:
        """Begin to move the image back."""
        self._activates_at = done_at


@dataclass(slots=True, eq=False)
class StoredImage:
    """An image as the repository holds it."""

    manifest: Manifest
    pushed_at: datetime
    tags: list[str] = field(default_factory=list[str])
    last_pulled_at: datetime | None = None
    storage: StorageHistory = field(default_factory=StorageHistory)

    @property
    def digest(self) -> str:
        """The digest of the manifest's exact bytes."""
        return self.manifest.digest

    @property
    def ids(self) -> list[dict[str, str]]:
        """Every way to name it: one identifier a tag, or the digest alone."""
        if not self.tags:
            return [{"imageDigest": self.digest}]
        return [{"imageDigest": self.digest, "imageTag": tag} for tag in self.tags]


class ImageStore:
    """The images of a repository."""

    def __init__(self) -> None:
        self._images: dict[str, StoredImage] = {}
        self._by_tag: dict[str, StoredImage] = {}

    def __iter__(self) -> Iterator[StoredImage]:
        return iter(self._images.values())

    def __len__(self) -> int:
        return len(self._images)

    def by_digest(self, digest: str) -> StoredImage | None:
        """Find an image by its digest."""
        return self._images.get(digest)

    def by_tag(self, tag: str) -> StoredImage | None:
        """Find the image that has a tag now."""
        return self._by_tag.get(tag)

    def add(self, image: StoredImage) -> None:
        """Keep a new image, with the tags that it brings along."""
        self._images[image.digest] = image
        self._by_tag.update(dict.fromkeys(image.tags, image))

    def remove(self, image: StoredImage) -> None:
        """Forget an image and its tags."""
        del self._images[image.digest]
        for tag in image.tags:
            del self._by_tag[tag]

    def tag(self, image: StoredImage, tag: str) -> None:
        """Give an image a tag, which it takes from the one that had it."""
        if tag in self._by_tag:
            self.untag(tag)
        self._by_tag[tag] = image
        image.tags.append(tag)

    def untag(self, tag: str) -> None:
        """Take a tag away; the image stays."""
        self._by_tag.pop(tag).tags.remove(tag)

    def parents_of(self, digest: str) -> list[StoredImage]:
        """Find the indexes that list an image."""
        return [
            image
            for image in self
            if any(child.digest == digest for child in image.manifest.children)
        ]

    def referrers_of(self, digest: str) -> list[StoredImage]:
        """Find the artifacts whose subject is an image."""
        return [image for image in self if image.manifest.subject == digest]

    def users_of_layers(self, digests: Iterable[str]) -> dict[str, list[StoredImage]]:
        """Find the images that refer to each of some layers."""
        users: dict[str, list[StoredImage]] = {digest: [] for digest in digests}
        for image in self:
            for digest in {blob.digest for blob in image.manifest.blobs} & users.keys():
                users[digest].append(image)
        return users

    def size_of(self, image: StoredImage) -> int:
        """Give the size of an image; an index is as large as the largest that it lists."""
        if not image.manifest.is_index:
            descriptors = (image.manifest.config, *image.manifest.layers)
            return sum(each.size for each in descriptors if each is not None)
        children = [self._images.get(child.digest) for child in image.manifest.children]
        return max((self.size_of(child) for child in children if child is not None), default=0)
