"""Fetches pages ahead: the next ones are on their way while the program works on this one."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from typing import Final, TypeVar

from ecr_typed._botocore.in_flight import CallsInFlight, calls_of_job, ending_with
from ecr_typed._errors import EcrError
from ecr_typed._threads import DaemonThreads

__tracebackhide__ = True  # pytest ends at the caller's line

Value = TypeVar("Value")

_POLL: Final = 0.2
"""How often a wait looks for Ctrl-C, in seconds: on Windows, it interrupts no wait for a lock."""

_GRACE: Final = 0.5
"""How long the end of an iteration waits for a request that it cut off, in seconds."""


def ahead(values: Iterator[Value], count: int) -> Generator[Value, None, None]:
    """Yield an iterator's values, the next `count` of which are made on a thread meanwhile.

    The thread lives as long as the iteration: whatever ends that cuts off what is in flight.
    """
    calls = CallsInFlight()
    outer = calls_of_job.get()
    thread = DaemonThreads(1, name="ecr_typed-prefetch")
    coming: deque[Future[list[Value]]] = deque()
    try:
        if outer is not None:
            outer.add(calls)
        # In a frame of its own: an interrupt between two rounds of a loop passes by the handlers
        # around the loop in its frame (CPython 3.12 and 3.13).
        yield from _steps(lambda: thread.submit(_next, values, calls), coming, count)
    finally:
        if outer is not None:
            outer.remove(calls)
        calls.end()
        # A connection that is being made, or a request of an adopted client, can't be cut off.
        are_left = wait(coming, _GRACE).not_done
        thread.shutdown(wait=not are_left)
        # An error that ends this would keep itself, in the frame that it came through.
        coming.clear()


def _steps(
    begin: Callable[[], Future[list[Value]]], coming: deque[Future[list[Value]]], count: int
) -> Generator[Value, None, None]:
    process = os.getpid()
    while True:
        # One thread makes them one after the other, so their order is the iterator's.
        while len(coming) <= count:
            coming.append(begin())
        step = _result(coming[0], process)
        coming.popleft()
        if not step:
            return
        yield step.pop()


def _next(values: Iterator[Value], calls: CallsInFlight) -> list[Value]:
    """Return the next value, or nothing at the end."""
    with ending_with(calls):
        for value in values:
            return [value]
    return []


def _result(coming: Future[list[Value]], process: int) -> list[Value]:
    while not coming.done():
        if os.getpid() != process:
            # The thread is not here, and nothing would ever come.
            raise EcrError(
                "the pages are fetched in the process that this one was forked from: begin another "
                "iteration here"
            )
        wait([coming], _POLL)
    return coming.result()
