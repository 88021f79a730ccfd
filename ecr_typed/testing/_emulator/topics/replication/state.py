"""Replication: what a registry copies to where, and deletes there, in the background."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ecr_typed.testing._emulator.registry.images import StoredImage
from ecr_typed.testing._emulator.registry.scheduler import BACKGROUND_TIME
from ecr_typed.testing._emulator.topics.replication.image_copies import copy_image

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.repositories import (
        EcrBackend,
        EcrRepository,
        Registries,
    )


class Destination(NamedTuple):
    """A registry that images are copied to."""

    region: str
    registry_id: str

    @classmethod
    def of(cls, members: Mapping[str, str]) -> Destination:
        """Read it from a request."""
        return cls(members["region"], members["registryId"])

    @property
    def members(self) -> dict[str, str]:
        """It, as an answer has it."""
        return {"region": self.region, "registryId": self.registry_id}

    def registry_in(self, registries: Registries) -> EcrBackend:
        """Give the registry that it names."""
        return registries.of(self.registry_id, self.region)


@dataclass(slots=True)
class ImageReplication:
    """How far the replication of an image to one destination is."""

    status: str = "IN_PROGRESS"
    failure_code: str | None = None


@dataclass(slots=True)
class ReplicationState:
    """A registry's rules, and what became of its images."""

    rules: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    replications: dict[StoredImage, dict[Destination, ImageReplication]] = field(
        default_factory=dict[StoredImage, dict[Destination, ImageReplication]]
    )

    def destinations_of(
        self, repository_name: str, *, of_deletions: bool = False
    ) -> list[Destination]:
        """Name the destinations of a repository's images, or of their deletions, each once."""
        found = (
            Destination.of(destination)
            for rule in self.rules
            if _covers(rule, repository_name)
            and (not of_deletions or rule.get("deleteReplication", {}).get("enabled", False))
            for destination in rule["destinations"]
        )
        return list(dict.fromkeys(found))

    @property
    def destinations(self) -> set[Destination]:
        """All destinations of all rules."""
        return {Destination.of(each) for rule in self.rules for each in rule["destinations"]}


def replicate_push(
    call: Call, repository: EcrRepository, image: StoredImage, tag: str | None
) -> None:
    """Begin to copy an image that was pushed."""
    state = call.registry.state(ReplicationState)
    due = call.clock.now() + BACKGROUND_TIME
    for destination in state.destinations_of(repository.name):
        replication = ImageReplication()
        state.replications.setdefault(image, {})[destination] = replication
        registry = destination.registry_in(call.registries)
        copy = partial(copy_image, repository, image, tag, registry, call.clock)
        call.registries.agenda.add(due, partial(_finish, replication, copy))


def replicate_deletion(call: Call, repository: EcrRepository, ids: Iterable[Any]) -> None:
    """Begin to delete at the destinations what was deleted here, if a rule says so."""
    state = call.registry.state(ReplicationState)
    removed = list(ids)
    due = call.clock.now() + BACKGROUND_TIME
    for destination in state.destinations_of(repository.name, of_deletions=True):
        registry = destination.registry_in(call.registries)
        call.registries.agenda.add(due, partial(_delete, registry, repository, removed))


def _finish(replication: ImageReplication, copy: partial[str | None]) -> None:
    replication.failure_code = copy()
    replication.status = "COMPLETE" if replication.failure_code is None else "FAILED"


def _covers(rule: Mapping[str, Any], repository_name: str) -> bool:
    filters: list[dict[str, str]] | None = rule.get("repositoryFilters")
    return filters is None or any(repository_name.startswith(each["filter"]) for each in filters)


def _delete(registry: EcrBackend, source: EcrRepository, removed: list[dict[str, str]]) -> None:
    if source.name not in registry.repositories:
        return
    here, there = source.contents.images, registry.repository(source.name).contents.images
    for image_id in removed:
        digest, tag = image_id["imageDigest"], image_id.get("imageTag")
        copy = there.by_digest(digest)
        if copy is None:
            continue
        if here.by_digest(digest) is None and not there.parents_of(digest):
            there.remove(copy)
        elif tag is not None and tag in copy.tags:
            there.untag(tag)
