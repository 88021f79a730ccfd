"""Signing: configure it, and follow it for one image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.image_ids import find_image, with_digest
from ecr_typed.testing._emulator.topics.signatures import SigningState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation


def get_signing_configuration(call: Call) -> Answer:
    """Give the signing rules."""
    return {"registryId": call.account_id, "signingConfiguration": _configuration(call)}


def put_signing_configuration(call: Call) -> Answer:
    """Replace all signing rules."""
    configuration: dict[str, Any] = call.parameters["signingConfiguration"]
    call.registry.state(SigningState).configuration = configuration
    return {"signingConfiguration": configuration}


def delete_signing_configuration(call: Call) -> Answer:
    """Delete the signing rules, and answer with what they were; signatures stay."""
    configuration = _configuration(call)
    call.registry.state(SigningState).configuration = None
    return {"registryId": call.account_id, "signingConfiguration": configuration}


def describe_image_signing_status(call: Call) -> Answer:
    """Tell how far the signatures of an image are, by signing profile."""
    repository = call.repository()
    image_id: dict[str, str] = call.parameters["imageId"]
    image = find_image(repository, image_id)
    statuses = call.registry.state(SigningState).statuses.get(image, {})
    return {
        **repository.names,
        "imageId": with_digest(image_id, image),
        "signingStatuses": [
            {"signingProfileArn": profile, "status": status} for profile, status in statuses.items()
        ],
    }


def _configuration(call: Call) -> dict[str, Any]:
    configuration = call.registry.state(SigningState).configuration
    if configuration is None:
        raise ServiceError(
            "SigningConfigurationNotFoundException",
            f"Signing configuration does not exist in the registry with id '{call.account_id}'",
        )
    return configuration


OPERATIONS: Mapping[str, Operation] = {
    "GetSigningConfiguration": get_signing_configuration,
    "PutSigningConfiguration": put_signing_configuration,
    "DeleteSigningConfiguration": delete_signing_configuration,
    "DescribeImageSigningStatus": describe_image_signing_status,
}
