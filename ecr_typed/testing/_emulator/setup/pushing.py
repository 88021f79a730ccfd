"""Images that tests push in one step: their manifests, configurations and layers are made up."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ecr_typed import from_boto3
from ecr_typed.documents import Platform
from ecr_typed.models import ImageDetail
from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import check_digest
from ecr_typed.testing._emulator.registry.manifests import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    INDEXES,
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
    read_manifest,
)
from ecr_typed.testing._emulator.setup.names import check_names
from ecr_typed.testing._emulator.topics.images.listing import image_details
from ecr_typed.testing._emulator.topics.images.pushing import push_image
from ecr_typed.testing._emulator.topics.repository_creation_templates import repository_for_push

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository

LARGEST_STORED_LAYER = 1024 * 1024
"""A larger layer has its size in the manifest, but not its content in memory."""

_DEFAULT_PLATFORM = "linux/amd64"


class _MediaTypes(NamedTuple):
    config: str
    layer: str


_CONTENTS = {
    OCI_MANIFEST: _MediaTypes(
        "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"
    ),
    DOCKER_MANIFEST: _MediaTypes(
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ),
}


class PushedImage(NamedTuple):
    """What a test asks for; see `EcrEmulator.push_image`."""

    tags: Collection[str]
    pushed_at: datetime | None
    size: int | None
    platform: str | Platform | None
    children: Sequence[str | ImageDetail]
    subject: str | ImageDetail | None
    media_type: str | None
    artifact_type: str | None
    labels: Mapping[str, str]

    def push(self, registry: Registry, repository_name: str) -> ImageDetail:
        """Push the image into a repository, or raise `ValueError` with the reason."""
        now = registry.registries.now
        self._check_types()
        if self.pushed_at is not None and self.pushed_at.tzinfo is None:
            raise ValueError("pushed_at must be timezone-aware")
        if isinstance(self.tags, str):
            raise TypeError(f"tags must be a list of tags: for one tag write [{self.tags!r}]")
        try:
            check_names(registry, repository_name, self.tags)
            repository = repository_for_push(registry, repository_name, now)
            media_type = self._checked_media_type()
            document = self._index(repository) if self.children else self._manifest(repository)
            document = {"schemaVersion": 2, "mediaType": media_type, **document}
            if self.subject is not None:
                document["subject"] = _descriptor_of(repository, self.subject)
            manifest = read_manifest(json.dumps(document), media_type)
            first, *others = self.tags or (None,)
            image = push_image(repository, manifest, first, now)
            for tag in others:
                push_image(repository, manifest, tag, now)
        except ServiceError as error:
            raise ValueError(f"{error.code}: {error.message}") from error
        image.pushed_at = self.pushed_at or image.pushed_at
        return from_boto3(ImageDetail, image_details(repository, image, now))

    def _check_types(self) -> None:
        check_type("tags", self.tags, Collection, "a list of tags")
        check_type("pushed_at", self.pushed_at, datetime | None, "a datetime, or None")
        check_type("size", self.size, int | None, "a number of bytes, or None")
        check_type("platform", self.platform, str | Platform | None, "a platform, or None")
        if isinstance(self.children, str | ImageDetail):
            raise TypeError(f"children must be a list: for one child write [{self.children!r:.60}]")
        check_type("children", self.children, Sequence, "a list of digests or images")
        for position, child in enumerate(self.children):
            check_type(f"children[{position}]", child, str | ImageDetail, "a digest or an image")
        check_type("subject", self.subject, str | ImageDetail | None, "a digest or an image")
        check_type("media_type", self.media_type, str | None, "a media type, or None")
        check_type("artifact_type", self.artifact_type, str | None, "a type, or None")
        check_type("labels", self.labels, Mapping, "texts by text")

    def _checked_media_type(self) -> str:
        default = OCI_INDEX if self.children else OCI_MANIFEST
        media_type = self.media_type or default
        allowed = (OCI_INDEX, DOCKER_LIST) if self.children else (OCI_MANIFEST, DOCKER_MANIFEST)
        if media_type not in allowed:
            what = "an image with children" if self.children else "an image without children"
            raise ValueError(f"media_type of {what} must be {' or '.join(allowed)}")
        if self.children and (self.size, self.platform, self.artifact_type) != (None, None, None):
            raise ValueError("size, platform and artifact_type are of the children, not the index")
        return media_type

    def _index(self, repository: Repository) -> dict[str, Any]:
        return {"manifests": [_descriptor_of(repository, child) for child in self.children]}

    def _manifest(self, repository: Repository) -> dict[str, Any]:
        types = _CONTENTS[self.media_type or OCI_MANIFEST]
        if self.artifact_type is None:
            config_type, config = types.config, self._config()
        else:
            config_type, config = "application/vnd.oci.empty.v1+json", b"{}"
        layer = secrets.token_bytes(32)
        size = len(config) + len(layer) if self.size is None else self.size
        if size < len(config) + len(layer):
            least = len(config) + len(layer)
            raise ValueError(f"size must be {least} or more for this image, not {size}")
        layer_size = size - len(config)
        layer += bytes(max(0, min(layer_size, LARGEST_STORED_LAYER) - len(layer)))
        digests = {digest_of(content): content for content in (config, layer)}
        repository.layers.content.update(digests)
        artifact = {} if self.artifact_type is None else {"artifactType": self.artifact_type}
        return {
            **artifact,
            "config": _descriptor(config_type, digest_of(config), len(config)),
            "layers": [_descriptor(types.layer, digest_of(layer), layer_size)],
        }

    def _config(self) -> bytes:
        platform = _platform(str(self.platform or _DEFAULT_PLATFORM))
        labels = {"Labels": dict(self.labels)} if self.labels else {}
        return json.dumps({**platform, "config": labels, "rootfs": {"type": "layers"}}).encode()


def _platform(text: str) -> dict[str, str]:
    names = ("os", "architecture", "variant")
    parts = text.split("/")
    if not 2 <= len(parts) <= len(names) or not all(parts):
        raise ValueError(f"platform must be like 'linux/arm64' or 'linux/arm/v7', not {text!r}")
    return dict(zip(names, parts, strict=False))


def _descriptor_of(repository: Repository, image: str | ImageDetail) -> dict[str, Any]:
    """Return how a manifest refers to an image that is in the repository, or need not be."""
    digest = image if isinstance(image, str) else image.image_digest
    check_digest(digest)
    stored = repository.images.by_digest.get(digest)
    if stored is None:
        # A missing child is refused by the push; a missing subject is allowed.
        return _descriptor(OCI_MANIFEST, digest, 0)
    manifest = stored.manifest
    descriptor = _descriptor(manifest.media_type, digest, len(manifest.text.encode()))
    if manifest.media_type in INDEXES or manifest.config is None:
        return descriptor
    config = repository.layers.content.get(manifest.config.digest, b"{}")
    platform = _platform_in(config)
    return {**descriptor, "platform": platform} if platform else descriptor


def _platform_in(config: bytes) -> dict[str, str]:
    try:
        document: object = json.loads(config)
    except ValueError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: document[name] for name in ("os", "architecture", "variant") if name in document}


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest, "size": size}
