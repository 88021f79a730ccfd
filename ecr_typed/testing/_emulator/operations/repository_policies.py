"""Policies of repositories: set, get, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.errors import ServiceError, breach
from ecr_typed.testing._emulator.policy_documents import check_policy, locks_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.backend import EcrRepository
    from ecr_typed.testing._emulator.call import Answer, Call, Operation


def set_repository_policy(call: Call) -> Answer:
    """Give a repository a policy; one that could never be changed again by force only."""
    repository = call.registry.repository(call.parameters["repositoryName"])
    text: str = call.parameters["policyText"]
    check_policy(text, "repository")
    if locks_out(text, repository.registry_id) and not call.parameters.get("force", False):
        raise breach(
            "PolicyText", "must not keep you from setting another policy, unless 'force' is set"
        )
    repository.policy = text
    return _answer(repository, text)


def get_repository_policy(call: Call) -> Answer:
    """Give a repository's policy as it was set, byte for byte."""
    repository = call.registry.repository(call.parameters["repositoryName"])
    return _answer(repository, _policy(repository))


def delete_repository_policy(call: Call) -> Answer:
    """Delete a repository's policy, and answer with what it was."""
    repository = call.registry.repository(call.parameters["repositoryName"])
    text = _policy(repository)
    repository.policy = None
    return _answer(repository, text)


def _policy(repository: EcrRepository) -> str:
    # A template may have given it an empty one.
    if not repository.policy:
        raise ServiceError(
            "RepositoryPolicyNotFoundException",
            f"Repository policy does not exist for the repository with name '{repository.name}' "
            f"in the registry with id '{repository.registry_id}'",
        )
    return repository.policy


def _answer(repository: EcrRepository, text: str) -> Answer:
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "policyText": text,
    }


OPERATIONS: Mapping[str, Operation] = {
    "SetRepositoryPolicy": set_repository_policy,
    "GetRepositoryPolicy": get_repository_policy,
    "DeleteRepositoryPolicy": delete_repository_policy,
}
