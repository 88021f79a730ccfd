"""TagResource, UntagResource, ListTagsForResource, and tags given at creation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of
from .sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def tags_of(**tags: str) -> Any:
    """Spell tags as the API takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.fixture
def arn(boto3_ecr: ECRClient) -> str:
    """Give the ARN of a repository with two tags."""
    repository: Any = boto3_ecr.create_repository(
        repositoryName="app", tags=tags_of(team="payments", stage="test")
    )["repository"]
    arn: str = repository["repositoryArn"]
    return arn


def stored(boto3_ecr: ECRClient, arn: str) -> dict[str, str]:
    """Read the tags of a repository."""
    tags: Any = boto3_ecr.list_tags_for_resource(resourceArn=arn)["tags"]
    return {tag["Key"]: tag["Value"] for tag in tags}


def test_tags_given_at_creation_are_listed(boto3_ecr: ECRClient, arn: str) -> None:
    """Tags of CreateRepository are the repository's (API CreateRepository)."""
    assert stored(boto3_ecr, arn) == {"team": "payments", "stage": "test"}


def test_tagging_adds_and_overwrites(boto3_ecr: ECRClient, arn: str) -> None:
    """TagResource keeps other tags and overwrites the same key (user guide, tagging)."""
    boto3_ecr.tag_resource(resourceArn=arn, tags=tags_of(stage="live", owner=""))
    assert stored(boto3_ecr, arn) == {"team": "payments", "stage": "live", "owner": ""}


def test_untagging_passes_over_absent_keys(boto3_ecr: ECRClient, arn: str) -> None:
    """UntagResource removes what is there; a repeat is no error (API UntagResource)."""
    for _ in range(2):
        boto3_ecr.untag_resource(resourceArn=arn, tagKeys=["stage", "absent"])
    assert stored(boto3_ecr, arn) == {"team": "payments"}


def test_fifty_tags_and_no_more(boto3_ecr: ECRClient, arn: str) -> None:
    """A repository has 50 tags at most, and a refused call adds none (API TagResource)."""
    boto3_ecr.tag_resource(resourceArn=arn, tags=tags_of(**{f"k{n}": "v" for n in range(48)}))
    boto3_ecr.tag_resource(resourceArn=arn, tags=tags_of(team="shipping"))
    call = boto3_ecr.tag_resource
    assert code_of(call, resourceArn=arn, tags=tags_of(one="1")) == "TooManyTagsException"
    assert len(stored(boto3_ecr, arn)) == 50
    assert stored(boto3_ecr, arn)["team"] == "shipping"


def test_fifty_one_tags_at_creation(boto3_ecr: ECRClient) -> None:
    """CreateRepository refuses more than 50 tags and creates nothing (API reference)."""
    tags = tags_of(**{f"k{n}": "v" for n in range(51)})
    assert (
        code_of(boto3_ecr.create_repository, repositoryName="b1", tags=tags)
        == "TooManyTagsException"
    )
    assert boto3_ecr.describe_repositories()["repositories"] == []


@pytest.mark.parametrize(
    "tags",
    [
        tags_of(**{"": "v"}),
        tags_of(**{"k" * 129: "v"}),
        tags_of(k="v" * 257),
        tags_of(**{"aws:createdBy": "me"}),
        tags_of(**{"AWS:createdBy": "me"}),
        tags_of(k="1") + tags_of(k="2"),
    ],
)
def test_tags_that_are_refused(boto3_ecr: ECRClient, arn: str, tags: Any) -> None:
    """Lengths, the reserved prefix and double keys are checked (user guide, tag restrictions)."""
    code = "InvalidTagParameterException"
    assert code_of(boto3_ecr.tag_resource, resourceArn=arn, tags=tags) == code
    assert code_of(boto3_ecr.create_repository, repositoryName="other", tags=tags) == code
    assert len(stored(boto3_ecr, arn)) == 2


def test_the_longest_tag(boto3_ecr: ECRClient, arn: str) -> None:
    """A key may have 128 characters and a value 256 (API Tag)."""
    boto3_ecr.tag_resource(resourceArn=arn, tags=tags_of(**{"k" * 128: "v" * 256}))
    assert len(stored(boto3_ecr, arn)) == 3


@pytest.mark.parametrize(
    "arn",
    [
        "app",
        "",
        "arn:aws:s3:::bucket",
        "arn:aws:ecr:us-east-1:123456789012:app",
        "arn:aws:ecr:us-east-1:123:repository/app",
        "arn:aws:ecr:eu-west-1:123456789012:repository/app",
        "arn:aws-cn:ecr:us-east-1:123456789012:repository/app",
    ],
)
def test_arns_that_name_no_repository_here(boto3_ecr: ECRClient, arn: str) -> None:
    """What is no ARN of a repository in this region is an invalid parameter."""
    expected = "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'"
    assert message_of(boto3_ecr.list_tags_for_resource, resourceArn=arn) == expected
    assert message_of(boto3_ecr.tag_resource, resourceArn=arn, tags=[]) == expected
    assert message_of(boto3_ecr.untag_resource, resourceArn=arn, tagKeys=[]) == expected


def test_the_arn_of_an_absent_repository(boto3_ecr: ECRClient, arn: str) -> None:
    """An ARN whose repository isn't there is RepositoryNotFoundException (API reference)."""
    boto3_ecr.delete_repository(repositoryName="app")
    code = "RepositoryNotFoundException"
    assert code_of(boto3_ecr.list_tags_for_resource, resourceArn=arn) == code
    assert code_of(boto3_ecr.tag_resource, resourceArn=arn, tags=[]) == code
    assert code_of(boto3_ecr.untag_resource, resourceArn=arn, tagKeys=[]) == code


def test_tags_of_another_account(
    boto3_ecr: ECRClient, arn: str, make_client: Callable[..., ECRClient]
) -> None:
    """The account is that of the ARN, not the caller's (API TagResource)."""
    other = make_client(account_id="555555555555")
    share(boto3_ecr, "555555555555", "ecr:ListTagsForResource")
    assert stored(other, arn) == {"team": "payments", "stage": "test"}
