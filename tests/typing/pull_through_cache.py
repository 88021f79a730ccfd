"""What the methods for pull through cache take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    CreatePullThroughCacheRuleResponse,
    DeletePullThroughCacheRuleResponse,
    DescribePullThroughCacheRulesResponse,
    EcrClient,
    Pager,
    PullThroughCacheRule,
    UpdatePullThroughCacheRuleResponse,
    UpstreamRegistry,
    ValidatePullThroughCacheRuleResponse,
)


def create_pull_through_cache_rule(ecr: EcrClient, upstream_registry: UpstreamRegistry) -> None:
    assert_type(
        ecr.create_pull_through_cache_rule("hub", "registry-1.docker.io"),
        CreatePullThroughCacheRuleResponse,
    )
    assert_type(
        ecr.create_pull_through_cache_rule(
            ecr_repository_prefix="hub",
            upstream_registry_url="registry-1.docker.io",
            registry_id="012345678910",
            upstream_registry=upstream_registry,
            credential_arn="arn",
            custom_role_arn="arn",
            upstream_repository_prefix="library",
        ),
        CreatePullThroughCacheRuleResponse,
    )


def describe_pull_through_cache_rules(ecr: EcrClient) -> None:
    assert_type(
        ecr.describe_pull_through_cache_rules(),
        Pager[PullThroughCacheRule, DescribePullThroughCacheRulesResponse],
    )
    assert_type(
        ecr.describe_pull_through_cache_rules(
            registry_id="012345678910",
            ecr_repository_prefixes=["ecr_repository_prefixe"],
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[PullThroughCacheRule, DescribePullThroughCacheRulesResponse],
    )


def update_pull_through_cache_rule(ecr: EcrClient) -> None:
    assert_type(ecr.update_pull_through_cache_rule("hub"), UpdatePullThroughCacheRuleResponse)
    assert_type(
        ecr.update_pull_through_cache_rule(
            ecr_repository_prefix="hub",
            registry_id="012345678910",
            credential_arn="arn",
            custom_role_arn="arn",
        ),
        UpdatePullThroughCacheRuleResponse,
    )


def delete_pull_through_cache_rule(ecr: EcrClient) -> None:
    assert_type(ecr.delete_pull_through_cache_rule("hub"), DeletePullThroughCacheRuleResponse)
    assert_type(
        ecr.delete_pull_through_cache_rule(
            ecr_repository_prefix="hub",
            registry_id="012345678910",
        ),
        DeletePullThroughCacheRuleResponse,
    )


def validate_pull_through_cache_rule(ecr: EcrClient) -> None:
    assert_type(ecr.validate_pull_through_cache_rule("hub"), ValidatePullThroughCacheRuleResponse)
    assert_type(
        ecr.validate_pull_through_cache_rule(
            ecr_repository_prefix="hub",
            registry_id="012345678910",
        ),
        ValidatePullThroughCacheRuleResponse,
    )
