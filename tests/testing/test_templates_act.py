"""Repositories that a push creates, by the template of the longest prefix that fits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, refusal
from .lifecycle_documents import policy, rewritten, rule
from .pushing import index_of, push
from .sharing import share_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

ROLE = "arn:aws:iam::123456789012:role/templates"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FILTERS = [{"filterType": "WILDCARD", "filter": "dev-*"}]
# The smallest thing that can be pushed to a repository without layers.
INDEX = index_of()


def template(boto3_ecr: ECRClient, prefix: str, *scenarios: str, **settings: Any) -> None:
    """Create a template, for pushes unless it is for something else."""
    call: Any = boto3_ecr.create_repository_creation_template
    call(prefix=prefix, appliedFor=list(scenarios or ["CREATE_ON_PUSH"]), **settings)


def by_prefix(boto3_ecr: ECRClient, *prefixes: str) -> None:
    """Create templates whose repositories tell by a tag which of them it was."""
    for prefix in prefixes:
        tags = [{"Key": "template", "Value": prefix}]
        template(boto3_ecr, prefix, resourceTags=tags, customRoleArn=ROLE)


def template_of(boto3_ecr: ECRClient, repository: str) -> str:
    """Push to a new repository, and give the template that created it."""
    boto3_ecr.put_image(repositoryName=repository, imageManifest=INDEX)
    described: Any = boto3_ecr.describe_repositories(repositoryNames=[repository])["repositories"]
    tags: Any = boto3_ecr.list_tags_for_resource(resourceArn=described[0]["repositoryArn"])["tags"]
    (value,) = [tag["Value"] for tag in tags]
    return str(value)


def refused(boto3_ecr: ECRClient, repository: str) -> dict[str, Any]:
    """Push to a repository that no template creates, and give the error."""
    error: dict[str, Any] = refusal(
        boto3_ecr.put_image, repositoryName=repository, imageManifest=INDEX
    )["Error"]
    code = code_of(boto3_ecr.initiate_layer_upload, repositoryName=repository)
    assert code == error["Code"]
    return error


def test_a_push_creates_its_repository(boto3_ecr: ECRClient) -> None:
    """Uploading a layer comes first in a push and creates the repository (user guide)."""
    template(boto3_ecr, "team")
    push(boto3_ecr, "v1", manifest=INDEX, repository="team/app")
    boto3_ecr.initiate_layer_upload(repositoryName="team/other")
    repositories: Any = boto3_ecr.describe_repositories()["repositories"]
    assert [each["repositoryName"] for each in repositories] == ["team/app", "team/other"]


def test_a_repository_gets_all_settings(boto3_ecr: ECRClient, account_id: str) -> None:
    """Every setting of the template is the repository's (user guide, creation templates)."""
    texts = {"repositoryPolicy": '{"Version": "2012-10-17", "Statement": []}'}
    tags: Any = [{"Key": "team", "Value": "payments"}]
    template(
        boto3_ecr,
        "team",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=FILTERS,
        encryptionConfiguration={"encryptionType": "KMS", "kmsKey": KEY},
        lifecyclePolicy=policy(rule()),
        resourceTags=tags,
        customRoleArn=ROLE,
        **texts,
    )
    boto3_ecr.put_image(repositoryName="team/app", imageManifest=INDEX)
    repository: Any = boto3_ecr.describe_repositories(repositoryNames=["team/app"])["repositories"][
        0
    ]
    assert repository.pop("createdAt")
    assert repository == {
        "repositoryArn": f"arn:aws:ecr:us-east-1:{account_id}:repository/team/app",
        "registryId": account_id,
        "repositoryName": "team/app",
        "repositoryUri": f"{account_id}.dkr.ecr.us-east-1.amazonaws.com/team/app",
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": FILTERS,
        "imageScanningConfiguration": {"scanOnPush": False},
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": KEY},
    }
    assert boto3_ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"] == tags
    answer: Any = boto3_ecr.get_lifecycle_policy(repositoryName="team/app")
    assert answer["lifecyclePolicyText"] == rewritten(rule())
    answer = boto3_ecr.get_repository_policy(repositoryName="team/app")
    assert json.loads(answer["policyText"]) == json.loads(texts["repositoryPolicy"])


def test_a_repository_of_a_template_without_settings(boto3_ecr: ECRClient) -> None:
    """It has the defaults of any repository (user guide, creation templates)."""
    template(boto3_ecr, "team")
    boto3_ecr.put_image(repositoryName="team/app", imageManifest=INDEX)
    created = boto3_ecr.create_repository(repositoryName="app")["repository"]
    described: Any = boto3_ecr.describe_repositories(repositoryNames=["team/app"])["repositories"][
        0
    ]
    for member in (
        "imageTagMutability",
        "imageScanningConfiguration",
        "encryptionConfiguration",
        "imageTagMutabilityExclusionFilters",
    ):
        assert described.get(member) == created.get(member)
    code = code_of(boto3_ecr.get_lifecycle_policy, repositoryName="team/app")
    assert code == "LifecyclePolicyNotFoundException"
    code = code_of(boto3_ecr.get_repository_policy, repositoryName="team/app")
    assert code == "RepositoryPolicyNotFoundException"


def test_kms_without_a_key_is_the_managed_one(boto3_ecr: ECRClient, account_id: str) -> None:
    """The key is filled in as for any repository, and needs no role."""
    template(boto3_ecr, "team", encryptionConfiguration={"encryptionType": "KMS"})
    boto3_ecr.put_image(repositoryName="team/app", imageManifest=INDEX)
    described: Any = boto3_ecr.describe_repositories()["repositories"][0]
    key = described["encryptionConfiguration"]["kmsKey"]
    assert key.startswith(f"arn:aws:kms:us-east-1:{account_id}:key/")


def test_the_longest_prefix_wins(boto3_ecr: ECRClient) -> None:
    """ROOT is for what no other template covers (API CreateRepositoryCreationTemplate)."""
    by_prefix(boto3_ecr, "ROOT", "prod", "prod/team/", "prod/team/app")
    assert template_of(boto3_ecr, "prod/team/app/web") == "prod/team/app"
    assert template_of(boto3_ecr, "prod/team/app") == "prod/team/"
    assert template_of(boto3_ecr, "prod/team") == "prod"
    assert template_of(boto3_ecr, "prod/other/app") == "prod"


@pytest.mark.parametrize("name", ["prod", "production", "production/app", "test/prod/app"])
def test_a_slash_follows_the_prefix(boto3_ecr: ECRClient, name: str) -> None:
    """`prod` covers `prod/a`, not `production` (API CreateRepositoryCreationTemplate)."""
    by_prefix(boto3_ecr, "ROOT", "prod")
    assert template_of(boto3_ecr, name) == "ROOT"


def test_without_a_template_there_is_no_repository(boto3_ecr: ECRClient, account_id: str) -> None:
    """Nothing covers the name: RepositoryNotFoundException (API PutImage)."""
    template(boto3_ecr, "prod")
    assert refused(boto3_ecr, "test/app") == {
        "Code": "RepositoryNotFoundException",
        "Message": (
            "The repository with name 'test/app' does not exist in the registry with id "
            f"'{account_id}'"
        ),
    }


def test_a_template_for_other_scenarios(boto3_ecr: ECRClient) -> None:
    """The longest prefix decides, also if it is not for pushes (appliedFor)."""
    template(boto3_ecr, "ROOT")
    template(boto3_ecr, "prod", "REPLICATION", "PULL_THROUGH_CACHE")
    assert refused(boto3_ecr, "prod/app")["Code"] == "RepositoryNotFoundException"
    boto3_ecr.update_repository_creation_template(
        prefix="prod", appliedFor=["REPLICATION", "CREATE_ON_PUSH"]
    )
    boto3_ecr.put_image(repositoryName="prod/app", imageManifest=INDEX)


@pytest.mark.parametrize(
    "settings",
    [
        {"resourceTags": [{"Key": "k", "Value": "v"}]},
        {"encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": KEY}},
    ],
)
def test_tags_and_keys_need_a_role(boto3_ecr: ECRClient, settings: dict[str, Any]) -> None:
    """Without customRoleArn nothing is created (aws/containers-roadmap#2398)."""
    template(boto3_ecr, "prod", **settings)
    assert refused(boto3_ecr, "prod/app")["Code"] == "RepositoryNotFoundException"
    boto3_ecr.update_repository_creation_template(prefix="prod", customRoleArn=ROLE)
    boto3_ecr.put_image(repositoryName="prod/app", imageManifest=INDEX)


def test_other_calls_create_nothing(boto3_ecr: ECRClient) -> None:
    """Only a push does, not CreateRepository nor a pull (user guide, creation templates)."""
    template(boto3_ecr, "ROOT", imageTagMutability="IMMUTABLE")
    ids = [{"imageTag": "v1"}]
    call: Any = boto3_ecr.batch_get_image
    code = code_of(call, repositoryName="app", imageIds=ids)
    assert code == "RepositoryNotFoundException"
    assert code_of(boto3_ecr.list_images, repositoryName="app") == code
    created: Any = boto3_ecr.create_repository(repositoryName="app")["repository"]
    assert created["imageTagMutability"] == "MUTABLE"
    boto3_ecr.put_image(repositoryName="app", imageManifest=INDEX)
    described: Any = boto3_ecr.describe_repositories()["repositories"]
    assert described == [created]


def test_a_push_that_is_refused_creates_nothing(boto3_ecr: ECRClient) -> None:
    """What is wrong with the request itself comes first."""
    template(boto3_ecr, "ROOT")
    for arguments in ({"imageManifest": "no json"}, {"imageManifest": INDEX, "imageTag": "a b"}):
        code = code_of(boto3_ecr.put_image, repositoryName="app", **arguments)
        assert code == "InvalidParameterException"
    assert boto3_ecr.describe_repositories()["repositories"] == []


def test_a_change_is_for_new_repositories(boto3_ecr: ECRClient) -> None:
    """Repositories that are there keep their settings (user guide, creation templates)."""
    template(boto3_ecr, "prod")
    boto3_ecr.put_image(repositoryName="prod/old", imageManifest=INDEX)
    boto3_ecr.update_repository_creation_template(prefix="prod", imageTagMutability="IMMUTABLE")
    boto3_ecr.put_image(repositoryName="prod/new", imageManifest=INDEX)
    described: Any = boto3_ecr.describe_repositories()["repositories"]
    settings = {each["repositoryName"]: each["imageTagMutability"] for each in described}
    assert settings == {"prod/old": "MUTABLE", "prod/new": "IMMUTABLE"}


def test_each_registry_has_its_templates(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """A push into another registry follows the templates there."""
    template(boto3_ecr, "ROOT")
    other = make_client(account_id=account_id[::-1])
    share_registry(boto3_ecr, account_id[::-1], "ecr:PutImage")
    other.put_image(registryId=account_id, repositoryName="app", imageManifest=INDEX)
    assert len(boto3_ecr.describe_repositories()["repositories"]) == 1
    code = code_of(other.put_image, repositoryName="app", imageManifest=INDEX)
    assert code == "RepositoryNotFoundException"
