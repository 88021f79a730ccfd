"""Shorthands for tests of replication."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def destination_of(account_id: str, region: str = "eu-west-1") -> dict[str, str]:
    """Spell a destination as the API takes it."""
    return {"region": region, "registryId": account_id}


def rule_of(
    *destinations: dict[str, str], prefixes: list[str] | None = None, **members: Any
) -> Any:
    """Spell a rule as the API takes it."""
    rule: dict[str, Any] = {"destinations": list(destinations), **members}
    if prefixes is not None:
        rule["repositoryFilters"] = [
            {"filter": prefix, "filterType": "PREFIX_MATCH"} for prefix in prefixes
        ]
    return rule


def configure(boto3_ecr: ECRClient, *rules: Any) -> Any:
    """Put a replication configuration."""
    return boto3_ecr.put_replication_configuration(replicationConfiguration={"rules": list(rules)})


def images(boto3_ecr: ECRClient, repository: str = "app") -> set[tuple[str, str | None]]:
    """List the images of a repository as digest and tag; none if there is no repository."""
    try:
        answer: Any = boto3_ecr.list_images(repositoryName=repository)
    except boto3_ecr.exceptions.RepositoryNotFoundException:
        return set()
    return {(each["imageDigest"], each.get("imageTag")) for each in answer["imageIds"]}


def statuses(boto3_ecr: ECRClient, repository: str = "app", **image_id: str) -> list[Any]:
    """Give the replication statuses of an image."""
    call: Any = boto3_ecr.describe_image_replication_status
    return list(call(repositoryName=repository, imageId=image_id)["replicationStatuses"])


def permit(boto3_ecr: ECRClient, account_id: str, *actions: str, resource: str = "*") -> None:
    """Let another account act on a registry."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": [f"ecr:{action}" for action in actions],
        "Resource": resource,
    }
    boto3_ecr.put_registry_policy(
        policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
