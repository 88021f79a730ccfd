"""Requests for other services than ECR, without moto."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

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
        {"RoleArn": ROLE, "RoleSessionName": "nightly", "DurationSeconds": 10**4200},
        {"RoleArn": f"{ROLE}é", "RoleSessionName": "nightly"},
    ],
)
def test_assume_role_checks_its_arguments(aws: Callable[..., Any], arguments: Any) -> None:
    """What is no role, session name or duration is a ValidationError (API AssumeRole)."""
    assert code_of(aws("sts").assume_role, **arguments) == "ValidationError"


def test_a_session_outlives_a_reset(fresh: EcrEmulator) -> None:
    """A program may have cached its credentials, and a test that resets knows nothing of it."""
    issued = issue(fresh)
    fresh.reset()
    assert registry_of(fresh, issued["AccessKeyId"], issued["SessionToken"]) == "444455556666"
    with EcrEmulator() as another:
        assert refused(another, issued["AccessKeyId"], issued["SessionToken"]) == INVALID


INVALID = (
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
)


def issue(emulator: EcrEmulator, **options: Any) -> dict[str, Any]:
    """Assume the role, and return the credentials."""
    session: Any = boto3.Session("111122223333", "secret", region_name="us-east-1")
    sts = session.client("sts", endpoint_url=emulator.endpoint_url)
    response = sts.assume_role(RoleArn=ROLE, RoleSessionName="nightly", **options)
    credentials: dict[str, Any] = response["Credentials"]
    sts.close()
    return credentials


def client_of(emulator: EcrEmulator, service: str, key: str, token: str | None) -> Any:
    """Return a client with credentials."""
    session: Any = boto3.Session(key, "secret", token, region_name="us-east-1")
    return session.client(service, endpoint_url=emulator.endpoint_url)


def refused(emulator: EcrEmulator, key: str, token: str | None) -> tuple[str, str]:
    """Make a call with credentials that are refused, and return code and message."""
    error = refusal(client_of(emulator, "ecr", key, token).describe_registry)["Error"]
    return error["Code"], error["Message"]


def test_a_session_expires(fresh: EcrEmulator) -> None:
    """After the time that was asked for, ECR and STS say so, each with its own code."""
    issued = issue(fresh, DurationSeconds=900)
    key, token = issued["AccessKeyId"], issued["SessionToken"]
    fresh.clock.advance(timedelta(seconds=890))
    assert registry_of(fresh, key, token) == "444455556666"
    fresh.clock.advance(timedelta(seconds=11))
    message = "The security token included in the request is expired"
    assert refused(fresh, key, token) == ("ExpiredTokenException", message)
    with pytest.raises(ClientError) as caught:
        client_of(fresh, "sts", key, token).get_caller_identity()
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "ExpiredToken"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_forged_session_is_refused(fresh: EcrEmulator) -> None:
    """A session token belongs to its access key; without it the key is nobody's."""
    issued, other = issue(fresh), issue(fresh)
    key, token = issued["AccessKeyId"], issued["SessionToken"]
    changed = ("A" if token[60] != "A" else "B").join((token[:60], token[61:]))
    for forged in (None, "", "forged", "Zm9yZ2Vk", changed, other["SessionToken"]):
        assert refused(fresh, key, forged) == INVALID
    assert refused(fresh, "ASIAEXAMPLEEXAMPLE00", token) == INVALID
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        client_of(fresh, "sts", key, "forged").get_caller_identity()
    assert registry_of(fresh, key, token) == "444455556666"


def test_keys_of_tests_need_no_session(fresh: EcrEmulator) -> None:
    """Any other key works in the emulator's account, whatever its session token is."""
    for key in ("testing", "AKIAEXAMPLEEXAMPLE00"):
        assert registry_of(fresh, key, "testing") == fresh.account_id


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
