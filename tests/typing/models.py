"""What the attributes of models are, a kind of shape at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, assert_type

import ecr_typed
from ecr_typed import (
    AuthorizationData,
    CvssScore,
    DescribeRepositoriesResponse,
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    FindingSeverity,
    ImageScanFindings,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    InitiateLayerUploadResponse,
    ListImageReferrersFilter,
    OpenEnum,
    RCTAppliedFor,
    RegistryScanningRule,
    ReplicationConfiguration,
    ReplicationDestination,
    ReplicationRule,
    Repository,
    RepositoryCreationTemplate,
    RepositoryFilter,
    RepositoryFilterType,
    ScanFrequency,
    ScanningRepositoryFilter,
    ScanningRepositoryFilterType,
    SigningConfiguration,
    SigningRepositoryFilter,
    SigningRepositoryFilterType,
    SigningRule,
    Tag,
)
from ecr_typed.models import CreateRepositoryRequest, UploadLayerPartRequest


def models_are_an_attribute_of_the_package(repository: ecr_typed.models.Repository) -> None:
    assert_type(repository, Repository)


def text_that_is_always_there(repository: Repository, template: RepositoryCreationTemplate) -> None:
    assert_type(repository.repository_arn, str)
    assert_type(repository.registry_id, str)
    assert_type(repository.repository_name, str)
    assert_type(repository.repository_uri, str)
    assert_type(template.prefix, str)


def text_that_may_lack(template: RepositoryCreationTemplate) -> None:
    assert_type(template.description, str | None)
    assert_type(template.custom_role_arn, str | None)


def truth_value(configuration: ImageScanningConfiguration) -> None:
    assert_type(configuration.scan_on_push, bool | None)


def numbers(upload: InitiateLayerUploadResponse, score: CvssScore) -> None:
    assert_type(upload.part_size, int)
    assert_type(score.base_score, float | None)


def blob(request: UploadLayerPartRequest) -> None:
    assert_type(request.layer_part_blob, bytes)


def points_in_time(repository: Repository, template: RepositoryCreationTemplate) -> None:
    assert_type(repository.created_at, datetime)
    assert_type(template.created_at, datetime | None)


def secret(data: AuthorizationData) -> None:
    assert_type(data.authorization_token, str)
    assert_type(data.expires_at, datetime)


def enums(configuration: EncryptionConfiguration, repository: Repository) -> None:
    assert_type(configuration.encryption_type, EncryptionType)
    assert_type(repository.image_tag_mutability, ImageTagMutability | None)


def nested(repository: Repository, template: RepositoryCreationTemplate) -> None:
    assert_type(repository.image_scanning_configuration, ImageScanningConfiguration | None)
    assert_type(repository.encryption_configuration, EncryptionConfiguration | None)
    # One class, though the service has a second name for it.
    assert_type(template.encryption_configuration, EncryptionConfiguration | None)
    if repository.encryption_configuration:
        assert_type(repository.encryption_configuration.kms_key, str | None)


def tuples_of_models(
    repository: Repository,
    template: RepositoryCreationTemplate,
    response: DescribeRepositoriesResponse,
) -> None:
    assert_type(template.resource_tags, tuple[Tag, ...] | None)
    assert_type(
        repository.image_tag_mutability_exclusion_filters,
        tuple[ImageTagMutabilityExclusionFilter, ...] | None,
    )
    assert_type(response.repositories, tuple[Repository, ...])
    for each in repository.image_tag_mutability_exclusion_filters or ():
        assert_type(each.filter_type, ImageTagMutabilityExclusionFilterType)


def tuple_of_enums(template: RepositoryCreationTemplate) -> None:
    assert_type(template.applied_for, tuple[RCTAppliedFor, ...] | None)


def map_with_enum_keys(findings: ImageScanFindings) -> None:
    assert_type(findings.finding_severity_counts, Mapping[FindingSeverity, int] | None)
    if findings.finding_severity_counts:
        for severity, count in findings.finding_severity_counts.items():
            assert_type(severity, FindingSeverity)
            assert_type(count, int)
        assert_type(findings.finding_severity_counts.get(FindingSeverity.HIGH), int | None)


def members_of_enums(value: EncryptionType) -> None:
    assert_type(EncryptionType.KMS_DSSE, Literal[EncryptionType.KMS_DSSE])
    assert_type(EncryptionType("KMS_FUTURE"), EncryptionType)
    assert_type(value.is_known, bool)
    assert_type(value.value, str)
    as_text: str = value
    as_base: OpenEnum = value
    assert_type((as_text.lower(), as_base.is_known), tuple[str, bool])


def match(configuration: EncryptionConfiguration) -> str:
    match configuration:
        case EncryptionConfiguration(encryption_type=EncryptionType.AES256):
            return "S3"
        case EncryptionConfiguration(kms_key=str() as key):
            return assert_type(key, str)
        case _:
            return assert_type(configuration.encryption_type, EncryptionType)


def making() -> None:
    tag = Tag(key="team", value="payments")
    configuration = EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key=None)
    request = CreateRepositoryRequest(
        repository_name="team/app", tags=(tag,), encryption_configuration=configuration
    )
    assert_type(request.tags, tuple[Tag, ...] | None)
    assert_type(hash(tag), int)
    assert_type(tag == tag, bool)


def sequences(ecr: EcrClient, profile_arn: str) -> None:
    """Users make these models for requests: any sequence does, and becomes a tuple."""
    replicated = RepositoryFilter(filter="team", filter_type=RepositoryFilterType.PREFIX_MATCH)
    destination = ReplicationDestination(region="eu-central-1", registry_id="012345678910")
    rule = ReplicationRule(destinations=[destination], repository_filters=[replicated])
    replication = ReplicationConfiguration(
        rules=[rule, ReplicationRule(destinations=(destination,))]
    )
    assert_type(replication.rules, tuple[ReplicationRule, ...])
    assert_type(rule.destinations, tuple[ReplicationDestination, ...])
    assert_type(rule.repository_filters, tuple[RepositoryFilter, ...] | None)
    scanned = ScanningRepositoryFilter(
        filter="*", filter_type=ScanningRepositoryFilterType.WILDCARD
    )
    RegistryScanningRule(scan_frequency=ScanFrequency.SCAN_ON_PUSH, repository_filters=[scanned])
    signed = SigningRepositoryFilter(
        filter="*", filter_type=SigningRepositoryFilterType.WILDCARD_MATCH
    )
    SigningConfiguration(
        rules=[SigningRule(signing_profile_arn=profile_arn, repository_filters=[signed])]
    )
    types = ListImageReferrersFilter(artifact_types=["application/spdx+json"])
    assert_type(types.artifact_types, tuple[str, ...] | None)
    ListImageReferrersFilter(artifact_types=None)
    ecr.put_replication_configuration(ReplicationConfiguration(rules=[]))
