"""Managed signing: its configuration, and the signatures of images that are pushed.

A signature is an artifact that refers to the image, as those of AWS Signer are; but no verifier
accepts it, because no key has signed it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.clock import BACKGROUND_TIME
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import StoredImage, with_digest
from ecr_typed.testing._emulator.registry.manifests import OCI_MANIFEST, digest_of, read_manifest
from ecr_typed.testing._emulator.registry.matching import matches
from ecr_typed.testing._emulator.texts import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Repository

ARTIFACT_TYPE = "application/vnd.cncf.notary.signature"
_ENVELOPE = "application/jose+json"


@dataclass(slots=True)
class SigningState:
    """The signing configuration of a registry."""

    configuration: dict[str, Any] | None = None


@dataclass(slots=True)
class ImageSignatures:
    """The status of an image's signatures, by the ARN of the signing profile."""

    statuses: dict[str, str] = field(default_factory=dict[str, str])


def get_signing_configuration(call: Call) -> Response:
    """Return the signing rules."""
    return {"registryId": call.account_id, "signingConfiguration": _configuration(call)}


def put_signing_configuration(call: Call) -> Response:
    """Replace all signing rules."""
    configuration: dict[str, Any] = call.parameters["signingConfiguration"]
    call.registry.states.of(SigningState).configuration = configuration
    return {"signingConfiguration": configuration}


def delete_signing_configuration(call: Call) -> Response:
    """Delete the signing rules, and return them; signatures stay."""
    configuration = _configuration(call)
    call.registry.states.of(SigningState).configuration = None
    return {"registryId": call.account_id, "signingConfiguration": configuration}


def describe_image_signing_status(call: Call) -> Response:
    """Return the status of an image's signatures, one for each signing profile."""
    repository = call.repository()
    image_id: dict[str, str] = call.parameters["imageId"]
    image = repository.image(image_id)
    statuses = image.states.of(ImageSignatures).statuses
    return {
        **repository.names,
        "imageId": with_digest(image_id, image),
        "signingStatuses": [
            {"signingProfileArn": profile, "status": status} for profile, status in statuses.items()
        ],
    }


def sign_on_push(repository: Repository, image: StoredImage, now: datetime) -> None:
    """Begin to sign an image that was pushed, once by each profile whose rule covers it."""
    state = repository.registry.states.of(SigningState)
    # What refers to an image, as a signature does, is not signed itself.
    if state.configuration is None or image.manifest.subject is not None:
        return
    statuses = image.states.of(ImageSignatures).statuses
    for rule in state.configuration["rules"]:
        profile: str = rule["signingProfileArn"]
        if profile not in statuses and _covers(rule, repository.name):
            statuses[profile] = "IN_PROGRESS"
            repository.registry.registries.scheduler.add(
                now + BACKGROUND_TIME, partial(_sign, repository, image, profile)
            )


def _covers(rule: Mapping[str, Any], repository_name: str) -> bool:
    filters: list[dict[str, str]] | None = rule.get("repositoryFilters")
    return filters is None or any(matches(each["filter"], repository_name) for each in filters)


def _sign(repository: Repository, image: StoredImage, profile: str, now: datetime) -> None:
    image.states.of(ImageSignatures).statuses[profile] = "COMPLETE"
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
    signature = StoredImage(
        read_manifest(json.dumps(manifest), OCI_MANIFEST),
        now,
    )
    repository.layers.content.update(blobs)
    # An image that was deleted and pushed again may still have its signature.
    if signature.digest not in repository.images.by_digest:
        repository.images.add(signature)


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def _configuration(call: Call) -> dict[str, Any]:
    configuration = call.registry.states.of(SigningState).configuration
    if configuration is None:
        raise ServiceError(
            "SigningConfigurationNotFoundException",
            refusals.SIGNING_CONFIGURATION_NOT_FOUND(registry_id=call.account_id),
        )
    return configuration
