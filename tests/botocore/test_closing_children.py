"""Clients that share connections: which are closed with which, while others are being made."""

from __future__ import annotations

import copy
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from ecr_typed import ClientClosedError, EcrClient
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import LateResponse
from tests.support.clients import MakeEcr
from tests.support.samples import answer_of
from tests.support.wire import Wire


@pytest.fixture
def quick_switches() -> Iterator[None]:
    """Let threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("quick_switches")
def test_close_while_children_are_made(session: boto3.Session) -> None:
    """Children that are made while their parent is closed are closed, all of them."""
    for _ in range(5):
        ecr = EcrClient(session=session, endpoint_url="http://127.0.0.1:1")
        goes_on = threading.Event()
        children: list[EcrClient] = []

        def make(
            ecr: EcrClient = ecr,
            goes_on: threading.Event = goes_on,
            children: list[EcrClient] = children,
        ) -> None:
            while not goes_on.is_set():
                children.append(ecr.with_options())

        threads = [threading.Thread(target=make) for _ in range(3)]
        for thread in threads:
            thread.start()
        while len(children) < 50:
            pass
        ecr.close()
        goes_on.set()
        for thread in threads:
            thread.join()
        for child in (children[0], children[-1], children[len(children) // 2]):
            with pytest.raises(ClientClosedError):
                child.describe_registry()


def test_what_a_closed_call_sets_free_begins_no_other() -> None:
    """Before a call ends, the calls of all clients that end with it are refused."""
    late, running = LateResponse(delay=30.0), 16

    def end_of_next(ecr: EcrClient, child: EcrClient) -> object:
        with pytest.raises(ClientClosedError):
            ecr.describe_registry()
        try:
            return child.describe_registry()
        except ClientClosedError:
            return None

    with EcrEmulator() as emulator, ThreadPoolExecutor(running) as pool:
        for _ in range(5):
            emulator.reset()
            emulator.faults.inject(late, times=running)
            with emulator.client() as ecr:
                children = [ecr.with_options() for _ in range(2000)]
                ends = [pool.submit(end_of_next, ecr, child) for child in children[:running]]
                while len(emulator.faults.injected) < running:
                    time.sleep(0.001)
                ecr.close()
            assert [end.result() for end in ends] == [None] * running


def test_copy_is_closed_alone(make: MakeEcr, wire: Wire) -> None:
    """Closing a copy leaves the original open, and closing the original closes both."""
    ecr = make()
    one, other = copy.copy(ecr), copy.copy(ecr)
    one.close()
    with pytest.raises(ClientClosedError):
        one.describe_registry()
    wire.will(answer_of("DescribeRegistry"))
    ecr.describe_registry()
    ecr.close()
    with pytest.raises(ClientClosedError):
        other.describe_registry()


def test_child_of_a_closed_client_is_closed(make: MakeEcr) -> None:
    """A client that was closed makes no client that is open."""
    ecr = make()
    ecr.close()
    with pytest.raises(ClientClosedError):
        ecr.with_options().describe_registry()


def test_close_twice(make: MakeEcr) -> None:
    """Closing what is closed does nothing."""
    ecr = make()
    ecr.close()
    ecr.close()


def test_client_whose_sockets_can_not_be_watched_tells_the_truth(session: boto3.Session) -> None:
    """Where botocore has other private attributes, outcomes are decided by what it raises."""
    from ecr_typed._botocore.sockets import watch_sockets

    ecr = EcrClient(session=session, endpoint_url="http://127.0.0.1:1")
    assert watch_sockets(ecr.boto3_client)
    private: object = ecr.boto3_client
    del vars(vars(private)["_endpoint"])["http_session"]
    assert not watch_sockets(ecr.boto3_client)
