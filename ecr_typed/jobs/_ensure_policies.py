"""Setting up policies: they are compared by meaning, as the service lays them out anew."""

from __future__ import annotations

from ecr_typed import (
    EcrClient,
    LifecyclePolicyNotFoundException,
    RegistryPolicyNotFoundException,
    RepositoryPolicyNotFoundException,
)
from ecr_typed.documents import LifecyclePolicy, PolicyDocument, Statement
from ecr_typed.jobs._ensured import Ensured, EnsureStatus, replaced


def ensure_lifecycle_policy(
    ecr: EcrClient, repository_name: str, policy: LifecyclePolicy | str, *, dry_run: bool = False
) -> Ensured[LifecyclePolicy]:
    """Let a repository have a lifecycle policy.

    Args:
        ecr: The client.
        repository_name: The repository.
        policy: The policy, compared by meaning with the one that is there.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The policy, and what was done.

    Raises:
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html
    """
    wanted = policy if isinstance(policy, LifecyclePolicy) else LifecyclePolicy.from_text(policy)
    try:
        text = ecr.get_lifecycle_policy(repository_name).lifecycle_policy_text
    except LifecyclePolicyNotFoundException:
        text = None
    known = LifecyclePolicy.from_text(text) if text else None
    if known is not None and known.is_same(wanted):
        return Ensured(value=known, status=EnsureStatus.UNCHANGED)
    if not dry_run:
        ecr.put_lifecycle_policy(repository_name, wanted)
    return replaced(known, wanted, "lifecycle_policy")


def ensure_repository_policy(
    ecr: EcrClient, repository_name: str, policy: PolicyDocument | str, *, dry_run: bool = False
) -> Ensured[PolicyDocument]:
    """Let a repository have a permissions policy.

    Args:
        ecr: The client.
        repository_name: The repository.
        policy: The policy, compared by meaning with the one that is there.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The policy, and what was done.

    Raises:
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
    """
    wanted = policy if isinstance(policy, PolicyDocument) else PolicyDocument.from_text(policy)
    try:
        text = ecr.get_repository_policy(repository_name).policy_text
    except RepositoryPolicyNotFoundException:
        text = None
    known = PolicyDocument.from_text(text) if text else None
    if known is not None and known.is_same(wanted):
        return Ensured(value=known, status=EnsureStatus.UNCHANGED)
    if not dry_run:
        ecr.set_repository_policy(repository_name, wanted)
    return replaced(known, wanted, "repository_policy")


def ensure_registry_policy_statement(
    ecr: EcrClient, statement: Statement, *, dry_run: bool = False
) -> Ensured[PolicyDocument]:
    """Let the registry's policy have a statement; other statements are left as they are.

    Args:
        ecr: The client.
        statement: The statement. One with the same `sid` is replaced.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The whole policy, and what was done.

    Raises:
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryPolicy.html
    """
    try:
        known = PolicyDocument.from_text(ecr.get_registry_policy().policy_text)
    except RegistryPolicyNotFoundException:
        known = None
    wanted = (known or PolicyDocument(statements=())).with_statement(statement)
    if known is not None and known.is_same(wanted):
        return Ensured(value=known, status=EnsureStatus.UNCHANGED)
    if not dry_run:
        ecr.put_registry_policy(wanted)
    return replaced(known, wanted, f"statement {statement.sid}")
