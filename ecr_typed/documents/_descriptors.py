"""What manifests say of the blobs and manifests that they list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ecr_typed.documents._json import (
    EMPTY,
    NO_TEXTS,
    Plain,
    freeze_members,
    take,
    take_object,
    take_text_map,
    take_texts,
    texts_by_name,
    texts_of,
)


def _features(value: Iterable[str]) -> tuple[str, ...]:
    return texts_of(value, "os_features") or ()


def _urls(value: Iterable[str]) -> tuple[str, ...]:
    return texts_of(value, "urls") or ()


@attrs.frozen(kw_only=True, order=False)
class Platform:
    """What an image runs on. `str(platform)` is as container tools write it: `linux/arm/v7`."""

    os: str
    """The operating system, such as `linux`."""

    architecture: str
    """The processor, such as `amd64` or `arm64`."""

    variant: str | None = None
    """The processor's variant, such as `v7`."""

    os_version: str | None = None
    """The version of the operating system."""

    os_features: tuple[str, ...] = attrs.field(default=(), converter=_features)
    """What the operating system has to have, such as `win32k`."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members)
    """Members that this release does not know or can't read, as they came."""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


@attrs.frozen(kw_only=True, order=False)
class Descriptor:
    """What a manifest says of a blob, or of another manifest: where it is and what it is."""

    media_type: str
    """What it is."""

    digest: str
    """Its digest, such as `sha256:...`."""

    size: int
    """Its size in bytes."""

    platform: Platform | None = None
    """What it runs on, in an index of images for several platforms."""

    annotations: Mapping[str, str] = attrs.field(default=NO_TEXTS, converter=texts_by_name)
    """What else is said of it."""

    artifact_type: str | None = None
    """What kind of artifact it is, if it is one."""

    urls: tuple[str, ...] = attrs.field(default=(), converter=_urls)
    """Where it can be had besides, as for layers of Windows."""

    extra: Mapping[str, Any] = attrs.field(default=EMPTY, converter=freeze_members)
    """Members that this release does not know or can't read, as they came."""


def read_descriptor(members: Plain) -> Descriptor | None:
    """Read a descriptor; None if it lacks what each has. The members are used up."""
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
        urls=take_texts(members, "urls") or (),
        extra=members,
    )


def read_platform(members: Plain) -> Platform | None:
    """Read a platform; None if it lacks what each has. The members are used up."""
    system, architecture = take(members, "os", str), take(members, "architecture", str)
    if system is None or architecture is None:
        return None
    return Platform(
        os=system,
        architecture=architecture,
        variant=take(members, "variant", str),
        os_version=take(members, "os.version", str),
        os_features=take_texts(members, "os.features") or (),
        extra=members,
    )
