"""Image manifests and indexes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import attrs

from ecr_typed.documents._descriptors import Descriptor, digest_of, read_descriptor
from ecr_typed.documents._fields import check_text
from ecr_typed.documents._json import (
    Plain,
    read_object,
    take,
    take_object,
    take_objects,
    take_text_map,
)
from ecr_typed.documents._problems import DocumentProblem

MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


class _Known(TypedDict):
    """The attributes that all manifests have."""

    text: str
    media_type: str | None
    annotations: Mapping[str, str]
    artifact_type: str | None
    subject: Descriptor | None


@attrs.frozen(kw_only=True, order=False)
class _Document:
    """What all manifests have in common."""

    text: str
    """The text that was parsed, unchanged. Any other text is another image."""

    media_type: str | None
    """The media type that was passed to `parse_manifest`, or else the `mediaType` in the text."""

    annotations: Mapping[str, str]
    """Annotations by key."""

    artifact_type: str | None
    """The type of the artifact."""

    subject: Descriptor | None
    """The image that an artifact, such as a signature, refers to."""

    @property
    def digest(self) -> str:
        """The digest of the text, which identifies the image."""
        return digest_of(self.text)

    def __str__(self) -> str:
        return self.text

    def problems(self) -> tuple[DocumentProblem, ...]:
        """Return the known problems of the manifest.

        The client sends a manifest with problems all the same: the service may accept more than
        this release knows.

        Returns:
            The problems, each with its place. Empty if there are none.
        """
        # Few programs ask for problems.
        from ecr_typed.documents._manifest_checks import check_manifest

        members = read_object(self.text, "a manifest")
        return tuple(check_manifest(members, self.media_type, self.text))


@attrs.frozen(kw_only=True, order=False)
class Manifest(_Document):
    """The manifest of an image or another artifact, in OCI's format or Docker's schema 2.

    `parse_manifest` returns it.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
    """

    config: Descriptor
    """The config of the image."""

    layers: tuple[Descriptor, ...]
    """The layers, from the lowest to the highest."""


@attrs.frozen(kw_only=True, order=False)
class ImageIndex(_Document):
    """An index of manifests, usually one for each platform. Docker calls it a manifest list.

    `parse_manifest` returns it.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-push-multi-architecture-image.html
    """

    manifests: tuple[Descriptor, ...]
    """The manifests, which may be indexes themselves."""


@attrs.frozen(kw_only=True, order=False)
class UnknownManifest(_Document):
    """A manifest that this release does not know, such as Docker's schema 1, or that lacks a
    required member. `problems` returns why.
    """


def parse_manifest(
    text: str, media_type: str | None = None
) -> Manifest | ImageIndex | UnknownManifest:
    """Parse a manifest. Its text is kept unchanged.

    Args:
        text: The text: a JSON object, such as `image_manifest` of an `Image`.
        media_type: The media type, such as `image_manifest_media_type` of an `Image`. Default: the
            `mediaType` in the text, or else derived from the members.

    Returns:
        A `Manifest`, an `ImageIndex`, or an `UnknownManifest` for anything else.

    Raises:
        EcrRequestError: The text is not a JSON object, or can't be encoded in UTF-8, or
            `media_type` is no text.
    """
    members = read_object(text, "a manifest")
    check_text("text", text)
    if media_type is not None:
        check_text("media_type", media_type)
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


def media_type_of(members: Mapping[str, Any], given: str | None) -> str | None:
    """Return the media type that is given or written in a manifest, or that its members imply."""
    if given:
        return given
    written: object = members.get("mediaType")
    if isinstance(written, str):
        return written
    if "manifests" in members:
        return INDEX_TYPES[0]
    return MANIFEST_TYPES[0] if "config" in members and "layers" in members else None


def _descriptors(members: Plain, name: str) -> tuple[Descriptor, ...] | None:
    """Read an array of descriptors, or return None if one of them can't be read."""
    if not isinstance(members.get(name), list):
        return None
    objects = take_objects(members, name)
    descriptors = [read_descriptor(each) for each in objects]
    readable = tuple(each for each in descriptors if each is not None)
    is_whole = name not in members and len(readable) == len(descriptors)
    return readable if is_whole else None
