"""Replication rules: configure them, copy what is pushed, delete copies, and follow one image.

A copy is not replicated any further: ECR replicates a push once.
"""

from __future__ import annotations

from collections.abc import (
    Iterable,
    Mapping,
)
from dataclasses import (
    dataclass,
    field,
)
from functools import (
    partial,
)
from typing import (
    TYPE_CHECKING,
    Any,
    NamedTuple,
)

from ecr_typed.testing._emulator.registry.callers import Caller
from ecr_typed.testing._emulator.registry.clock import (
    BACKGROUND_TIME,
)
from ecr_typed.testing._emulator.registry.errors import (
    ServiceError,
    invalid,
)
from ecr_typed.testing._emulator.registry.images import (
    StoredImage,
    with_digest,
)
from ecr_typed.testing._emulator.registry.names import (
    is_region,
    partition_of,
    repository_arn,
)
from ecr_typed.testing._emulator.registry.policy_evaluation.decisions import decide_on_resource
from ecr_typed.testing._emulator.registry.policy_evaluation.request_context import (
    RequestContext,
)
from ecr_typed.testing._emulator.texts import constraints
from ecr_typed.testing._emulator.topics.repositories import (
    is_immutable,
)
from ecr_typed.testing._emulator.topics.repository_creation_templates import (
    create_from_template,
)

if TYPE_CHECKING:
    from collections.abc import (
        Iterator,
    )
    from datetime import (
        datetime,
    )

    from ecr_typed.testing._emulator.registry.call import (
        Call,
        Response,
    )
    from ecr_typed.testing._emulator.registry.repositories import (
        Registries,
        Registry,
        Repository,
    )

ACCESS_DENIED = "DESTINATION_REGISTRY_ACCESS_DENIED"
NO_REPOSITORY = "DESTINATION_REPOSITORY_CREATION_FAILED"


class Destination(NamedTuple):
    """A registry that images are copied to."""

    region: str
    registry_id: str

    @classmethod
    def of(cls, members: Mapping[str, str]) -> Destination:
        """Return the destination that a request names."""
        return cls(members["region"], members["registryId"])

    @property
    def members(self) -> dict[str, str]:
        """The destination as responses describe it."""
        return {"region": self.region, "registryId": self.registry_id}

    def registry_in(self, registries: Registries) -> Registry:
        """Return the registry that the destination names."""
        return registries.of(self.registry_id, self.region)


@dataclass(slots=True)
class ReplicationRules:
    """The replication rules of a registry."""

    rules: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def destinations_of(
        self, repository_name: str, *, of_deletions: bool = False
    ) -> list[Destination]:
        """Return the destinations of a repository's images, or of their deletions, each once."""
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
        """The destinations of all rules."""
        return {Destination.of(each) for rule in self.rules for each in rule["destinations"]}


@dataclass(slots=True)
class Replication:
    """The replication of an image to one destination."""

    status: str = "IN_PROGRESS"
    failure_code: str | None = None


@dataclass(slots=True)
class ImageReplications:
    """The replications of an image, by destination."""

    by_destination: dict[Destination, Replication] = field(
        default_factory=dict[Destination, Replication]
    )


def put_replication_configuration(call: Call) -> Response:
    """Replace all rules; without rules, nothing that is pushed from now on is replicated."""
    configuration: dict[str, Any] = call.parameters["replicationConfiguration"]
    for rule in configuration["rules"]:
        for destination in rule["destinations"]:
            _check_destination(call, Destination.of(destination))
    call.registry.states.of(ReplicationRules).rules = configuration["rules"]
    return {"replicationConfiguration": configuration}


def describe_image_replication_status(call: Call) -> Response:
    """Return the status of an image's replication, one for each destination."""
    repository = call.repository()
    image_id: dict[str, str] = call.parameters["imageId"]
    image = repository.image(image_id)
    replications = image.states.of(ImageReplications).by_destination
    return {
        "repositoryName": repository.name,
        "imageId": with_digest(image_id, image),
        "replicationStatuses": [
            _status(destination, replication) for destination, replication in replications.items()
        ],
    }


def replicate_push(
    repository: Repository, image: StoredImage, tag: str | None, now: datetime
) -> None:
    """Begin to copy an image that was pushed."""
    rules = repository.registry.states.of(ReplicationRules)
    registries = repository.registry.registries
    for destination in rules.destinations_of(repository.name):
        replication = Replication()
        image.states.of(ImageReplications).by_destination[destination] = replication
        copy = partial(copy_image, repository, image, tag, destination.registry_in(registries))
        registries.scheduler.add(now + BACKGROUND_TIME, partial(_finish, replication, copy))


def replicate_deletion(
    repository: Repository, image_ids: Iterable[Mapping[str, str]], now: datetime
) -> None:
    """Begin to delete at the destinations what was deleted here, if a rule says so."""
    rules = repository.registry.states.of(ReplicationRules)
    registries = repository.registry.registries
    removed = list(image_ids)
    for destination in rules.destinations_of(repository.name, of_deletions=True):
        delete = partial(_delete, destination.registry_in(registries), repository, removed)
        registries.scheduler.add(now + BACKGROUND_TIME, delete)


def copy_image(
    source: Repository, image: StoredImage, tag: str | None, registry: Registry, now: datetime
) -> str | None:
    """Copy an image and all it lists into a registry, and give it a tag there.

    Returns:
        The failure code, or `None` if it was copied.
    """
    target = _target(registry, source, now)
    if isinstance(target, str):
        return target
    copies = [_copied(source, target, each, now) for each in _closure(source, image)]
    holder = None if tag is None else target.images.by_tag.get(tag)
    # An immutable tag stays where it is, and the copy goes without it.
    if tag is not None and holder is not copies[-1] and not (holder and is_immutable(target, tag)):
        target.images.tag(copies[-1], tag)
    return None


def _check_destination(call: Call, destination: Destination) -> None:
    if destination == (call.region_name, call.account_id):
        raise invalid(
            "replicationConfiguration",
            constraints.DESTINATION_IS_SOURCE(),
        )
    if not is_region(destination.region):
        raise invalid(
            "replicationConfiguration",
            constraints.INVALID_REGION(region=destination.region),
        )
    if partition_of(destination.region).name != call.registry.partition:
        raise invalid(
            "replicationConfiguration",
            constraints.OTHER_PARTITION(),
        )


def _status(destination: Destination, replication: Replication) -> dict[str, str]:
    status = {**destination.members, "status": replication.status}
    if replication.failure_code is not None:
        status["failureCode"] = replication.failure_code
    return status


def _covers(rule: Mapping[str, Any], repository_name: str) -> bool:
    filters: list[dict[str, str]] | None = rule.get("repositoryFilters")
    return filters is None or any(repository_name.startswith(each["filter"]) for each in filters)


def _finish(replication: Replication, copy: partial[str | None], now: datetime) -> None:
    replication.failure_code = copy(now)
    replication.status = "COMPLETE" if replication.failure_code is None else "FAILED"


def _delete(
    registry: Registry,
    source: Repository,
    removed: list[Mapping[str, str]],
    _now: datetime,
) -> None:
    if source.name not in registry.repositories:
        return
    here, there = source.images, registry.repository(source.name).images
    for image_id in removed:
        digest, tag = image_id["imageDigest"], image_id.get("imageTag")
        copy = there.by_digest.get(digest)
        if copy is None:
            continue
        if digest not in here.by_digest and not there.parents_of(digest):
            there.remove(copy)
        elif tag is not None and tag in copy.tags:
            there.untag(tag)


def _target(registry: Registry, source: Repository, now: datetime) -> Repository | str:
    """Return the repository to copy into, which may be created, or the failure code."""
    is_own = registry.account_id == source.registry_id
    if not is_own and not _lets(registry, "ecr:ReplicateImage", source):
        return ACCESS_DENIED
    if source.name in registry.repositories:
        return registry.repository(source.name)
    if not is_own and not _lets(registry, "ecr:CreateRepository", source):
        return ACCESS_DENIED
    try:
        created = create_from_template(registry, source.name, "REPLICATION", now)
    except ServiceError:
        # The template names a key that can't be used.
        created = None
    return NO_REPOSITORY if created is None else created


def _lets(registry: Registry, action: str, source: Repository) -> bool:
    resource = repository_arn(registry.account_id, registry.region_name, source.name)
    # ECR itself copies, in the name of the source's account.
    context = RequestContext(
        caller=Caller.root_of(source.registry_id),
        now=registry.registries.now,
        region_name=registry.region_name,
        resource_account_id=registry.account_id,
        organization_of=registry.registries.accounts.organization_of,
    )
    return decide_on_resource([registry.policy], action, resource, context) == "Allow"


def _closure(repository: Repository, image: StoredImage) -> Iterator[StoredImage]:
    """Yield what an image lists, and the image itself last."""
    for child in image.manifest.children:
        listed = repository.images.by_digest.get(child.digest)
        if listed is not None:
            yield from _closure(repository, listed)
    yield image


def _copied(
    source: Repository, target: Repository, image: StoredImage, now: datetime
) -> StoredImage:
    found = target.images.by_digest.get(image.digest)
    if found is not None:
        return found
    layers = source.layers.content
    target.layers.content.update(
        {blob.digest: layers[blob.digest] for blob in image.manifest.blobs if blob.digest in layers}
    )
    copy = StoredImage(image.manifest, now)
    target.images.add(copy)
    return copy
