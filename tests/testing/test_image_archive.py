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
def ecr(ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app, that holds an image, v1."""
    ecr.create_repository(repositoryName="app")
    push(ecr, "v1")
    return ecr


def move(ecr: ECRClient, storage_class: str, **image_id: str) -> Any:
    """Move an image to a storage class and give its status."""
    call: Any = ecr.update_image_storage_class
    return call(
        repositoryName="app",
        imageId=image_id or {"imageTag": "v1"},
        targetStorageClass=storage_class,
    )["imageStatus"]


def details_of(ecr: ECRClient, tag: str = "v1") -> Any:
    """Describe the image with a tag."""
    ids: Any = [{"imageTag": tag}]
    return ecr.describe_images(repositoryName="app", imageIds=ids)["imageDetails"][0]


def tags_with(ecr: ECRClient, status: str | None) -> list[str]:
    """List the tags of the images that have a status."""
    arguments: Any = {} if status is None else {"filter": {"imageStatus": status}}
    listed: Any = ecr.list_images(repositoryName="app", **arguments)["imageIds"]
    described: Any = ecr.describe_images(repositoryName="app", **arguments)["imageDetails"]
    tags = sorted(each["imageTag"] for each in listed)
    assert sorted(tag for each in described for tag in each["imageTags"]) == tags
    return tags


def test_an_image_is_archived(ecr: ECRClient, account_id: str) -> None:
    """The answer names the image and its status (API UpdateImageStorageClass)."""
    answer: Any = ecr.update_image_storage_class(
        repositoryName="app", imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE"
    )
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": account_id,
        "repositoryName": "app",
        "imageId": {"imageDigest": digest_of(manifest_of("v1")), "imageTag": "v1"},
        "imageStatus": "ARCHIVED",
    }


def test_an_archived_image_is_listed_by_its_status_only(ecr: ECRClient) -> None:
    """Without imageStatus only ACTIVE images are listed (API ListImages, DescribeImages)."""
    push(ecr, "v2")
    move(ecr, "ARCHIVE")
    assert tags_with(ecr, None) == ["v2"]
    assert tags_with(ecr, "ACTIVE") == ["v2"]
    assert tags_with(ecr, "ARCHIVED") == ["v1"]
    assert tags_with(ecr, "ACTIVATING") == []
    assert tags_with(ecr, "ANY") == ["v1", "v2"]


def test_an_archived_image_cannot_be_pulled(ecr: ECRClient) -> None:
    """Neither manifest nor layers can be had (user guide, archiving an image)."""
    layer = digest_of("layer v1")
    move(ecr, "ARCHIVE")
    ids: Any = [{"imageTag": "v1"}]
    answer: Any = ecr.batch_get_image(repositoryName="app", imageIds=ids)
    assert answer["images"] == []
    assert answer["failures"][0]["failureCode"] == "ImageInaccessible"
    code = code_of(ecr.get_download_url_for_layer, repositoryName="app", layerDigest=layer)
    assert code == "LayerInaccessibleException"
    checked: Any = ecr.batch_check_layer_availability(repositoryName="app", layerDigests=[layer])
    assert checked["layers"][0]["layerAvailability"] == "ARCHIVED"


def test_an_archived_image_can_be_deleted(ecr: ECRClient) -> None:
    """BatchDeleteImage deletes it (user guide, archiving an image)."""
    move(ecr, "ARCHIVE")
    ids: Any = [{"imageTag": "v1"}]
    assert ecr.batch_delete_image(repositoryName="app", imageIds=ids)["failures"] == []


def test_a_restore_takes_time(ecr: ECRClient, passes: Callable[..., None]) -> None:
    """ACTIVATING comes first, then ACTIVE by itself (user guide, restoring an image)."""
    move(ecr, "ARCHIVE")
    archived = details_of(ecr)
    assert archived["imageStatus"] == "ARCHIVED"
    assert "lastActivatedAt" not in archived
    passes(days=1)
    assert move(ecr, "STANDARD") == "ACTIVATING"
    assert tags_with(ecr, "ACTIVATING") == ["v1"]
    assert tags_with(ecr, None) == []
    assert "lastActivatedAt" not in details_of(ecr)
    passes(minutes=20)
    restored = details_of(ecr)
    assert restored["imageStatus"] == "ACTIVE"
    assert restored["lastArchivedAt"] == archived["lastArchivedAt"]
    passed = restored["lastActivatedAt"] - restored["lastArchivedAt"]
    assert timedelta(days=1) < passed <= timedelta(days=1, minutes=20)
    assert tags_with(ecr, None) == ["v1"]


def test_an_image_that_is_there_already(ecr: ECRClient, passes: Callable[..., None]) -> None:
    """Moving it where it is, or is going, changes nothing."""
    assert move(ecr, "STANDARD") == "ACTIVE"
    move(ecr, "ARCHIVE")
    before = details_of(ecr)
    passes(hours=1)
    assert move(ecr, "ARCHIVE") == "ARCHIVED"
    assert details_of(ecr) == before
    assert move(ecr, "STANDARD") == "ACTIVATING"
    assert move(ecr, "STANDARD") == "ACTIVATING"


def test_an_image_is_archived_again(ecr: ECRClient, passes: Callable[..., None]) -> None:
    """Both times are those of the last move."""
    for _ in range(2):
        move(ecr, "ARCHIVE")
        passes(days=100)
        move(ecr, "STANDARD")
        passes(minutes=20)
    details = details_of(ecr)
    passed = details["lastArchivedAt"] - details["imagePushedAt"]
    assert passed > timedelta(days=100)
    assert details["lastActivatedAt"] > details["lastArchivedAt"]


def test_an_image_that_is_being_restored_cannot_be_archived(
    ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """It is ImageStorageClassUpdateNotSupportedException (API UpdateImageStorageClass)."""
    move(ecr, "ARCHIVE")
    move(ecr, "STANDARD")
    code = code_of(lambda: move(ecr, "ARCHIVE"))
    assert code == "ImageStorageClassUpdateNotSupportedException"


def test_what_an_index_lists_is_archived_after_it(ecr: ECRClient) -> None:
    """An image stays as long as a manifest list refers to it (user guide, lifecycle policies)."""
    index = push(ecr, manifest=index_of(manifest_of("v1")))
    error = refusal(lambda: move(ecr, "ARCHIVE"))["Error"]
    assert error["Code"] == "ImageStorageClassUpdateNotSupportedException"
    assert index in error["Message"]
    move(ecr, "ARCHIVE", imageDigest=index)
    assert move(ecr, "ARCHIVE") == "ARCHIVED"


@pytest.mark.parametrize("mutability", ["MUTABLE", "IMMUTABLE"])
def test_pushing_again_restores_at_once(ecr: ECRClient, mutability: str) -> None:
    """An archived image that is pushed is active immediately (user guide, restoring an image)."""
    call: Any = ecr.put_image_tag_mutability
    call(repositoryName="app", imageTagMutability=mutability)
    move(ecr, "ARCHIVE")
    push(ecr, "v1")
    details = details_of(ecr)
    assert details["imageStatus"] == "ACTIVE"
    assert details["lastActivatedAt"] >= details["lastArchivedAt"]
    code = code_of(lambda: push(ecr, "v1"))
    assert code == (
        "ImageAlreadyExistsException"
        if mutability == "MUTABLE"
        else "ImageTagAlreadyExistsException"
    )


def test_pushing_again_with_another_tag(ecr: ECRClient) -> None:
    """The tag is added, and the image restored."""
    move(ecr, "ARCHIVE")
    push(ecr, "v2", name="v1")
    assert tags_with(ecr, "ACTIVE") == ["v1", "v2"]


def test_images_that_are_not_there(ecr: ECRClient) -> None:
    """They are ImageNotFoundException; an empty id is an invalid parameter (API reference)."""
    code = code_of(lambda: move(ecr, "ARCHIVE", imageTag="absent"))
    assert code == "ImageNotFoundException"
    arguments: dict[str, Any] = {"imageId": {}, "targetStorageClass": "ARCHIVE"}
    call = ecr.update_image_storage_class
    assert "'imageId'" in message_of(call, repositoryName="app", **arguments)
    code = code_of(call, repositoryName="absent", **arguments)
    assert code == "RepositoryNotFoundException"
