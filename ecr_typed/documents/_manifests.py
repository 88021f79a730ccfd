"""Manifests of images, and indexes of manifests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

import attrs

from ecr_typed.documents._descriptors import Descriptor, read_descriptor
from ecr_typed.documents._digests import digest_of
from ecr_typed.documents._json import (
    Plain,
    read_object,
    take,
    take_object,
    take_objects,
    take_text_map,
)
from ecr_typed.documents._manifest_checks import (
    INDEX_TYPES,
    MANIFEST_TYPES,
    check_manifest,
    media_type_of,
)
from ecr_typed.documents._problems import DocumentProblem


class _Known(TypedDict):
    """The arguments for what all kinds of manifests have."""

    text: str
    media_type: str | None
    annotations: Mapping[str, str]
    artifact_type: str | None
    subject: Descriptor | None


@attrs.frozen(kw_only=True, order=False)
class _Document:
    """What all kinds of manifests have."""

    text: str
    """The text as it came: a change of a single character would make another image of it."""

    media_type: str | None
    """Its media type: the one that came with it, else the one that is written in it."""

    annotations: Mapping[str, str]
    """What else is said of it."""

    artifact_type: str | None
    """What kind of artifact it is, if it is one."""

    subject: Descriptor | None
    """The image that it is about, for a signature or the like."""

    @property
    def digest(self) -> str:
        """The digest of the text, by which registries know the image."""
        return digest_of(self.text)

    def __str__(self) -> str:
        return self.text

    def problems(self) -> tuple[DocumentProblem, ...]:
        """Return what is known to be wrong with it.

        The service has the last word: what is wrong for this release may be right by now.

        Returns:
            A problem for each, by its place. Empty if none is known.
        """
        members = read_object(self.text, "a manifest")
        return tuple(check_manifest(members, self.media_type, self.text))


@attrs.frozen(kw_only=True, order=False)
class Manifest(_Document):
    """The manifest of an image or of another artifact, of OCI or of Docker's schema 2.

    `parse_manifest` reads one.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
    """

    config: Descriptor
    """The blob that configures the image."""

    layers: tuple[Descriptor, ...]
    """The layers, the lowest first."""


@attrs.frozen(kw_only=True, order=False)
class ImageIndex(_Document):
    """An index: it lists manifests, one a platform. Docker calls it a manifest list.

    `parse_manifest` reads one.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-multi-architecture-image.html
    """

    manifests: tuple[Descriptor, ...]
    """The manifests, or other indexes."""


@attrs.frozen(kw_only=True, order=False)
class UnknownManifest(_Document):
    """A manifest of a kind that this release does not know, such as one of Docker's schema 1, or
    one that lacks what its kind has: `problems` names it.
    """


def parse_manifest(
    text: str, media_type: str | None = None
) -> Manifest | ImageIndex | UnknownManifest:
    """Read a manifest from its text, which is kept as it is.

    Args:
        text: The text, a JSON object: `Image.image_manifest`, for example.
        media_type: The media type that came with it: `Image.image_manifest_media_type`. Default:
            the one that is written in it, or that its members tell.

    Returns:
        The manifest or the index; an `UnknownManifest` if it is neither.

    Raises:
        EcrRequestError: The text is no JSON object.
    """
    members = read_object(text, "a manifest")
    kind = media_type_of(members, media_type)
    subject = take_object(members, "subject")
    known = _Known(
        text=text,
        media_type=media_type or take(members, "mediaType", str),
        annotations=take_text_map(members, "annotations"),
        artifact_type=take(members, "artifactType", str),
        subject=None if subject is None else read_descriptor(subject),
    )
    if kind in MANIFEST_TYPES:
        config = take_object(members, "config")
        configured = None if config is None else read_descriptor(config)
        layers = _descriptors(members, "layers")
        if configured is not None and layers is not None:
            return Manifest(config=configured, layers=layers, **known)
    if kind in INDEX_TYPES:
        manifests = _descriptors(members, "manifests")
        if manifests is not None:
            return ImageIndex(manifests=manifests, **known)
    return UnknownManifest(**known)


def _descriptors(members: Plain, name: str) -> tuple[Descriptor, ...] | None:
    """Read an array of descriptors; None if one of them is none."""
    if not isinstance(members.get(name), list):
        return None
    objects = take_objects(members, name)
    descriptors = [read_descriptor(each) for each in objects]
    readable = tuple(each for each in descriptors if each is not None)
    is_whole = name not in members and len(readable) == len(descriptors)
    return readable if is_whole else None
