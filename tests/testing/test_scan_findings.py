"""`EcrEmulator.set_scan_findings`, and the pages of DescribeImageScanFindings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed import (
    Attribute,
    EnhancedImageScanFinding,
    FindingSeverity,
    ImageIdentifier,
    ImageScanFinding,
    PackageVulnerabilityDetails,
    to_boto3,
)
from ecr_typed.testing import EcrEmulator

from .answers import check_answers, message_of
from .pushing import manifest_of, push
from .test_scanning_configuration import configure, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecr import ECRClient

V1: Any = {"repositoryName": "app", "imageId": {"imageTag": "v1"}}
BASIC = ImageScanFinding(
    name="CVE-2026-0001",
    description="overflow",
    uri="https://example.com/CVE-2026-0001",
    severity=FindingSeverity.HIGH,
    attributes=(Attribute(key="package_name", value="openssl"),),
)
ENHANCED = EnhancedImageScanFinding(
    finding_arn="arn:aws:inspector2:us-east-1:123456789012:finding/0001",
    severity="UNTRIAGED",
    score=9.8,
    first_observed_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    package_vulnerability_details=PackageVulnerabilityDetails(vulnerability_id="CVE-2026-0002"),
)


@pytest.fixture
def scanned(fresh: EcrEmulator) -> Iterator[ECRClient]:
    """Give a client of an emulator as new with one image, app:v1."""
    client = fresh.boto3_client()
    check_answers(client)
    client.create_repository(repositoryName="app")
    push(client, "v1")
    yield client
    client.close()


def findings(boto3_ecr: ECRClient, **arguments: Any) -> Any:
    """Describe the findings of app:v1."""
    return boto3_ecr.describe_image_scan_findings(**V1, **arguments)


def test_basic_findings(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Basic findings are what boto3 gives of their models (API ImageScanFinding)."""
    fresh.set_scan_findings("app", "v1", [BASIC])
    answer = findings(scanned)
    assert answer["imageScanStatus"]["status"] == "COMPLETE"
    assert answer["imageScanFindings"]["findings"] == [to_boto3(BASIC)]
    assert "enhancedFindings" not in answer["imageScanFindings"]
    assert answer["imageScanFindings"]["findingSeverityCounts"] == {"HIGH": 1}
    assert "imageScanCompletedAt" in answer["imageScanFindings"]


@pytest.mark.parametrize("by", ["tag", "digest"])
def test_image_is_named_as_in_calls(fresh: EcrEmulator, scanned: ECRClient, by: str) -> None:
    """An `ImageIdentifier` of either kind does, as text does."""
    digest = scanned.list_images(repositoryName="app")["imageIds"][0].get("imageDigest")
    image = ImageIdentifier(image_tag="v1") if by == "tag" else ImageIdentifier(image_digest=digest)
    fresh.set_scan_findings("app", image, [BASIC])
    assert findings(scanned)["imageScanFindings"]["findings"] == [to_boto3(BASIC)]


def test_enhanced_findings(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Enhanced findings have times and severities of Inspector (API EnhancedImageScanFinding)."""
    fresh.set_scan_findings("app", "v1", [ENHANCED, ENHANCED])
    answer = findings(scanned)["imageScanFindings"]
    assert answer["enhancedFindings"] == [to_boto3(ENHANCED)] * 2
    assert "findings" not in answer
    assert answer["findingSeverityCounts"] == {"UNTRIAGED": 2}


def test_findings_as_dicts(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Findings may be dicts; what they have tells their kind."""
    digest = push(scanned, "v2", manifest=manifest_of("v1"))
    fresh.set_scan_findings(
        "app", digest, [{"name": "CVE-1", "severity": "LOW"}, {"title": "CVE-2"}]
    )
    answer = findings(scanned)["imageScanFindings"]
    assert answer["findings"] == [{"name": "CVE-1", "severity": "LOW"}]
    assert answer["enhancedFindings"] == [{"title": "CVE-2"}]
    assert answer["findingSeverityCounts"] == {"LOW": 1, "UNDEFINED": 1}


def test_pages_go_over_both_lists(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Both lists together make the pages; the rest is on each (API DescribeImageScanFindings)."""
    basic = [ImageScanFinding(name=f"CVE-{n}", severity=FindingSeverity.LOW) for n in range(3)]
    enhanced = [EnhancedImageScanFinding(title=f"CVE-{n}", severity="HIGH") for n in range(4)]
    fresh.set_scan_findings("app", "v1", [*enhanced, *basic])
    paginator: Any = scanned.get_paginator("describe_image_scan_findings")
    pages = list(paginator.paginate(**V1, PaginationConfig={"PageSize": 2}))
    found = [page["imageScanFindings"] for page in pages]
    assert [len(f.get("findings", [])) for f in found] == [2, 1, 0, 0]
    assert [len(f.get("enhancedFindings", [])) for f in found] == [0, 1, 2, 1]
    names = [each["name"] for f in found for each in f.get("findings", [])]
    titles = [each["title"] for f in found for each in f.get("enhancedFindings", [])]
    assert names == titles[:3] == ["CVE-0", "CVE-1", "CVE-2"]
    for page in pages:
        assert page["imageScanFindings"]["findingSeverityCounts"] == {"LOW": 3, "HIGH": 4}
        assert page["imageScanStatus"]["status"] == "COMPLETE"


def test_a_hundred_without_a_size(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """A page holds 100 unless it is asked for more, 1000 at most (API reference)."""
    fresh.set_scan_findings("app", "v1", [BASIC] * 1001)
    answer = findings(scanned)
    assert len(answer["imageScanFindings"]["findings"]) == 100
    rest = findings(scanned, maxResults=1000, nextToken=answer["nextToken"])
    assert len(rest["imageScanFindings"]["findings"]) == 901
    assert "nextToken" not in rest
    message_of(scanned.describe_image_scan_findings, **V1, maxResults=1001)
    other: Any = {"repositoryName": "app", "imageId": {"imageTag": "v2"}}
    push(scanned, "v2")
    fresh.set_scan_findings("app", "v2", [BASIC] * 1001)
    call = scanned.describe_image_scan_findings
    message_of(call, **other, nextToken=answer["nextToken"])


@pytest.mark.parametrize("status", ["FAILED", "UNSUPPORTED_IMAGE", "IN_PROGRESS", "PENDING"])
def test_a_status_without_findings(fresh: EcrEmulator, scanned: ECRClient, status: str) -> None:
    """A scan that found nothing because it didn't end well has no findings at all."""
    fresh.set_scan_findings("app", "v1", [], status=status, description="as set")
    answer = findings(scanned)
    assert answer["imageScanStatus"] == {"status": status, "description": "as set"}
    assert "imageScanFindings" not in answer


def test_a_status_of_tomorrow(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Any status can be set, with findings or without."""
    fresh.set_scan_findings("app", "v1", [BASIC], status="RESCANNING")
    answer = findings(scanned)
    assert answer["imageScanStatus"] == {"status": "RESCANNING"}
    assert len(answer["imageScanFindings"]["findings"]) == 1


def test_where_scans_are_continuous(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Without another status a continuous scan is ACTIVE (alexjurkiewicz/ecr-scan-image#45)."""
    configure(scanned, "ENHANCED", rule_of("CONTINUOUS_SCAN", "*"))
    fresh.set_scan_findings("app", "v1", [ENHANCED])
    assert findings(scanned)["imageScanStatus"]["status"] == "ACTIVE"


def test_what_is_set_replaces(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """Findings that are set take the place of those that were."""
    for found in ([BASIC, BASIC], [BASIC], []):
        fresh.set_scan_findings("app", "v1", found)
        assert len(findings(scanned)["imageScanFindings"]["findings"]) == len(found)


def test_a_scan_finds_what_was_set(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """A scan that is started later runs first, then finds what was set; set ones don't count."""
    fresh.set_scan_findings("app", "v1", [BASIC])
    scanned.start_image_scan(**V1)
    assert "imageScanFindings" not in findings(scanned)
    fresh.clock.advance(timedelta(seconds=1))
    assert len(findings(scanned)["imageScanFindings"]["findings"]) == 1


def test_findings_of_the_typed_client(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """What is set by models comes back as equal models."""
    fresh.set_scan_findings("app", "v1", [BASIC, ENHANCED])
    with fresh.client() as ecr:
        found = ecr.describe_image_scan_findings("app", ImageIdentifier(image_tag="v1"))
        assert found.to_list() == [BASIC, ENHANCED]


def test_it_finds_any_registry(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """The account and the region are the emulator's unless others are given."""
    other = fresh.boto3_client(account_id="252525252525", region_name="eu-west-1")
    other.create_repository(repositoryName="app")
    push(other, "v1")
    fresh.set_scan_findings(
        "app", "v1", [BASIC], account_id="252525252525", region_name="eu-west-1"
    )
    assert len(findings(other)["imageScanFindings"]["findings"]) == 1
    other.close()


@pytest.mark.parametrize(
    ("repository", "image", "finding", "match"),
    [
        ("none", "v1", BASIC, "no repository 'none'"),
        ("app", "v2", BASIC, "no image 'v2'"),
        ("app", "sha256:00", BASIC, "no image"),
        ("app", "v1", {"nam": "CVE-1"}, "nam"),
        ("app", "v1", {"name": "CVE-1", "severity": 7}, r"findings\[0\]"),
    ],
)
def test_what_cannot_be_set(
    fresh: EcrEmulator, scanned: ECRClient, repository: str, image: str, finding: Any, match: str
) -> None:
    """What names no image, or is no finding, is a ValueError."""
    with pytest.raises(ValueError, match=match):
        fresh.set_scan_findings(repository, image, [finding])


def test_members_that_no_finding_has_are_ignored(fresh: EcrEmulator, scanned: ECRClient) -> None:
    """What AWS returns and this release does not know is named in a warning, and left out."""
    finding = {
        **to_boto3(BASIC),
        "severityOfTomorrow": "HIGH",
        "attributes": [{"key": "a", "worth": "b"}],
    }
    with pytest.warns(UserWarning, match="has no attributes.worth, severityOfTomorrow") as caught:
        fresh.set_scan_findings("app", "v1", [finding])
    assert caught[0].filename == __file__
    (returned,) = findings(scanned)["imageScanFindings"]["findings"]
    assert returned == {**to_boto3(BASIC), "attributes": [{"key": "a"}]}


@pytest.mark.parametrize("given", [BASIC, "CVE-1", 7, ["CVE-1"], [None]])
def test_findings_are_a_list(fresh: EcrEmulator, scanned: ECRClient, given: Any) -> None:
    """What is no list of models and dicts is a TypeError that says where."""
    with pytest.raises(TypeError, match=r"^findings"):
        fresh.set_scan_findings("app", "v1", given)
