"""Secrets of pull through cache rules that moto's Secrets Manager keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.newer import needs
from tests.testing.answers import code_of, message_of
from tests.testing.test_pull_through_cache import create

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

LOGIN = json.dumps({"username": "me", "accessToken": "token"})


@pytest.fixture
def make_secret(aws: Callable[..., Any], account_id: str) -> Callable[..., str]:
    """Give a maker of secrets, which are named after the test's account."""

    def make(value: str = LOGIN, *, name: str = "login", **options: Any) -> str:
        manager = aws("secretsmanager", **options)
        arn: str = manager.create_secret(
            Name=f"ecr-pullthroughcache/{name}-{account_id}", SecretString=value
        )["ARN"]
        return arn

    return make


def test_the_secret_is_there(
    boto3_ecr: ECRClient, account_id: str, make_secret: Callable[..., str], aws: Callable[..., Any]
) -> None:
    """A secret that is absent or about to be deleted is refused (API reference)."""
    arn = make_secret()
    absent = f"{arn.rpartition('-')[0]}-Absent"
    call = boto3_ecr.create_pull_through_cache_rule
    rule: Any = {"ecrRepositoryPrefix": "hub", "upstreamRegistryUrl": "registry-1.docker.io"}
    assert code_of(call, **rule, credentialArn=absent) == "SecretNotFoundException"
    aws("secretsmanager").delete_secret(SecretId=arn)
    assert code_of(call, **rule, credentialArn=arn) == "UnableToAccessSecretException"


@needs("UpdatePullThroughCacheRuleRequest.custom_role_arn")
def test_update_checks_the_login(boto3_ecr: ECRClient, make_secret: Callable[..., str]) -> None:
    """Neither secret nor role is refused (pulumi/pulumi-aws#5714), so is an absent secret."""
    create(boto3_ecr)
    call = boto3_ecr.update_pull_through_cache_rule
    assert message_of(call, ecrRepositoryPrefix="quay") == (
        "Invalid input: Please set either credential arn or role arn to update the credentials"
    )
    absent = make_secret().rpartition("-")[0] + "-Absent"
    code = code_of(call, ecrRepositoryPrefix="quay", credentialArn=absent)
    assert code == "SecretNotFoundException"


@pytest.mark.parametrize("value", ["no json", "[]", "{}", '{"username": "me"}', '"accessToken"'])
def test_a_secret_of_another_form_fails_the_validation(
    boto3_ecr: ECRClient, make_secret: Callable[..., str], value: str
) -> None:
    """A flaw is answered as `failure`; it is no error (API ValidatePullThroughCacheRule)."""
    create(boto3_ecr, "hub", "registry-1.docker.io", credentialArn=make_secret(value))
    answer: Any = boto3_ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="hub")
    assert answer["isValid"] is False
    assert "accessToken" in answer["failure"]


def test_a_secret_that_went_away_fails_the_validation(
    boto3_ecr: ECRClient, make_secret: Callable[..., str], aws: Callable[..., Any]
) -> None:
    """The secret is looked up anew (API ValidatePullThroughCacheRule)."""
    arn = make_secret()
    create(boto3_ecr, "hub", "registry-1.docker.io", credentialArn=arn)
    aws("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    answer: Any = boto3_ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="hub")
    assert answer["isValid"] is False
    assert arn in answer["failure"]
