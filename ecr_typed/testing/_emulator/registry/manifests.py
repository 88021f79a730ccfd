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
from ecr_typed.testing._emulator.texts import constraints

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

MANIFESTS = frozenset({DOCKER_MANIFEST, OCI_MANIFEST})
INDEXES = frozenset({DOCKER_LIST, OCI_INDEX})
# Configurations of what a container engine runs; a chart, a signature or an SBOM has another one.
_IMAGE_CONFIGS = frozenset(
    {
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.oci.image.config.v1+json",
    }
)
# Layers that registries may not hold: a client fetches them from elsewhere.
_FOREIGN = ("foreign", "nondistributable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A reference of a manifest to a layer, a configuration or another manifest."""

    digest: str
    size: int
    media_type: str | None
    platform: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def is_foreign(self) -> bool:
        """Whether the registry does not hold the layer."""
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
        return self.media_type in INDEXES

    @property
    def is_container_image(self) -> bool:
        """Whether it describes what a container engine runs, not another artifact."""
        return self.artifact_media_type is None or self.artifact_media_type in _IMAGE_CONFIGS

    @property
    def artifact_media_type(self) -> str | None:
        """The type of the artifact: its own, else the type of its configuration."""
        if self.artifact_type is not None:
            return self.artifact_type
        return None if self.config is None else self.config.media_type

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """The configuration and the layers, which the repository has to hold."""
        config = () if self.config is None else (self.config,)
        return (*config, *(layer for layer in self.layers if not layer.is_foreign))


def digest_of(content: bytes) -> str:
    """Return the digest of some content."""
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
            config=_descriptor(members["config"]) if kind in MANIFESTS else None,
            layers=_descriptors(members["layers"]) if kind in MANIFESTS else (),
            children=_descriptors(members["manifests"]) if kind in INDEXES else (),
            subject=_descriptor(members["subject"]).digest if "subject" in members else None,
            artifact_type=_text_or_none(members.get("artifactType")),
            annotations=_texts(members.get("annotations") or {}),
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise _syntax_error() from error


def implied_media_type(text: str) -> str | None:
    """Return the media type of a manifest without one: OCI allows to leave it out."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or "mediaType" in document:
        return None
    return OCI_INDEX if "manifests" in document else OCI_MANIFEST


def _media_type(own: object, given: str | None) -> str:
    if own is None and given is None:
        raise _syntax_error()
    if own is not None and given is not None and own != given:
        raise invalid("imageManifestMediaType", constraints.OTHER_MEDIA_TYPE())
    kind = given if own is None else own
    if kind not in MANIFESTS | INDEXES:
        raise invalid("imageManifestMediaType", constraints.UNSUPPORTED_MEDIA_TYPE(media_type=kind))
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
    # The service's wording for any manifest that it can't read, with its spelling of the member.
    return invalid("ImageManifest", constraints.INVALID_JSON())
