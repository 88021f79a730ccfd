"""The waits know every status."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from ecr_typed import (
    EcrRequestError,
    ImageIdentifier,
    ImageNotFoundException,
    LifecyclePolicyPreviewNotFoundException,
    LifecyclePolicyPreviewStatus,
    ScanStatus,
    WaiterError,
)
from ecr_typed.testing import EcrEmulator
from tests.support.clients import MakeEcr
from tests.support.wire import Wire, refusal, reply

IMAGE = ImageIdentifier(image_tag="latest")


def scan(status: str, **members: object) -> dict[str, Any]:
    """An answer about a scan."""
    return {
        "repositoryName": "team/app",
        "imageScanStatus": {"status": status, "description": f"it is {status}"},
        **members,
    }


def preview(status: str) -> dict[str, Any]:
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
    wire.will(preview("IN_PROGRESS"), preview("COMPLETE"))
    answer = make().wait_until_lifecycle_policy_preview_complete("team/app", delay=0)
    assert answer.status is LifecyclePolicyPreviewStatus.COMPLETE


@pytest.mark.parametrize("status", ["FAILED", "EXPIRED"])
def test_a_preview_that_cannot_complete_ends_the_wait(
    make: MakeEcr, wire: Wire, status: str
) -> None:
    """A preview that failed or has expired ends the wait at once."""
    wire.will(preview(status))
    with pytest.raises(WaiterError, match=status):
        make().wait_until_lifecycle_policy_preview_complete("team/app")


def test_a_wait_ends_in_time(make: MakeEcr, wire: Wire) -> None:
    """What does not come within the time-out ends the wait, with the last answer."""
    wire.responder = lambda _: reply(scan("IN_PROGRESS"))
    with pytest.raises(WaiterError, match=r"IN_PROGRESS after 0\.05 s") as caught:
        make().wait_until_image_scan_complete("team/app", IMAGE, delay=0.02, timeout=0.05)
    assert caught.value.last_response.repository_name == "team/app"
    assert len(wire.sent) >= 2


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
    with caplog.at_level(logging.INFO, logger="ecr_typed.waiters"):
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


def test_a_preview_of_the_emulator_is_waited_for() -> None:
    """A preview that is started completes, over real HTTP."""
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
    with EcrEmulator() as emulator, emulator.client() as ecr:
        ecr.create_repository("team/app")
        policy = json.dumps({"rules": [rule]})
        ecr.start_lifecycle_policy_preview("team/app", lifecycle_policy_text=policy)
        emulator.clock.advance(timedelta(minutes=1))
        answer = ecr.wait_until_lifecycle_policy_preview_complete("team/app", delay=0.01)
        assert answer.status is LifecyclePolicyPreviewStatus.COMPLETE
