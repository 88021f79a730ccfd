"""The waits know every status."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

import pytest

from ecr_typed import (
    ClientClosedError,
    EcrClient,
    EcrConnectionError,
    EcrRequestError,
    GetLifecyclePolicyPreviewResponse,
    ImageIdentifier,
    ImageNotFoundException,
    LifecyclePolicyPreviewNotFoundException,
    LifecyclePolicyPreviewStatus,
    RetryPolicy,
    ScanStatus,
    WaiterError,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import LateResponse
from tests.support.clients import MakeEcr
from tests.support.wire import Wire, refusal, reply

IMAGE = ImageIdentifier(image_tag="latest")
ROUNDED = 0.06
"""By how much the seconds in an error may be more than they were."""


class Preview(Protocol):
    """Waits for a preview that was started."""

    def __call__(
        self, ecr: EcrClient, *, delay: float = 5, timeout: float = 100
    ) -> GetLifecyclePolicyPreviewResponse: ...


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    """Give an emulator whose clock stands still."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def preview(emulator: EcrEmulator) -> Preview:
    """Give the wait for a preview that is under way."""
    rule = {
        "rulePriority": 1,
        "description": "Images without tags go after two weeks, whatever else is there.",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": 14,
        },
        "action": {"type": "expire"},
    }
    with emulator.client() as ecr:
        ecr.create_repository("team/app")
        policy = json.dumps({"rules": [rule]})
        ecr.start_lifecycle_policy_preview("team/app", lifecycle_policy_text=policy)

    def wait(
        ecr: EcrClient, *, delay: float = 5, timeout: float = 100
    ) -> GetLifecyclePolicyPreviewResponse:
        with ecr:
            return ecr.wait_until_lifecycle_policy_preview_complete(
                "team/app", delay=delay, timeout=timeout
            )

    return wait


def scan(status: str, **members: object) -> dict[str, Any]:
    """An answer about a scan."""
    return {
        "repositoryName": "team/app",
        "imageScanStatus": {"status": status, "description": f"it is {status}"},
        **members,
    }


def previewed(status: str) -> dict[str, Any]:
    """An answer about a preview."""
    return {"repositoryName": "team/app", "status": status}


@pytest.mark.parametrize("status", ["COMPLETE", "ACTIVE"])
def test_a_scan_is_waited_for(make: MakeEcr, wire: Wire, status: str) -> None:
    """A scan that is not there, pending or running is waited for until it is complete or active."""
    wire.will(
        refusal("ScanNotFoundException"),
        scan("PENDING"),
        scan("IN_PROGRESS"),
        scan("A_STATUS_OF_TOMORROW"),
        scan(status, nextToken="more"),
    )
    answer = make().wait_until_image_scan_complete("team/app", IMAGE, delay=0)
    assert answer.image_scan_status is not None
    assert answer.image_scan_status.status == status
    assert answer.next_token == "more"
    assert len(wire.sent) == 5


@pytest.mark.parametrize(
    "status",
    sorted({*ScanStatus} - {*map(ScanStatus, ("COMPLETE", "ACTIVE", "PENDING", "IN_PROGRESS"))}),
)
def test_a_scan_that_cannot_complete_ends_the_wait(
    make: MakeEcr, wire: Wire, status: ScanStatus
) -> None:
    """A status that can't become COMPLETE ends the wait at once."""
    wire.will(scan("IN_PROGRESS"), scan(status))
    with pytest.raises(WaiterError, match=status) as caught:
        make().wait_until_image_scan_complete("team/app", IMAGE, delay=0)
    assert caught.value.reason.endswith(f"it is {status}")
    assert caught.value.last_response.image_scan_status.status == status


def test_a_preview_is_waited_for(make: MakeEcr, wire: Wire) -> None:
    """A preview is waited for until it is complete."""
    wire.will(previewed("IN_PROGRESS"), previewed("COMPLETE"))
    answer = make().wait_until_lifecycle_policy_preview_complete("team/app", delay=0)
    assert answer.status is LifecyclePolicyPreviewStatus.COMPLETE


@pytest.mark.parametrize("status", ["FAILED", "EXPIRED"])
def test_a_preview_that_cannot_complete_ends_the_wait(
    make: MakeEcr, wire: Wire, status: str
) -> None:
    """A preview that failed or has expired ends the wait at once."""
    wire.will(previewed(status))
    with pytest.raises(WaiterError, match=status):
        make().wait_until_lifecycle_policy_preview_complete("team/app")


def test_a_wait_ends_in_time(make: MakeEcr, wire: Wire) -> None:
    """What does not come within the time-out ends the wait, with the last answer."""
    wire.responder = lambda _: reply(scan("IN_PROGRESS"))
    with pytest.raises(WaiterError, match=r"IN_PROGRESS after 0\.\d s") as caught:
        make().wait_until_image_scan_complete("team/app", IMAGE, delay=0.02, timeout=0.05)
    assert caught.value.last_response.repository_name == "team/app"
    assert len(wire.sent) >= 2


def timed_out(call: Callable[[], object]) -> tuple[WaiterError, float]:
    """The error that ends a wait, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(WaiterError) as caught:
        call()
    return caught.value, time.monotonic() - began


def seconds_told(error: WaiterError) -> float:
    """The seconds that passed, as an error tells them."""
    found = re.search(r"after (\d+\.\d) s\b", error.reason)
    assert found
    return float(found[1])


def ready(emulator: EcrEmulator) -> EcrClient:
    """A client that has made its first call, which takes longer than others."""
    ecr = emulator.client()
    ecr.describe_registry()
    return ecr


@pytest.mark.parametrize("deadline", [None, 60])
def test_a_late_answer_does_not_make_the_wait_longer(
    emulator: EcrEmulator, deadline: float | None
) -> None:
    """A poll takes no more than the time that is left, whatever its retries could do."""
    emulator.faults.inject(LateResponse(delay=30), times=3)
    ecr = emulator.client(retry=RetryPolicy(deadline=deadline))

    error, passed = timed_out(
        lambda: ecr.wait_until_image_scan_complete("team/app", IMAGE, timeout=0.5)
    )

    assert 0.5 <= passed < 5
    assert 0.5 <= seconds_told(error) <= passed + ROUNDED
    assert isinstance(error.__cause__, EcrConnectionError)
    assert error.last_response is None
    assert "was not seen" in error.reason


def test_a_late_answer_does_not_hide_what_was_seen(emulator: EcrEmulator, preview: Preview) -> None:
    """Where the last poll fails, the error has the answer before it."""
    emulator.faults.inject(LateResponse())
    emulator.faults.inject(LateResponse(delay=30), times=3)

    error, passed = timed_out(lambda: preview(emulator.client(), delay=0.01, timeout=0.5))

    assert passed < 5
    assert "is IN_PROGRESS after" in error.reason
    assert "the last poll failed" in error.reason
    assert error.last_response.status is LifecyclePolicyPreviewStatus.IN_PROGRESS


def test_the_last_poll_has_a_second(emulator: EcrEmulator, preview: Preview) -> None:
    """A service that is slow is asked once more when the time is over, and heard."""
    late = partial(emulator.faults.inject, operation_name="GetLifecyclePolicyPreview", times=20)
    late(LateResponse(delay=0.3))
    # On a busy machine, the first poll may take all the time, or the last more than its second.
    for timeout in (1, 5, 25):
        ecr = ready(emulator)
        before = len(emulator.faults.injected)
        error, passed = timed_out(partial(preview, ecr, delay=100, timeout=timeout))
        polls = len(emulator.faults.injected) - before
        assert seconds_told(error) <= passed + ROUNDED
        if polls == 2 and error.__cause__ is None:
            break
    assert (polls, error.__cause__) == (2, None)
    assert seconds_told(error) + ROUNDED >= timeout + 0.3
    assert error.last_response.status is LifecyclePolicyPreviewStatus.IN_PROGRESS


def test_a_policy_of_less_time_is_kept(emulator: EcrEmulator) -> None:
    """The client's own deadline ends a poll before the time-out does, with the poll's error."""
    emulator.faults.inject(LateResponse(delay=30), times=3)
    ecr = emulator.client(retry=RetryPolicy(deadline=0.2))
    began = time.monotonic()

    with pytest.raises(EcrConnectionError):
        ecr.wait_until_image_scan_complete("team/app", IMAGE, timeout=60)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "timeout", [float("inf"), 1e10, 10**400], ids=["endless", "centuries", "more"]
)
def test_a_wait_may_be_endless(make: MakeEcr, wire: Wire, timeout: float) -> None:
    """However long a wait may take, and its pauses, it is made."""
    wire.will(scan("PENDING"), scan("COMPLETE"))
    answer = make().wait_until_image_scan_complete("team/app", IMAGE, delay=0, timeout=timeout)
    assert answer.image_scan_status is not None

    def read() -> None:
        ecr.wait_until_image_scan_complete("team/app", IMAGE, delay=timeout, timeout=timeout)

    wire.will(scan("PENDING"))
    ecr = make()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(read)
        while len(wire.sent) < 3:
            time.sleep(0.01)
        ecr.close()
        assert isinstance(waiting.exception(timeout=10), ClientClosedError)


def test_without_time_it_is_asked_once(emulator: EcrEmulator, preview: Preview) -> None:
    """A time-out of 0 leaves the one poll its second."""

    def asked_once() -> WaiterError:
        ecr = ready(emulator)
        emulator.faults.inject(LateResponse(delay=0.3), operation_name="GetLifecyclePolicyPreview")
        before = len(emulator.faults.injected)
        error, passed = timed_out(partial(preview, ecr, timeout=0))
        assert 0.3 <= seconds_told(error) <= passed + ROUNDED
        assert len(emulator.faults.injected) <= before + 1
        return error

    # On a busy machine, a second may be too short.
    errors = (asked_once() for _ in range(10))
    heard = next(error for error in errors if error.__cause__ is None)
    assert heard.last_response.status is LifecyclePolicyPreviewStatus.IN_PROGRESS


def test_other_errors_end_the_wait(make: MakeEcr, wire: Wire) -> None:
    """An image or a preview that is not there is the service's error."""
    wire.will(refusal("ImageNotFoundException"), refusal("LifecyclePolicyPreviewNotFoundException"))
    ecr = make()
    with pytest.raises(ImageNotFoundException):
        ecr.wait_until_image_scan_complete("team/app", IMAGE)
    with pytest.raises(LifecyclePolicyPreviewNotFoundException):
        ecr.wait_until_lifecycle_policy_preview_complete("team/app")


def test_a_wait_says_what_it_waits_for(
    make: MakeEcr, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """Each poll that does not end the wait is told of in the log."""
    wire.will(refusal("ScanNotFoundException"), scan("PENDING"), scan("COMPLETE"))
    with caplog.at_level(logging.INFO, logger="ecr_typed._calls.waiters"):
        make().wait_until_image_scan_complete("team/app", IMAGE, delay=0)
    assert [record.getMessage() for record in caplog.records] == [
        "the scan of an image in team/app is not there yet: asking again in 0.0 s",
        "the scan of an image in team/app is PENDING: asking again in 0.0 s",
    ]


@pytest.mark.parametrize("name", ["delay", "timeout"])
@pytest.mark.parametrize("value", [-1, "5", None, float("nan"), True])
def test_bad_times_are_refused(make: MakeEcr, wire: Wire, name: str, value: Any) -> None:
    """Times that are no number of seconds are refused by name, and nothing is asked."""
    with pytest.raises(EcrRequestError, match=name):
        make().wait_until_image_scan_complete("team/app", IMAGE, **{name: value})
    assert wire.sent == []


def test_a_preview_of_the_emulator_is_waited_for(emulator: EcrEmulator, preview: Preview) -> None:
    """A preview that is started completes, over real HTTP."""
    emulator.clock.advance(timedelta(minutes=1))
    answer = preview(emulator.client(), delay=0.01)
    assert answer.status is LifecyclePolicyPreviewStatus.COMPLETE
