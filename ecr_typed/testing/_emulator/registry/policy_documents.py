"""The form of policies of repositories and registries."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard, cast

from ecr_typed.testing._emulator.http.service_description import REQUESTS
from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.policy_evaluation.conditions import is_operator
from ecr_typed.testing._emulator.texts import constraints

if TYPE_CHECKING:
    from ecr_typed.documents import PolicyDocument
else:
    # Tests that use no documents need not load them; `typing.get_type_hints` needs something by
    # this name.
    PolicyDocument = Any

PolicyKind: TypeAlias = Literal["repository", "registry"]
PolicySource: TypeAlias = str | Mapping[str, object] | PolicyDocument

_VERSIONS = ("2008-10-17", "2012-10-17")
_STATEMENT_MEMBERS = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)
_PRINCIPAL_KINDS = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_ACTION = re.compile(r"\*|ecr:[A-Za-z*?]+", re.ASCII | re.IGNORECASE)
# Two permissions are of no operation.
_ACTIONS = frozenset(
    f"ecr:{name}".lower() for name in (*REQUESTS, "BatchImportUpstreamImage", "ReplicateImage")
)
_AWS_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}|A[A-Z0-9]{15,127}"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:user|role)/[\w+=,.@/-]+)"
    r"|arn:aws[a-z-]*:sts::[0-9]{12}:(?:assumed-role|federated-user)/[\w+=,.@/-]+",
    re.ASCII,
)
_OWNER = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:(?:root|(?:user|role)/[\w+=,.@/-]+)", re.ASCII)
# It is no action on a repository.
_NEVER_OF_A_REPOSITORY = "ecr:getauthorizationtoken"


def check_policy(text: str, kind: PolicyKind) -> None:
    """Refuse what is no policy for a repository or a registry."""
    if not is_policy(text, kind):
        raise _invalid(kind)


def read_identity_policies(policies: Mapping[str, PolicySource]) -> dict[str, str]:
    """Return the texts of identity policies by the ARN of their principal.

    Raises:
        ValueError: One of them is no identity policy, or its principal can have none.
    """
    texts: dict[str, str] = {}
    for arn, source in policies.items():
        check_policy_owner(arn)
        text = json.dumps(source) if isinstance(source, Mapping) else str(source)
        if not _is_identity_policy(text):
            raise ValueError(
                f"the policy of {arn!r} is no identity policy: each of its statements needs Effect, Action "
                "(or NotAction) and Resource (or NotResource), and has no Principal; its Condition, "
                "if there is one, needs operators that IAM has"
            )
        texts[arn] = text
    return texts


def check_policy_owner(arn: str) -> None:
    """Refuse what can have no identity policy.

    Raises:
        ValueError: It is no ARN of a role or a user.
    """
    if _OWNER.fullmatch(arn) is None:
        raise ValueError(
            f"{arn!r} is no ARN of a role or a user: it must be like "
            "arn:aws:iam::123456789012:role/name; sessions have the policy of their role"
        )


def _is_identity_policy(text: str) -> bool:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return False
    statements = listed(document.get("Statement")) if _is_object(document) else []
    return bool(statements) and all(map(_is_identity_statement, statements))


def _is_identity_statement(statement: object) -> bool:
    # It may be about other services, too, so its actions are not checked.
    return (
        _is_object(statement)
        and statement.get("Effect") in ("Allow", "Deny")
        and not statement.keys() & {"Principal", "NotPrincipal"}
        and _are_texts(statement.get("Action", statement.get("NotAction")))
        and _are_texts(statement.get("Resource", statement.get("NotResource")))
        and _is_condition(statement.get("Condition", {}))
    )


def is_any_policy(text: str) -> bool:
    """Return whether a text is a policy: of a repository, of a registry or of a principal."""
    return is_policy(text, "repository") or is_policy(text, "registry") or _is_identity_policy(text)


def is_policy(text: str, kind: PolicyKind) -> bool:
    """Return whether a text is a policy for a repository or a registry."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if not _is_object(document) or document.keys() - {"Version", "Id", "Statement"}:
        return False
    if document.get("Version", "2012-10-17") not in _VERSIONS:
        return False
    statements = listed(document.get("Statement"))
    return bool(statements) and all(_is_statement(statement, kind) for statement in statements)


def _is_statement(statement: object, kind: PolicyKind) -> bool:
    if not _is_object(statement) or statement.keys() - _STATEMENT_MEMBERS:
        return False
    if statement.get("Effect") not in ("Allow", "Deny"):
        return False
    alternatives = [("Principal", "NotPrincipal"), ("Action", "NotAction")]
    if kind == "registry":
        alternatives.append(("Resource", "NotResource"))
    elif "Resource" in statement or "NotResource" in statement:
        # The repository that has the policy is the resource.
        return False
    if not all(len(statement.keys() & set(pair)) == 1 for pair in alternatives):
        return False
    actions = statement.get("Action", statement.get("NotAction"))
    return (
        _are_texts(actions)
        and all(map(_is_action, listed(actions)))
        and (kind == "registry" or _NEVER_OF_A_REPOSITORY not in map(str.lower, listed(actions)))
        and _is_principal(statement.get("Principal", statement.get("NotPrincipal")))
        and _are_texts(statement.get("Resource", statement.get("NotResource", "*")))
        and _is_condition(statement.get("Condition", {}))
        and isinstance(statement.get("Sid", ""), str)
    )


def _is_principal(principal: object) -> bool:
    if not _is_object(principal):
        return principal == "*"
    return (
        bool(principal)
        and not principal.keys() - _PRINCIPAL_KINDS
        and all(_are_texts(names) for names in principal.values())
        and all(map(_AWS_PRINCIPAL.fullmatch, listed(principal.get("AWS", "*"))))
    )


def _is_action(action: str) -> bool:
    """Return whether an action is one of ECR, or has a wildcard and may be some."""
    return _ACTION.fullmatch(action) is not None and (
        "*" in action or "?" in action or action.lower() in _ACTIONS
    )


def _is_condition(condition: object) -> bool:
    """Return whether a condition has operators that IAM has, each with keys and their values."""
    return _is_object(condition) and all(
        is_operator(operator)
        and _is_object(keys)
        and all(isinstance(each, str | int | float) for v in keys.values() for each in listed(v))
        for operator, keys in condition.items()
    )


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _are_texts(value: object) -> bool:
    texts = listed(value)
    return bool(texts) and all(isinstance(each, str) for each in texts)


def listed(value: object) -> list[Any]:
    """Return the items of what may be written as a list or as one item."""
    return cast("list[object]", value) if isinstance(value, list) else [value]


def _invalid(kind: PolicyKind) -> ServiceError:
    return invalid("PolicyText", constraints.INVALID_POLICY(kind=kind))
