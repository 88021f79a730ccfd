"""All operations of the service, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecr_typed.testing._emulator.registry.call import Operation
from ecr_typed.testing._emulator.topics import (
    layers,
    pull_through_cache,
    pull_time_exclusions,
    registry,
    repositories,
    repository_creation_templates,
    repository_policies,
    scanning,
    signing,
    tags,
)
from ecr_typed.testing._emulator.topics.images import listing, pulling, pushing, storage
from ecr_typed.testing._emulator.topics.lifecycle_policies import operations as lifecycle_policies
from ecr_typed.testing._emulator.topics.replication import backfills
from ecr_typed.testing._emulator.topics.replication import rules as replication

OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateRepository": repositories.create_repository,
    "DescribeRepositories": repositories.describe_repositories,
    "DeleteRepository": repositories.delete_repository,
    "PutImageTagMutability": repositories.put_image_tag_mutability,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "ListTagsForResource": tags.list_tags_for_resource,
    "CreateRepositoryCreationTemplate": repository_creation_templates.create_repository_creation_template,
    "DescribeRepositoryCreationTemplates": repository_creation_templates.describe_repository_creation_templates,
    "UpdateRepositoryCreationTemplate": repository_creation_templates.update_repository_creation_template,
    "DeleteRepositoryCreationTemplate": repository_creation_templates.delete_repository_creation_template,
    "PutImage": pushing.put_image,
    "BatchGetImage": pulling.batch_get_image,
    "ListImages": listing.list_images,
    "DescribeImages": listing.describe_images,
    "ListImageReferrers": listing.list_image_referrers,
    "BatchDeleteImage": storage.batch_delete_image,
    "UpdateImageStorageClass": storage.update_image_storage_class,
    "InitiateLayerUpload": layers.initiate_layer_upload,
    "UploadLayerPart": layers.upload_layer_part,
    "CompleteLayerUpload": layers.complete_layer_upload,
    "BatchCheckLayerAvailability": layers.batch_check_layer_availability,
    "GetDownloadUrlForLayer": layers.get_download_url_for_layer,
    "PutLifecyclePolicy": lifecycle_policies.put_lifecycle_policy,
    "GetLifecyclePolicy": lifecycle_policies.get_lifecycle_policy,
    "DeleteLifecyclePolicy": lifecycle_policies.delete_lifecycle_policy,
    "StartLifecyclePolicyPreview": lifecycle_policies.start_lifecycle_policy_preview,
    "GetLifecyclePolicyPreview": lifecycle_policies.get_lifecycle_policy_preview,
    "SetRepositoryPolicy": repository_policies.set_repository_policy,
    "GetRepositoryPolicy": repository_policies.get_repository_policy,
    "DeleteRepositoryPolicy": repository_policies.delete_repository_policy,
    "PutRegistryPolicy": registry.put_registry_policy,
    "GetRegistryPolicy": registry.get_registry_policy,
    "DeleteRegistryPolicy": registry.delete_registry_policy,
    "DescribeRegistry": registry.describe_registry,
    "GetAccountSetting": registry.get_account_setting,
    "PutAccountSetting": registry.put_account_setting,
    "GetAuthorizationToken": registry.get_authorization_token,
    "CreatePullThroughCacheRule": pull_through_cache.create_pull_through_cache_rule,
    "DescribePullThroughCacheRules": pull_through_cache.describe_pull_through_cache_rules,
    "UpdatePullThroughCacheRule": pull_through_cache.update_pull_through_cache_rule,
    "DeletePullThroughCacheRule": pull_through_cache.delete_pull_through_cache_rule,
    "ValidatePullThroughCacheRule": pull_through_cache.validate_pull_through_cache_rule,
    "PutReplicationConfiguration": replication.put_replication_configuration,
    "DescribeImageReplicationStatus": replication.describe_image_replication_status,
    "StartReplicationBackfill": backfills.start_replication_backfill,
    "StopReplicationBackfill": backfills.stop_replication_backfill,
    "ListReplicationBackfills": backfills.list_replication_backfills,
    "DescribeReplicationBackfillResults": backfills.describe_replication_backfill_results,
    "GetRegistryScanningConfiguration": scanning.get_registry_scanning_configuration,
    "PutRegistryScanningConfiguration": scanning.put_registry_scanning_configuration,
    "BatchGetRepositoryScanningConfiguration": scanning.batch_get_repository_scanning_configuration,
    "PutImageScanningConfiguration": scanning.put_image_scanning_configuration,
    "StartImageScan": scanning.start_image_scan,
    "DescribeImageScanFindings": scanning.describe_image_scan_findings,
    "GetSigningConfiguration": signing.get_signing_configuration,
    "PutSigningConfiguration": signing.put_signing_configuration,
    "DeleteSigningConfiguration": signing.delete_signing_configuration,
    "DescribeImageSigningStatus": signing.describe_image_signing_status,
    "RegisterPullTimeUpdateExclusion": pull_time_exclusions.register_pull_time_update_exclusion,
    "DeregisterPullTimeUpdateExclusion": pull_time_exclusions.deregister_pull_time_update_exclusion,
    "ListPullTimeUpdateExclusions": pull_time_exclusions.list_pull_time_update_exclusions,
}
