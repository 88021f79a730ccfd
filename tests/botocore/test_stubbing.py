"""What users test boto3 with works on both kinds of client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from ecr_typed import (
    EcrClient,
    EcrRequestError,
    EncryptionConfiguration,
    EncryptionType,
    Repository,
    RepositoryAlreadyExistsException,
    RepositoryNotFoundException,
    RetryPolicy,
    Tag,
    from_boto3,
)
from tests.support.clients import KINDS, boto3_client
from tests.support.samples import repository


@pytest.fixture(params=KINDS)
def unwired(request: pytest.FixtureRequest, session: Any) -> EcrClient:
    """Give a client of each kind on no wire."""
    retry = RetryPolicy(max_attempts=1)
    if request.param == "made":
        return EcrClient(session=session, retry=retry)
    return EcrClient.from_boto3(boto3_client(session), retry=retry)


def stubbed(**members: Any) -> dict[str, Any]:
    """A repository as a stub answers it."""
    return {**repository(**members), "createdAt": datetime(2024, 1, 1, tzinfo=UTC)}


def test_stubbed_answer_becomes_a_model(unwired: EcrClient) -> None:
    """botocore's `Stubber` answers calls, and checks what they ask."""
    content = stubbed(encryptionConfiguration={"encryptionType": "KMS_DSSE"})

    with Stubber(unwired.boto3_client) as stubber:
        stubber.add_response(
            "create_repository", {"repository": content}, {"repositoryName": "team/app"}
        )
        created = unwired.create_repository("team/app")
        stubber.assert_no_pending_responses()

    assert created == from_boto3(Repository, content)
    assert created.encryption_configuration == EncryptionConfiguration(
        encryption_type=EncryptionType.KMS_DSSE
    )


def test_stubbed_pages_are_followed(unwired: EcrClient) -> None:
    """A `Stubber` can answer page by page."""
    with Stubber(unwired.boto3_client) as stubber:
        for token, content in ((None, {"nextToken": "t"}), ("t", {})):
            asked: dict[str, Any] = {"maxResults": ANY}
            if token:
                asked["nextToken"] = token
            answer: dict[str, Any] = {"repositories": [stubbed()], **content}
            stubber.add_response("describe_repositories", answer, asked)

        assert len(unwired.describe_repositories().to_list()) == 2


def test_stubbed_error_arrives_as_ours(unwired: EcrClient) -> None:
    """A `Stubber`'s client error is the exception of its code."""
    with Stubber(unwired.boto3_client) as stubber:
        stubber.add_client_error(
            "delete_repository",
            "RepositoryNotFoundException",
            "gone",
            http_status_code=400,
        )
        with pytest.raises(RepositoryNotFoundException, match="gone"):
            unwired.delete_repository("team/app")


def test_stubs_complaint_arrives_as_ours(unwired: EcrClient) -> None:
    """A call that a `Stubber` does not expect is an error with its words."""
    with (
        Stubber(unwired.boto3_client),
        pytest.raises(EcrRequestError, match="ListTagsForResource"),
    ):
        unwired.list_tags_for_resource("arn")


@pytest.mark.usefixtures("motos_handler")
@pytest.mark.parametrize("kind", KINDS)
def test_moto_answers(kind: str) -> None:
    """moto's `mock_aws` answers repositories and tags, errors included."""
    with mock_aws():
        if kind == "made":
            ecr = EcrClient(region_name="us-east-1")
        else:
            import boto3

            ecr = EcrClient.from_boto3(boto3_client(boto3.Session(region_name="us-east-1")))

        created = ecr.create_repository("team/app", tags={"team": "payments"})
        assert created.repository_name == "team/app"
        assert [found.repository_name for found in ecr.describe_repositories()] == ["team/app"]
        assert ecr.list_tags_for_resource(created.repository_arn) == (
            Tag(key="team", value="payments"),
        )
        with pytest.raises(RepositoryAlreadyExistsException):
            ecr.create_repository("team/app")
        assert ecr.delete_repository("team/app").repository_arn == created.repository_arn
        assert ecr.describe_repositories().first() is None
