"""Policies by which tests let another account in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def statement(
    account_id: str, *actions: str, effect: str = "Allow", **members: Any
) -> dict[str, Any]:
    """Return a statement about an account; without actions, about all of them."""
    return {
        "Effect": effect,
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": list(actions) or "ecr:*",
        **members,
    }


def share(boto3_ecr: ECRClient, account_id: str, *actions: str, name: str = "app") -> None:
    """Let an account into a repository, by its policy."""
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement(account_id, *actions)]})
    boto3_ecr.set_repository_policy(repositoryName=name, policyText=text)


def share_registry(boto3_ecr: ECRClient, account_id: str, *actions: str) -> None:
    """Let an account into a registry, by its policy."""
    rule = statement(account_id, *actions, Resource="*")
    text = json.dumps({"Version": "2012-10-17", "Statement": [rule]})
    boto3_ecr.put_registry_policy(policyText=text)
