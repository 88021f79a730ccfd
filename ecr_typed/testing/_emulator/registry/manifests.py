"""Image manifests: what the registry reads in them. Their text stays as it was pushed.

Docker's manifests of schema 1, which nothing has pushed for years, are not supported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

_MANIFESTS = frozenset({DOCKER_MANIFEST, OCI_MANIFEST})
_INDEXES = frozenset({DOCKER_LIST, OCI_INDEX})
# Layers that registries may not hold: a client fetches them from elsewhere.
_FOREIGN = ("foreign", "nondistributable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """How a manifest refers to a layer, a configuration or another manifest."""

    digest: str
    size: int
    media_type: str | None
    platform: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_foreign(self) -> bool:
        """Whether the registry doesn't hold what this refers to."""
        return any(word in (self.media_type or "") for word in _FOREIGN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest or an index."""

    text: str
    digest: str
    media_type: str
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    children: tuple[Descriptor, ...]
    subject: str | None
    artifact_type: str | None
    annotations: Mapping[str, str]

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests instead of layers."""
        return self.media_type in _INDEXES

    @property
    def artifact_media_type(self) -> str | None:
        """What the artifact is: its own type, else that of its configuration."""
        if self.artifact_type is not None:
            return self.artifact_type
        return None if self.config is None else self.config.media_type

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """The configuration and the layers, which the repository has to hold."""
        config = () if self.config is None else (self.config,)
        return (*config, *(layer for layer in self.layers if not layer.is_foreign))


def digest_of(content: bytes) -> str:
    """Give the digest that names some content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def read_manifest(text: str, media_type: str | None) -> Manifest:
    """Read a manifest, or refuse it as PutImage does."""
    try:
        document: object = json.loads(text)
        if not isinstance(document, dict):
            raise _syntax_error()
        members = cast("dict[str, Any]", document)
        kind = _media_type(members.get("mediaType"), media_type)
        return Manifest(
            text=text,
            digest=digest_of(text.encode()),
            media_type=kind,
            config=_descriptor(members["config"]) if kind in _MANIFESTS else None,
            layers=_descriptors(members["layers"]) if kind in _MANIFESTS else (),
            children=_descriptors(members["manifests"]) if kind in _INDEXES else (),
            subject=_descriptor(members["subject"]).digest if "subject" in members else None,
            artifact_type=_text_or_none(members.get("artifactType")),
            annotations=_texts(members.get("annotations") or {}),
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise _syntax_error() from error


def _media_type(own: object, given: str | None) -> str:
    if own is None and given is None:
        raise invalid(
            "imageManifestMediaType", "must be specified when the manifest has no mediaType"
        )
    if own is not None and given is not None and own != given:
        raise invalid("imageManifestMediaType", "must be the mediaType of the manifest")
    kind = given if own is None else own
    if kind not in _MANIFESTS | _INDEXES:
        raise invalid("imageManifestMediaType", f"'{kind}' is not supported")
    return str(kind)


def _descriptors(members: list[dict[str, Any]]) -> tuple[Descriptor, ...]:
    return tuple(_descriptor(each) for each in members)


def _descriptor(members: dict[str, Any]) -> Descriptor:
    size = members["size"]
    if type(size) is not int or size < 0:
        raise TypeError("a size is due")
    return Descriptor(
        digest=_text(members["digest"]),
        size=size,
        media_type=_text_or_none(members.get("mediaType")),
        platform=dict(members.get("platform") or {}),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is due")
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _texts(members: Mapping[str, object]) -> dict[str, str]:
    return {name: _text(value) for name, value in members.items()}


def _syntax_error() -> ServiceError:
    # What the service says of any manifest that it can't read, and how it spells the member.
    return invalid("ImageManifest", "Invalid JSON syntax")
