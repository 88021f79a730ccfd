"""Policies of repositories: set, get, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.policy_documents import check_policy
from ecr_typed.testing._emulator.registry.policy_evaluation.decisions import locks_out
from ecr_typed.testing._emulator.registry.policy_evaluation.request_context import context_of
from ecr_typed.testing._emulator.registry.principals import check_principals
from ecr_typed.testing._emulator.registry.rewriting import rewrite_repository_policy
from ecr_typed.testing._emulator.texts import constraints, refusals

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Repository


def set_repository_policy(call: Call) -> Response:
    """Set the policy of a repository; a policy that locks its owner out only with `force`."""
    repository = call.repository()
    text: str = call.parameters["policyText"]
    check_policy(text, "repository")
    check_principals(text, call.registry)
    if locks_out(text, context_of(call, call.registry, repository)) and not call.parameters.get(
        "force", False
    ):
        raise invalid("PolicyText", constraints.LOCKOUT())
    repository.policy = rewrite_repository_policy(text, repository.registry.partition)
    return _response(repository, repository.policy)


def get_repository_policy(call: Call) -> Response:
    """Return the policy of a repository."""
    repository = call.repository()
    return _response(repository, _policy(repository))


def delete_repository_policy(call: Call) -> Response:
    """Delete the policy of a repository, and return it."""
    repository = call.repository()
    text = _policy(repository)
    repository.policy = None
    return _response(repository, text)


def _policy(repository: Repository) -> str:
    # A template may have set an empty policy.
    if not repository.policy:
        raise ServiceError(
            "RepositoryPolicyNotFoundException",
            refusals.REPOSITORY_POLICY_NOT_FOUND(place=repository.place),
        )
    return repository.policy


def _response(repository: Repository, text: str) -> Response:
    return {**repository.names, "policyText": text}
