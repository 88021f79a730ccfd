"""The known problems of permissions policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ecr_typed.documents._policy_actions import KNOWN_ACTIONS, OF_NO_REPOSITORY
from ecr_typed.documents._problems import (
    DocumentProblem,
    check_choice,
    check_members,
    inside,
    meant,
    object_or_empty,
    quoted,
    wrong_kind,
)

if TYPE_CHECKING:
    from ecr_typed.documents._policies import PolicyKind

_Problems: TypeAlias = Iterator[DocumentProblem]
_Members: TypeAlias = Mapping[str, Any]

_POLICY: Mapping[str, type] = {"Version": str, "Id": str, "Statement": object}
_STATEMENT: Mapping[str, type] = {
    "Sid": str,
    "Effect": str,
    "Principal": object,
    "NotPrincipal": object,
    "Action": object,
    "NotAction": object,
    "Resource": object,
    "NotResource": object,
    "Condition": dict,
}
_VERSIONS = ("2012-10-17", "2008-10-17")
_PRINCIPAL_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
# An id such as AROAEXAMPLE replaces the ARN of a role or user that was deleted.
_AWS_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}|[A-Z0-9]{16,128}|arn:[a-z0-9-]+:(?:iam|sts)::[0-9]{12}:[^*?]+"
)

_COMPARED = "(?:(?:Not)?Equals|(?:Less|Greater)Than(?:Equals)?)"
_OPERATOR = re.compile(
    r"(?:(?:ForAllValues|ForAnyValue):)?"
    r"(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Not)?(?:Equals|Like)"
    rf"|(?:Numeric|Date){_COMPARED}|Bool|BinaryEquals|(?:Not)?IpAddress)(?:IfExists)?|Null",
    re.IGNORECASE,
)
"""The operators of conditions that IAM documents."""


def check_policy(policy: _Members, kind: PolicyKind) -> _Problems:
    """Check a policy."""
    yield from check_members(policy, "", _POLICY, required=["Statement"])
    yield from check_choice(policy.get("Version"), "Version", _VERSIONS)
    value: object = policy.get("Statement")
    if isinstance(value, list):
        statements = cast("list[object]", value)
        if not statements:
            yield DocumentProblem("Statement", "expected at least 1 statement, got none")
        for index, statement in enumerate(statements):
            yield from _check_statement(statement, f"Statement[{index}]", kind)
        yield from _check_sids(statements)
    elif value is not None:
        yield from _check_statement(value, "Statement", kind)


def _check_sids(statements: list[object]) -> _Problems:
    seen: dict[str, int] = {}
    for index, statement in enumerate(statements):
        sid: object = object_or_empty(statement).get("Sid")
        if isinstance(sid, str) and seen.setdefault(sid, index) != index:
            yield DocumentProblem(
                f"Statement[{index}].Sid",
                f"{quoted(sid)} is also the Sid of Statement[{seen[sid]}]",
            )


def _check_statement(value: object, place: str, kind: PolicyKind) -> _Problems:
    yield from check_members(value, place, _STATEMENT)
    if not isinstance(value, dict):
        return
    statement = cast("_Members", value)
    if "Effect" not in statement:
        yield DocumentProblem(f"{place}.Effect", "missing; expected 'Allow' or 'Deny'")
    yield from check_choice(statement.get("Effect"), f"{place}.Effect", ["Allow", "Deny"])
    for name in ("Principal", "Action", "Resource"):
        if name in statement and f"Not{name}" in statement:
            yield DocumentProblem(place, f"use {name} or Not{name}, not both")
    yield from _check_principals(statement, place)
    yield from _check_actions(statement, place, kind)
    yield from _check_resources(statement, place, kind)
    yield from _check_conditions(object_or_empty(statement.get("Condition")), f"{place}.Condition")


def _check_conditions(conditions: _Members, place: str) -> _Problems:
    for operator, keys in conditions.items():
        at = inside(place, operator)
        if not _OPERATOR.fullmatch(operator):
            yield DocumentProblem(at, "IAM has no such operator; expected one such as StringEquals")
        if message := wrong_kind(keys, dict):
            yield DocumentProblem(at, message)
        for key, value in object_or_empty(keys).items():
            values = cast("list[object]", value) if isinstance(value, list) else [value]
            for each in values:
                if not isinstance(each, str | int | float):
                    got = "null" if each is None else quoted(each)
                    message = f"expected text, a number, true or false, got {got}"
                    yield DocumentProblem(inside(at, key), message)


def _check_principals(statement: _Members, place: str) -> _Problems:
    if "Principal" not in statement and "NotPrincipal" not in statement:
        yield DocumentProblem(
            f"{place}.Principal",
            'missing; name who the statement applies to, as in {"AWS": "<account id>"}, or "*"',
        )
    for name in ("Principal", "NotPrincipal"):
        value: object = statement.get(name)
        at = f"{place}.{name}"
        if isinstance(value, dict):
            yield from _check_principal_kinds(cast("_Members", value), at)
        elif isinstance(value, str):
            if value != "*":
                hint = f'; did you mean {{"AWS": "{value}"}}?' if _is_of_aws(value) else ""
                yield DocumentProblem(at, f"expected an object or '*', got {quoted(value)}{hint}")
        elif value is not None:
            yield DocumentProblem(at, f"expected an object or '*', got {quoted(value)}")


def _check_principal_kinds(principal: _Members, place: str) -> _Problems:
    if not principal:
        yield DocumentProblem(place, "expected at least 1 member, got none")
    for kind, value in principal.items():
        at = inside(place, kind)
        if kind not in _PRINCIPAL_KINDS:
            yield from check_choice(kind, at, _PRINCIPAL_KINDS)
        yield from _check_texts(value, at)
        for where, name in _texts(value, at):
            if kind == "AWS" and not _is_of_aws(name):
                yield DocumentProblem(
                    where,
                    f"expected '*', an account id or an IAM ARN without wildcards, got {quoted(name)}",
                )


def _is_of_aws(name: str) -> bool:
    return _AWS_PRINCIPAL.fullmatch(name) is not None


def _check_actions(statement: _Members, place: str, kind: PolicyKind) -> _Problems:
    if "Action" not in statement and "NotAction" not in statement:
        yield DocumentProblem(
            f"{place}.Action", "missing; name actions, such as 'ecr:BatchGetImage'"
        )
    for name in ("Action", "NotAction"):
        if name not in statement:
            continue
        yield from _check_texts(statement[name], f"{place}.{name}")
        for where, action in _texts(statement[name], f"{place}.{name}"):
            if kind == "repository" and action.lower() == OF_NO_REPOSITORY.lower():
                yield DocumentProblem(
                    where,
                    f"{quoted(action)} does not apply to a repository: allow it in an IAM policy",
                )
            elif not _is_known_action(action):
                yield DocumentProblem(
                    where,
                    f"{quoted(action)} is not a known ECR action{meant(action, KNOWN_ACTIONS)}",
                )


def _is_known_action(action: str) -> bool:
    pattern = action.lower().replace("[", "[[]")
    return any(fnmatchcase(known.lower(), pattern) for known in KNOWN_ACTIONS)


def _check_resources(statement: _Members, place: str, kind: PolicyKind) -> _Problems:
    names = [name for name in ("Resource", "NotResource") if name in statement]
    if kind == "registry" and not names:
        yield DocumentProblem(
            f"{place}.Resource",
            "missing; the registry's policy must name repositories, as in "
            "'arn:aws:ecr:<region>:<account id>:repository/*'",
        )
    for name in names:
        at = f"{place}.{name}"
        if kind == "repository":
            yield DocumentProblem(
                at, "not allowed in a repository's policy: the resource is the repository itself"
            )
        else:
            yield from _check_texts(statement[name], at)


def _check_texts(value: object, place: str) -> _Problems:
    """Check that a value is a text or an array of texts."""
    if isinstance(value, list):
        items = cast("list[object]", value)
        if not items:
            yield DocumentProblem(place, "expected at least 1 text, got none")
        for index, item in enumerate(items):
            if message := wrong_kind(item, str):
                yield DocumentProblem(f"{place}[{index}]", message)
    elif value is not None and (message := wrong_kind(value, str)):
        yield DocumentProblem(place, f"{message}; an array of texts is allowed, too")


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of a value with their places."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            if isinstance(item, str):
                yield f"{place}[{index}]", item
