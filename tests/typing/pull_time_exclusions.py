"""What the methods for pull time exclusions take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DeregisterPullTimeUpdateExclusionResponse,
    EcrClient,
    ListPullTimeUpdateExclusionsResponse,
    Pager,
    RegisterPullTimeUpdateExclusionResponse,
)


def register_pull_time_update_exclusion(ecr: EcrClient) -> None:
    assert_type(
        ecr.register_pull_time_update_exclusion("arn"), RegisterPullTimeUpdateExclusionResponse
    )
    assert_type(
        ecr.register_pull_time_update_exclusion(principal_arn="arn"),
        RegisterPullTimeUpdateExclusionResponse,
    )


def deregister_pull_time_update_exclusion(ecr: EcrClient) -> None:
    assert_type(
        ecr.deregister_pull_time_update_exclusion("arn"), DeregisterPullTimeUpdateExclusionResponse
    )
    assert_type(
        ecr.deregister_pull_time_update_exclusion(principal_arn="arn"),
        DeregisterPullTimeUpdateExclusionResponse,
    )


def list_pull_time_update_exclusions(ecr: EcrClient) -> None:
    assert_type(
        ecr.list_pull_time_update_exclusions(), Pager[str, ListPullTimeUpdateExclusionsResponse]
    )
    assert_type(
        ecr.list_pull_time_update_exclusions(
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[str, ListPullTimeUpdateExclusionsResponse],
    )
