"""Scans: what they found in an image, in one shape for basic and enhanced scanning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import partial
from typing import Any, ClassVar, Final, cast

import attrs

from ecr_typed import (
    DescribeImageScanFindingsResponse,
    EcrClient,
    EnhancedImageScanFinding,
    FindingSeverity,
    ImageArchivedException,
    ImageIdentifier,
    ImageScanFinding,
    LimitExceededException,
    Pager,
    RetryPolicy,
    ScanNotFoundException,
    ScanStatus,
    ThrottlingException,
    UnsupportedImageTypeException,
    ValidationException,
    WaiterError,
)
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._images import identifier
from ecr_typed.jobs._tables import Column, cut, html_table, text_table

_NO_SCAN: Final = ScanStatus("NO_SCAN")

_COLUMNS: Final = (Column("severity"), Column("vulnerabilities", is_number=True))


class Severity(IntEnum):
    """How severe a vulnerability is; severities compare as numbers do."""

    UNDEFINED = 0
    """The scanner gave no severity, or one that this release does not know."""

    UNTRIAGED = 1
    """It was not assessed yet."""

    INFORMATIONAL = 2
    """It is a piece of information."""

    LOW = 3
    """It is of low severity."""

    MEDIUM = 4
    """It is of medium severity."""

    HIGH = 5
    """It is of high severity."""

    CRITICAL = 6
    """It is critical."""

    @classmethod
    def of(cls, text: str | None) -> Severity:
        """Return the severity that a text of the service stands for.

        Args:
            text: The text, or None.

        Returns:
            The severity, `UNDEFINED` for what is not known.
        """
        return cls.__members__.get((text or "").upper(), cls.UNDEFINED)


class ScanKind(StrEnum):
    """Which scanner found what a report has."""

    BASIC = "BASIC"
    """ECR's own scanner."""

    ENHANCED = "ENHANCED"
    """Amazon Inspector."""


@attrs.frozen(kw_only=True)
class Vulnerability:
    """A vulnerability of a package in an image."""

    name: str
    """Its name, usually a CVE number."""

    severity: Severity
    """How severe it is."""

    package_name: str | None = None
    """The package; the first one if it concerns several."""

    package_version: str | None = None
    """The package's version in the image."""

    fixed_in: str | None = None
    """The version that fixes it; None if there is none or the scanner does not say."""

    score: float | None = None
    """The CVSS score, from 0 to 10."""

    url: str | None = None
    """A page about it."""

    description: str | None = None
    """What it is."""

    finding: ImageScanFinding | EnhancedImageScanFinding = attrs.field(repr=False)
    """The finding as the service returned it."""


@attrs.frozen(kw_only=True)
class ScanReport:
    """What is known of an image's scan. `str(report)` is a table of what was found."""

    NO_SCAN: ClassVar[ScanStatus] = _NO_SCAN
    """The status of an image that was not scanned."""

    status: ScanStatus
    """The scan's status; `ScanReport.NO_SCAN` for an image that was not scanned."""

    description: str | None = None
    """What the service says about the status."""

    kind: ScanKind | None = None
    """Which scanner it was; None as long as that can't be told."""

    completed_at: datetime | None = None
    """When the scan ended, or was last repeated."""

    counts: Mapping[Severity, int] = attrs.field(factory=dict[Severity, int])
    """How many vulnerabilities there are of each severity."""

    _listing: Callable[[], Pager[Any, Any]] | None = attrs.field(
        default=None, repr=False, eq=False, alias="listing"
    )

    @property
    def is_conclusive(self) -> bool:
        """Whether a report without vulnerabilities means that none were found.

        A scan that is pending, or continuous scanning that has just begun, has not looked yet.
        """
        has_looked = self.status in {ScanStatus.COMPLETE, ScanStatus.ACTIVE}
        return has_looked and (self.completed_at is not None or any(self.counts.values()))

    @property
    def vulnerabilities(self) -> Iterator[Vulnerability]:
        """All vulnerabilities, page by page; each iteration reads them anew."""
        if self._listing is None:
            return iter(())
        return map(_vulnerability, self._listing())

    def at_least(self, severity: Severity) -> int:
        """Count the vulnerabilities from a severity on.

        Args:
            severity: The least severity.

        Returns:
            How many there are.
        """
        return sum(number for kind, number in self.counts.items() if kind >= severity)

    def __str__(self) -> str:
        # What costs requests, the vulnerabilities, is not in it.
        summary = cut(self._summary())
        return "\n".join((summary, text_table(_COLUMNS, self._rows()))) if self.counts else summary

    def _repr_html_(self) -> str:
        return html_table(self._summary(), _COLUMNS, self._rows())

    def _summary(self) -> str:
        kind = "" if self.kind is None else f" {self.kind.lower()}"
        when = "" if self.completed_at is None else f" of {self.completed_at:%Y-%m-%d %H:%M %Z}"
        if self.is_conclusive:
            count = sum(self.counts.values())
            found = f"{count:,} {'vulnerability' if count == 1 else 'vulnerabilities'}"
        else:
            found = "not conclusive" + (f": {self.description}" if self.description else "")
        return f"{self.status}:{kind} scan{when}, {found}"

    def _rows(self) -> Iterator[Sequence[str]]:
        for severity in sorted(self.counts, reverse=True):
            yield severity.name, f"{self.counts[severity]:,}"

    def __reduce__(self) -> tuple[Any, ...]:
        # The listing calls through a client, which stays where it is.
        return _without_listing, (
            {
                "status": self.status,
                "description": self.description,
                "kind": self.kind,
                "completed_at": self.completed_at,
                "counts": dict(self.counts),
            },
        )


def _without_listing(attributes: dict[str, Any]) -> ScanReport:
    return ScanReport(**attributes)


def read_scan(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier | str,
    *,
    registry_id: str | None = None,
) -> ScanReport:
    """Read what the last scan of an image found. Nothing is started.

    Args:
        ecr: The client.
        repository_name: The repository.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The report. No scan, an archived image and an image that can't be scanned are statuses.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        ImageNotFoundException: The repository has no such image.
        EcrError: The call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
    """
    check.refuse_unfit(*check.place(ecr, repository_name, registry_id))
    listing = partial(
        ecr.describe_image_scan_findings,
        repository_name,
        identifier(image),
        registry_id=registry_id,
    )
    try:
        return _report(next(listing(page_size=1).pages()), listing)
    except ScanNotFoundException as error:
        return ScanReport(status=_NO_SCAN, description=error.message)
    except ImageArchivedException as error:
        return ScanReport(status=ScanStatus.IMAGE_ARCHIVED, description=error.message)
    except UnsupportedImageTypeException as error:
        return ScanReport(status=ScanStatus.UNSUPPORTED_IMAGE, description=error.message)


def scan_image(
    ecr: EcrClient,
    repository_name: str,
    image: ImageIdentifier | str,
    *,
    start: bool = True,
    timeout: float = 300.0,
    registry_id: str | None = None,
) -> ScanReport:
    """Scan an image, and wait for what is found.

    An image can be scanned once in 24 hours, and not at all by hand where enhanced scanning is on:
    then the scan that is there is waited for and read.

    Args:
        ecr: The client.
        repository_name: The repository.
        image: The image: an `ImageIdentifier`, a digest or a tag.
        start: Whether to start a scan.
        timeout: How long to wait in all, in seconds. 0 does not wait.
        registry_id: The account id of the registry. Default: the caller's account.

    Returns:
        The report when the scan ends or the time is over. `is_conclusive` says whether it can be
        relied on.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        ImageNotFoundException: The repository has no such image.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html
    """
    wanted = identifier(image)
    is_time = isinstance(cast("object", timeout), int | float) and timeout >= 0
    check.refuse_unfit(
        *check.place(ecr, repository_name, registry_id),
        check.flag("start", start),
        check.Check("timeout", timeout, is_time, "a number of seconds that is not negative"),
    )
    if start:
        try:
            # A second scan within 24 hours is refused as a quota, or as if it were throttled.
            once = ecr.with_options(retry=RetryPolicy(max_attempts=1, pace=False))
            once.start_image_scan(repository_name, wanted, registry_id=registry_id)
        except (LimitExceededException, ThrottlingException, ValidationException):
            pass
        except (ImageArchivedException, UnsupportedImageTypeException):
            return read_scan(ecr, repository_name, wanted, registry_id=registry_id)
    if timeout > 0:
        # The report has the status that the wait ended with.
        with suppress(WaiterError, ImageArchivedException, UnsupportedImageTypeException):
            ecr.wait_until_image_scan_complete(
                repository_name, wanted, registry_id=registry_id, timeout=timeout
            )
    return read_scan(ecr, repository_name, wanted, registry_id=registry_id)


def _report(
    page: DescribeImageScanFindingsResponse, listing: Callable[[], Pager[Any, Any]]
) -> ScanReport:
    status, found = page.image_scan_status, page.image_scan_findings
    counts = found.finding_severity_counts if found is not None else None
    return ScanReport(
        status=(status.status if status is not None else None) or _NO_SCAN,
        description=status.description if status is not None else None,
        kind=_kind(page),
        completed_at=found.image_scan_completed_at if found is not None else None,
        counts=_by_severity(counts or {}),
        listing=listing,
    )


def _by_severity(counts: Mapping[FindingSeverity, int]) -> dict[Severity, int]:
    found: dict[Severity, int] = {}
    for name, number in counts.items():
        severity = Severity.of(name)
        found[severity] = found.get(severity, 0) + number
    return dict(sorted(found.items(), reverse=True))


def _kind(page: DescribeImageScanFindingsResponse) -> ScanKind | None:
    found = page.image_scan_findings
    if found is not None and found.enhanced_findings:
        return ScanKind.ENHANCED
    if found is not None and found.findings:
        return ScanKind.BASIC
    status = page.image_scan_status.status if page.image_scan_status is not None else None
    return ScanKind.ENHANCED if status == ScanStatus.ACTIVE else None


def _vulnerability(finding: ImageScanFinding | EnhancedImageScanFinding) -> Vulnerability:
    if isinstance(finding, EnhancedImageScanFinding):
        return _of_enhanced(finding)
    details = {attribute.key: attribute.value for attribute in finding.attributes or ()}
    return Vulnerability(
        name=finding.name or "unknown",
        severity=Severity.of(finding.severity),
        package_name=details.get("package_name"),
        package_version=details.get("package_version"),
        fixed_in=details.get("fixed_in_version") or details.get("fixedInVersion"),
        score=_score(details.get("CVSS3_SCORE") or details.get("CVSS2_SCORE")),
        url=finding.uri,
        description=finding.description,
        finding=finding,
    )


def _of_enhanced(finding: EnhancedImageScanFinding) -> Vulnerability:
    details = finding.package_vulnerability_details
    packages = (details.vulnerable_packages if details is not None else None) or ()
    package = packages[0] if packages else None
    name = details.vulnerability_id if details is not None else None
    fixed_in = package.fixed_in_version if package is not None else None
    return Vulnerability(
        name=name or finding.title or "unknown",
        severity=Severity.of(finding.severity),
        package_name=package.name if package is not None else None,
        package_version=package.version if package is not None else None,
        fixed_in=None if fixed_in == "NotAvailable" else fixed_in,
        score=finding.score,
        url=details.source_url if details is not None else None,
        description=finding.description,
        finding=finding,
    )


def _score(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
