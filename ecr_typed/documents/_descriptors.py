"""Descriptors, which manifests use to refer to blobs and to other manifests, and digests."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ecr_typed.documents._fields import (
    are_members,
    are_texts,
    is_instance_or_none,
    is_text,
    is_text_map,
    is_text_or_none,
    is_whole_number,
    to_members,
    to_text_map,
    to_texts,
)
from ecr_typed.documents._json import (
    EMPTY,
    NO_TEXTS,
    Plain,
    take,
    take_object,
    take_text_map,
    take_texts,
)


def _texts(value: Iterable[str]) -> tuple[str, ...]:
    return to_texts(value)


@attrs.frozen(kw_only=True, order=False)
class Platform:
    """The platform of an image. `str(platform)` is its usual notation, such as `linux/arm/v7`."""

    os: str = attrs.field(validator=is_text)
    """The operating system, such as `linux`."""

    architecture: str = attrs.field(validator=is_text)
    """The CPU architecture, such as `amd64` or `arm64`."""

    variant: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The variant of the CPU architecture, such as `v7`."""

    os_version: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The version of the operating system."""

    os_features: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=are_texts)
    """Required features of the operating system, such as `win32k`."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """Members that this release does not know or can't read, unchanged."""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


@attrs.frozen(kw_only=True, order=False)
class Descriptor:
    """A reference from a manifest to a blob or to another manifest."""

    media_type: str = attrs.field(validator=is_text)
    """The media type of the content."""

    digest: str = attrs.field(validator=is_text)
    """The digest of the content, such as `sha256:...`."""

    size: int = attrs.field(validator=is_whole_number)
    """The size of the content in bytes."""

    platform: Platform | None = attrs.field(default=None, validator=is_instance_or_none(Platform))
    """The platform of the image, in an index."""

    annotations: Mapping[str, str] = attrs.field(
        default=NO_TEXTS, converter=to_text_map, validator=is_text_map
    )
    """Annotations by key."""

    artifact_type: str | None = attrs.field(default=None, validator=is_text_or_none)
    """The type of the artifact."""

    urls: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=are_texts)
    """URLs from which the content can be downloaded, too."""

    extra: Mapping[str, Any] = attrs.field(
        default=EMPTY, converter=to_members, validator=are_members
    )
    """Members that this release does not know or can't read, unchanged."""


def read_descriptor(members: Plain) -> Descriptor | None:
    """Read a descriptor, or return None if a required member is missing. Empties the dict."""
    media_type, digest = take(members, "mediaType", str), take(members, "digest", str)
    size = take(members, "size", int)
    if media_type is None or digest is None or size is None:
        return None
    platform = take_object(members, "platform")
    return Descriptor(
        media_type=media_type,
        digest=digest,
        size=size,
        platform=None if platform is None else read_platform(platform),
        annotations=take_text_map(members, "annotations"),
        artifact_type=take(members, "artifactType", str),
        urls=take_texts(members, "urls"),
        extra=members,
    )


def read_platform(members: Plain) -> Platform | None:
    """Read a platform, or return None if a required member is missing. Empties the dict."""
    system, architecture = take(members, "os", str), take(members, "architecture", str)
    if system is None or architecture is None:
        return None
    return Platform(
        os=system,
        architecture=architecture,
        variant=take(members, "variant", str),
        os_version=take(members, "os.version", str),
        os_features=take_texts(members, "os.features"),
        extra=members,
    )


def digest_of(text: str) -> str:
    """Return the digest of a text, as registries compute it."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
