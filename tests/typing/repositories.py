"""What the methods for repositories take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DescribeRepositoriesResponse,
    EcrClient,
    EncryptionConfiguration,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    Pager,
    PutImageTagMutabilityResponse,
    Repository,
)


def create_repository(
    ecr: EcrClient,
    image_tag_mutability: ImageTagMutability,
    image_tag_mutability_exclusion_filters: list[ImageTagMutabilityExclusionFilter],
    image_scanning_configuration: ImageScanningConfiguration,
    encryption_configuration: EncryptionConfiguration,
) -> None:
    assert_type(ecr.create_repository("team/app"), Repository)
    assert_type(
        ecr.create_repository(
            repository_name="team/app",
            registry_id="012345678910",
            tags={"team": "payments"},
            image_tag_mutability=image_tag_mutability,
            image_tag_mutability_exclusion_filters=image_tag_mutability_exclusion_filters,
            image_scanning_configuration=image_scanning_configuration,
            encryption_configuration=encryption_configuration,
        ),
        Repository,
    )


def describe_repositories(ecr: EcrClient) -> None:
    assert_type(ecr.describe_repositories(), Pager[Repository, DescribeRepositoriesResponse])
    assert_type(
        ecr.describe_repositories(
            registry_id="012345678910",
            repository_names=["team/app", "team/web"],
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[Repository, DescribeRepositoriesResponse],
    )


def delete_repository(ecr: EcrClient) -> None:
    assert_type(ecr.delete_repository("team/app"), Repository)
    assert_type(
        ecr.delete_repository(
            repository_name="team/app",
            registry_id="012345678910",
            force=True,
        ),
        Repository,
    )


def put_image_tag_mutability(
    ecr: EcrClient,
    image_tag_mutability: ImageTagMutability,
    image_tag_mutability_exclusion_filters: list[ImageTagMutabilityExclusionFilter],
) -> None:
    assert_type(
        ecr.put_image_tag_mutability("team/app", image_tag_mutability),
        PutImageTagMutabilityResponse,
    )
    assert_type(
        ecr.put_image_tag_mutability(
            repository_name="team/app",
            image_tag_mutability=image_tag_mutability,
            registry_id="012345678910",
            image_tag_mutability_exclusion_filters=image_tag_mutability_exclusion_filters,
        ),
        PutImageTagMutabilityResponse,
    )
