"""What the methods for repository creation templates take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DescribeRepositoryCreationTemplatesResponse,
    EcrClient,
    EncryptionConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    Pager,
    RCTAppliedFor,
    RepositoryCreationTemplate,
)


def create_repository_creation_template(
    ecr: EcrClient,
    applied_for: list[RCTAppliedFor],
    encryption_configuration: EncryptionConfiguration,
    image_tag_mutability: ImageTagMutability,
    image_tag_mutability_exclusion_filters: list[ImageTagMutabilityExclusionFilter],
) -> None:
    assert_type(
        ecr.create_repository_creation_template("team", applied_for), RepositoryCreationTemplate
    )
    assert_type(
        ecr.create_repository_creation_template(
            prefix="team",
            applied_for=applied_for,
            description="text",
            encryption_configuration=encryption_configuration,
            resource_tags={"team": "payments"},
            image_tag_mutability=image_tag_mutability,
            image_tag_mutability_exclusion_filters=image_tag_mutability_exclusion_filters,
            repository_policy="{}",
            lifecycle_policy="{}",
            custom_role_arn="arn",
        ),
        RepositoryCreationTemplate,
    )


def describe_repository_creation_templates(ecr: EcrClient) -> None:
    assert_type(
        ecr.describe_repository_creation_templates(),
        Pager[RepositoryCreationTemplate, DescribeRepositoryCreationTemplatesResponse],
    )
    assert_type(
        ecr.describe_repository_creation_templates(
            prefixes=["prefixe"],
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[RepositoryCreationTemplate, DescribeRepositoryCreationTemplatesResponse],
    )


def update_repository_creation_template(
    ecr: EcrClient,
    encryption_configuration: EncryptionConfiguration,
    image_tag_mutability: ImageTagMutability,
    image_tag_mutability_exclusion_filters: list[ImageTagMutabilityExclusionFilter],
    applied_for: list[RCTAppliedFor],
) -> None:
    assert_type(ecr.update_repository_creation_template("team"), RepositoryCreationTemplate)
    assert_type(
        ecr.update_repository_creation_template(
            prefix="team",
            description="text",
            encryption_configuration=encryption_configuration,
            resource_tags={"team": "payments"},
            image_tag_mutability=image_tag_mutability,
            image_tag_mutability_exclusion_filters=image_tag_mutability_exclusion_filters,
            repository_policy="{}",
            lifecycle_policy="{}",
            applied_for=applied_for,
            custom_role_arn="arn",
        ),
        RepositoryCreationTemplate,
    )


def delete_repository_creation_template(ecr: EcrClient) -> None:
    assert_type(ecr.delete_repository_creation_template("team"), RepositoryCreationTemplate)
    assert_type(ecr.delete_repository_creation_template(prefix="team"), RepositoryCreationTemplate)
