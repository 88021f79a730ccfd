"""What the methods for registry take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    AuthorizationData,
    DeleteRegistryPolicyResponse,
    DescribeRegistryResponse,
    EcrClient,
    GetAccountSettingResponse,
    GetRegistryPolicyResponse,
    PutAccountSettingResponse,
    PutRegistryPolicyResponse,
)


def describe_registry(ecr: EcrClient) -> None:
    assert_type(ecr.describe_registry(), DescribeRegistryResponse)


def get_registry_policy(ecr: EcrClient) -> None:
    assert_type(ecr.get_registry_policy(), GetRegistryPolicyResponse)


def put_registry_policy(ecr: EcrClient) -> None:
    assert_type(ecr.put_registry_policy("{}"), PutRegistryPolicyResponse)
    assert_type(ecr.put_registry_policy(policy_text="{}"), PutRegistryPolicyResponse)


def delete_registry_policy(ecr: EcrClient) -> None:
    assert_type(ecr.delete_registry_policy(), DeleteRegistryPolicyResponse)


def get_account_setting(ecr: EcrClient) -> None:
    assert_type(ecr.get_account_setting("BASIC_SCAN_TYPE_VERSION"), GetAccountSettingResponse)
    assert_type(ecr.get_account_setting(name="BASIC_SCAN_TYPE_VERSION"), GetAccountSettingResponse)


def put_account_setting(ecr: EcrClient) -> None:
    assert_type(
        ecr.put_account_setting("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"), PutAccountSettingResponse
    )
    assert_type(
        ecr.put_account_setting(name="BASIC_SCAN_TYPE_VERSION", value="AWS_NATIVE"),
        PutAccountSettingResponse,
    )


def get_authorization_token(ecr: EcrClient) -> None:
    assert_type(ecr.get_authorization_token(), tuple[AuthorizationData, ...])
    assert_type(
        ecr.get_authorization_token(
            registry_ids=["012345678910"],
        ),
        tuple[AuthorizationData, ...],
    )
