"""Repositories: create, describe, delete, and the mutability of their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.matching import matches
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.topics.encryption import check_encryption, with_resolved_key
from ecr_typed.testing._emulator.topics.tags import check_tag_count, check_tags

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Repository

_MOST_WILDCARDS = 2
FILTERS = "imageTagMutabilityExclusionFilters"


def create_repository(call: Call) -> Response:
    """Create a repository in the caller's registry, or in the one that `registryId` names."""
    registry, settings = call.registry, {**DEFAULT_SETTINGS, **call.parameters}
    name: str = settings["repositoryName"]
    tags: list[dict[str, str]] = settings.get("tags", [])
    check_tag_mutability(settings["imageTagMutability"], settings.get(FILTERS))
    check_tags(tags)
    check_tag_count(tags)
    check_encryption(settings["encryptionConfiguration"])
    if name in registry.repositories:
        raise ServiceError(
            "RepositoryAlreadyExistsException",
            refusals.REPOSITORY_EXISTS(name=name, registry_id=registry.account_id),
        )
    encryption = with_resolved_key(settings["encryptionConfiguration"], registry)
    repository = registry.add_repository(
        name,
        created_at=call.now,
        settings={**settings, "encryptionConfiguration": encryption},
    )
    repository.add_tags(tags)
    return {"repository": _members(repository)}


def describe_repositories(call: Call) -> Response:
    """List repositories by page, or those of the names asked for, in that order."""
    registry, names = call.registry, call.parameters.get("repositoryNames")
    if names is None:
        page, next_token = call.paginate(
            registry.repositories.values(), key=lambda repository: repository.name
        )
        return {"repositories": [_members(repository) for repository in page], **next_token}
    call.refuse_paging("repositoryNames")
    # A name that is asked for twice is returned once.
    return {"repositories": [_members(registry.repository(name)) for name in dict.fromkeys(names)]}


def delete_repository(call: Call) -> Response:
    """Delete a repository; one that holds images only with `force`."""
    registry, repository = call.registry, call.repository()
    if len(repository.images) and not call.parameters.get("force", False):
        raise ServiceError(
            "RepositoryNotEmptyException",
            refusals.REPOSITORY_NOT_EMPTY(name=repository.name, registry_id=registry.account_id),
        )
    del registry.repositories[repository.name]
    return {"repository": _members(repository)}


def put_image_tag_mutability(call: Call) -> Response:
    """Set which tags may move from now on; the filters are replaced together with the kind."""
    repository = call.repository()
    mutability: str = call.parameters["imageTagMutability"]
    filters: list[dict[str, str]] = call.parameters.get(FILTERS, [])
    check_tag_mutability(mutability, filters)
    repository.tag_mutability = mutability
    repository.tag_mutability_filters = filters
    return {**repository.names, "imageTagMutability": mutability, **_filters(repository)}


def allows_filters(mutability: str) -> bool:
    """Return whether a kind of mutability has exclusion filters."""
    return mutability.endswith("_WITH_EXCLUSION")


def check_tag_mutability(mutability: str, filters: Sequence[dict[str, str]] | None) -> None:
    """Require filters for the kinds with exclusions, and refuse them for the others."""
    if allows_filters(mutability) and not filters:
        raise invalid(
            FILTERS,
            constraints.NO_EXCLUSION_FILTERS(mutability=mutability),
        )
    if filters and not allows_filters(mutability):
        raise invalid(FILTERS, constraints.EXCLUSION_FILTERS(mutability=mutability))
    for position, each in enumerate(filters or (), 1):
        if each["filter"].count("*") > _MOST_WILDCARDS:
            raise invalid(
                f"{FILTERS}.{position}.member.filter",
                constraints.WILDCARDS_IN_FILTER(most=_MOST_WILDCARDS),
            )


def is_immutable(repository: Repository, tag: str) -> bool:
    """Return whether a tag, once given, stays with its image."""
    is_excluded = any(matches(each["filter"], tag) for each in repository.tag_mutability_filters)
    # The filters exclude tags from what the kind says: mutable ones from IMMUTABLE, and vice versa.
    return repository.tag_mutability.startswith("IMMUTABLE") != is_excluded


def _members(repository: Repository) -> dict[str, Any]:
    return {
        "repositoryArn": repository.arn,
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "repositoryUri": repository.uri,
        "createdAt": repository.created_at,
        "imageTagMutability": repository.tag_mutability,
        **_filters(repository),
        "imageScanningConfiguration": repository.scanning_configuration,
        "encryptionConfiguration": repository.encryption_configuration,
    }


def _filters(repository: Repository) -> dict[str, Any]:
    filters = repository.tag_mutability_filters
    return {FILTERS: filters} if filters else {}
