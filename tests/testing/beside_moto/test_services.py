"""moto's services on the emulator's port."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable


def test_s3_works_on_the_same_server(aws: Callable[..., Any], account_id: str) -> None:
    """Objects, large bodies, missing keys and empty answers of S3 pass the server whole."""
    s3 = aws("s3")
    bucket = f"bucket-{account_id}"
    s3.create_bucket(Bucket=bucket)
    body = b"\0\r\n\xff" * 1_000_000
    s3.put_object(Bucket=bucket, Key="a/b c", Body=body)
    s3.upload_fileobj(io.BytesIO(body), bucket, "uploaded")
    for key in ("a/b c", "uploaded"):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key="a/b c")["ContentLength"] == len(body)
    assert code_of_missing(s3, bucket) == "NoSuchKey"
    for key in ("a/b c", "uploaded"):
        s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)


def code_of_missing(s3: Any, bucket: str) -> str:
    """Get an object that isn't there, and give the error's code."""
    try:
        s3.get_object(Bucket=bucket, Key="absent")
    except s3.exceptions.NoSuchKey as error:
        code: str = error.response["Error"]["Code"]
        return code
    raise AssertionError("the object should not be there")


def test_sts_knows_the_account(aws: Callable[..., Any], account_id: str) -> None:
    """The account of a twelve-digit key is the same for the other services."""
    assert aws("sts").get_caller_identity()["Account"] == account_id


def test_kms_works_on_the_same_server(aws: Callable[..., Any], account_id: str) -> None:
    """Keys of KMS belong to the account of the client."""
    key = aws("kms").create_key()["KeyMetadata"]
    assert key["AWSAccountId"] == account_id


@pytest.mark.parametrize(
    ("service", "operation", "status", "match"),
    [
        ("ecr-public", "describe_repositories", 400, "moto, .*, has no 'ecr-public'"),
        ("kms", "describe_custom_key_stores", 501, "moto does not emulate this operation"),
    ],
)
def test_what_moto_does_not_have_is_no_error_to_repeat(
    aws: Callable[..., Any], service: str, operation: str, status: int, match: str
) -> None:
    """SDKs would repeat a call that meets HTTP 500."""
    client = aws(service, region_name="us-east-1")
    with pytest.raises(ClientError, match=match) as caught:
        getattr(client, operation)()
    response: Any = caught.value.response
    metadata = response["ResponseMetadata"]
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (status, 0)
