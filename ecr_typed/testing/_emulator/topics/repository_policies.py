"""Policies of repositories: set, get, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach
from ecr_typed.testing._emulator.registry.policy_documents import check_policy
from ecr_typed.testing._emulator.registry.policy_evaluation import locks_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository


def set_repository_policy(call: Call) -> Answer:
    """Give a repository a policy; one that could never be changed again by force only."""
    repository = call.repository()
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
    repository = call.repository()
    return _answer(repository, _policy(repository))


def delete_repository_policy(call: Call) -> Answer:
    """Delete a repository's policy, and answer with what it was."""
    repository = call.repository()
    text = _policy(repository)
    repository.policy = None
    return _answer(repository, text)


def _policy(repository: EcrRepository) -> str:
    # A template may have given it an empty one.
    if not repository.policy:
        raise ServiceError(
            "RepositoryPolicyNotFoundException",
            f"Repository policy does not exist for the {repository.place}",
        )
    return repository.policy


def _answer(repository: EcrRepository, text: str) -> Answer:
    return {**repository.names, "policyText": text}


OPERATIONS: Mapping[str, Operation] = {
    "SetRepositoryPolicy": set_repository_policy,
    "GetRepositoryPolicy": get_repository_policy,
    "DeleteRepositoryPolicy": delete_repository_policy,
}
