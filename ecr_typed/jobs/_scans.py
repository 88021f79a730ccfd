"""Reading scans, and starting and waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, cast

from ecr_typed import (
    DescribeImageScanFindingsResponse,
    EcrClient,
    FindingSeverity,
    ImageArchivedException,
    ImageIdentifier,
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
from ecr_typed.jobs._scan_reports import MAY_FIND, ScanKind, ScanReport, Severity

_PAUSE: Final = 5.0
"""How long to wait for first findings before looking again, in seconds."""


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
        return ScanReport(status=ScanReport.NO_SCAN, description=error.message)
    except (ImageArchivedException, UnsupportedImageTypeException) as error:
        return _refused(error)


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
        timeout: How long to wait in all, in seconds; for continuous scanning, until something was
            found or the image was evaluated. 0 does not wait. Default: 300.
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
        except (ImageArchivedException, UnsupportedImageTypeException) as error:
            report = read_scan(ecr, repository_name, wanted, registry_id=registry_id)
            # Without a scan from before, nothing else says why there is none.
            return _refused(error) if report.status == ScanReport.NO_SCAN else report
    until = monotonic() + timeout
    if timeout > 0:
        # The report has the status that the wait ended with.
        with suppress(WaiterError, ImageArchivedException, UnsupportedImageTypeException):
            ecr.wait_until_image_scan_complete(
                repository_name, wanted, registry_id=registry_id, timeout=timeout
            )
    calls = ecr._calls  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # the pause ends with the client
    while True:
        report = read_scan(ecr, repository_name, wanted, registry_id=registry_id)
        left = until - monotonic()
        # Continuous scanning may have begun without having found anything yet.
        if left <= 0 or report.is_conclusive or report.status not in MAY_FIND:
            return report
        calls.sleep(min(_PAUSE, left))


def _refused(error: ImageArchivedException | UnsupportedImageTypeException) -> ScanReport:
    """Return the report on an image that can't be scanned."""
    is_archived = isinstance(error, ImageArchivedException)
    status = ScanStatus.IMAGE_ARCHIVED if is_archived else ScanStatus.UNSUPPORTED_IMAGE
    return ScanReport(status=status, description=error.message)


def _report(
    page: DescribeImageScanFindingsResponse, listing: Callable[[], Pager[Any, Any]]
) -> ScanReport:
    status, found = page.image_scan_status, page.image_scan_findings
    counts = found.finding_severity_counts if found is not None else None
    return ScanReport(
        status=(status.status if status is not None else None) or ScanReport.NO_SCAN,
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
