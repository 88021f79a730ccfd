"""What the methods for images take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    BatchDeleteImageResponse,
    BatchGetImageResponse,
    DescribeImagesFilter,
    DescribeImagesResponse,
    EcrClient,
    Image,
    ImageDetail,
    ImageIdentifier,
    ImageReferrer,
    ListImageReferrersFilter,
    ListImageReferrersResponse,
    ListImagesFilter,
    ListImagesResponse,
    Pager,
    SubjectIdentifier,
    TargetStorageClass,
    UpdateImageStorageClassResponse,
)


def put_image(ecr: EcrClient) -> None:
    assert_type(ecr.put_image("team/app", "{}"), Image)
    assert_type(
        ecr.put_image(
            repository_name="team/app",
            image_manifest="{}",
            registry_id="012345678910",
            image_manifest_media_type="application/vnd.oci.image.manifest.v1+json",
            image_tag="1.0",
            image_digest="sha256:0",
        ),
        Image,
    )


def batch_get_image(ecr: EcrClient, image_ids: list[ImageIdentifier]) -> None:
    assert_type(ecr.batch_get_image("team/app", image_ids), BatchGetImageResponse)
    assert_type(
        ecr.batch_get_image(
            repository_name="team/app",
            image_ids=image_ids,
            registry_id="012345678910",
            accepted_media_types=["accepted_media_type"],
        ),
        BatchGetImageResponse,
    )


def batch_delete_image(ecr: EcrClient, image_ids: list[ImageIdentifier]) -> None:
    assert_type(ecr.batch_delete_image("team/app", image_ids), BatchDeleteImageResponse)
    assert_type(
        ecr.batch_delete_image(
            repository_name="team/app",
            image_ids=image_ids,
            registry_id="012345678910",
        ),
        BatchDeleteImageResponse,
    )


def list_images(ecr: EcrClient, filter: ListImagesFilter) -> None:
    assert_type(ecr.list_images("team/app"), Pager[ImageIdentifier, ListImagesResponse])
    assert_type(
        ecr.list_images(
            repository_name="team/app",
            registry_id="012345678910",
            filter=filter,
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[ImageIdentifier, ListImagesResponse],
    )


def describe_images(
    ecr: EcrClient, image_ids: list[ImageIdentifier], filter: DescribeImagesFilter
) -> None:
    assert_type(ecr.describe_images("team/app"), Pager[ImageDetail, DescribeImagesResponse])
    assert_type(
        ecr.describe_images(
            repository_name="team/app",
            registry_id="012345678910",
            image_ids=image_ids,
            filter=filter,
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[ImageDetail, DescribeImagesResponse],
    )


def list_image_referrers(
    ecr: EcrClient, subject_id: SubjectIdentifier, filter: ListImageReferrersFilter
) -> None:
    assert_type(
        ecr.list_image_referrers("team/app", subject_id),
        Pager[ImageReferrer, ListImageReferrersResponse],
    )
    assert_type(
        ecr.list_image_referrers(
            repository_name="team/app",
            subject_id=subject_id,
            registry_id="012345678910",
            filter=filter,
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[ImageReferrer, ListImageReferrersResponse],
    )


def update_image_storage_class(
    ecr: EcrClient, image_id: ImageIdentifier, target_storage_class: TargetStorageClass
) -> None:
    assert_type(
        ecr.update_image_storage_class("team/app", image_id, target_storage_class),
        UpdateImageStorageClassResponse,
    )
    assert_type(
        ecr.update_image_storage_class(
            repository_name="team/app",
            image_id=image_id,
            target_storage_class=target_storage_class,
            registry_id="012345678910",
        ),
        UpdateImageStorageClassResponse,
    )
