"""What policies of repositories and registries allow.

Only what ECR itself asks of them is evaluated: whether a registry lets another account replicate
into it, and whether a repository's policy could ever be changed again. Conditions are not: a
statement with a condition neither allows nor denies anything.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from ecr_typed.testing._emulator.registry.matching import matches
from ecr_typed.testing._emulator.registry.policy_documents import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

Statement: TypeAlias = dict[str, Any]


def locks_out(text: str, account_id: str) -> bool:
    """Return whether a repository's policy keeps its own account from setting another one."""
    return any(
        statement["Effect"] == "Deny"
        and _applies(statement, "ecr:SetRepositoryPolicy", account_id, resource=None)
        for statement in _statements(text)
    )


def allows(text: str | None, action: str, account_id: str, resource: str) -> bool:
    """Return whether a policy lets an account act on a resource."""
    effects = {
        statement["Effect"]
        for statement in _statements(text or '{"Statement": []}')
        if _applies(statement, action, account_id, resource)
    }
    return effects == {"Allow"}


def _statements(text: str) -> Iterable[Statement]:
    return listed(json.loads(text)["Statement"])


def _applies(statement: Statement, action: str, account_id: str, resource: str | None) -> bool:
    return (
        "Condition" not in statement
        and _includes_action(statement, action)
        and _includes_account(statement, account_id)
        and (resource is None or _includes_resource(statement, resource))
    )


def _includes_action(statement: Statement, action: str) -> bool:
    actions = listed(statement.get("Action", statement.get("NotAction")))
    found = any(matches(each.lower(), action.lower()) for each in actions)
    return found == ("Action" in statement)


def _includes_account(statement: Statement, account_id: str) -> bool:
    principal: Any = statement.get("Principal", statement.get("NotPrincipal"))
    names = ["*"] if principal == "*" else listed(principal.get("AWS", []))
    # Who in the account acts is not known here, so its users and roles stand for the account.
    found = any(name in ("*", account_id) or f"::{account_id}:" in name for name in names)
    return found == ("Principal" in statement)


def _includes_resource(statement: Statement, resource: str) -> bool:
    resources = listed(statement.get("Resource", statement.get("NotResource", "*")))
    found = any(matches(each, resource) for each in resources)
    return found == ("Resource" in statement or "NotResource" not in statement)
