"""Callers by access keys that moto's IAM and STS issued."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from ecr_typed.testing import EcrEmulator
from tests.testing.pushing import push
from tests.testing.test_accounts import registry_of
from tests.testing.test_other_services import client_of, refused
from tests.testing.test_pull_time_exclusions import pull, pulled_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def test_keys_of_iam_work_in_their_account(
    emulator: EcrEmulator, account_id: str, aws: Callable[..., Any]
) -> None:
    """A key that IAM or STS of the same server issued works in the account that issued it."""
    iam = aws("iam")
    iam.create_user(UserName="builder")
    key = iam.create_access_key(UserName="builder")["AccessKey"]
    assert registry_of(emulator, key["AccessKeyId"]) == account_id
    role = f"arn:aws:iam::{account_id[::-1]}:role/builder"
    issued = aws("sts").assume_role(RoleArn=role, RoleSessionName="build")["Credentials"]
    assert registry_of(emulator, issued["AccessKeyId"], issued["SessionToken"]) == account_id[::-1]


def test_sessions_of_moto_end(emulator: EcrEmulator, aws: Callable[..., Any]) -> None:
    """Those of moto's STS act as their role, expire, and can't be forged."""
    role = "arn:aws:iam::444455556666:role/team/builder"
    issued = aws("sts").assume_role(RoleArn=role, RoleSessionName="build")["Credentials"]
    key, token = issued["AccessKeyId"], issued["SessionToken"]
    with pytest.raises(ClientError) as caught:
        client_of(emulator, "ecr", key, token).describe_images(
            repositoryName="app", registryId="111122223333"
        )
    arn = "arn:aws:sts::444455556666:assumed-role/builder/build"
    assert f"User: {arn} is not authorized" in str(caught.value)
    for forged in (None, token[:-1]):
        assert refused(emulator, key, forged)[0] == "UnrecognizedClientException"
    emulator.clock.advance(timedelta(hours=1, seconds=1))
    try:
        assert refused(emulator, key, token)[0] == "ExpiredTokenException"
    finally:
        emulator.clock.reset()


def test_a_key_of_the_default_account_stays_there() -> None:
    """A key issued in moto's default account is told from one that nobody issued."""
    with EcrEmulator(account_id="210987654321", moto=True) as emulator:
        session: Any = boto3.Session("123456789012", "secret", region_name="us-east-1")
        iam = session.client("iam", endpoint_url=emulator.endpoint_url)
        iam.create_user(UserName="somebody")
        key = iam.create_access_key(UserName="somebody")["AccessKey"]
        assert registry_of(emulator, key["AccessKeyId"]) == "123456789012"
        iam.delete_access_key(UserName="somebody", AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName="somebody")


def test_pulls_of_an_excluded_user_are_not_recorded(
    boto3_ecr: ECRClient, aws: Callable[..., Any], make_client: Callable[..., ECRClient]
) -> None:
    """A user is excluded as a role is (API RegisterPullTimeUpdateExclusion: role or user)."""
    iam = aws("iam")
    user = iam.create_user(UserName="scanner", Path="/security/")["User"]
    key = iam.create_access_key(UserName="scanner")["AccessKey"]["AccessKeyId"]
    boto3_ecr.create_repository(repositoryName="app")
    push(boto3_ecr, "v1")
    boto3_ecr.register_pull_time_update_exclusion(principalArn=user["Arn"])
    pull(make_client(account_id=key))
    assert pulled_at(boto3_ecr) is None
    pull(boto3_ecr)
    assert pulled_at(boto3_ecr) is not None
