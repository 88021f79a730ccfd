"""Which account and region a call acts in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ecr_typed.testing import EcrEmulator

from .answers import check_answers, code_of
from .sharing import share_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def registry_of(emulator: EcrEmulator, access_key_id: str, token: str | None = None) -> str:
    """Give the registry that an access key's calls act in."""
    session: Any = boto3.Session(access_key_id, "secret", token, region_name="us-east-1")
    ecr = session.client("ecr", endpoint_url=emulator.endpoint_url)
    registry: str = ecr.describe_repository_creation_templates()["registryId"]
    return registry


def names(boto3_ecr: ECRClient, **arguments: Any) -> list[str]:
    """List the repositories of a registry by name."""
    answer: Any = boto3_ecr.describe_repositories(**arguments)
    return [repository["repositoryName"] for repository in answer["repositories"]]


def test_twelve_digits_name_the_account(emulator: EcrEmulator) -> None:
    """An access key id of twelve digits is the account id."""
    assert registry_of(emulator, "000000000042") == "000000000042"


def test_other_keys_work_in_the_emulators_account() -> None:
    """A key that nobody issued works in the account that the emulator was given."""
    with EcrEmulator(account_id="210987654321") as emulator:
        assert registry_of(emulator, "AKIAIOSFODNN7EXAMPLE") == "210987654321"
        assert registry_of(emulator, "testing") == "210987654321"


def test_an_account_has_twelve_digits() -> None:
    """A wrong id is refused where it is given, and not later as one that may do nothing."""
    emulator = EcrEmulator()
    for refused in (
        lambda: EcrEmulator(account_id="1234-5678-9012"),
        lambda: emulator.client(account_id="12"),
        lambda: emulator.boto3_client(account_id="12"),
        lambda: emulator.push_image("app", account_id="12"),
        lambda: emulator.add_organization("o-exampleorgid", ["123456789012", "12"]),
    ):
        with pytest.raises(ValueError, match=r"must be 12 digits, not '(12|1234-5678-9012)'"):
            refused()


def test_accounts_and_regions_are_apart(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """The same name in another region or account is another repository (user guide)."""
    boto3_ecr.create_repository(repositoryName="app")
    for other in (make_client(region_name="eu-west-1"), make_client(account_id="888888888888")):
        assert names(other) == []
        other.create_repository(repositoryName="app")
        other.delete_repository(repositoryName="app")
    assert names(boto3_ecr) == ["app"]


def test_registry_id_looks_at_another_account(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """registryId names the registry; without it, it is the caller's (API reference)."""
    boto3_ecr.create_repository(repositoryName="app")
    other = make_client(account_id="444444444444")
    share_registry(boto3_ecr, "444444444444")
    assert names(other, registryId=account_id) == ["app"]
    assert names(other, registryId=account_id, repositoryNames=["app"]) == ["app"]
    code = code_of(other.describe_repositories, repositoryNames=["app"])
    assert code == "RepositoryNotFoundException"
    other.create_repository(repositoryName="theirs", registryId=account_id)
    assert names(boto3_ecr) == ["app", "theirs"]
    other.delete_repository(repositoryName="app", registryId=account_id)
    assert names(boto3_ecr) == ["theirs"]


def test_the_emulators_region_is_the_clients_default() -> None:
    """Clients work in the emulator's region unless they are given another."""
    with EcrEmulator(region_name="eu-north-1") as emulator:
        for region_name in (None, "ap-south-2"):
            client = emulator.boto3_client(region_name=region_name)
            check_answers(client)
            repository: Any = client.create_repository(repositoryName="app")["repository"]
            expected = region_name or "eu-north-1"
            assert repository["repositoryArn"].split(":")[3] == expected


def test_a_region_that_botocore_does_not_list(make_client: Callable[..., ECRClient]) -> None:
    """A region newer than the installed botocore works as well, keys included."""
    ecr = make_client(region_name="eu-moon-1")
    repository: Any = ecr.create_repository(
        repositoryName="app", encryptionConfiguration={"encryptionType": "KMS"}
    )["repository"]
    assert repository["encryptionConfiguration"]["kmsKey"].startswith("arn:aws:kms:eu-moon-1:")
