"""Principals that policies name: they must exist, once it is known who does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed import InvalidParameterException
from ecr_typed.documents import PolicyDocument, Statement

from .sharing import statement

if TYPE_CHECKING:
    from ecr_typed import EcrClient
    from ecr_typed.testing import EcrEmulator

ROLE = "arn:aws:iam::444455556666:role/team/ci"
NOT_FOUND = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'"


@pytest.fixture
def typed(fresh: EcrEmulator, typed: EcrClient) -> EcrClient:
    """Return a client on a registry with one repository, app."""
    assert fresh.account_id == "123456789012"
    typed.create_repository("app")
    return typed


def set_policy(typed: EcrClient, *principals: str) -> None:
    """Let principals into the repository."""
    policy = PolicyDocument(
        [Statement(sid="a", principal={"AWS": list(principals)}, action="ecr:BatchGetImage")]
    )
    typed.set_repository_policy("app", policy)


def why_refused(typed: EcrClient, *principals: str) -> str:
    """Name principals that the service refuses, and return the error's message."""
    with pytest.raises(InvalidParameterException) as caught:
        set_policy(typed, *principals)
    message: str = caught.value.message
    return message


def test_anybody_exists_before_one_is_added(typed: EcrClient) -> None:
    """A test need not add what it does not care about."""
    set_policy(typed, "arn:aws:iam::999999999999:role/any", "888888888888")


def test_once_one_is_added_others_are_unknown(fresh: EcrEmulator, typed: EcrClient) -> None:
    """The text is AWS's (hashicorp/terraform-provider-aws#39064)."""
    fresh.add_principal(ROLE)
    set_policy(typed, ROLE, "444455556666", "arn:aws:iam::444455556666:root", "123456789012")
    set_policy(typed, "arn:aws:sts::444455556666:assumed-role/ci/build")
    set_policy(typed, "*")
    for unknown in (
        "arn:aws:iam::444455556666:role/ci",
        "arn:aws:iam::444455556666:user/ci",
        "arn:aws:iam::123456789012:role/ci",
        "arn:aws:iam::999999999999:root",
        "999999999999",
        "AROAEXAMPLEEXAMPLEEX",
    ):
        assert why_refused(typed, ROLE, unknown) == NOT_FOUND


def test_registry_policies_need_known_principals(fresh: EcrEmulator, typed: EcrClient) -> None:
    """Both kinds of policy are checked, denials included."""
    fresh.add_principal("arn:aws:iam::444455556666:root")
    for account_id in ("444455556666", "999999999999"):
        rule: Any = statement(account_id, effect="Deny", Resource="*")
        text = json.dumps({"Version": "2012-10-17", "Statement": [rule]})
        if account_id == "444455556666":
            typed.put_registry_policy(text)
        else:
            with pytest.raises(InvalidParameterException, match="Principal not found"):
                typed.put_registry_policy(text)


def test_a_new_principal_takes_a_while(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A role that was made a moment ago is not found yet."""
    fresh.add_principal(ROLE, after=timedelta(seconds=30))
    assert why_refused(typed, ROLE) == NOT_FOUND
    fresh.clock.advance(timedelta(seconds=30))
    set_policy(typed, ROLE)


def test_a_reset_forgets_them(fresh: EcrEmulator, typed: EcrClient) -> None:
    """After a reset, any principal will do again."""
    fresh.add_principal(ROLE)
    fresh.reset()
    typed.create_repository("app")
    set_policy(typed, "999999999999")


@pytest.mark.parametrize("arn", ["444455556666", "arn:aws:iam::444455556666:*", "ci", ""])
def test_what_is_no_principal_is_not_added(fresh: EcrEmulator, arn: str) -> None:
    """The error shows what an ARN of a principal looks like."""
    with pytest.raises(ValueError, match="is no ARN of a principal: it must be like"):
        fresh.add_principal(arn)
