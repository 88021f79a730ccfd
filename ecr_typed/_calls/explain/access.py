"""Explains denied calls: which action, on which resource, and whose policy has to allow it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# IAM's names of actions are those of the operations, but for these.
_ACTIONS: Final[Mapping[str, str]] = {
    "CreateRepositoryCreationTemplate": (
        "ecr:CreateRepositoryCreationTemplate and ecr:CreateRepository"
    ),
    "ListImageReferrers": "ecr:BatchGetImage",
}

_DENIED: Final = re.compile(
    r"not authorized to perform: (?P<action>[\w-]+:[\w*]+)(?: on resource: (?P<resource>[^\s,]+))?"
)
_NOBODY_ALLOWS: Final = re.compile(r"because no (?P<kind>[\w -]+?) policy allows")
_BOUNDARY: Final = re.compile(r"because no (?P<kind>permissions boundary) allows")
_EXPLICIT_DENY: Final = re.compile(
    r"with an explicit deny in an? (?P<kind>permissions boundary|[\w -]+?(?= policy\b))"
)
_REPOSITORY: Final = re.compile(
    r"arn:[\w-]+:ecr:[\w-]*:(?P<account>\d{12}):repository/(?P<name>\S+)"
)

_ALLOWED_BY_REGISTRIES: Final = frozenset(
    {"ecr:BatchImportUpstreamImage", "ecr:CreateRepository", "ecr:ReplicateImage"}
)
"""What no repository's policy can allow: the repository may not be there yet."""

_OWNERS: Final[Mapping[str, str]] = {
    "service control": "an administrator of the AWS organization has to change it",
    "resource control": "an administrator of the resource's AWS organization has to change it",
    "permissions boundary": "it limits what the caller's other policies can allow",
    "session": "it was passed when the role was assumed",
    "VPC endpoint": "it belongs to the VPC endpoint that the request went through",
}


def explain_denial(operation_name: str, message: str) -> str:
    """Return which permission a caller lacks whose call was denied."""
    found = _DENIED.search(message)
    if found is None:
        action = _ACTIONS.get(operation_name, f"ecr:{operation_name}")
        return (
            f"The caller needs the IAM permission {action}: a policy must allow it, none deny it."
        )
    action, resource = found["action"], (found["resource"] or "").rstrip(".")
    needs = f"The caller needs the permission {action}" + (f" on {resource}" if resource else "")
    if denied := _EXPLICIT_DENY.search(message):
        kind = denied["kind"]
        policy = _named(kind)
        article = "an" if policy[0] in "aeiou" else "a"
        return (
            f"{needs}, which {article} {policy} denies: no other policy can allow it.{_owner(kind)}"
        )
    if "explicit deny" in message:
        return f"{needs}, which a policy denies: no other policy can allow it."
    missing = _BOUNDARY.search(message) or _NOBODY_ALLOWS.search(message)
    kind = missing["kind"] if missing is not None else "identity-based"
    if kind == "resource-based":
        return f"{needs}. {_of_another_account(action, resource)}"
    if kind != "identity-based":
        return f"{needs}, which no {_named(kind)} allows.{_owner(kind)}"
    return f"{needs}: an identity-based policy of the caller must allow it, and no policy deny it."


def _of_another_account(action: str, resource: str) -> str:
    repository = _REPOSITORY.match(resource)
    if repository is None:
        whose, policy = "It is another owner's resource", "the policy of the resource"
    elif action in _ALLOWED_BY_REGISTRIES:
        whose = f"The registry belongs to account {repository['account']}"
        policy = "the registry policy (put_registry_policy)"
    elif "*" in repository["name"]:
        whose = f"The repositories belong to account {repository['account']}"
        policy = "their repository policies (set_repository_policy)"
    else:
        whose = f"The repository {repository['name']!r} belongs to account {repository['account']}"
        policy = "the repository policy (set_repository_policy)"
    return (
        f"{whose}: its owner must allow {action} for the caller in {policy}, besides the caller's "
        "own policies."
    )


def _named(kind: str) -> str:
    return kind if kind == "permissions boundary" else f"{kind} policy"


def _owner(kind: str) -> str:
    return f" That is a {_named(kind)}: {_OWNERS[kind]}." if kind in _OWNERS else ""
