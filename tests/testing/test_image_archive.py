"""UpdateImageStorageClass, and what an archived image can still do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal
from .pushing import digest_of, index_of, manifest_of, push

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app, that holds an image, v1."""
    boto3_ecr.create_repository(repositoryName="app")
    push(boto3_ecr, "v1")
    return boto3_ecr


def move(boto3_ecr: ECRClient, storage_class: str, **image_id: str) -> Any:
    """Move an image to a storage class and give its status."""
    call: Any = boto3_ecr.update_image_storage_class
    return call(
        repositoryName="app",
        imageId=image_id or {"imageTag": "v1"},
        targetStorageClass=storage_class,
    )["imageStatus"]


def details_of(boto3_ecr: ECRClient, tag: str = "v1") -> Any:
    """Describe the image with a tag."""
    ids: Any = [{"imageTag": tag}]
    return boto3_ecr.describe_images(repositoryName="app", imageIds=ids)["imageDetails"][0]


def tags_with(boto3_ecr: ECRClient, status: str | None) -> list[str]:
    """List the tags of the images that have a status."""
    arguments: Any = {} if status is None else {"filter": {"imageStatus": status}}
    listed: Any = boto3_ecr.list_images(repositoryName="app", **arguments)["imageIds"]
    described: Any = boto3_ecr.describe_images(repositoryName="app", **arguments)["imageDetails"]
    tags = sorted(each["imageTag"] for each in listed)
    assert sorted(tag for each in described for tag in each["imageTags"]) == tags
    return tags


def test_an_image_is_archived(boto3_ecr: ECRClient, account_id: str) -> None:
    """The answer names the image and its status (API UpdateImageStorageClass)."""
    answer: Any = boto3_ecr.update_image_storage_class(
        repositoryName="app", imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE"
    )
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": account_id,
        "repositoryName": "app",
        "imageId": {"imageDigest": digest_of(manifest_of("v1")), "imageTag": "v1"},
        "imageStatus": "ARCHIVED",
    }


def test_an_archived_image_is_listed_by_its_status_only(boto3_ecr: ECRClient) -> None:
    """Without imageStatus only ACTIVE images are listed (API ListImages, DescribeImages)."""
    push(boto3_ecr, "v2")
    move(boto3_ecr, "ARCHIVE")
    assert tags_with(boto3_ecr, None) == ["v2"]
    assert tags_with(boto3_ecr, "ACTIVE") == ["v2"]
    assert tags_with(boto3_ecr, "ARCHIVED") == ["v1"]
    assert tags_with(boto3_ecr, "ACTIVATING") == []
    assert tags_with(boto3_ecr, "ANY") == ["v1", "v2"]


def test_an_archived_image_cannot_be_pulled(boto3_ecr: ECRClient) -> None:
    """Neither manifest nor layers can be had (user guide, archiving an image)."""
    layer = digest_of("layer v1")
    move(boto3_ecr, "ARCHIVE")
    ids: Any = [{"imageTag": "v1"}]
    answer: Any = boto3_ecr.batch_get_image(repositoryName="app", imageIds=ids)
    assert answer["images"] == []
    assert answer["failures"][0]["failureCode"] == "ImageInaccessible"
    code = code_of(boto3_ecr.get_download_url_for_layer, repositoryName="app", layerDigest=layer)
    assert code == "LayerInaccessibleException"
    checked: Any = boto3_ecr.batch_check_layer_availability(
        repositoryName="app", layerDigests=[layer]
    )
    assert checked["layers"][0]["layerAvailability"] == "ARCHIVED"


def test_an_archived_image_can_be_deleted(boto3_ecr: ECRClient) -> None:
    """BatchDeleteImage deletes it (user guide, archiving an image)."""
    move(boto3_ecr, "ARCHIVE")
    ids: Any = [{"imageTag": "v1"}]
    assert boto3_ecr.batch_delete_image(repositoryName="app", imageIds=ids)["failures"] == []


def test_a_restore_takes_time(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """ACTIVATING comes first, then ACTIVE by itself (user guide, restoring an image)."""
    move(boto3_ecr, "ARCHIVE")
    archived = details_of(boto3_ecr)
    assert archived["imageStatus"] == "ARCHIVED"
    assert "lastActivatedAt" not in archived
    passes(days=1)
    assert move(boto3_ecr, "STANDARD") == "ACTIVATING"
    assert tags_with(boto3_ecr, "ACTIVATING") == ["v1"]
    assert tags_with(boto3_ecr, None) == []
    assert "lastActivatedAt" not in details_of(boto3_ecr)
    passes(minutes=20)
    restored = details_of(boto3_ecr)
    assert restored["imageStatus"] == "ACTIVE"
    assert restored["lastArchivedAt"] == archived["lastArchivedAt"]
    passed = restored["lastActivatedAt"] - restored["lastArchivedAt"]
    assert timedelta(days=1) < passed <= timedelta(days=1, minutes=20)
    assert tags_with(boto3_ecr, None) == ["v1"]


def test_an_image_that_is_there_already(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """Moving it where it is, or is going, changes nothing."""
    assert move(boto3_ecr, "STANDARD") == "ACTIVE"
    move(boto3_ecr, "ARCHIVE")
    before = details_of(boto3_ecr)
    passes(hours=1)
    assert move(boto3_ecr, "ARCHIVE") == "ARCHIVED"
    assert details_of(boto3_ecr) == before
    assert move(boto3_ecr, "STANDARD") == "ACTIVATING"
    assert move(boto3_ecr, "STANDARD") == "ACTIVATING"


def test_an_image_is_archived_again(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """Both times are those of the last move."""
    for _ in range(2):
        move(boto3_ecr, "ARCHIVE")
        passes(days=100)
        move(boto3_ecr, "STANDARD")
        passes(minutes=20)
    details = details_of(boto3_ecr)
    passed = details["lastArchivedAt"] - details["imagePushedAt"]
    assert passed > timedelta(days=100)
    assert details["lastActivatedAt"] > details["lastArchivedAt"]


def test_an_image_that_is_being_restored_cannot_be_archived(
    boto3_ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """It is ImageStorageClassUpdateNotSupportedException (API UpdateImageStorageClass)."""
    move(boto3_ecr, "ARCHIVE")
    move(boto3_ecr, "STANDARD")
    code = code_of(lambda: move(boto3_ecr, "ARCHIVE"))
    assert code == "ImageStorageClassUpdateNotSupportedException"


def test_what_an_index_lists_is_archived_after_it(boto3_ecr: ECRClient) -> None:
    """An image stays as long as a manifest list refers to it (user guide, lifecycle policies)."""
    index = push(boto3_ecr, manifest=index_of(manifest_of("v1")))
    error = refusal(lambda: move(boto3_ecr, "ARCHIVE"))["Error"]
    assert error["Code"] == "ImageStorageClassUpdateNotSupportedException"
    assert index in error["Message"]
    move(boto3_ecr, "ARCHIVE", imageDigest=index)
    assert move(boto3_ecr, "ARCHIVE") == "ARCHIVED"


@pytest.mark.parametrize("mutability", ["MUTABLE", "IMMUTABLE"])
def test_pushing_again_restores_at_once(boto3_ecr: ECRClient, mutability: str) -> None:
    """An archived image that is pushed is active immediately (user guide, restoring an image)."""
    call: Any = boto3_ecr.put_image_tag_mutability
    call(repositoryName="app", imageTagMutability=mutability)
    move(boto3_ecr, "ARCHIVE")
    push(boto3_ecr, "v1")
    details = details_of(boto3_ecr)
    assert details["imageStatus"] == "ACTIVE"
    assert details["lastActivatedAt"] >= details["lastArchivedAt"]
    code = code_of(lambda: push(boto3_ecr, "v1"))
    assert code == (
        "ImageAlreadyExistsException"
        if mutability == "MUTABLE"
        else "ImageTagAlreadyExistsException"
    )


def test_pushing_again_with_another_tag(boto3_ecr: ECRClient) -> None:
    """The tag is added, and the image restored."""
    move(boto3_ecr, "ARCHIVE")
    push(boto3_ecr, "v2", name="v1")
    assert tags_with(boto3_ecr, "ACTIVE") == ["v1", "v2"]


def test_images_that_are_not_there(boto3_ecr: ECRClient) -> None:
    """They are ImageNotFoundException; an empty id is an invalid parameter (API reference)."""
    code = code_of(lambda: move(boto3_ecr, "ARCHIVE", imageTag="absent"))
    assert code == "ImageNotFoundException"
    arguments: dict[str, Any] = {"imageId": {}, "targetStorageClass": "ARCHIVE"}
    call = boto3_ecr.update_image_storage_class
    assert "'imageId'" in message_of(call, repositoryName="app", **arguments)
    code = code_of(call, repositoryName="absent", **arguments)
    assert code == "RepositoryNotFoundException"
