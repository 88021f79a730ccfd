"""StartImageScan, DescribeImageScanFindings, and scans on push."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from ecr_typed.testing import EcrEmulator

from .answers import code_of, message_of, refusal
from .pushing import index_of, manifest_of, push
from .test_scanning_configuration import configure, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

V1: Any = {"repositoryName": "app", "imageId": {"imageTag": "v1"}}


@pytest.fixture
def boto3_ecr(make_client: Callable[..., ECRClient]) -> ECRClient:
    """Give a client on a registry with one image, app:v1."""
    # botocore would wait and try again when a limit is exceeded.
    boto3_ecr = make_client(config=Config(retries={"total_max_attempts": 1}))
    boto3_ecr.create_repository(repositoryName="app")
    push(boto3_ecr, "v1")
    return boto3_ecr


def status_of(boto3_ecr: ECRClient, tag: str = "v1") -> Any:
    """Give the status of an image's scan."""
    answer: Any = boto3_ecr.describe_image_scan_findings(
        repositoryName="app", imageId={"imageTag": tag}
    )
    return answer["imageScanStatus"]


def test_a_scan_from_start_to_end(
    boto3_ecr: ECRClient, account_id: str, emulator: EcrEmulator, passes: Callable[..., None]
) -> None:
    """A scan is in progress, then complete (API StartImageScan, DescribeImageScanFindings)."""
    digest = push(boto3_ecr, "v2", manifest=manifest_of("v1"))
    subject = {
        "registryId": account_id,
        "repositoryName": "app",
        "imageId": {"imageDigest": digest, "imageTag": "v1"},
    }
    started: Any = boto3_ecr.start_image_scan(**V1)
    assert started["imageScanStatus"] == {"status": "IN_PROGRESS"}
    running: Any = boto3_ecr.describe_image_scan_findings(**V1)
    assert running["imageScanStatus"]["status"] == "IN_PROGRESS"
    assert "imageScanFindings" not in running
    passes(seconds=1)
    now = emulator.clock.now()
    done: Any = boto3_ecr.describe_image_scan_findings(**V1)
    assert {name: started[name] for name in subject} == subject
    assert {name: done[name] for name in subject} == subject
    # As in the examples of the AWS CLI.
    assert done["imageScanStatus"] == {
        "status": "COMPLETE",
        "description": "The scan was completed successfully.",
    }
    findings = done["imageScanFindings"]
    assert findings["findings"] == []
    assert findings["findingSeverityCounts"] == {}
    for time in ("imageScanCompletedAt", "vulnerabilitySourceUpdatedAt"):
        assert abs(findings[time] - now) < timedelta(milliseconds=1)


def test_a_scan_of_a_digest(boto3_ecr: ECRClient) -> None:
    """An image named by its digest is answered without a tag."""
    digest = push(boto3_ecr, "v2")
    answer: Any = boto3_ecr.start_image_scan(repositoryName="app", imageId={"imageDigest": digest})
    assert answer["imageId"] == {"imageDigest": digest}


def test_before_a_scan(boto3_ecr: ECRClient, account_id: str) -> None:
    """Without a scan there is a ScanNotFoundException (API DescribeImageScanFindings)."""
    error = refusal(boto3_ecr.describe_image_scan_findings, **V1)["Error"]
    assert error["Code"] == "ScanNotFoundException"
    assert error["Message"] == (
        "Image scan does not exist for the image with '{imageDigest:'null', imageTag:'v1'}' in "
        f"the repository with name 'app' in the registry with id '{account_id}'"
    )


def test_one_basic_scan_in_24_hours(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """A second scan within 24 hours is LimitExceededException (API StartImageScan)."""
    boto3_ecr.start_image_scan(**V1)
    passes(hours=23, minutes=59)
    error = refusal(boto3_ecr.start_image_scan, **V1)["Error"]
    assert error["Code"] == "LimitExceededException"
    # As moto has it.
    assert error["Message"] == "The scan quota per image has been exceeded. Wait and try again."
    passes(minutes=1)
    boto3_ecr.start_image_scan(**V1)
    assert status_of(boto3_ecr)["status"] == "IN_PROGRESS"


def test_a_scan_on_push_counts(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """The scan of a push is one of the day (API StartImageScan)."""
    configure(boto3_ecr, "BASIC", rule_of("SCAN_ON_PUSH", "app"))
    push(boto3_ecr, "v2")
    assert status_of(boto3_ecr, "v2")["status"] == "IN_PROGRESS"
    image: Any = {"imageTag": "v2"}
    code = code_of(boto3_ecr.start_image_scan, repositoryName="app", imageId=image)
    assert code == "LimitExceededException"
    passes(seconds=1)
    assert status_of(boto3_ecr, "v2")["status"] == "COMPLETE"
    # What was pushed before is scanned by hand only.
    assert code_of(boto3_ecr.describe_image_scan_findings, **V1) == "ScanNotFoundException"


def test_a_repository_that_scans_on_push(boto3_ecr: ECRClient) -> None:
    """The repository's own setting scans on push, too (API ImageScanningConfiguration)."""
    boto3_ecr.put_image_scanning_configuration(
        repositoryName="app", imageScanningConfiguration={"scanOnPush": True}
    )
    push(boto3_ecr, "v2")
    assert status_of(boto3_ecr, "v2")["status"] == "IN_PROGRESS"


def test_an_image_that_is_pushed_anew_has_no_scan(boto3_ecr: ECRClient) -> None:
    """A scan goes with its image."""
    boto3_ecr.start_image_scan(**V1)
    boto3_ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])
    push(boto3_ecr, "v1")
    assert code_of(boto3_ecr.describe_image_scan_findings, **V1) == "ScanNotFoundException"


def test_an_index_is_not_scanned(boto3_ecr: ECRClient) -> None:
    """Indexes can't be scanned (docker/setup-buildx-action#186), nor are they on push."""
    configure(boto3_ecr, "BASIC", rule_of("SCAN_ON_PUSH", "*"))
    push(boto3_ecr, "all", manifest=index_of(manifest_of("v1")))
    image: Any = {"imageTag": "all"}
    error = refusal(boto3_ecr.start_image_scan, repositoryName="app", imageId=image)["Error"]
    assert error["Code"] == "UnsupportedImageTypeException"
    assert error["Message"] == (
        "An artifact with media type 'application/vnd.oci.image.index.v1+json' cannot be "
        "scanned. For more information, see the Amazon ECR documentation."
    )
    code = code_of(boto3_ecr.describe_image_scan_findings, repositoryName="app", imageId=image)
    assert code == "ScanNotFoundException"


def test_an_archived_image_is_not_scanned(
    boto3_ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """An archived image is an ImageArchivedException until it is restored (user guide, archive)."""
    boto3_ecr.update_image_storage_class(**V1, targetStorageClass="ARCHIVE")
    assert code_of(boto3_ecr.start_image_scan, **V1) == "ImageArchivedException"
    boto3_ecr.update_image_storage_class(**V1, targetStorageClass="STANDARD")
    assert code_of(boto3_ecr.start_image_scan, **V1) == "ImageArchivedException"
    passes(hours=1)
    boto3_ecr.start_image_scan(**V1)


def test_scans_of_what_is_not_there(boto3_ecr: ECRClient) -> None:
    """Unknown images and repositories are errors (API StartImageScan)."""
    absent: Any = {"imageTag": "v9"}
    for call in (boto3_ecr.start_image_scan, boto3_ecr.describe_image_scan_findings):
        assert code_of(call, repositoryName="app", imageId=absent) == "ImageNotFoundException"
        assert code_of(call, repositoryName="no", imageId=absent) == "RepositoryNotFoundException"
        assert "'imageId'" in message_of(call, repositoryName="app", imageId={})


def test_enhanced_scans_are_not_started_by_hand(boto3_ecr: ECRClient) -> None:
    """With enhanced scanning StartImageScan is refused (alexjurkiewicz/ecr-scan-image#44)."""
    configure(boto3_ecr, "ENHANCED", rule_of("SCAN_ON_PUSH", "*"))
    error = refusal(boto3_ecr.start_image_scan, **V1)["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", "This feature is disabled")


def test_an_enhanced_scan_on_push(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """It is pending, then complete, without findings at first (alexjurkiewicz/ecr-scan-image#51)."""
    configure(boto3_ecr, "ENHANCED", rule_of("SCAN_ON_PUSH", "*"))
    push(boto3_ecr, "v2")
    assert status_of(boto3_ecr, "v2")["status"] == "PENDING"
    passes(seconds=1)
    answer: Any = boto3_ecr.describe_image_scan_findings(
        repositoryName="app", imageId={"imageTag": "v2"}
    )
    assert answer["imageScanStatus"]["status"] == "COMPLETE"
    assert answer["imageScanFindings"]["enhancedFindings"] == []
    assert code_of(boto3_ecr.describe_image_scan_findings, **V1) == "ScanNotFoundException"


def test_continuous_scans(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """A continuous scan is ACTIVE, also of what was there before (ecr-scan-image#45)."""
    configure(boto3_ecr, "ENHANCED", rule_of("CONTINUOUS_SCAN", "*"))
    push(boto3_ecr, "v2")
    assert status_of(boto3_ecr, "v1")["status"] == status_of(boto3_ecr, "v2")["status"] == "PENDING"
    passes(seconds=1)
    for tag in ("v1", "v2"):
        assert status_of(boto3_ecr, tag) == {
            "status": "ACTIVE",
            "description": "Continuous scan is selected for image.",
        }


def test_scans_of_the_other_type_are_kept(
    boto3_ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """A switch hides scans, and a switch back shows them again (user guide, image scanning)."""
    boto3_ecr.start_image_scan(**V1)
    passes(seconds=1)
    configure(boto3_ecr, "ENHANCED", rule_of("SCAN_ON_PUSH", "*"))
    assert code_of(boto3_ecr.describe_image_scan_findings, **V1) == "ScanNotFoundException"
    configure(boto3_ecr, "BASIC")
    assert status_of(boto3_ecr)["status"] == "COMPLETE"


def test_botocores_waiter(boto3_ecr: ECRClient) -> None:
    """botocore's waiter sees a scan through in real time (botocore, waiters-2)."""
    boto3_ecr.start_image_scan(**V1)
    waiter: Any = boto3_ecr.get_waiter("image_scan_complete")
    waiter.wait(**V1, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    assert status_of(boto3_ecr)["status"] == "COMPLETE"


def test_an_old_image_that_is_pushed_with_a_new_tag(
    boto3_ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """Its first scan on push begins with this push, not with the first one."""
    passes(days=1)
    configure(boto3_ecr, "BASIC", rule_of("SCAN_ON_PUSH", "*"))
    push(boto3_ecr, "v2", manifest=manifest_of("v1"))
    assert status_of(boto3_ecr)["status"] == "IN_PROGRESS"
    assert code_of(boto3_ecr.start_image_scan, **V1) == "LimitExceededException"


@pytest.mark.parametrize(
    "artifact_type", ["application/spdx+json", "application/vnd.cncf.helm.config.v1+json"]
)
def test_what_is_no_image_is_not_supported(
    boto3_ecr: ECRClient, emulator: EcrEmulator, account_id: str, artifact_type: str
) -> None:
    """The scan of a chart or an SBOM ends UNSUPPORTED_IMAGE (prowler-cloud/prowler#4507)."""
    emulator.push_image(
        "app", tags=["artifact"], artifact_type=artifact_type, account_id=account_id
    )
    boto3_ecr.start_image_scan(repositoryName="app", imageId={"imageTag": "artifact"})
    emulator.clock.advance(timedelta(seconds=1))
    answer: Any = boto3_ecr.describe_image_scan_findings(
        repositoryName="app", imageId={"imageTag": "artifact"}
    )
    assert answer["imageScanStatus"]["status"] == "UNSUPPORTED_IMAGE"
    assert "imageScanFindings" not in answer


def test_a_second_scan_can_be_throttled() -> None:
    """An emulator can refuse it as users have met it (aws/containers-roadmap#1226)."""
    with EcrEmulator(repeated_scan_error="ThrottlingException") as emulator:
        client = emulator.boto3_client(config=Config(retries={"total_max_attempts": 1}))
        client.create_repository(repositoryName="app")
        emulator.push_image("app", tags=["v1"])
        client.start_image_scan(**V1)
        error = refusal(client.start_image_scan, **V1)["Error"]
        assert (error["Code"], error["Message"]) == ("ThrottlingException", "Rate exceeded")
        client.close()
