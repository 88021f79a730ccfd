"""Requests for other services than ECR, without moto."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ecr_typed.testing import EcrEmulator

from .answers import code_of, refusal
from .test_accounts import registry_of

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "arn:aws:iam::444455556666:role/deploy/reader"


def test_the_caller_of_an_account(aws: Callable[..., Any], account_id: str) -> None:
    """GetCallerIdentity returns the account that an access key names."""
    identity = aws("sts").get_caller_identity()
    assert identity["Account"] == identity["UserId"] == account_id
    assert identity["Arn"] == f"arn:aws:iam::{account_id}:root"


def test_a_session_works_in_the_account_of_its_role(
    emulator: EcrEmulator, aws: Callable[..., Any]
) -> None:
    """AssumeRole returns credentials whose calls act in the role's account."""
    response = aws("sts").assume_role(RoleArn=ROLE, RoleSessionName="nightly")
    arn = "arn:aws:sts::444455556666:assumed-role/reader/nightly"
    assert response["AssumedRoleUser"]["Arn"] == arn
    key = response["Credentials"]
    assert registry_of(emulator, key["AccessKeyId"], key["SessionToken"]) == "444455556666"
    session: Any = boto3.Session(
        key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name="us-east-1"
    )
    identity = session.client("sts", endpoint_url=emulator.endpoint_url).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == ("444455556666", arn)
    assert identity["UserId"] == response["AssumedRoleUser"]["AssumedRoleId"]


def test_a_session_lasts_as_long_as_asked_for(
    emulator: EcrEmulator, aws: Callable[..., Any], passes: Callable[..., None]
) -> None:
    """Credentials expire after an hour unless another duration is asked for (API AssumeRole)."""
    sts = aws("sts")
    for options, seconds in (({}, 3600), ({"DurationSeconds": 900}, 900)):
        response = sts.assume_role(RoleArn=ROLE, RoleSessionName="nightly", **options)
        expected = emulator.clock.now() + timedelta(seconds=seconds)
        assert response["Credentials"]["Expiration"] == expected


@pytest.mark.parametrize(
    "arguments",
    [
        {"RoleArn": "arn:aws:iam::444455556666:user/reader", "RoleSessionName": "nightly"},
        {"RoleArn": "r" * 20, "RoleSessionName": "nightly"},
        {"RoleArn": ROLE, "RoleSessionName": "not allowed"},
        {"RoleArn": ROLE, "RoleSessionName": "nightly", "DurationSeconds": 43201},
    ],
)
def test_assume_role_checks_its_arguments(aws: Callable[..., Any], arguments: Any) -> None:
    """What is no role, session name or duration is a ValidationError (API AssumeRole)."""
    assert code_of(aws("sts").assume_role, **arguments) == "ValidationError"


def test_a_reset_ends_sessions(fresh: EcrEmulator) -> None:
    """A session of before a reset belongs to the emulator's account, as any unknown key does."""
    session: Any = boto3.Session("111122223333", "secret", region_name="us-east-1")
    sts = session.client("sts", endpoint_url=fresh.endpoint_url)
    key = sts.assume_role(RoleArn=ROLE, RoleSessionName="nightly")["Credentials"]["AccessKeyId"]
    assert registry_of(fresh, key) == "444455556666"
    fresh.reset()
    assert registry_of(fresh, key) == fresh.account_id


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("s3", "list_buckets", {}),
        ("kms", "list_keys", {}),
        ("iam", "list_users", {}),
        ("lambda", "list_functions", {}),
        ("sts", "get_session_token", {}),
    ],
)
def test_another_service_names_the_extra(
    aws: Callable[..., Any], service: str, operation: str, arguments: Any
) -> None:
    """Whatever its protocol, the error of another service says how to have it, in one attempt."""
    response = refusal(getattr(aws(service), operation), **arguments)
    assert "ecr_typed[moto]" in response["Error"]["Message"]
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
