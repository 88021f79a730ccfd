"""Scans: one report for both kinds of findings, and statuses where the service raises."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrRequestError,
    FindingSeverity,
    ImageIdentifier,
    ImageScanFinding,
    ScanStatus,
    TargetStorageClass,
    from_boto3,
    to_row,
)
from ecr_typed.jobs import ScanKind, ScanReport, Severity, read_scan, scan_image
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import ErrorResponse
from tests.support.clients import MakeEcr
from tests.support.untyped import untyped
from tests.support.wire import Wire, refusal, reply

BASIC: dict[str, Any] = {
    "name": "CVE-2026-1",
    "severity": "HIGH",
    "uri": "https://cve.example/1",
    "attributes": [
        {"key": "package_name", "value": "openssl"},
        {"key": "package_version", "value": "1.0"},
        {"key": "CVSS3_SCORE", "value": "7.5"},
    ],
}
ENHANCED: dict[str, Any] = {
    "severity": "CRITICAL",
    "score": 9.8,
    "title": "CVE-2026-2 - glibc",
    "packageVulnerabilityDetails": {
        "vulnerabilityId": "CVE-2026-2",
        "sourceUrl": "https://cve.example/2",
        "vulnerablePackages": [{"name": "glibc", "version": "2.1", "fixedInVersion": "2.2"}],
    },
}


def page(status: str, findings: dict[str, Any] | None = None) -> dict[str, Any]:
    """A response of DescribeImageScanFindings."""
    return {
        "repositoryName": "team/app",
        "imageScanStatus": {"status": status},
        "imageScanFindings": findings or {},
    }


@pytest.mark.parametrize(
    ("found", "kind", "wanted"),
    [
        (
            {"findings": [BASIC], "findingSeverityCounts": {"HIGH": 1}},
            ScanKind.BASIC,
            ("CVE-2026-1", Severity.HIGH, "openssl", "1.0", None, 7.5, "https://cve.example/1"),
        ),
        (
            {"enhancedFindings": [ENHANCED], "findingSeverityCounts": {"CRITICAL": 1}},
            ScanKind.ENHANCED,
            ("CVE-2026-2", Severity.CRITICAL, "glibc", "2.1", "2.2", 9.8, "https://cve.example/2"),
        ),
    ],
)
def test_both_kinds_have_one_shape(
    make: MakeEcr, wire: Wire, found: dict[str, Any], kind: ScanKind, wanted: tuple[Any, ...]
) -> None:
    response = page("COMPLETE", {"imageScanCompletedAt": 1.8e9, **found})
    wire.will(response, response)

    report = read_scan(make(), "team/app", "v1")

    assert (report.status, report.kind) == (ScanStatus.COMPLETE, kind)
    assert report.is_conclusive
    assert report.at_least(Severity.HIGH) == 1
    (one,) = report.vulnerabilities
    assert (
        one.name,
        one.severity,
        one.package_name,
        one.package_version,
        one.fixed_in,
        one.score,
        one.url,
    ) == wanted


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ScanNotFoundException", ScanReport.NO_SCAN),
        ("ImageArchivedException", ScanStatus.IMAGE_ARCHIVED),
        ("UnsupportedImageTypeException", ScanStatus.UNSUPPORTED_IMAGE),
    ],
)
def test_what_has_no_scan_has_a_status(
    make: MakeEcr, wire: Wire, code: str, status: ScanStatus
) -> None:
    wire.will(refusal(code))
    report = read_scan(make(), "team/app", "v1")
    assert report.status == status
    assert not report.is_conclusive
    assert list(report.vulnerabilities) == []


@pytest.mark.parametrize(
    ("status", "found", "is_conclusive"),
    [
        ("PENDING", {}, False),
        ("ACTIVE", {}, False),
        ("ACTIVE", {"findingSeverityCounts": {"LOW": 1}}, True),
        ("ACTIVE", {"imageScanCompletedAt": 1.8e9}, True),
        ("COMPLETE", {"imageScanCompletedAt": 1.8e9}, True),
        # Enhanced scanning can be complete before its findings have come.
        ("COMPLETE", {}, False),
        ("IN_PROGRESS", {}, False),
        ("FAILED", {"imageScanCompletedAt": 1.8e9}, False),
        ("UNSUPPORTED_IMAGE", {}, False),
        ("FINDINGS_UNAVAILABLE", {"imageScanCompletedAt": 1.8e9}, False),
        ("SCAN_ELIGIBILITY_EXPIRED", {"imageScanCompletedAt": 1.8e9}, False),
        ("A_STATUS_OF_TOMORROW", {"imageScanCompletedAt": 1.8e9}, False),
    ],
)
def test_empty_lists_are_not_clean_before_anybody_looked(
    make: MakeEcr, wire: Wire, status: str, found: dict[str, Any], *, is_conclusive: bool
) -> None:
    wire.will(page(status, found))
    assert read_scan(make(), "team/app", "v1").is_conclusive == is_conclusive


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        emulator.seed()
        yield emulator


@pytest.fixture
def app(emulator: EcrEmulator) -> Iterator[EcrClient]:
    with emulator.client() as ecr:
        ecr.create_repository("team/app")
        emulator.push_image("team/app", tags=["v1"])
        yield ecr


def test_image_is_scanned_and_read(emulator: EcrEmulator, app: EcrClient) -> None:
    assert read_scan(app, "team/app", "v1").status == ScanReport.NO_SCAN
    report = scan_image(app, "team/app", "v1", timeout=30)
    assert report.status == ScanStatus.COMPLETE
    assert report.is_conclusive


def test_image_that_cannot_be_scanned_has_a_status(emulator: EcrEmulator, app: EcrClient) -> None:
    child = emulator.push_image("team/app", tags=["old"])
    emulator.push_image("team/app", tags=["index"], children=[child])
    other = emulator.push_image("team/app", tags=["archived"])
    archived = ImageIdentifier(image_digest=other.image_digest)
    app.update_image_storage_class("team/app", archived, TargetStorageClass.ARCHIVE)

    report = scan_image(app, "team/app", "archived", timeout=0)
    assert report.status == ScanStatus.IMAGE_ARCHIVED
    assert "is archived and cannot be scanned" in (report.description or "")
    report = scan_image(app, "team/app", "index", timeout=0)
    assert report.status == ScanStatus.UNSUPPORTED_IMAGE
    assert not report.is_conclusive


def test_findings_of_all_pages_are_read_lazily(emulator: EcrEmulator, app: EcrClient) -> None:
    found = [
        ImageScanFinding(name=f"CVE-2026-{number}", severity=FindingSeverity.HIGH)
        for number in range(1500)
    ]
    emulator.set_scan_findings("team/app", ImageIdentifier(image_tag="v1"), found)
    told: list[CallEvent] = []
    report = read_scan(app.with_options(on_call=told.append), "team/app", "v1")
    assert (report.counts, len(told)) == ({Severity.HIGH: 1500}, 1)
    for _ in range(2):
        names = {one.name for one in report.vulnerabilities}
        assert names == {finding.name for finding in found}
    assert len(told) > 3


@pytest.mark.parametrize("code", ["LimitExceededException", "ThrottlingException"])
def test_second_scan_of_a_day_reads_the_first(
    emulator: EcrEmulator, app: EcrClient, code: str
) -> None:
    scan_image(app, "team/app", "v1", timeout=30)
    emulator.faults.inject(ErrorResponse(code, "Rate exceeded"), operation_name="StartImageScan")
    assert scan_image(app, "team/app", "v1", timeout=30).status == ScanStatus.COMPLETE


def test_scan_that_never_ends_is_reported_as_it_is(make: MakeEcr, wire: Wire) -> None:
    wire.responder = lambda sent: refusal("ScanNotFoundException")
    report = scan_image(make(), "team/app", "v1", start=False, timeout=0.01)
    assert report.status == ScanReport.NO_SCAN
    assert not report.is_conclusive


@pytest.mark.parametrize("status", ["ACTIVE", "COMPLETE"])
def test_first_findings_are_waited_for(make: MakeEcr, wire: Wire, status: str) -> None:
    found = {"enhancedFindings": [ENHANCED], "findingSeverityCounts": {"CRITICAL": 1}}
    wire.will(page(status), page(status), page(status, found), page(status, found))
    # It is looked for every five seconds, and at the end of the time.
    report = scan_image(make(), "team/app", "v1", start=False, timeout=1)
    assert report.is_conclusive
    assert len(wire.sent) == 3


def test_first_findings_that_do_not_come_are_not_waited_for_without_end(
    make: MakeEcr, wire: Wire
) -> None:
    wire.responder = lambda sent: reply(page("ACTIVE"))
    assert not scan_image(make(), "team/app", "v1", start=False, timeout=0.1).is_conclusive


def test_report_is_pickled_without_its_client(make: MakeEcr, wire: Wire) -> None:
    found = {"findings": [BASIC], "findingSeverityCounts": {"HIGH": 1}}
    wire.will(page("COMPLETE", found))
    report = read_scan(make(), "team/app", "v1")
    copy = pickle.loads(pickle.dumps(report))
    assert copy == report
    assert list(copy.vulnerabilities) == []


def test_severities_are_ordered() -> None:
    assert max(Severity.LOW, Severity.CRITICAL, Severity.UNDEFINED) is Severity.CRITICAL
    assert Severity.of("high") is Severity.HIGH
    assert Severity.of("A_NEW_ONE") is Severity.UNDEFINED
    assert max(Severity) is Severity.CRITICAL
    assert Severity.UNDEFINED < Severity.UNTRIAGED <= Severity.LOW < Severity.HIGH
    assert not Severity.HIGH > Severity.HIGH
    with pytest.raises(TypeError, match="can't be compared with 5"):
        untyped(Severity.HIGH).__lt__(5)


def test_severities_compare_with_the_services_texts() -> None:
    """A gate that looks for a text, or for the service's own severity, finds it."""
    report = ScanReport(status=ScanStatus.COMPLETE, counts={Severity.HIGH: 2})

    assert Severity.CRITICAL == "CRITICAL"
    assert Severity.CRITICAL in {"HIGH", "CRITICAL"}
    assert untyped(Severity.HIGH) == FindingSeverity.HIGH
    assert Severity.HIGH > FindingSeverity.MEDIUM
    assert Severity.HIGH >= "LOW"
    least, unknown = Severity.of(None), FindingSeverity("A_NEW_ONE")
    assert least >= unknown
    assert not least > unknown
    assert (untyped(report.counts)["HIGH"], report.at_least("MEDIUM")) == (2, 2)


def test_severities_are_shown_by_name(make: MakeEcr, wire: Wire) -> None:
    counts = {"HIGH": 2, "LOW": 1}
    wire.will(*[page("COMPLETE", {"findings": [BASIC], "findingSeverityCounts": counts})] * 2)
    report = read_scan(make(), "team/app", "v1")
    (one,) = report.vulnerabilities
    assert (str(one.severity), f"{one.severity:>6}") == ("HIGH", "  HIGH")
    assert to_row(one)["severity"] == "HIGH"
    assert to_row(report)["counts"] == "HIGH=2, LOW=1"


def test_what_is_no_severity_is_refused() -> None:
    report = ScanReport(status=ScanStatus.COMPLETE, counts={Severity.HIGH: 2, Severity.LOW: 1})
    assert report.at_least(Severity.MEDIUM) == 2
    for wrong in ("SEVERE", 5, None, ["HIGH"]):
        with pytest.raises(EcrRequestError, match=r"severity: expected a Severity, such as"):
            untyped(report).at_least(wrong)


def test_models_of_findings_are_kept(make: MakeEcr, wire: Wire) -> None:
    found = page("COMPLETE", {"findings": [BASIC]})
    wire.will(found, found)
    (one,) = read_scan(make(), "team/app", "v1").vulnerabilities
    assert one.finding == from_boto3(ImageScanFinding, BASIC)
