"""The meaning of permissions policies, regardless of how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from ecr_typed.documents._json import canonical, thaw
from ecr_typed.documents._statements import Statement

if TYPE_CHECKING:
    from ecr_typed.documents._policies import PolicyDocument

_ROOT = re.compile(r"arn:[a-z0-9-]+:iam::([0-9]{12}):root")
_OLD_VERSION = "2008-10-17"


def meaning_of(policy: PolicyDocument) -> str:
    """Return a text that is equal for policies with the same meaning."""
    return canonical(
        {
            "Version": policy.version or _OLD_VERSION,
            "Id": policy.id or None,
            "Statement": sorted(map(_statement, policy.statements)),
            "extra": thaw(policy.extra),
        }
    )


def _statement(statement: Statement) -> str:
    return canonical(
        {
            "Sid": statement.sid or None,
            "Effect": statement.effect,
            "Principal": _principal(statement.principal),
            "NotPrincipal": _principal(statement.not_principal),
            "Action": _names(statement.action),
            "NotAction": _names(statement.not_action),
            "Resource": _set(statement.resource),
            "NotResource": _set(statement.not_resource),
            "Condition": _condition(statement.condition),
            "extra": thaw(statement.extra),
        }
    )


def _set(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))


def _names(actions: Iterable[str]) -> list[str]:
    # Actions are case-insensitive.
    return _set(action.lower() for action in actions)


def _principal(principal: str | Mapping[str, tuple[str, ...]] | None) -> Any:
    if principal is None or isinstance(principal, str):
        return principal
    names = {kind: _set(map(_account, texts)) for kind, texts in principal.items()}
    # Both mean everybody in the policy of a resource.
    return "*" if names == {"AWS": ["*"]} else names


def _account(name: str) -> str:
    root = _ROOT.fullmatch(name)
    return root[1] if root else name


def _condition(condition: Mapping[str, Any]) -> Any:
    return {operator: _values_by_key(values) for operator, values in condition.items()}


def _values_by_key(values: object) -> Any:
    if not isinstance(values, Mapping):
        return thaw(values)
    by_key = cast("Mapping[str, Any]", values)
    # Condition keys are case-insensitive.
    return {key.lower(): _values(value) for key, value in by_key.items()}


def _values(value: object) -> list[str]:
    values = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    return sorted({each if isinstance(each, str) else canonical(thaw(each)) for each in values})
