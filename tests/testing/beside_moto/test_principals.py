"""With moto, the principals that policies name are looked up in its IAM."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.testing.answers import message_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def test_policies_name_roles_and_users_of_iam(
    boto3_ecr: ECRClient, aws: Callable[..., Any], account_id: str
) -> None:
    """A role and a user are found once they exist; accounts always do."""
    boto3_ecr.create_repository(repositoryName="app")

    def text(*names: str) -> str:
        rule = {"Effect": "Allow", "Principal": {"AWS": names}, "Action": "ecr:*"}
        return json.dumps({"Statement": [rule]})

    principals = [f"arn:aws:iam::{account_id}:{kind}/policies" for kind in ("role", "user")]
    for principal in principals:
        message = message_of(
            boto3_ecr.set_repository_policy, repositoryName="app", policyText=text(principal)
        )
        assert "'Principal not found'" in message
    iam = aws("iam")
    iam.create_role(RoleName="policies", AssumeRolePolicyDocument="{}")
    iam.create_user(UserName="policies")
    boto3_ecr.set_repository_policy(
        repositoryName="app", policyText=text(*principals, "999999999999")
    )
