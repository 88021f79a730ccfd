"""Replication backfills: copies of what was there before a registry's replication was configured.

A backfill first collects the images (PREPARING), then copies them (IN_PROGRESS). All its copies
begin together, so one that is stopped while it copies ends with everything copied.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ecr_typed.testing._emulator.registry.scheduler import BACKGROUND_TIME
from ecr_typed.testing._emulator.topics.replication.image_copies import copy_image
from ecr_typed.testing._emulator.topics.replication.state import Destination, ReplicationState

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

RETENTION: Final = timedelta(days=90)
MOST_IN_PROGRESS: Final = 10
_TERMINAL = frozenset({"COMPLETE", "FAILED", "STOPPED"})


@dataclass(slots=True)
class BackfillCopy:
    """One image to copy, by one of its tags if it has any."""

    repository: EcrRepository
    image: StoredImage
    tag: str | None
    failure_code: str | None = None

    @property
    def members(self) -> dict[str, Any]:
        """Its result, as an answer has it."""
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
            # What keeps an index from being copied keeps what it lists from it, too.
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
    """What it copies; `None` until that is known."""
    backfill_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def is_ended(self) -> bool:
        """Whether its status is one that stays."""
        return self.status in _TERMINAL

    @property
    def members(self) -> dict[str, Any]:
        """It, as every answer has it."""
        return {
            "replicationBackfillId": self.backfill_id,
            "destination": self.destination.members,
            "status": self.status,
            "startedAt": self.started_at,
        }

    @property
    def details(self) -> dict[str, Any]:
        """It, with its progress and its end as far as there are any."""
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
        """Stop it at once, or as soon as the copies in progress are made."""
        if self.status == "IN_PROGRESS":
            self.status = "STOPPING"
        else:
            self.status, self.ended_at = "STOPPED", now


@dataclass(slots=True)
class Backfills:
    """The backfills of a registry."""

    by_id: dict[str, Backfill] = field(default_factory=dict[str, Backfill])

    def in_progress(self) -> list[Backfill]:
        """Give those that have not ended."""
        return [each for each in self.by_id.values() if not each.is_ended]

    def retained(self, now: datetime) -> list[Backfill]:
        """Give those that have not ended, or not long ago."""
        return [
            each
            for each in self.by_id.values()
            if each.ended_at is None or now < each.ended_at + RETENTION
        ]


def start_backfill(call: Call, destination: Destination) -> Backfill:
    """Begin a backfill."""
    backfill = Backfill(destination, call.clock.now())
    call.registry.state(Backfills).by_id[backfill.backfill_id] = backfill

    def prepare() -> None:
        if backfill.status == "PREPARING":
            backfill.copies = _copies(call, destination)
            backfill.status = "IN_PROGRESS"

    def copy() -> None:
        if backfill.is_ended:
            return
        registry = destination.registry_in(call.registries)
        for each in backfill.copies or ():
            each.failure_code = copy_image(
                each.repository, each.image, each.tag, registry, call.clock
            )
        backfill.status = "STOPPED" if backfill.status == "STOPPING" else "COMPLETE"
        backfill.ended_at = end

    prepared = backfill.started_at + BACKGROUND_TIME
    end = prepared + BACKGROUND_TIME
    call.registries.agenda.add(prepared, prepare)
    call.registries.agenda.add(end, copy)
    return backfill


def _copies(call: Call, destination: Destination) -> list[BackfillCopy]:
    registry = call.registry
    rules = registry.state(ReplicationState)
    return [
        BackfillCopy(repository, image, tag)
        for repository in map(registry.repository, registry.repositories)
        if destination in rules.destinations_of(repository.name)
        for image in repository.contents.images
        for tag in (image.tags or (None,))
    ]
