"""Models to and from what boto3 has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, assert_type

from ecr_typed import (
    DescribeRepositoriesResponse,
    Repository,
    Tag,
    from_boto3,
    from_json,
    to_boto3,
    to_json,
    to_row,
)

if TYPE_CHECKING:
    from attrs import AttrsInstance
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import RepositoryTypeDef


def to_dict(repository: Repository, model: AttrsInstance) -> None:
    assert_type(to_boto3(repository), dict[str, Any])
    assert_type(to_boto3(Tag(key="team", value="payments")), dict[str, Any])
    assert_type(to_boto3(model), dict[str, Any])
    assert_type(to_row(repository, separator="_"), dict[str, Any])


def json(repository: Repository) -> None:
    assert_type(to_json(repository, indent=2), str)
    assert_type(from_json(Repository, to_json(repository)), Repository)
    assert_type(from_json(DescribeRepositoriesResponse, b"{}"), DescribeRepositoriesResponse)


def from_dict(plain: dict[str, Any], mapping: Mapping[str, object]) -> None:
    assert_type(from_boto3(Repository, plain), Repository)
    assert_type(from_boto3(Tag, {"Key": "team", "Value": "payments"}), Tag)
    assert_type(from_boto3(Repository, mapping), Repository)


def from_typed_dict(client: ECRClient, repository: RepositoryTypeDef) -> None:
    # What the stubs of boto3 call a response is taken as it is.
    assert_type(from_boto3(Repository, repository), Repository)
    assert_type(
        from_boto3(DescribeRepositoriesResponse, client.describe_repositories()),
        DescribeRepositoriesResponse,
    )
