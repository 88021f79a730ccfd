"""Replication backfills: copies of what existed before a registry's replication was configured.

A backfill first collects the images (PREPARING), then copies them (IN_PROGRESS). All its copies
begin together, so a backfill that is stopped while it copies ends with everything copied.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ecr_typed.testing._emulator.registry.clock import BACKGROUND_TIME
from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.topics.replication.rules import (
    Destination,
    ReplicationRules,
    copy_image,
)

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Repository

RETENTION: Final = timedelta(days=90)
MOST_IN_PROGRESS: Final = 10
_BACKFILLS_ON_A_PAGE = 25
_TERMINAL = frozenset({"COMPLETE", "FAILED", "STOPPED"})


@dataclass(slots=True)
class BackfillCopy:
    """One image to copy, by one of its tags if it has any."""

    repository: Repository
    image: StoredImage
    tag: str | None
    failure_code: str | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The result as responses describe it."""
        image_id = {"imageDigest": self.image.digest}
        if self.tag is not None:
            image_id["imageTag"] = self.tag
        result: dict[str, Any] = {
            "repositoryName": self.repository.name,
            "imageId": image_id,
            "status": "COMPLETE" if self.failure_code is None else "FAILED",
        }
        if self.failure_code is not None:
            result["failureCode"] = self.failure_code
        if self.image.manifest.is_index:
            # What the index lists is copied with it, or not at all.
            result["subImageFailureCodes"] = self._failure_codes
        return result

    @property
    def _failure_codes(self) -> list[str]:
        return [] if self.failure_code is None else [self.failure_code]


@dataclass(slots=True)
class Backfill:
    """A backfill of one destination."""

    destination: Destination
    started_at: datetime
    status: str = "PREPARING"
    ended_at: datetime | None = None
    copies: list[BackfillCopy] | None = None
    """The images to copy; `None` until they are collected."""
    backfill_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def is_ended(self) -> bool:
        """Whether the status is final."""
        return self.status in _TERMINAL

    @property
    def members(self) -> dict[str, Any]:
        """The backfill as every response describes it."""
        return {
            "replicationBackfillId": self.backfill_id,
            "destination": self.destination.members,
            "status": self.status,
            "startedAt": self.started_at,
        }

    @property
    def details(self) -> dict[str, Any]:
        """The backfill with its progress and its end, as far as there are any."""
        progress = {} if self.copies is None else {"progress": self._progress(self.copies)}
        end = {} if self.ended_at is None else {"endedAt": self.ended_at}
        return {**self.members, **progress, **end}

    def _progress(self, copies: list[BackfillCopy]) -> dict[str, Any]:
        codes = [each.failure_code for each in copies if each.failure_code is not None]
        return {
            "totalReplicationCount": len(copies),
            "completedReplicationCount": len(copies) - len(codes) if self.is_ended else 0,
            "failedReplicationCount": len(codes),
            "failureCodes": sorted(set(codes)),
        }

    def stop(self, now: datetime) -> None:
        """Stop at once, or as soon as the copies in progress are made."""
        if self.status == "IN_PROGRESS":
            self.status = "STOPPING"
        else:
            self.status, self.ended_at = "STOPPED", now


@dataclass(slots=True)
class Backfills:
    """The backfills of a registry."""

    by_id: dict[str, Backfill] = field(default_factory=dict[str, Backfill])

    def in_progress(self) -> list[Backfill]:
        """Return the backfills that have not ended."""
        return [each for each in self.by_id.values() if not each.is_ended]

    def retained(self, now: datetime) -> list[Backfill]:
        """Return the backfills that have not ended, or ended within the retention."""
        return [
            each
            for each in self.by_id.values()
            if each.ended_at is None or now < each.ended_at + RETENTION
        ]


def start_replication_backfill(call: Call) -> Response:
    """Begin to copy to a destination what existed before it was configured."""
    destination = Destination.of(call.parameters["destination"])
    if destination not in call.registry.states.of(ReplicationRules).destinations:
        raise invalid("destination", constraints.NO_DESTINATION())
    in_progress = call.registry.states.of(Backfills).in_progress()
    if any(each.destination.region == destination.region for each in in_progress):
        raise ServiceError(
            "ReplicationBackfillInProgressException",
            refusals.BACKFILL_IN_PROGRESS(
                region=destination.region, registry_id=call.registry.account_id
            ),
        )
    if len(in_progress) >= MOST_IN_PROGRESS:
        raise ServiceError(
            "LimitExceededException",
            refusals.TOO_MANY_BACKFILLS(most=MOST_IN_PROGRESS),
        )
    return _response(call, _start(call, destination))


def stop_replication_backfill(call: Call) -> Response:
    """Stop a backfill; what it has copied stays."""
    backfill = _backfill(call)
    if backfill.status not in {"PREPARING", "IN_PROGRESS"}:
        raise ServiceError(
            "ReplicationBackfillInvalidStatusException",
            refusals.BACKFILL_HAS_ENDED(backfill_id=backfill.backfill_id, status=backfill.status),
        )
    backfill.stop(call.now)
    return _response(call, backfill)


def list_replication_backfills(call: Call) -> Response:
    """List backfills by page: those in progress, and those that ended in the last 90 days."""
    page, next_token = call.paginate(
        call.registry.states.of(Backfills).retained(call.now),
        key=lambda backfill: f"{backfill.started_at.timestamp():017.6f} {backfill.backfill_id}",
        default_size=_BACKFILLS_ON_A_PAGE,
    )
    return {
        "registryId": call.registry.account_id,
        "backfills": [backfill.details for backfill in page],
        **next_token,
    }


def describe_replication_backfill_results(call: Call) -> Response:
    """Describe a backfill, and once it has ended its images by page."""
    backfill = _backfill(call)
    results = [each.members for each in backfill.copies or ()] if backfill.is_ended else []
    status: str | None = call.parameters.get("resultStatusFilter")
    page, next_token = call.paginate_as_given(
        [each for each in results if status is None or each["status"] == status]
    )
    return {
        "registryId": call.registry.account_id,
        **backfill.details,
        "results": page,
        **next_token,
    }


def _backfill(call: Call) -> Backfill:
    backfill_id: str = call.parameters["replicationBackfillId"]
    for backfill in call.registry.states.of(Backfills).retained(call.now):
        if backfill.backfill_id == backfill_id.lower():
            return backfill
    raise ServiceError(
        "ReplicationBackfillNotFoundException",
        refusals.BACKFILL_NOT_FOUND(backfill_id=backfill_id, registry_id=call.registry.account_id),
    )


def _response(call: Call, backfill: Backfill) -> Response:
    return {"registryId": call.registry.account_id, **backfill.members}


def _start(call: Call, destination: Destination) -> Backfill:
    backfill = Backfill(destination, call.now)
    call.registry.states.of(Backfills).by_id[backfill.backfill_id] = backfill

    def prepare(_now: datetime) -> None:
        if backfill.status == "PREPARING":
            backfill.copies = _copies(call, destination)
            backfill.status = "IN_PROGRESS"

    def copy(now: datetime) -> None:
        if backfill.is_ended:
            return
        registry = destination.registry_in(call.registries)
        for each in backfill.copies or ():
            each.failure_code = copy_image(each.repository, each.image, each.tag, registry, now)
        backfill.status = "STOPPED" if backfill.status == "STOPPING" else "COMPLETE"
        backfill.ended_at = end

    prepared = backfill.started_at + BACKGROUND_TIME
    end = prepared + BACKGROUND_TIME
    call.registries.scheduler.add(prepared, prepare)
    call.registries.scheduler.add(end, copy)
    return backfill


def _copies(call: Call, destination: Destination) -> list[BackfillCopy]:
    registry = call.registry
    rules = registry.states.of(ReplicationRules)
    return [
        BackfillCopy(repository, image, tag)
        for repository in registry.repositories.values()
        if destination in rules.destinations_of(repository.name)
        for image in repository.images
        for tag in (image.tags or (None,))
    ]
