"""What the methods for scanning take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    BatchGetRepositoryScanningConfigurationResponse,
    DescribeImageScanFindingsResponse,
    EcrClient,
    EnhancedImageScanFinding,
    ImageIdentifier,
    ImageScanFinding,
    ImageScanningConfiguration,
    Pager,
    PutImageScanningConfigurationResponse,
    RegistryScanningConfiguration,
    RegistryScanningRule,
    ScanType,
    StartImageScanResponse,
)


def get_registry_scanning_configuration(ecr: EcrClient) -> None:
    assert_type(ecr.get_registry_scanning_configuration(), RegistryScanningConfiguration)


def put_registry_scanning_configuration(
    ecr: EcrClient, scan_type: ScanType, rules: list[RegistryScanningRule]
) -> None:
    assert_type(ecr.put_registry_scanning_configuration(), RegistryScanningConfiguration)
    assert_type(
        ecr.put_registry_scanning_configuration(
            scan_type=scan_type,
            rules=rules,
        ),
        RegistryScanningConfiguration,
    )


def batch_get_repository_scanning_configuration(ecr: EcrClient) -> None:
    assert_type(
        ecr.batch_get_repository_scanning_configuration(["team/app", "team/web"]),
        BatchGetRepositoryScanningConfigurationResponse,
    )
    assert_type(
        ecr.batch_get_repository_scanning_configuration(repository_names=["team/app", "team/web"]),
        BatchGetRepositoryScanningConfigurationResponse,
    )


def put_image_scanning_configuration(
    ecr: EcrClient, image_scanning_configuration: ImageScanningConfiguration
) -> None:
    assert_type(
        ecr.put_image_scanning_configuration("team/app", image_scanning_configuration),
        PutImageScanningConfigurationResponse,
    )
    assert_type(
        ecr.put_image_scanning_configuration(
            repository_name="team/app",
            image_scanning_configuration=image_scanning_configuration,
            registry_id="012345678910",
        ),
        PutImageScanningConfigurationResponse,
    )


def start_image_scan(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    assert_type(ecr.start_image_scan("team/app", image_id), StartImageScanResponse)
    assert_type(
        ecr.start_image_scan(
            repository_name="team/app",
            image_id=image_id,
            registry_id="012345678910",
        ),
        StartImageScanResponse,
    )


def describe_image_scan_findings(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    assert_type(
        ecr.describe_image_scan_findings("team/app", image_id),
        Pager[ImageScanFinding | EnhancedImageScanFinding, DescribeImageScanFindingsResponse],
    )
    assert_type(
        ecr.describe_image_scan_findings(
            repository_name="team/app",
            image_id=image_id,
            registry_id="012345678910",
            page_size=100,
            max_items=10,
            starting_token="token",
        ),
        Pager[ImageScanFinding | EnhancedImageScanFinding, DescribeImageScanFindingsResponse],
    )
