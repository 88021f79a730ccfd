"""Replication: which images a registry copies to where, and the copies.

Copies are made in the background. What a copy brings about at its destination is not replicated
any further, as ECR replicates a push once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ecr_typed.testing._emulator.agenda import BACKGROUND_TIME
from ecr_typed.testing._emulator.errors import ServiceError
from ecr_typed.testing._emulator.partitions import repository_arn
from ecr_typed.testing._emulator.policy_documents import allows
from ecr_typed.testing._emulator.registry_state import RegistryState
from ecr_typed.testing._emulator.stored_images import StoredImage
from ecr_typed.testing._emulator.tag_mutability import is_immutable
from ecr_typed.testing._emulator.template_application import create_from_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecr_typed.testing._emulator.backend import EcrBackend, EcrRepository
    from ecr_typed.testing._emulator.call import Call
    from ecr_typed.testing._emulator.clock import Clock

ACCESS_DENIED = "DESTINATION_REGISTRY_ACCESS_DENIED"
NO_REPOSITORY = "DESTINATION_REPOSITORY_CREATION_FAILED"


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
        copy = partial(copy_image, call, repository, image, tag, destination)
        call.registries.agenda.add(due, partial(_finish, replication, copy))


def replicate_deletion(call: Call, repository: EcrRepository, ids: Iterable[Any]) -> None:
    """Begin to delete at the destinations what was deleted here, if a rule says so."""
    state = call.registry.state(ReplicationState)
    removed = list(ids)
    due = call.clock.now() + BACKGROUND_TIME
    for destination in state.destinations_of(repository.name, of_deletions=True):
        registry = call.registries.of(destination.registry_id, destination.region)
        call.registries.agenda.add(due, partial(_delete, registry, repository, removed))


def copy_image(
    call: Call,
    repository: EcrRepository,
    image: StoredImage,
    tag: str | None,
    destination: Destination,
) -> str | None:
    """Copy an image and all it lists, and give it a tag there.

    Returns:
        Why it could not be copied: a failure code, or `None` if it was.
    """
    registry = call.registries.of(destination.registry_id, destination.region)
    target = _target(registry, repository, call.clock)
    if isinstance(target, str):
        return target
    copies = [_copied(repository, target, each, call.clock) for each in _closure(repository, image)]
    held = None if tag is None else target.contents.images.by_tag(tag)
    # A tag that may not move stays where it is, and the copy goes without.
    if tag is not None and held is not copies[-1] and not (held and is_immutable(target, tag)):
        target.contents.images.tag(copies[-1], tag)
    return None


def _finish(replication: ImageReplication, copy: partial[str | None]) -> None:
    replication.failure_code = copy()
    replication.status = "COMPLETE" if replication.failure_code is None else "FAILED"


def _covers(rule: Mapping[str, Any], repository_name: str) -> bool:
    filters: list[dict[str, str]] | None = rule.get("repositoryFilters")
    return filters is None or any(repository_name.startswith(each["filter"]) for each in filters)


def _target(registry: EcrBackend, source: EcrRepository, clock: Clock) -> EcrRepository | str:
    """Find the repository to copy into, or create it; else tell why there is none."""
    is_own = registry.account_id == source.registry_id
    if not is_own and not _lets(registry, "ecr:ReplicateImage", source):
        return ACCESS_DENIED
    if source.name in registry.repositories:
        return registry.repository(source.name)
    if not is_own and not _lets(registry, "ecr:CreateRepository", source):
        return ACCESS_DENIED
    try:
        created = create_from_template(registry, source.name, "REPLICATION", clock)
    except ServiceError:
        # The template names a key that can't be used.
        created = None
    return NO_REPOSITORY if created is None else created


def _lets(registry: EcrBackend, action: str, source: EcrRepository) -> bool:
    return allows(
        registry.state(RegistryState).policy,
        action,
        source.registry_id,
        repository_arn(registry.account_id, registry.region_name, source.name),
    )


def _closure(repository: EcrRepository, image: StoredImage) -> Iterator[StoredImage]:
    """Give what an image lists, and last itself."""
    for child in image.manifest.children:
        listed = repository.contents.images.by_digest(child.digest)
        if listed is not None:
            yield from _closure(repository, listed)
    yield image


def _copied(
    source: EcrRepository, target: EcrRepository, image: StoredImage, clock: Clock
) -> StoredImage:
    found = target.contents.images.by_digest(image.digest)
    if found is not None:
        return found
    layers = source.contents.layers.content
    target.contents.layers.content.update(
        {blob.digest: layers[blob.digest] for blob in image.manifest.blobs if blob.digest in layers}
    )
    copy = StoredImage(manifest=image.manifest, pushed_at=clock.now())
    target.contents.images.add(copy)
    return copy


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
