"""What moto serves beside ours: other services, and ECR operations that only it has."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed.testing._emulator.operations import OPERATIONS
from ecr_typed.testing._emulator.service_model import service_model

from .answers import code_of, message_of, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

MANIFEST = """{"schemaVersion": 2,
 "mediaType": "application/vnd.oci.image.manifest.v1+json",
 "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": "sha256:0a"},
 "layers": []}"""


@pytest.fixture
def leave_to_moto(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give what takes operations of ours away, as if moto were the first to have them."""

    def leave_to_moto(*names: str) -> None:
        ours = {name: each for name, each in OPERATIONS.items() if name not in names}
        monkeypatch.setattr("ecr_typed.testing._emulator.service.OPERATIONS", ours)

    return leave_to_moto


def test_every_operation_is_ours() -> None:
    """moto carries out none of the operations that the service has today."""
    assert set(OPERATIONS) == set(service_model().operation_names)


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


def test_motos_image_operations_see_our_repositories(
    ecr: ECRClient, leave_to_moto: Callable[..., None]
) -> None:
    """Operations that only moto has act on the same repositories, refusals included."""
    leave_to_moto("PutImage", "ListImages")
    ecr.create_repository(repositoryName="a__b")
    ecr.put_image(repositoryName="a__b", imageManifest=MANIFEST, imageTag="v1")
    images: Any = ecr.list_images(repositoryName="a__b")["imageIds"]
    assert [image["imageTag"] for image in images] == ["v1"]
    code = code_of(ecr.list_images, repositoryName="absent")
    assert code == "RepositoryNotFoundException"


def test_motos_operations_follow_the_registry_id(
    ecr: ECRClient,
    make_client: Callable[..., ECRClient],
    account_id: str,
    leave_to_moto: Callable[..., None],
) -> None:
    """`registryId` names the registry for operations that only moto has, too."""
    leave_to_moto("ListImages")
    ecr.create_repository(repositoryName="app")
    other = make_client(account_id="333333333333")
    images = other.list_images(repositoryName="app", registryId=account_id)
    assert images["imageIds"] == []


def test_motos_operations_are_checked_by_the_model(
    ecr: ECRClient, leave_to_moto: Callable[..., None]
) -> None:
    """Limits of the model hold for operations that only moto has (trek10inc/ecr-cleaner#8)."""
    leave_to_moto("BatchDeleteImage")
    ids: Any = [{"imageTag": f"v{n}"} for n in range(101)]
    message = message_of(ecr.batch_delete_image, repositoryName="app", imageIds=ids)
    assert "'imageIds'" in message


def test_members_of_motos_errors_are_answered(
    ecr: ECRClient, account_id: str, leave_to_moto: Callable[..., None]
) -> None:
    """InvalidLayerPartException says where to go on (API InvalidLayerPartException)."""
    leave_to_moto("InitiateLayerUpload", "UploadLayerPart")
    ecr.create_repository(repositoryName="app")
    upload: Any = ecr.initiate_layer_upload(repositoryName="app")
    part: dict[str, Any] = {"repositoryName": "app", "uploadId": upload["uploadId"]}
    blob = bytes(range(256)) * 4
    ecr.upload_layer_part(**part, partFirstByte=0, partLastByte=1023, layerPartBlob=blob)
    error = refusal(
        ecr.upload_layer_part, **part, partFirstByte=9999, partLastByte=9999, layerPartBlob=b"x"
    )
    assert error["Error"]["Code"] == "InvalidLayerPartException"
    assert error["lastValidByteReceived"] == 1023
    assert error["registryId"] == account_id
    assert error["uploadId"] == upload["uploadId"]


def test_scanning_rules_find_new_repositories(ecr: ECRClient) -> None:
    """A rule of the registry holds for repositories created after it (user guide, scanning)."""
    ecr.put_registry_scanning_configuration(
        scanType="BASIC",
        rules=[
            {
                "scanFrequency": "SCAN_ON_PUSH",
                "repositoryFilters": [{"filter": "prod-*", "filterType": "WILDCARD"}],
            }
        ],
    )
    ecr.create_repository(repositoryName="prod-app")
    answer: Any = ecr.batch_get_repository_scanning_configuration(repositoryNames=["prod-app"])
    assert answer["scanningConfigurations"][0]["scanFrequency"] == "SCAN_ON_PUSH"
