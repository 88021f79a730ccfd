"""What the methods for lifecycle policies take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DeleteLifecyclePolicyResponse,
    EcrClient,
    GetLifecyclePolicyPreviewResponse,
    GetLifecyclePolicyResponse,
    ImageIdentifier,
    LifecyclePolicyPreviewFilter,
    LifecyclePolicyPreviewResult,
    Pager,
    PutLifecyclePolicyResponse,
    StartLifecyclePolicyPreviewResponse,
)


def put_lifecycle_policy(ecr: EcrClient) -> None:
    assert_type(ecr.put_lifecycle_policy("team/app", "{}"), PutLifecyclePolicyResponse)
    assert_type(
        ecr.put_lifecycle_policy(
            repository_name="team/app",
            lifecycle_policy_text="{}",
            registry_id="012345678910",
        ),
        PutLifecyclePolicyResponse,
    )


def get_lifecycle_policy(ecr: EcrClient) -> None:
    assert_type(ecr.get_lifecycle_policy("team/app"), GetLifecyclePolicyResponse)
    assert_type(
        ecr.get_lifecycle_policy(
            repository_name="team/app",
            registry_id="012345678910",
        ),
        GetLifecyclePolicyResponse,
    )


def delete_lifecycle_policy(ecr: EcrClient) -> None:
    assert_type(ecr.delete_lifecycle_policy("team/app"), DeleteLifecyclePolicyResponse)
    assert_type(
        ecr.delete_lifecycle_policy(
            repository_name="team/app",
            registry_id="012345678910",
        ),
        DeleteLifecyclePolicyResponse,
    )


def start_lifecycle_policy_preview(ecr: EcrClient) -> None:
    assert_type(ecr.start_lifecycle_policy_preview("team/app"), StartLifecyclePolicyPreviewResponse)
    assert_type(
        ecr.start_lifecycle_policy_preview(
            repository_name="team/app",
            registry_id="012345678910",
            lifecycle_policy_text="{}",
        ),
        StartLifecyclePolicyPreviewResponse,
    )


def get_lifecycle_policy_preview(
    ecr: EcrClient, image_ids: list[ImageIdentifier], filter: LifecyclePolicyPreviewFilter
) -> None:
    assert_type(
        ecr.get_lifecycle_policy_preview("team/app"),
        Pager[LifecyclePolicyPreviewResult, GetLifecyclePolicyPreviewResponse],
    )
    assert_type(
        ecr.get_lifecycle_policy_preview(
            repository_name="team/app",
            registry_id="012345678910",
            image_ids=image_ids,
            filter=filter,
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[LifecyclePolicyPreviewResult, GetLifecyclePolicyPreviewResponse],
    )
