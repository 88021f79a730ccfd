"""CloudFormation stacks of moto with repositories in the emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.support.newer import needs
from tests.testing.answers import code_of
from tests.testing.lifecycle_documents import policy, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}],
}


def template(**properties: Any) -> str:
    """Write a template with one repository."""
    resource = {"Type": "AWS::ECR::Repository", "Properties": properties}
    outputs = {
        "Arn": {"Value": {"Fn::GetAtt": ["Images", "Arn"]}},
        "Uri": {"Value": {"Fn::GetAtt": ["Images", "RepositoryUri"]}},
        "Name": {"Value": {"Ref": "Images"}},
    }
    return json.dumps({"Resources": {"Images": resource}, "Outputs": outputs})


@pytest.fixture
def stacks(aws: Callable[..., Any]) -> Any:
    """Return a client of CloudFormation in this test's account."""
    return aws("cloudformation", region_name="us-east-1")


@needs("ImageTagMutabilityExclusionFilter")
def test_a_stack_creates_a_repository(stacks: Any, boto3_ecr: ECRClient) -> None:
    """The repository of a stack is one of the emulator's, with all that the template sets."""
    body = template(
        RepositoryName="stack/app",
        ImageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        ImageTagMutabilityExclusionFilters=[
            {
                "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                "ImageTagMutabilityExclusionFilterValue": "dev-*",
            }
        ],
        ImageScanningConfiguration={"ScanOnPush": True},
        EncryptionConfiguration={"EncryptionType": "KMS"},
        RepositoryPolicyText=POLICY,
        LifecyclePolicy={"LifecyclePolicyText": policy(rule())},
        Tags=[{"Key": "team", "Value": "payments"}],
    )
    stacks.create_stack(StackName="images", TemplateBody=body)
    repository: Any = boto3_ecr.describe_repositories(repositoryNames=["stack/app"])[
        "repositories"
    ][0]
    assert repository["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert repository["imageTagMutabilityExclusionFilters"] == [
        {"filterType": "WILDCARD", "filter": "dev-*"}
    ]
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfiguration"]["encryptionType"] == "KMS"
    tags = boto3_ecr.list_tags_for_resource(resourceArn=repository["repositoryArn"])["tags"]
    assert tags == [{"Key": "team", "Value": "payments"}]
    assert boto3_ecr.get_repository_policy(repositoryName="stack/app")
    assert boto3_ecr.get_lifecycle_policy(repositoryName="stack/app")
    outputs = stacks.describe_stacks(StackName="images")["Stacks"][0]["Outputs"]
    assert {each["OutputKey"]: each["OutputValue"] for each in outputs} == {
        "Arn": repository["repositoryArn"],
        "Uri": repository["repositoryUri"],
        "Name": "stack/app",
    }


def test_a_stack_updates_and_deletes_its_repository(stacks: Any, boto3_ecr: ECRClient) -> None:
    """An update changes the repository, and the end of the stack deletes it."""
    stacks.create_stack(StackName="images", TemplateBody=template(RepositoryName="stack/app"))
    body = template(RepositoryName="stack/app", ImageTagMutability="IMMUTABLE")
    stacks.update_stack(StackName="images", TemplateBody=body)
    repository: Any = boto3_ecr.describe_repositories()["repositories"][0]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    stacks.update_stack(StackName="images", TemplateBody=template(RepositoryName="stack/other"))
    assert [
        each.get("repositoryName") for each in boto3_ecr.describe_repositories()["repositories"]
    ] == ["stack/other"]
    stacks.delete_stack(StackName="images")
    assert boto3_ecr.describe_repositories()["repositories"] == []


def test_a_repository_without_a_name_gets_one(stacks: Any, boto3_ecr: ECRClient) -> None:
    """CloudFormation makes a name of the stack's and the resource's."""
    stacks.create_stack(StackName="images", TemplateBody=template())
    name: Any = boto3_ecr.describe_repositories()["repositories"][0].get("repositoryName")
    assert name.startswith("images-")
    assert name == name.lower()
    body = template(ImageTagMutability="IMMUTABLE", Tags=[{"Key": "revision", "Value": 2}])
    stacks.update_stack(StackName="images", TemplateBody=body)
    (updated,) = boto3_ecr.describe_repositories()["repositories"]
    assert (updated.get("repositoryName"), updated.get("imageTagMutability")) == (name, "IMMUTABLE")
    arn: Any = updated.get("repositoryArn")
    tags = boto3_ecr.list_tags_for_resource(resourceArn=arn).get("tags")
    assert tags == [{"Key": "revision", "Value": "2"}]


def test_what_ecr_refuses_fails_the_stack(stacks: Any, boto3_ecr: ECRClient) -> None:
    """The error of the stack has the code and the message of ECR."""
    boto3_ecr.create_repository(repositoryName="stack/app")
    with pytest.raises(ClientError, match="RepositoryAlreadyExistsException"):
        stacks.create_stack(StackName="images", TemplateBody=template(RepositoryName="stack/app"))
    with pytest.raises(ClientError, match=r"InvalidParameterException: .*at 'repositoryName'"):
        stacks.create_stack(StackName="other", TemplateBody=template(RepositoryName="No Name"))
    body = template(RepositoryName="stack/other", RepositoryPolicyText={"Version": "1999"})
    with pytest.raises(ClientError, match="Invalid repository policy provided"):
        stacks.create_stack(StackName="rolled-back", TemplateBody=body)
    assert len(boto3_ecr.describe_repositories()["repositories"]) == 1


@pytest.mark.usefixtures("motos_handler")
def test_stacks_of_mock_aws_stay_with_moto(boto3_ecr: ECRClient) -> None:
    """A stack inside of `mock_aws` creates a repository of moto's."""
    with mock_aws():
        session: Any = boto3.Session()
        stacks = session.client("cloudformation", region_name="us-east-1")
        stacks.create_stack(StackName="images", TemplateBody=template(RepositoryName="mocked"))
        mocked = session.client("ecr", region_name="us-east-1")
        assert len(mocked.describe_repositories()["repositories"]) == 1
    code = code_of(boto3_ecr.describe_repositories, repositoryNames=["mocked"])
    assert code == "RepositoryNotFoundException"
