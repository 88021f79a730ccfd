"""What the methods for repository policies take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DeleteRepositoryPolicyResponse,
    EcrClient,
    GetRepositoryPolicyResponse,
    SetRepositoryPolicyResponse,
)


def set_repository_policy(ecr: EcrClient) -> None:
    assert_type(ecr.set_repository_policy("team/app", "{}"), SetRepositoryPolicyResponse)
    assert_type(
        ecr.set_repository_policy(
            repository_name="team/app",
            policy_text="{}",
            registry_id="012345678910",
            force=True,
        ),
        SetRepositoryPolicyResponse,
    )


def get_repository_policy(ecr: EcrClient) -> None:
    assert_type(ecr.get_repository_policy("team/app"), GetRepositoryPolicyResponse)
    assert_type(
        ecr.get_repository_policy(
            repository_name="team/app",
            registry_id="012345678910",
        ),
        GetRepositoryPolicyResponse,
    )


def delete_repository_policy(ecr: EcrClient) -> None:
    assert_type(ecr.delete_repository_policy("team/app"), DeleteRepositoryPolicyResponse)
    assert_type(
        ecr.delete_repository_policy(
            repository_name="team/app",
            registry_id="012345678910",
        ),
        DeleteRepositoryPolicyResponse,
    )
