"""Calls over real HTTP, to an emulator on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    ImageScanningConfiguration,
    ImageTagMutability,
    InvalidParameterException,
    RCTAppliedFor,
    RepositoryAlreadyExistsException,
    RepositoryNotFoundException,
    Tag,
    to_boto3,
)
from ecr_typed.testing import EcrEmulator
from tests.support.clients import KINDS

KMS_DSSE = EncryptionConfiguration(encryption_type=EncryptionType.KMS_DSSE)


@pytest.fixture(scope="module")
def emulator() -> Iterator[EcrEmulator]:
    """Give an emulator that serves all tests of this module."""
    with EcrEmulator(region_name="us-gov-west-1") as running:
        yield running


@pytest.fixture(params=KINDS)
def over_http(
    request: pytest.FixtureRequest, emulator: EcrEmulator, events: list[CallEvent]
) -> Iterator[EcrClient]:
    """Give a client of each kind, with a registry of its own."""
    account = f"{KINDS.index(request.param) + 1:012}"
    if request.param == "made":
        ecr = emulator.client(account_id=account, on_call=events.append)
    else:
        client = emulator.boto3_client(account_id=account)
        ecr = EcrClient.from_boto3(client, on_call=events.append)
    yield ecr
    for repository in ecr.describe_repositories().to_list():
        ecr.delete_repository(repository.repository_name, force=True)
    ecr.close()


def test_repositories_over_http(over_http: EcrClient, events: list[CallEvent]) -> None:
    """A repository is created, listed, tagged and deleted; answers are boto3's, as models."""
    created = over_http.create_repository(
        "team/app",
        encryption_configuration=KMS_DSSE,
        image_tag_mutability=ImageTagMutability.IMMUTABLE,
        image_scanning_configuration=ImageScanningConfiguration(scan_on_push=True),
        tags={"team": "payments"},
    )

    assert created.encryption_configuration is not None
    assert created.encryption_configuration.encryption_type is EncryptionType.KMS_DSSE
    assert over_http.describe_repositories().to_list() == [created]
    [there] = over_http.boto3_client.describe_repositories()["repositories"]
    assert to_boto3(created) == there

    over_http.tag_resource(created.repository_arn, [Tag(key="tier", value="")])
    over_http.untag_resource(created.repository_arn, ["team"])
    assert over_http.list_tags_for_resource(created.repository_arn) == (Tag(key="tier", value=""),)
    assert over_http.delete_repository("team/app") == created
    assert over_http.describe_repositories().first() is None
    assert all(event.http_status == 200 and event.request_id for event in events)


def test_pages_over_http(over_http: EcrClient) -> None:
    """Many repositories come over many pages, in parts, and from a token on."""
    names = [f"many/r{number:03}" for number in range(120)]
    for name in names:
        over_http.create_repository(name)

    found = [item.repository_name for item in over_http.describe_repositories(page_size=50)]
    assert sorted(found) == names

    first = next(over_http.describe_repositories(page_size=50).pages())
    rest = over_http.describe_repositories(page_size=50, starting_token=first.next_token)
    assert [item.repository_name for item in (*first.repositories, *rest)] == found

    by_name = over_http.describe_repositories(repository_names=names)
    assert sorted(item.repository_name for item in by_name) == names


def test_templates_over_http(over_http: EcrClient) -> None:
    """A template is created, changed, listed and deleted."""
    created = over_http.create_repository_creation_template(
        "team", [RCTAppliedFor.CREATE_ON_PUSH], description="for the team"
    )

    changed = over_http.update_repository_creation_template("team", description="")
    assert created.description == "for the team"
    assert not changed.description
    assert changed.applied_for == (RCTAppliedFor.CREATE_ON_PUSH,)
    assert over_http.describe_repository_creation_templates().to_list() == [changed]
    assert over_http.delete_repository_creation_template("team").prefix == "team"
    assert over_http.describe_repository_creation_templates().to_list() == []


def test_errors_over_http(over_http: EcrClient) -> None:
    """Refusals arrive as the service's exceptions, explained where it is about an argument."""
    over_http.create_repository("team/app")

    with pytest.raises(RepositoryAlreadyExistsException):
        over_http.create_repository("team/app")
    with pytest.raises(RepositoryNotFoundException):
        over_http.describe_repositories(repository_names=["team/none"]).to_list()
    with pytest.raises(InvalidParameterException) as caught:
        over_http.create_repository("Team/App")
    assert any("repository_name" in note for note in caught.value.explanations)
    assert caught.value.attempts == 1
