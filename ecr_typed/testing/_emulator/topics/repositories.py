"""Repositories: create, describe, change, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.pages import paginate, refuse_paging
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.topics.encryption import check_encryption, with_resolved_key
from ecr_typed.testing._emulator.topics.tag_mutability import check_tag_mutability
from ecr_typed.testing._emulator.topics.tag_rules import check_tag_count, check_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.ecr.models import Repository

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation


def create_repository(call: Call) -> Answer:
    """Create a repository in the caller's registry, or in the one that `registryId` names."""
    registry, settings = call.registry, {**DEFAULT_SETTINGS, **call.parameters}
    name: str = settings["repositoryName"]
    tags: list[dict[str, str]] = settings.get("tags", [])
    check_tag_mutability(
        settings["imageTagMutability"], settings.get("imageTagMutabilityExclusionFilters")
    )
    check_tags(tags)
    check_tag_count(tags)
    check_encryption(settings["encryptionConfiguration"])
    if name in registry.repositories:
        raise ServiceError(
            "RepositoryAlreadyExistsException",
            f"The repository with name '{name}' already exists in the registry "
            f"with id '{registry.account_id}'",
        )
    encryption = with_resolved_key(settings["encryptionConfiguration"], registry)
    repository = registry.add_repository(
        name,
        created_at=call.clock.now(),
        settings={**settings, "encryptionConfiguration": encryption},
    )
    registry.tagger.tag_resource(repository.arn, tags)
    return {"repository": _members(repository)}


def describe_repositories(call: Call) -> Answer:
    """List repositories by page, or those of the names asked for, in that order."""
    registry, names = call.registry, call.parameters.get("repositoryNames")
    if names is None:
        page, next_token = paginate(
            call, registry.repositories.values(), key=lambda repository: repository.name
        )
        return {"repositories": [_members(repository) for repository in page], **next_token}
    refuse_paging(call, "repositoryNames")
    # A name that is asked for twice is answered once.
    return {"repositories": [_members(registry.repository(name)) for name in dict.fromkeys(names)]}


def delete_repository(call: Call) -> Answer:
    """Delete a repository; one that holds images only by force."""
    registry, repository = call.registry, call.repository()
    if len(repository.contents.images) and not call.parameters.get("force", False):
        raise ServiceError(
            "RepositoryNotEmptyException",
            f"The repository with name '{repository.name}' in registry with id "
            f"'{registry.account_id}' cannot be deleted because it still contains images",
        )
    del registry.repositories[repository.name]
    registry.tagger.delete_all_tags_for_resource(repository.arn)
    return {"repository": _members(repository)}


def put_image_tag_mutability(call: Call) -> Answer:
    """Decide which tags may move from now on; filters of before go with their kind."""
    repository = call.repository()
    mutability: str = call.parameters["imageTagMutability"]
    filters = call.parameters.get("imageTagMutabilityExclusionFilters")
    check_tag_mutability(mutability, filters)
    repository.image_tag_mutability = mutability
    repository.image_tag_mutability_exclusion_filters = filters
    return {
        **repository.names,
        "imageTagMutability": mutability,
        **({"imageTagMutabilityExclusionFilters": filters} if filters else {}),
    }


def _members(repository: Repository) -> dict[str, Any]:
    filters = repository.image_tag_mutability_exclusion_filters
    return {
        "repositoryArn": repository.arn,
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "repositoryUri": repository.uri,
        "createdAt": repository.created_at,
        "imageTagMutability": repository.image_tag_mutability,
        **({"imageTagMutabilityExclusionFilters": filters} if filters else {}),
        "imageScanningConfiguration": repository.image_scanning_configuration,
        "encryptionConfiguration": repository.encryption_configuration,
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateRepository": create_repository,
    "DescribeRepositories": describe_repositories,
    "DeleteRepository": delete_repository,
    "PutImageTagMutability": put_image_tag_mutability,
}
