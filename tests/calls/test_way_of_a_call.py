"""A call has one way through the package: each room is entered once, in the order of the design."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

import pytest

from ecr_typed import EcrClient
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support.errors import error_of

_ROOMS: Final = {
    "ecr_typed._operations.": "method",
    "ecr_typed._calls.request": "request",
    "ecr_typed._calls.retry": "run",
    "ecr_typed._botocore.connection": "boto3",
    "ecr_typed._calls.decode": "decode",
    "ecr_typed._conversion.convert": "model",
    "ecr_typed._calls.reconcile": "reconcile",
    "ecr_typed._calls.explain": "explain",
}
"""The rooms of the design's list, by their modules."""

_DOORS: Final = {
    "build_request": "request",
    "Retrier.run": "run",
    "Connection.send": "boto3",
    "decode": "decode",
    "from_body": "model",
    "Reconciler.lost_response": "reconcile",
    "explain": "explain",
}
"""By which function a room is entered; a method has its own name."""


def way_of(call: Callable[[], object], method: str) -> list[str]:
    """The rooms that a call enters, in order, by their doors."""
    entered: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        module = str(frame.f_globals.get("__name__"))
        room = next((room for start, room in _ROOMS.items() if module.startswith(start)), None)
        is_method = room == "method" and frame.f_code.co_name == method
        if is_method or (room is not None and _DOORS.get(frame.f_code.co_qualname) == room):
            entered.append(str(room))

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(before)
    return entered


@pytest.fixture
def ecr() -> Any:
    """Give a client of an emulator, whose first call is over: that one loads modules."""
    with EcrEmulator() as emulator, emulator.client() as ecr:
        ecr.describe_registry()
        yield ecr, emulator


WAY: Final = ["method", "request", "run", "boto3", "decode", "model"]


def test_successful_create(ecr: tuple[EcrClient, EcrEmulator]) -> None:
    """A call that succeeds at once goes through each room once, and through no other."""
    assert way_of(lambda: ecr[0].create_repository("team/app"), "create_repository") == WAY


def test_page(ecr: tuple[EcrClient, EcrEmulator]) -> None:
    """A listing's request is built once; its page goes on from there."""
    way = way_of(lambda: ecr[0].describe_repositories().to_list(), "describe_repositories")
    assert way == WAY


def test_refused_call(ecr: tuple[EcrClient, EcrEmulator]) -> None:
    """A call that the service refuses has no response to decode, and is explained."""
    way = way_of(lambda: error_of(ecr[0].delete_repository, "team/none"), "delete_repository")
    assert way == ["method", "request", "run", "boto3", "explain"]


def test_reconciled_create(ecr: tuple[EcrClient, EcrEmulator]) -> None:
    """A lost response is reconciled after the attempts: its reads go from boto3 to the model."""
    client, emulator = ecr
    emulator.faults.inject(DROPPED, operation_name="CreateRepository")
    way = way_of(lambda: client.create_repository("team/app"), "create_repository")
    read = ["boto3", "decode", "model"]
    assert way == ["method", "request", "run", "boto3", "boto3", "reconcile", *read, *read]


def test_call_that_can_not_be_sent(ecr: tuple[EcrClient, EcrEmulator]) -> None:
    """Arguments that can't be sent go no further than the request."""
    nothing: Any = None
    way = way_of(lambda: error_of(ecr[0].create_repository, nothing), "create_repository")
    assert way == ["method", "request"]
