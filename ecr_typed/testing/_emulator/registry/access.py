"""Who may call what: the policies that a call has to pass before its operation runs.

A caller's own account is allowed everything that no policy denies. Another account needs a policy
that allows the call: the repository's or the registry's. Principals that have policies of their own
need these to allow it, too; in their own account it is enough if either kind does, provided that the
repository's or the registry's names them and not just their account.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.names import repository_arn
from ecr_typed.testing._emulator.registry.policy_evaluation.decisions import (
    decide_by_identity,
    decide_on_resource,
)
from ecr_typed.testing._emulator.registry.policy_evaluation.request_context import context_of
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecr_typed.testing._emulator.registry.call import Call
    from ecr_typed.testing._emulator.registry.repositories import Registry
    from ecr_typed.testing._emulator.texts.text import Message

_REPOSITORY_ARN = re.compile("arn:[^:]+:ecr:[^:]+:([0-9]{12}):repository/(.+)")
# Without one repository, these are calls for all of them; other calls are for no resource.
_OF_ALL_REPOSITORIES = frozenset({"DescribeRepositories"})
# A token is for the caller, whichever registries it names; what it opens is decided later.
_OF_THE_CALLER = frozenset({"GetAuthorizationToken"})
# Other operations are allowed by the action of their own name.
_ACTIONS = {"ListImageReferrers": "ecr:BatchGetImage"}


def check_access(call: Call) -> None:
    """Refuse a call that policies do not allow, as the service refuses it."""
    actions = [_ACTIONS.get(call.operation_name, f"ecr:{call.operation_name}")]
    if call.operation_name == "CreateRepository" and call.parameters.get("tags"):
        actions.append("ecr:TagResource")
    registry, names = _target(call)
    for name in names:
        for action in actions:
            _check(call, registry, action, name)


def _target(call: Call) -> tuple[Registry, Iterable[str | None]]:
    """Return the registry that a call is for, and its repositories by name: `None` for none."""
    parameters = call.parameters
    arn: Any = parameters.get("resourceArn")
    if arn is not None:
        parts = _REPOSITORY_ARN.fullmatch(arn)
        if parts is None or arn != repository_arn(parts[1], call.region_name, parts[2]):
            # The operation refuses what is no ARN of a repository.
            return call.registry, [None]
        return call.registry_of(parts[1]), [parts[2]]
    if "repositoryName" in parameters:
        return call.registry, [parameters["repositoryName"]]
    if parameters.get("repositoryNames"):
        return call.registry, parameters["repositoryNames"]
    return call.registry, [None]


def _check(call: Call, registry: Registry, action: str, name: str | None) -> None:
    caller = call.caller
    if name is not None:
        resource = repository_arn(registry.account_id, registry.region_name, name)
    elif call.operation_name in _OF_ALL_REPOSITORIES:
        resource = repository_arn(registry.account_id, registry.region_name, "*")
    else:
        resource = "*"
    repository = registry.repositories.get(name or "")
    context = context_of(call, registry, repository)
    policies = [None if repository is None else repository.policy, registry.policy]
    by_resource = decide_on_resource(policies, action, resource, context)
    identity_policy = registry.registries.accounts.identity_policy(caller)
    by_identity = (
        "Allow"
        if identity_policy is None
        else decide_by_identity(identity_policy, action, resource, context)
    )
    if by_identity == "Deny":
        raise _refusal(call, action, resource, protocols.DENIED_BY_IDENTITY())
    if by_resource == "Deny":
        raise _refusal(call, action, resource, protocols.DENIED_BY_RESOURCE())
    is_own = registry.account_id == caller.account_id
    if is_own and "Allow" in (by_identity, by_resource):
        return
    if by_identity is None:
        raise _refusal(call, action, resource, protocols.NO_IDENTITY_POLICY(action=action))
    if not is_own and by_resource is None and call.operation_name not in _OF_THE_CALLER:
        raise _refusal(call, action, resource, protocols.NO_RESOURCE_POLICY(action=action))


def _refusal(call: Call, action: str, resource: str, why: Message) -> ServiceError:
    return ServiceError(
        "AccessDeniedException",
        protocols.ACCESS_DENIED(arn=call.caller.arn, action=action, resource=resource, why=why),
    )
