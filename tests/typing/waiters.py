"""What waits take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DescribeImageScanFindingsResponse,
    EcrClient,
    GetLifecyclePolicyPreviewResponse,
    ImageIdentifier,
)


def wait_until_image_scan_complete(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    assert_type(
        ecr.wait_until_image_scan_complete("team/app", image_id),
        DescribeImageScanFindingsResponse,
    )
    assert_type(
        ecr.wait_until_image_scan_complete(
            repository_name="team/app",
            image_id=image_id,
            registry_id="012345678910",
            delay=1,
            timeout=60.5,
        ),
        DescribeImageScanFindingsResponse,
    )


def wait_until_lifecycle_policy_preview_complete(ecr: EcrClient) -> None:
    assert_type(
        ecr.wait_until_lifecycle_policy_preview_complete("team/app"),
        GetLifecyclePolicyPreviewResponse,
    )
    assert_type(
        ecr.wait_until_lifecycle_policy_preview_complete(
            repository_name="team/app",
            registry_id="012345678910",
            delay=1,
            timeout=60.5,
        ),
        GetLifecyclePolicyPreviewResponse,
    )
