"""What policies allow and deny: those of repositories, of registries and of principals.

Conditions are not evaluated: a statement with a condition neither allows nor denies anything.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ecr_typed.testing._emulator.registry.matching import matches
from ecr_typed.testing._emulator.registry.policy_documents import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecr_typed.testing._emulator.registry.accounts import Caller

Statement: TypeAlias = dict[str, Any]
Decision: TypeAlias = Literal["Allow", "Deny"] | None
"""What policies say of a call: an explicit denial comes first, and `None` is no word of it."""


def locks_out(text: str, caller: Caller) -> bool:
    """Return whether a repository's policy keeps a caller from setting another one."""
    return decide([text], "ecr:SetRepositoryPolicy", None, caller) == "Deny"


def decide(
    texts: Iterable[str | None], action: str, resource: str | None, caller: Caller | None
) -> Decision:
    """Return what policies say together of an action on a resource.

    Args:
        texts: The policies; `None` stands for one that was not set.
        action: The action, such as `ecr:PutImage`.
        resource: The ARN of the resource; `None` for the one that has the policy.
        caller: Who acts; `None` for the principal whose own policies these are.
    """
    effects = {
        statement["Effect"]
        for text in texts
        for statement in _statements(text or "")
        if _applies(statement, action, resource, caller)
    }
    if "Deny" in effects:
        return "Deny"
    return "Allow" if effects else None


@lru_cache(maxsize=256)
def _statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a policy; none of a text that a template set and nobody checked."""
    try:
        document: Any = json.loads(text)
        return tuple(each for each in listed(document["Statement"]) if each["Effect"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ()


def _applies(
    statement: Statement, action: str, resource: str | None, caller: Caller | None
) -> bool:
    return (
        "Condition" not in statement
        and _includes_action(statement, action)
        and (caller is None or _includes_caller(statement, caller))
        and (resource is None or _includes_resource(statement, resource))
    )


def _includes_action(statement: Statement, action: str) -> bool:
    actions = listed(statement.get("Action", statement.get("NotAction")))
    found = any(matches(each.lower(), action.lower()) for each in actions)
    return found == ("Action" in statement)


def _includes_caller(statement: Statement, caller: Caller) -> bool:
    principal: Any = statement.get("Principal", statement.get("NotPrincipal"))
    names = ["*"] if principal == "*" else listed(principal.get("AWS", []))
    # To name an account is to name all of its users and roles.
    found = any(
        name in ("*", caller.account_id, caller.arn, caller.principal_arn)
        or name.endswith(f":iam::{caller.account_id}:root")
        for name in names
    )
    return found == ("Principal" in statement)


def _includes_resource(statement: Statement, resource: str) -> bool:
    resources = listed(statement.get("Resource", statement.get("NotResource", "*")))
    found = any(matches(each, resource) for each in resources)
    return found == ("Resource" in statement or "NotResource" not in statement)
