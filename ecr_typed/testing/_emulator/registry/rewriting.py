"""The form in which the service returns policies: it keeps their meaning, not their text.

Policies of repositories come back indented as Jackson, a JSON library for Java, indents them, with
their members in one order and accounts as the ARNs of their roots. Lifecycle policies come back
without blanks, with their rules in the order of their priorities. Members that the captured
responses don't show keep the order and the form in which they were sent.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias, cast

from ecr_typed.testing._emulator.registry.policy_documents import listed
from ecr_typed.testing._emulator.texts.text import OURS, form_of

_Members: TypeAlias = dict[str, Any]

_ACCOUNT_ID = re.compile("[0-9]{12}")
_INDENT = "  "
_POLICY_ORDER = ("Version", "Id", "Statement")
_STATEMENT_ORDER = (
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
)


@form_of(
    "API reference and examples of the AWS command line, SetRepositoryPolicy; "
    "crossplane-contrib/provider-aws#700"
)
def rewrite_repository_policy(text: str, partition: str) -> str:
    """Return a checked policy of a repository as the service returns it."""
    policy = _in_order(json.loads(text), _POLICY_ORDER)
    statements = [_rewritten(each, partition) for each in listed(policy["Statement"])]
    return _indented({**policy, "Statement": statements}, "")


@form_of(OURS)
def rewrite_registry_policy(text: str, partition: str) -> str:
    """Return a checked policy of a registry: no response is known, so as a repository's is."""
    return rewrite_repository_policy(text, partition)


@form_of(
    "examples of the AWS command line, PutLifecyclePolicy; hashicorp/terraform-provider-aws#22639"
)
def rewrite_lifecycle_policy(text: str) -> str:
    """Return a checked lifecycle policy as the service returns it."""
    policy: _Members = json.loads(text)
    rules = sorted(policy["rules"], key=lambda rule: rule["rulePriority"])
    return json.dumps({**policy, "rules": rules}, separators=(",", ":"), ensure_ascii=False)


@form_of(OURS)
def rewrite_policy_of_template(text: str, partition: str) -> str:
    """Return a checked policy of a template in the form that repositories' policies have.

    Whether the service rewrites it already in the template is not known. It is rewritten here, so
    that a test finds code that compares texts.
    """
    return rewrite_repository_policy(text, partition)


@form_of(OURS)
def rewrite_lifecycle_policy_of_template(text: str) -> str:
    """Return a checked lifecycle policy of a template in the form that repositories' ones have."""
    return rewrite_lifecycle_policy(text)


def _rewritten(statement: _Members, partition: str) -> _Members:
    for member in ("Principal", "NotPrincipal"):
        if isinstance(statement.get(member), dict):
            principal = _with_root_arns(statement[member], partition)
            statement = {**statement, member: principal}
    return _in_order(statement, _STATEMENT_ORDER)


def _with_root_arns(principal: _Members, partition: str) -> _Members:
    if "AWS" not in principal:
        return principal
    names = principal["AWS"]
    arns = [
        f"arn:{partition}:iam::{name}:root" if _ACCOUNT_ID.fullmatch(name) else name
        for name in listed(names)
    ]
    return {**principal, "AWS": arns if isinstance(names, list) else arns[0]}


def _in_order(members: _Members, order: tuple[str, ...]) -> _Members:
    return {name: members[name] for name in order if name in members}


def _indented(value: object, margin: str) -> str:
    """Write a value as Jackson's default pretty printer does."""
    if isinstance(value, dict):
        inner = margin + _INDENT
        members = [
            f"{inner}{_indented(name, '')} : {_indented(each, inner)}"
            for name, each in cast("_Members", value).items()
        ]
        return "{\n" + ",\n".join(members) + f"\n{margin}}}" if members else "{ }"
    if isinstance(value, list):
        items = [_indented(each, margin) for each in cast("list[object]", value)]
        return f"[ {', '.join(items)} ]" if items else "[ ]"
    return json.dumps(value, ensure_ascii=False)
