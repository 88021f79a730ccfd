"""Managed signing: which images are signed when they are pushed, and their signatures.

A signature is an artifact that refers to the image, as AWS Signer's are; but no verifier accepts
it, for nobody's key has signed it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.manifests import OCI_MANIFEST, digest_of, read_manifest
from ecr_typed.testing._emulator.registry.matching import fits
from ecr_typed.testing._emulator.registry.scheduler import BACKGROUND_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

ARTIFACT_TYPE = "application/vnd.cncf.notary.signature"
_ENVELOPE = "application/jose+json"


@dataclass(slots=True)
class SigningState:
    """A registry's signing configuration, and how far the signatures of its images are."""

    configuration: dict[str, Any] | None = None
    statuses: dict[StoredImage, dict[str, str]] = field(
        default_factory=dict[StoredImage, dict[str, str]]
    )
    """The status of an image by the ARN of the signing profile."""


def sign_on_push(call: Call, repository: EcrRepository, image: StoredImage) -> None:
    """Begin to sign an image that was pushed, once by each profile whose rule covers it."""
    state = call.registry.state(SigningState)
    # What is about an image, as a signature is, is not signed itself.
    if state.configuration is None or image.manifest.subject is not None:
        return
    for rule in state.configuration["rules"]:
        profile: str = rule["signingProfileArn"]
        statuses = state.statuses.setdefault(image, {})
        if profile not in statuses and _covers(rule, repository.name):
            statuses[profile] = "IN_PROGRESS"
            due = call.clock.now() + BACKGROUND_TIME
            call.registries.agenda.add(due, partial(_sign, call, repository, image, profile))


def _covers(rule: Mapping[str, Any], repository_name: str) -> bool:
    filters: list[dict[str, str]] | None = rule.get("repositoryFilters")
    return filters is None or any(fits(each["filter"], repository_name) for each in filters)


def _sign(call: Call, repository: EcrRepository, image: StoredImage, profile: str) -> None:
    call.registry.state(SigningState).statuses[image][profile] = "COMPLETE"
    images, layers = repository.contents.images, repository.contents.layers.content
    envelope = json.dumps({"payload": image.digest, "signedBy": profile}).encode()
    blobs = {digest_of(blob): blob for blob in (b"{}", envelope)}
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": ARTIFACT_TYPE,
        "config": _descriptor("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [_descriptor(_ENVELOPE, envelope)],
        "subject": _descriptor(image.manifest.media_type, image.manifest.text.encode()),
    }
    signature = StoredImage(read_manifest(json.dumps(manifest), OCI_MANIFEST), call.clock.now())
    layers.update(blobs)
    # An image that was deleted and pushed again has its signature already.
    if images.by_digest(signature.digest) is None:
        images.add(signature)


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}
