"""What arguments may be: any sequence for a list, both kinds of tags, `None` for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_type

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    ImageTagMutability,
    RCTAppliedFor,
    Repository,
    RepositoryCreationTemplate,
    Tag,
)


def sequences(
    ecr: EcrClient, names: Sequence[str], filled: list[str], fixed: tuple[str, str]
) -> None:
    ecr.describe_repositories(repository_names=names)
    ecr.describe_repositories(repository_names=filled)
    ecr.describe_repositories(repository_names=fixed)
    ecr.describe_repositories(repository_names=[])


def tags(ecr: EcrClient, mapping: Mapping[str, str], many: list[Tag], few: tuple[Tag, Tag]) -> None:
    assert_type(ecr.create_repository("team/app", tags=mapping), Repository)
    assert_type(ecr.create_repository("team/app", tags=many), Repository)
    assert_type(ecr.create_repository("team/app", tags=few), Repository)
    ecr.tag_resource("arn", mapping)
    ecr.tag_resource("arn", few)


def tags_of_a_response(ecr: EcrClient, template: RepositoryCreationTemplate) -> None:
    # What a response has, a request takes.
    ecr.update_repository_creation_template(
        template.prefix,
        description=template.description,
        encryption_configuration=template.encryption_configuration,
        resource_tags=template.resource_tags,
        image_tag_mutability=template.image_tag_mutability,
        image_tag_mutability_exclusion_filters=template.image_tag_mutability_exclusion_filters,
        applied_for=template.applied_for,
        custom_role_arn=template.custom_role_arn,
    )


def nothing(ecr: EcrClient) -> None:
    ecr.create_repository(
        "team/app",
        registry_id=None,
        tags=None,
        image_tag_mutability=None,
        image_tag_mutability_exclusion_filters=None,
        image_scanning_configuration=None,
        encryption_configuration=None,
    )
    ecr.describe_repositories(
        registry_id=None,
        repository_names=None,
        page_size=None,
        max_items=None,
        starting_token=None,
    )


def optional_values(
    ecr: EcrClient,
    mutability: ImageTagMutability | None,
    configuration: EncryptionConfiguration | None,
) -> None:
    ecr.create_repository(
        "team/app", image_tag_mutability=mutability, encryption_configuration=configuration
    )


def enums(ecr: EcrClient) -> None:
    ecr.create_repository("team/app", image_tag_mutability=ImageTagMutability.IMMUTABLE)
    ecr.create_repository_creation_template(
        "team", [RCTAppliedFor.REPLICATION, RCTAppliedFor("A_NEW_ONE")]
    )
