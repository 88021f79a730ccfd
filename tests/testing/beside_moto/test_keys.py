"""KMS keys that moto's KMS keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.testing.test_encryption import encryption, kms_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def test_the_managed_key_is_a_key_of_kms(boto3_ecr: ECRClient, aws: Callable[..., Any]) -> None:
    """KMS lists the AWS managed key for ECR once it is used."""
    arn = encryption(boto3_ecr, encryptionType="KMS")["kmsKey"]
    key = aws("kms").describe_key(KeyId="alias/aws/ecr")["KeyMetadata"]
    assert (key["Arn"], key["KeyManager"]) == (arn, "AWS")


def test_any_name_of_a_key_comes_back_as_its_arn(
    boto3_ecr: ECRClient, aws: Callable[..., Any]
) -> None:
    """Alias, key id and ARN come back as the key's ARN (aquasecurity/tfsec#1671)."""
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/images", TargetKeyId=key["KeyId"])
    alias_arn = key["Arn"].replace(f"key/{key['KeyId']}", "alias/images")
    for name in ("alias/images", alias_arn, key["KeyId"], key["Arn"]):
        assert encryption(boto3_ecr, encryptionType="KMS", kmsKey=name)["kmsKey"] == key["Arn"]


def test_a_key_that_cannot_be_used(boto3_ecr: ECRClient, aws: Callable[..., Any]) -> None:
    """A key that is disabled or to be deleted is a KmsException (user guide, encryption)."""
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["KeyId"])
    assert kms_error(boto3_ecr, key["Arn"]) == "DisabledException"
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert kms_error(boto3_ecr, key["KeyId"]) == "KMSInvalidStateException"
