"""Setting up policies: they are compared by meaning, as the service lays them out anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import attrs

from ecr_typed import (
    EcrClient,
    EcrRequestError,
    LifecyclePolicyNotFoundException,
    RegistryPolicyNotFoundException,
    RepositoryPolicyNotFoundException,
)
from ecr_typed.documents import LifecyclePolicy, PolicyDocument, Statement
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._ensured import Ensured, EnsureStatus

Document = TypeVar("Document", LifecyclePolicy, PolicyDocument)


def ensure_lifecycle_policy(
    ecr: EcrClient, repository_name: str, policy: LifecyclePolicy | str, *, dry_run: bool = False
) -> Ensured[LifecyclePolicy]:
    """Set the lifecycle policy of a repository, unless it is the same already.

    Args:
        ecr: The client.
        repository_name: The repository.
        policy: The policy, compared by meaning with the one that is there.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The policy, and what was done.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutLifecyclePolicy.html
    """
    _check(ecr, repository_name, dry_run=dry_run)
    wanted = document_of(LifecyclePolicy, "policy", policy)
    return _ensured(
        _known(
            LifecyclePolicy, lambda: ecr.get_lifecycle_policy(repository_name).lifecycle_policy_text
        ),
        wanted,
        lambda: ecr.put_lifecycle_policy(repository_name, wanted),
        "lifecycle_policy",
        dry_run=dry_run,
    )


def ensure_repository_policy(
    ecr: EcrClient, repository_name: str, policy: PolicyDocument | str, *, dry_run: bool = False
) -> Ensured[PolicyDocument]:
    """Set the permissions policy of a repository, unless it is the same already.

    Args:
        ecr: The client.
        repository_name: The repository.
        policy: The policy, compared by meaning with the one that is there.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The policy, and what was done.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_SetRepositoryPolicy.html
    """
    _check(ecr, repository_name, dry_run=dry_run)
    wanted = document_of(PolicyDocument, "policy", policy)
    return _ensured(
        _known(PolicyDocument, lambda: ecr.get_repository_policy(repository_name).policy_text),
        wanted,
        lambda: ecr.set_repository_policy(repository_name, wanted),
        "repository_policy",
        dry_run=dry_run,
    )


def ensure_registry_policy_statement(
    ecr: EcrClient, statement: Statement, *, dry_run: bool = False
) -> Ensured[PolicyDocument]:
    """Set a statement of the registry's policy, and keep its other statements.

    The policy is read and then written: a statement that another program adds in between is lost,
    as ECR can't do both at once.

    Args:
        ecr: The client.
        statement: The statement, with a `sid`. One with the same `sid` is replaced.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The whole policy, and what was done.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryPolicy.html
    """
    is_named = isinstance(cast("object", statement), Statement) and bool(statement.sid)
    check.refuse_unfit(
        check.client("ecr", ecr),
        check.Check("statement", statement, is_named, "a Statement with a sid"),
        check.flag("dry_run", dry_run),
    )
    known = _known(PolicyDocument, lambda: ecr.get_registry_policy().policy_text)
    wanted = (known or PolicyDocument(statements=())).with_statement(statement)
    return _ensured(
        known,
        wanted,
        lambda: ecr.put_registry_policy(wanted),
        f"statement {statement.sid}",
        dry_run=dry_run,
    )


def document_of(kind: type[Document], argument: str, value: Document | str) -> Document:
    """Return a document; what is none is refused by the name of the argument."""
    if isinstance(value, kind):
        return value
    untyped = cast("object", value)
    allowed = f"a {kind.__name__}, or its text"
    check.refuse_unfit(check.Check(argument, value, isinstance(untyped, str), allowed))
    try:
        return kind.from_text(str(value))
    except EcrRequestError as error:
        problems = [attrs.evolve(problem, argument=argument) for problem in error.problems]
        raise EcrRequestError(problems) from error


def _check(ecr: EcrClient, repository_name: str, *, dry_run: bool) -> None:
    check.refuse_unfit(
        *check.place(ecr, repository_name, None),
        check.flag("dry_run", dry_run),
    )


def _known(kind: type[Document], read: Callable[[], str | None]) -> Document | None:
    """Return the document that is there."""
    try:
        text = read()
    except (
        LifecyclePolicyNotFoundException,
        RepositoryPolicyNotFoundException,
        RegistryPolicyNotFoundException,
    ):
        return None
    return kind.from_text(text) if text else None


def _ensured(
    known: Document | None,
    wanted: Document,
    write: Callable[[], object],
    what: str,
    *,
    dry_run: bool,
) -> Ensured[Document]:
    """Write a document unless the one that is there means the same."""
    if known is not None and known.is_same(wanted):
        return Ensured(value=known, status=EnsureStatus.UNCHANGED)
    if not dry_run:
        write()
    status = EnsureStatus.CREATED if known is None else EnsureStatus.CHANGED
    return Ensured(value=wanted, status=status, differences=(what,))
