"""Waiters: poll the service until a scan or a lifecycle policy preview is complete."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from threading import TIMEOUT_MAX
from typing import Final, Generic, TypeVar

import attrs

from ecr_typed import models
from ecr_typed._calls.paging import Paging
from ecr_typed._calls.protocol import Calls
from ecr_typed._errors import ArgumentProblem, EcrError, EcrRequestError, WaiterError
from ecr_typed._service_errors import ScanNotFoundException
from ecr_typed._wire import operations

__tracebackhide__ = True  # pytest ends at the caller's line

_logger = logging.getLogger(__name__)

Response = TypeVar("Response", bound=attrs.AttrsInstance)

_LEAST_FOR_A_POLL: Final = 1.0
"""Seconds that the last poll may take, although the time is over by then."""


def wait_for_scan(
    calls: Calls,
    repository_name: str,
    image_id: models.ImageIdentifier,
    registry_id: str | None,
    delay: float,
    timeout: float,
) -> models.DescribeImageScanFindingsResponse:
    """Wait until a scan is complete, or is `ACTIVE`: the image is scanned continuously."""

    def poll(seconds: float) -> models.DescribeImageScanFindingsResponse | None:
        findings = calls.bounded(seconds).paged(
            operations.DESCRIBE_IMAGE_SCAN_FINDINGS,
            Paging(),
            repository_name=repository_name,
            image_id=image_id,
            registry_id=registry_id,
        )
        try:
            return next(findings.pages())
        except ScanNotFoundException:
            return None

    def status(response: models.DescribeImageScanFindingsResponse) -> models.ScanStatus | None:
        return response.image_scan_status.status if response.image_scan_status else None

    def description(response: models.DescribeImageScanFindingsResponse) -> str | None:
        return response.image_scan_status.description if response.image_scan_status else None

    kinds = models.ScanStatus
    wait = _Wait(
        what=f"the scan of an image in {repository_name}",
        operation_name="DescribeImageScanFindings",
        poll=poll,
        sleep=calls.sleep,
        status=status,
        description=description,
        done=(kinds.COMPLETE, kinds.ACTIVE),
        over=(
            kinds.FAILED,
            kinds.UNSUPPORTED_IMAGE,
            kinds.SCAN_ELIGIBILITY_EXPIRED,
            kinds.FINDINGS_UNAVAILABLE,
            kinds.LIMIT_EXCEEDED,
            kinds.IMAGE_ARCHIVED,
            kinds.IMAGE_SIZE_EXCEEDED,
        ),
    )
    return wait.run(delay, timeout)


def wait_for_lifecycle_policy_preview(
    calls: Calls,
    repository_name: str,
    registry_id: str | None,
    delay: float,
    timeout: float,
) -> models.GetLifecyclePolicyPreviewResponse:
    """Wait until a lifecycle policy preview is complete."""

    def poll(seconds: float) -> models.GetLifecyclePolicyPreviewResponse:
        preview = calls.bounded(seconds).paged(
            operations.GET_LIFECYCLE_POLICY_PREVIEW,
            Paging(),
            repository_name=repository_name,
            registry_id=registry_id,
            image_ids=None,
            filter=None,
        )
        return next(preview.pages())

    kinds = models.LifecyclePolicyPreviewStatus
    wait = _Wait(
        what=f"the lifecycle policy preview of {repository_name}",
        operation_name="GetLifecyclePolicyPreview",
        poll=poll,
        sleep=calls.sleep,
        status=lambda response: response.status,
        done=(kinds.COMPLETE,),
        over=(kinds.FAILED, kinds.EXPIRED),
    )
    return wait.run(delay, timeout)


@attrs.frozen(kw_only=True)
class _Wait(Generic[Response]):
    """A wait for a status. One that is neither `done` nor `over`, known or not, is waited out."""

    what: str
    operation_name: str
    poll: Callable[[float], Response | None]
    """Asks once, and takes no more than these seconds."""

    sleep: Callable[[float], None]
    status: Callable[[Response], str | None]
    description: Callable[[Response], str | None] = lambda _: None
    done: Collection[str]
    over: Collection[str]

    def run(self, delay: float, timeout: float) -> Response:
        self._check(delay=delay, timeout=timeout)
        delay, timeout = min(delay, TIMEOUT_MAX), min(timeout, TIMEOUT_MAX)
        began = time.monotonic()
        response: Response | None = None
        seen = "was not seen"
        while True:
            left = timeout - (time.monotonic() - began)
            try:
                response = self.poll(max(left, _LEAST_FOR_A_POLL))
            except EcrError as error:
                passed = time.monotonic() - began
                if passed < timeout or not (error.is_transient or error.is_throttling):
                    raise
                reason = f"{self.what} {seen} after {passed:.1f} s, and the last poll failed"
                raise self._error(reason, response) from error
            status = None if response is None else self.status(response)
            if response is not None and status in self.done:
                return response
            seen = "is not there yet" if status is None else f"is {status}"
            if status in self.over:
                raise self._error(f"{self.what} {seen}", response)
            passed = time.monotonic() - began
            if passed >= timeout:
                raise self._error(f"{self.what} {seen} after {passed:.1f} s", response)
            pause = min(delay, timeout - passed)
            _logger.info("%s %s: asking again in %.1f s", self.what, seen, pause)
            self.sleep(pause)

    def _check(self, **seconds: object) -> None:
        problems = [
            ArgumentProblem(name, repr(value), "a number of seconds, not below 0")
            for name, value in seconds.items()
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0
        ]
        if problems:
            raise EcrRequestError(problems, operation_name=self.operation_name)

    def _error(self, reason: str, response: Response | None) -> WaiterError:
        description = None if response is None else self.description(response)
        text = f"{reason}: {description}" if description else reason
        return WaiterError(text, last_response=response, operation_name=self.operation_name)
