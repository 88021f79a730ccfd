"""Replication: configure it, and follow it for one image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import breach
from ecr_typed.testing._emulator.registry.image_ids import find_image, with_digest
from ecr_typed.testing._emulator.registry.names import partition_of
from ecr_typed.testing._emulator.topics.replication.state import (
    Destination,
    ImageReplication,
    ReplicationState,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation


def put_replication_configuration(call: Call) -> Answer:
    """Replace all rules; none end the replication of what is pushed from now on."""
    configuration: dict[str, Any] = call.parameters["replicationConfiguration"]
    for rule in configuration["rules"]:
        for destination in rule["destinations"]:
            _check_destination(call, Destination.of(destination))
    call.registry.state(ReplicationState).rules = configuration["rules"]
    return {"replicationConfiguration": configuration}


def describe_image_replication_status(call: Call) -> Answer:
    """Tell how far the replication of an image is, for each destination it is replicated to."""
    repository = call.repository()
    image_id: dict[str, str] = call.parameters["imageId"]
    image = find_image(repository, image_id)
    replications = call.registry.state(ReplicationState).replications.get(image, {})
    return {
        "repositoryName": repository.name,
        "imageId": with_digest(image_id, image),
        "replicationStatuses": [
            _status(destination, replication) for destination, replication in replications.items()
        ],
    }


def _check_destination(call: Call, destination: Destination) -> None:
    if destination == (call.region_name, call.account_id):
        raise breach(
            "replicationConfiguration",
            "Replication destination cannot be the same as the source registry",
        )
    if partition_of(destination.region) != call.registry.partition:
        raise breach(
            "replicationConfiguration",
            "Replication destination must be in the partition of the source registry",
        )


def _status(destination: Destination, replication: ImageReplication) -> dict[str, str]:
    status = {**destination.members, "status": replication.status}
    if replication.failure_code is not None:
        status["failureCode"] = replication.failure_code
    return status


OPERATIONS: Mapping[str, Operation] = {
    "PutReplicationConfiguration": put_replication_configuration,
    "DescribeImageReplicationStatus": describe_image_replication_status,
}
