"""Encryption types and KMS keys."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from .answers import message_of, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator


def encryption(boto3_ecr: ECRClient, **configuration: str) -> Any:
    """Create a repository and give its encryption configuration."""
    given: Any = configuration
    repository: Any = boto3_ecr.create_repository(
        repositoryName=f"r{uuid.uuid4().hex}", encryptionConfiguration=given
    )["repository"]
    return repository["encryptionConfiguration"]


def kms_error(boto3_ecr: ECRClient, key: str) -> str:
    """Create a repository with a key that KMS refuses, and give KMS's error."""
    response = refusal(
        boto3_ecr.create_repository,
        repositoryName="app",
        encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key},
    )
    assert response["Error"]["Code"] == "KmsException"
    error: str = response["kmsError"]
    return error


@pytest.mark.parametrize("encryption_type", ["KMS", "KMS_DSSE"])
def test_without_a_key_the_managed_one_is_filled_in(
    boto3_ecr: ECRClient, account_id: str, encryption_type: str
) -> None:
    """KMS and KMS_DSSE without a key use AWS's key for ECR (user guide, encryption at rest)."""
    first = encryption(boto3_ecr, encryptionType=encryption_type)
    assert first["encryptionType"] == encryption_type
    assert first["kmsKey"].startswith(f"arn:aws:kms:us-east-1:{account_id}:key/")
    assert encryption(boto3_ecr, encryptionType="KMS")["kmsKey"] == first["kmsKey"]


def test_each_account_and_region_has_its_own_managed_key(
    make_client: Callable[..., ECRClient],
) -> None:
    """The key of ECR belongs to one account in one region (AWS KMS, AWS managed keys)."""
    clients = [
        make_client(),
        make_client(region_name="eu-west-1"),
        make_client(account_id="0" * 12),
    ]
    keys = {encryption(client, encryptionType="KMS")["kmsKey"] for client in clients}
    assert len(keys) == 3


@pytest.mark.parametrize("key", ["alias/aws/ecr", "arn:aws:kms:us-east-1:{}:alias/aws/ecr"])
def test_the_managed_key_by_its_alias(boto3_ecr: ECRClient, account_id: str, key: str) -> None:
    """The managed key can be named by its alias before it was ever used."""
    named = encryption(boto3_ecr, encryptionType="KMS", kmsKey=key.format(account_id))
    assert named == encryption(boto3_ecr, encryptionType="KMS")


def test_the_arn_of_a_key_that_is_not_there_is_kept(boto3_ecr: ECRClient) -> None:
    """A key's full ARN is taken as it is: a test need not create the key."""
    arn = f"arn:aws:kms:us-east-1:999999999999:key/{uuid.uuid4()}"
    assert encryption(boto3_ecr, encryptionType="KMS", kmsKey=arn)["kmsKey"] == arn


@pytest.mark.parametrize(
    "key",
    [
        "alias/absent",
        "arn:aws:kms:us-east-1:123456789012:alias/absent",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "no key at all",
    ],
)
def test_a_key_that_does_not_exist(boto3_ecr: ECRClient, key: str) -> None:
    """An alias or id without a key is a KmsException with KMS's code (API KmsException)."""
    assert kms_error(boto3_ecr, key) == "NotFoundException"


def test_a_key_of_another_region(boto3_ecr: ECRClient) -> None:
    """The key has to be in the repository's region (user guide, encryption at rest)."""
    arn = f"arn:aws:kms:eu-west-1:123456789012:key/{uuid.uuid4()}"
    assert kms_error(boto3_ecr, arn) == "NotFoundException"


def test_aes256_takes_no_key(boto3_ecr: ECRClient) -> None:
    """A key belongs to the KMS types (API EncryptionConfiguration)."""
    message = message_of(
        boto3_ecr.create_repository,
        repositoryName="app",
        encryptionConfiguration={"encryptionType": "AES256", "kmsKey": "alias/images"},
    )
    assert "'encryptionConfiguration.kmsKey'" in message


def test_a_key_that_was_added_has_three_names(
    emulator: EcrEmulator, boto3_ecr: ECRClient, account_id: str
) -> None:
    """`add_kms_key` adds a key that can be named by its id, its alias or their ARNs."""
    arn = emulator.add_kms_key("images-key", alias="alias/images", account_id=account_id)
    assert arn == f"arn:aws:kms:us-east-1:{account_id}:key/images-key"
    alias_arn = f"arn:aws:kms:us-east-1:{account_id}:alias/images"
    for name in ("images-key", "alias/images", arn, alias_arn):
        assert encryption(boto3_ecr, encryptionType="KMS", kmsKey=name)["kmsKey"] == arn


def test_a_key_belongs_to_its_account_and_region(
    emulator: EcrEmulator, boto3_ecr: ECRClient, account_id: str
) -> None:
    """A key of another account or region has no alias here."""
    emulator.add_kms_key(alias="alias/elsewhere", account_id=account_id, region_name="eu-west-1")
    emulator.add_kms_key(alias="alias/elsewhere", account_id="111122223333")
    assert kms_error(boto3_ecr, "alias/elsewhere") == "NotFoundException"


@pytest.mark.parametrize(
    ("state", "error"),
    [("Disabled", "DisabledException"), ("PendingDeletion", "KMSInvalidStateException")],
)
def test_a_key_that_was_added_in_another_state(
    emulator: EcrEmulator, boto3_ecr: ECRClient, account_id: str, state: str, error: str
) -> None:
    """A key that is not enabled is a KmsException, by any of its names."""
    arn = emulator.add_kms_key(alias=f"alias/{state}", state=state, account_id=account_id)
    assert kms_error(boto3_ecr, arn) == kms_error(boto3_ecr, f"alias/{state}") == error


def test_a_reset_forgets_keys(fresh: EcrEmulator) -> None:
    """Keys that were added are part of the state that `reset` empties."""
    fresh.add_kms_key(alias="alias/images")
    fresh.reset()
    client = fresh.boto3_client()
    assert kms_error(client, "alias/images") == "NotFoundException"
    client.close()
