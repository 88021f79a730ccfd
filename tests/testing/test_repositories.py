"""CreateRepository, DescribeRepositories, DeleteRepository."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal
from .pushing import push

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def names(answer: Any) -> list[str]:
    """Give the names of the repositories in an answer."""
    return [repository["repositoryName"] for repository in answer["repositories"]]


def test_a_repository_with_all_defaults(boto3_ecr: ECRClient, account_id: str) -> None:
    """A repository has five members always and the defaults of the others (API Repository)."""
    repository = boto3_ecr.create_repository(repositoryName="team/app")["repository"]
    created_at = repository.pop("createdAt")
    assert datetime.now(UTC) - created_at < timedelta(minutes=1)
    assert repository == {
        "repositoryArn": f"arn:aws:ecr:us-east-1:{account_id}:repository/team/app",
        "registryId": account_id,
        "repositoryName": "team/app",
        "repositoryUri": f"{account_id}.dkr.ecr.us-east-1.amazonaws.com/team/app",
        "imageTagMutability": "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": False},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }


def test_what_was_created_is_described(boto3_ecr: ECRClient) -> None:
    """DescribeRepositories gives what CreateRepository answered (API DescribeRepositories)."""
    created = boto3_ecr.create_repository(
        repositoryName="app",
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
    )["repository"]
    assert boto3_ecr.describe_repositories()["repositories"] == [created]
    assert created["imageScanningConfiguration"] == {"scanOnPush": True}  # pyright: ignore[reportTypedDictNotRequiredAccess]


@pytest.mark.parametrize(
    ("region_name", "partition", "suffix"),
    [
        ("eu-central-1", "aws", "amazonaws.com"),
        ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
        ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
        ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
        ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
    ],
)
def test_names_fit_the_partition(
    make_client: Callable[..., ECRClient],
    account_id: str,
    region_name: str,
    partition: str,
    suffix: str,
) -> None:
    """ARNs, key ARNs and hosts are those of the region's partition (AWS General Reference)."""
    ecr = make_client(region_name=region_name)
    repository: Any = ecr.create_repository(
        repositoryName="app", encryptionConfiguration={"encryptionType": "KMS"}
    )["repository"]
    assert repository["repositoryArn"] == (
        f"arn:{partition}:ecr:{region_name}:{account_id}:repository/app"
    )
    assert repository["repositoryUri"] == f"{account_id}.dkr.ecr.{region_name}.{suffix}/app"
    key: str = repository["encryptionConfiguration"]["kmsKey"]
    assert key.startswith(f"arn:{partition}:kms:{region_name}:{account_id}:key/")


@pytest.mark.parametrize(
    "name", ["ab", "a" * 256, "a__b", "a--b", "a---b", "a.b_c-d", "team/app/web", "0/1"]
)
def test_names_that_the_pattern_allows(boto3_ecr: ECRClient, name: str) -> None:
    """Names follow the service model's pattern and lengths 2 to 256 (API CreateRepository)."""
    boto3_ecr.create_repository(repositoryName=name)
    assert names(boto3_ecr.describe_repositories(repositoryNames=[name])) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "Team/App",
        "team//app",
        "/app",
        "app/",
        "a..b",
        "a___b",
        "-app",
        "app-",
        "a b",
        "äpp",
        "ab\n",
    ],
)
def test_names_that_the_pattern_refuses(boto3_ecr: ECRClient, name: str) -> None:
    """Other names are refused with the pattern (int128/create-ecr-repository-action#231)."""
    message = message_of(boto3_ecr.create_repository, repositoryName=name)
    assert message.startswith(
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
        "'must satisfy regular expression '"
    )


def test_a_name_that_is_too_long(boto3_ecr: ECRClient) -> None:
    """A name has 256 characters at most (API CreateRepository)."""
    assert message_of(boto3_ecr.create_repository, repositoryName="a" * 257) == (
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
        "'must have length less than or equal to 256'"
    )


def test_a_name_that_is_too_short(unchecked: ECRClient) -> None:
    """A name has two characters at least (aws/aws-dotnet-deploy#549)."""
    assert message_of(unchecked.create_repository, repositoryName="a") == (
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
        "'must have length greater than or equal to 2'"
    )


def test_too_many_names(boto3_ecr: ECRClient) -> None:
    """Lists are limited as the model says: 100 names (awslabs/ecr-cleanup-lambda#11)."""
    assert message_of(boto3_ecr.describe_repositories, repositoryNames=["aa"] * 101) == (
        "Invalid parameter at 'repositoryNames' failed to satisfy constraint: "
        "'Member must have length less than or equal to 100'"
    )


def test_each_name_of_a_list_is_checked(boto3_ecr: ECRClient) -> None:
    """A breach inside a list is told with its position."""
    message = message_of(boto3_ecr.describe_repositories, repositoryNames=["app", "Team/App"])
    assert "'repositoryNames.2.member'" in message


def test_a_name_exists_once(boto3_ecr: ECRClient, account_id: str) -> None:
    """A second creation is RepositoryAlreadyExistsException and names the registry."""
    boto3_ecr.create_repository(repositoryName="app")
    error = refusal(boto3_ecr.create_repository, repositoryName="app")["Error"]
    assert error["Code"] == "RepositoryAlreadyExistsException"
    assert error["Message"] == (
        f"The repository with name 'app' already exists in the registry with id '{account_id}'"
    )


def test_unknown_values_of_enums_are_refused(boto3_ecr: ECRClient) -> None:
    """A value that the service doesn't know is refused with those that it does."""
    message = message_of(
        boto3_ecr.create_repository,
        repositoryName="app",
        encryptionConfiguration={"encryptionType": "ROT13"},
    )
    assert "'encryptionConfiguration.encryptionType'" in message
    assert "[AES256, KMS, KMS_DSSE]" in message


@pytest.mark.parametrize("kind", ["MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"])
def test_exclusion_filters_belong_to_the_kinds_with_exclusion(
    boto3_ecr: ECRClient, kind: str
) -> None:
    """Filters are kept with the kinds that have exceptions, which require them (user guide)."""
    filters = [{"filterType": "WILDCARD", "filter": "dev-*"}]
    call: Any = boto3_ecr.create_repository
    repository = call(
        repositoryName="app", imageTagMutability=kind, imageTagMutabilityExclusionFilters=filters
    )["repository"]
    assert repository["imageTagMutability"] == kind
    assert repository["imageTagMutabilityExclusionFilters"] == filters
    message = message_of(call, repositoryName="other", imageTagMutability=kind)
    assert message.endswith(
        "constraint: 'ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is "
        f"set as {kind}'"
    )


@pytest.mark.parametrize("kind", [{}, {"imageTagMutability": "IMMUTABLE"}])
def test_exclusion_filters_are_refused_with_other_kinds(
    boto3_ecr: ECRClient, kind: dict[str, str]
) -> None:
    """Filters without a kind that has exceptions are refused (user guide, tag mutability)."""
    message = message_of(
        boto3_ecr.create_repository,
        repositoryName="app",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "v*"}],
        **kind,
    )
    assert "'imageTagMutabilityExclusionFilters'" in message


@pytest.mark.parametrize("filters", [["a b"], ["x" * 129], ["v*"] * 6, ["v*", "*a*b*"]])
def test_exclusion_filters_have_limits(boto3_ecr: ECRClient, filters: list[str]) -> None:
    """There are five filters at most, of 128 characters with two wildcards (API reference)."""
    message = message_of(
        boto3_ecr.create_repository,
        repositoryName="app",
        imageTagMutability="MUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[
            {"filterType": "WILDCARD", "filter": each} for each in filters
        ],
    )
    assert "'imageTagMutabilityExclusionFilters" in message


def test_described_in_the_order_asked_for(boto3_ecr: ECRClient) -> None:
    """A list of names is answered in its order, each name once."""
    for name in ("aa", "bb", "cc"):
        boto3_ecr.create_repository(repositoryName=name)
    answer = boto3_ecr.describe_repositories(repositoryNames=["cc", "aa", "cc"])
    assert names(answer) == ["cc", "aa"]


def test_one_unknown_name_fails_the_whole_call(boto3_ecr: ECRClient, account_id: str) -> None:
    """One unknown name is RepositoryNotFoundException for all (API DescribeRepositories)."""
    boto3_ecr.create_repository(repositoryName="aa")
    error = refusal(boto3_ecr.describe_repositories, repositoryNames=["aa", "bb"])["Error"]
    assert error["Code"] == "RepositoryNotFoundException"
    assert error["Message"] == (
        f"The repository with name 'bb' does not exist in the registry with id '{account_id}'"
    )


def test_delete_answers_with_the_repository(boto3_ecr: ECRClient) -> None:
    """DeleteRepository gives the repository that was; a repeat finds none (API reference)."""
    created = boto3_ecr.create_repository(repositoryName="app")["repository"]
    assert boto3_ecr.delete_repository(repositoryName="app")["repository"] == created
    assert (
        code_of(boto3_ecr.delete_repository, repositoryName="app") == "RepositoryNotFoundException"
    )
    assert names(boto3_ecr.describe_repositories()) == []


def test_a_repository_with_images_is_deleted_by_force_only(boto3_ecr: ECRClient) -> None:
    """With images in it, a repository is deleted by `force` only (API DeleteRepository)."""
    boto3_ecr.create_repository(repositoryName="app")
    push(boto3_ecr, "v1")
    assert (
        code_of(boto3_ecr.delete_repository, repositoryName="app") == "RepositoryNotEmptyException"
    )
    assert boto3_ecr.delete_repository(repositoryName="app", force=True)["repository"]


def test_a_new_repository_of_an_old_name_has_no_tags(boto3_ecr: ECRClient) -> None:
    """Tags go with their repository (user guide, tagging)."""
    tags: Any = [{"Key": "k", "Value": "v"}]
    boto3_ecr.create_repository(repositoryName="app", tags=tags)
    boto3_ecr.delete_repository(repositoryName="app")
    repository: Any = boto3_ecr.create_repository(repositoryName="app")["repository"]
    assert boto3_ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"] == []
