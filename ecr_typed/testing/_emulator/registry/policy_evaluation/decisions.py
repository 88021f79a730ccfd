"""What policies say of a call: which of their statements apply to it, and what follows from them."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ecr_typed.testing._emulator.registry.policy_documents import is_any_policy, listed
from ecr_typed.testing._emulator.registry.policy_evaluation.conditions import hold
from ecr_typed.testing._emulator.registry.policy_evaluation.patterns import matches, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecr_typed.testing._emulator.registry.callers import Caller
    from ecr_typed.testing._emulator.registry.policy_evaluation.patterns import Values
    from ecr_typed.testing._emulator.registry.policy_evaluation.request_context import (
        RequestContext,
    )

Statement: TypeAlias = dict[str, Any]
Decision: TypeAlias = Literal["Allow", "Deny"] | None
"""What policies say of a call: an explicit denial comes first, and `None` is no word of it."""


# Policies of the older version know no variables.
_VERSION_WITH_VARIABLES: Final = "2012-10-17"


def locks_out(text: str, context: RequestContext) -> bool:
    """Return whether a repository's policy keeps a caller from setting another one."""
    return decide_on_resource([text], "ecr:SetRepositoryPolicy", None, context) == "Deny"


def decide_on_resource(
    texts: Iterable[str | None], action: str, resource: str | None, context: RequestContext
) -> Decision:
    """Return what policies of a repository and of its registry say together of an action.

    Args:
        texts: The policies; `None` stands for one that was not set.
        action: The action, such as `ecr:PutImage`.
        resource: The ARN of the resource; `None` for the one that has the policy.
        context: The request, with its caller.
    """
    return _decide(
        statement["Effect"]
        for text in texts
        for statement, variables in _statements_with(text or "", context)
        if _includes_caller(statement, context)
        and _applies(statement, action, resource, context, variables)
    )


def decide_by_identity(text: str, action: str, resource: str, context: RequestContext) -> Decision:
    """Return what the policy of a principal says of an action on a resource."""
    return _decide(
        statement["Effect"]
        for statement, variables in _statements_with(text, context)
        if _applies(statement, action, resource, context, variables)
    )


def _decide(effects: Iterable[Any]) -> Decision:
    found = set(effects)
    if "Deny" in found:
        return "Deny"
    return "Allow" if found else None


def _statements_with(
    text: str, context: RequestContext
) -> Iterator[tuple[Statement, Values | None]]:
    """Yield the statements of a policy, each with the values of variables where it has them."""
    version, statements = _read(text)
    variables = context.values if version == _VERSION_WITH_VARIABLES else None
    for statement in statements:
        yield statement, variables


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[str, tuple[Statement, ...]]:
    """Return version and statements of a policy; none of a template's that is no policy."""
    if not is_any_policy(text):
        return "", ()
    document: Any = json.loads(text)
    return document.get("Version", ""), tuple(listed(document["Statement"]))


def _applies(
    statement: Statement,
    action: str,
    resource: str | None,
    context: RequestContext,
    variables: Values | None,
) -> bool:
    return (
        _includes_action(statement, action)
        and (resource is None or _includes_resource(statement, resource, variables))
        and hold(statement.get("Condition", {}), context.values, variables)
    )


def _includes_action(statement: Statement, action: str) -> bool:
    actions = listed(statement.get("Action", statement.get("NotAction")))
    found = any(_is_like(each.lower(), action.lower(), None) for each in actions)
    return found == ("Action" in statement)


def _includes_caller(statement: Statement, context: RequestContext) -> bool:
    caller = context.caller
    principal: Any = statement.get("Principal", statement.get("NotPrincipal"))
    names: list[str] = ["*"] if principal == "*" else listed(principal.get("AWS", []))
    found = any(name in ("*", caller.arn, caller.principal_arn) for name in names) or (
        _reaches_members(statement, context) and any(_is_account(n, caller) for n in names)
    )
    return found == ("Principal" in statement)


def _is_account(name: str, caller: Caller) -> bool:
    return name == caller.account_id or name.endswith(f":iam::{caller.account_id}:root")


def _reaches_members(statement: Statement, context: RequestContext) -> bool:
    """Return whether to name the caller's account is to name its users and roles.

    To allow something to the own account only delegates it: what its users and roles may do is left
    to their own policies. See [AWS account
    principals](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
    """
    is_grant = statement["Effect"] == "Allow" and "Principal" in statement
    return not is_grant or context.caller.account_id != context.resource_account_id


def _includes_resource(statement: Statement, resource: str, variables: Values | None) -> bool:
    resources = listed(statement.get("Resource", statement.get("NotResource", "*")))
    found = any(_is_like(each, resource, variables) for each in resources)
    return found == ("Resource" in statement or "NotResource" not in statement)


def _is_like(pattern: str, text: str, variables: Values | None) -> bool:
    read = tokens(pattern, variables)
    return read is not None and matches(read, text)
