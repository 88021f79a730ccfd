"""Throttled programs lose no calls: over real HTTP, from threads and from processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    ClientClosedError,
    RetryEvent,
    RetryPolicy,
)
from ecr_typed._calls.turns import Paces, Turn
from ecr_typed.testing import EcrEmulator
from tests.support.clients import MakeEcr
from tests.support.wire import Wire, refusal

OPERATION = "DescribeRegistry"


@pytest.fixture(scope="module")
def shared() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(shared: EcrEmulator) -> EcrEmulator:
    shared.reset()
    return shared


def test_no_call_of_many_threads_is_lost(emulator: EcrEmulator) -> None:
    """Where a quota alone loses most calls, all succeed, at hardly more requests than calls."""
    emulator.faults.limit(OPERATION, per_second=60, burst=20)
    events: list[CallEvent] = []
    with emulator.client(on_call=events.append) as ecr, ThreadPoolExecutor(32) as pool:
        calls = [pool.submit(ecr.describe_registry) for _ in range(140)]
        assert [call.exception() for call in calls] == [None] * len(calls)

    assert sum(event.attempts for event in events) < 2 * len(events)
    assert all(0 <= event.waited <= event.elapsed for event in events)
    assert any(event.waited for event in events)


CHILD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from ecr_typed import EcrClient
ecr = EcrClient(endpoint_url=sys.argv[1])
with ThreadPoolExecutor(16) as pool:
    print(len(list(pool.map(lambda _: ecr.describe_registry(), range(60)))))
"""


def test_processes_that_share_a_limit_lose_nothing(emulator: EcrEmulator) -> None:
    """Two processes that know nothing of each other share what the service lets through."""
    emulator.faults.limit(OPERATION, per_second=60, burst=10)
    command = [sys.executable, "-c", CHILD, emulator.endpoint_url]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]

    assert [child.communicate(timeout=120)[0] for child in children] == ["60\n", "60\n"]


def test_limit_that_rises_and_falls_loses_no_call(emulator: EcrEmulator) -> None:
    """The rate follows the limit to ten times as much, and back."""
    phases = ((20, 25), (200, 120), (20, 25))
    ended = threading.Semaphore(0)
    with emulator.client(on_call=lambda _: ended.release()) as ecr, ThreadPoolExecutor(32) as pool:
        emulator.faults.limit(OPERATION, per_second=phases[0][0], burst=5)
        calls = [pool.submit(ecr.describe_registry) for _ in range(sum(n for _, n in phases))]
        for per_second, count in phases:
            emulator.faults.limit(OPERATION, per_second=per_second, burst=5)
            for _ in range(count):
                ended.acquire()
        assert [call.exception() for call in calls] == [None] * len(calls)


def test_a_client_and_its_children_share_the_pace(make: MakeEcr, wire: Wire) -> None:
    """What one client learned, those on its connections know; other clients and operations don't."""
    ecr = make()
    shared: list[CallEvent] = []
    apart: list[CallEvent] = []
    child = ecr.with_options(on_call=shared.append)
    stranger = make(on_call=apart.append)
    passed: dict[str, Any] = {"tags": []}
    wire.will(refusal("ThrottlingException"), *[passed] * 31)
    ecr.list_tags_for_resource("arn")
    # On a busy machine, the turns of the first ones may have come already.
    for _ in range(15):
        child.list_tags_for_resource("arn")
        stranger.list_tags_for_resource("arn")

    assert [any(one.waited > 0 for one in events) for events in (shared, apart)] == [True, False]


def test_closing_ends_the_waits_for_turns(emulator: EcrEmulator) -> None:
    """Calls that wait for their turns end when the client is closed."""
    emulator.faults.limit(OPERATION, per_second=0.01)
    waiting = threading.Barrier(9)
    told: list[RetryEvent] = []

    def on_retry(event: RetryEvent) -> None:
        told.append(event)
        if event.attempt == 1:
            waiting.wait(30)

    ecr = emulator.client(retry=RetryPolicy(on_retry=on_retry))
    ecr.describe_registry()
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(ecr.describe_registry) for _ in range(8)]
        waiting.wait(30)
        ecr.close()
        errors = [call.exception(timeout=30) for call in calls]

    assert {type(error) for error in errors} == {ClientClosedError}
    assert all(event.is_paced for event in told)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_forked_child_is_not_held_up() -> None:
    """A child whose parent's threads waited, or held the lock, goes on from what was learned."""
    paces = Paces()
    turns: Any = paces.begin(OPERATION, 0.0)
    for _ in range(100):
        turns.seconds_until_turn(Turn(), 0.0)
    locked, forked = threading.Event(), threading.Event()

    def hold() -> None:
        with turns._lock:
            locked.set()
            forked.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait(30)
    child = os.fork()
    if child == 0:
        in_time = turns.seconds_until_turn(Turn(), 1.0) == 0.0
        os._exit(0 if in_time else 1)
    _, status = os.waitpid(child, 0)
    forked.set()
    thread.join()

    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers")
def test_signal_handlers_may_take_turns() -> None:
    """A handler that needs a turn, at any moment of what its thread does with turns, blocks nothing."""
    turns = Paces().begin(OPERATION, time.monotonic())
    handled: list[float] = []

    def take(now: float) -> float:
        turn = Turn()
        seconds = turns.seconds_until_turn(turn, now)
        turns.record_throttled(now, now)
        turns.leave(turn)
        return seconds

    def handle(_: int, __: FrameType | None) -> None:
        handled.append(take(time.monotonic()))
        if len(handled) < 50:
            signal.setitimer(signal.ITIMER_REAL, 0.001)

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    try:
        ends = time.monotonic() + 30
        while len(handled) < 50 and time.monotonic() < ends:
            take(time.monotonic())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert len(handled) >= 50


def test_calls_that_are_never_throttled_know_no_pace(emulator: EcrEmulator) -> None:
    """Without throttling nothing waits."""
    events: list[CallEvent] = []
    with emulator.client(on_call=events.append) as ecr:
        for _ in range(3):
            ecr.describe_registry()

    assert [event.waited for event in events] == [0, 0, 0]
