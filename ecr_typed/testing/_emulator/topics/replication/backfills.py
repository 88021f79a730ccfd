"""Replication backfills: start, stop, list, and what became of each image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach
from ecr_typed.testing._emulator.registry.pages import paginate, paginate_as_given
from ecr_typed.testing._emulator.topics.replication.backfill_state import (
    MOST_IN_PROGRESS,
    Backfill,
    Backfills,
    start_backfill,
)
from ecr_typed.testing._emulator.topics.replication.state import Destination, ReplicationState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation

_BACKFILLS_ON_A_PAGE = 25


def start_replication_backfill(call: Call) -> Answer:
    """Begin to copy to a destination what was there before it was configured."""
    destination = Destination.of(call.parameters["destination"])
    if destination not in call.registry.state(ReplicationState).destinations:
        raise breach("destination", "must be a destination of the replication configuration")
    in_progress = call.registry.state(Backfills).in_progress()
    if any(each.destination.region == destination.region for each in in_progress):
        raise ServiceError(
            "ReplicationBackfillInProgressException",
            f"A replication backfill for the Region '{destination.region}' is in progress in the "
            f"registry with id '{call.registry.account_id}'",
        )
    if len(in_progress) >= MOST_IN_PROGRESS:
        raise ServiceError(
            "LimitExceededException",
            f"{MOST_IN_PROGRESS} replication backfills can be in progress at once",
        )
    return _answer(call, start_backfill(call, destination))


def stop_replication_backfill(call: Call) -> Answer:
    """Stop a backfill; what it copied stays."""
    backfill = _backfill(call)
    if backfill.status not in {"PREPARING", "IN_PROGRESS"}:
        raise ServiceError(
            "ReplicationBackfillInvalidStatusException",
            f"The replication backfill '{backfill.backfill_id}' is {backfill.status}",
        )
    backfill.stop(call.clock.now())
    return _answer(call, backfill)


def list_replication_backfills(call: Call) -> Answer:
    """List backfills by page: those in progress, and those that ended in the last 90 days."""
    page, next_token = paginate(
        call,
        call.registry.state(Backfills).retained(call.clock.now()),
        key=lambda backfill: f"{backfill.started_at.timestamp():017.6f} {backfill.backfill_id}",
        default_size=_BACKFILLS_ON_A_PAGE,
    )
    return {
        "registryId": call.registry.account_id,
        "backfills": [backfill.details for backfill in page],
        **next_token,
    }


def describe_replication_backfill_results(call: Call) -> Answer:
    """Describe a backfill, and once it has ended its images by page."""
    backfill = _backfill(call)
    results = [each.members for each in backfill.copies or ()] if backfill.is_ended else []
    status: str | None = call.parameters.get("resultStatusFilter")
    page, next_token = paginate_as_given(
        call, [each for each in results if status is None or each["status"] == status]
    )
    return {
        "registryId": call.registry.account_id,
        **backfill.details,
        "results": page,
        **next_token,
    }


def _backfill(call: Call) -> Backfill:
    backfill_id: str = call.parameters["replicationBackfillId"]
    for backfill in call.registry.state(Backfills).retained(call.clock.now()):
        if backfill.backfill_id == backfill_id.lower():
            return backfill
    raise ServiceError(
        "ReplicationBackfillNotFoundException",
        f"The replication backfill '{backfill_id}' does not exist in the registry with id "
        f"'{call.registry.account_id}'",
    )


def _answer(call: Call, backfill: Backfill) -> Answer:
    return {"registryId": call.registry.account_id, **backfill.members}


OPERATIONS: Mapping[str, Operation] = {
    "StartReplicationBackfill": start_replication_backfill,
    "StopReplicationBackfill": stop_replication_backfill,
    "ListReplicationBackfills": list_replication_backfills,
    "DescribeReplicationBackfillResults": describe_replication_backfill_results,
}
