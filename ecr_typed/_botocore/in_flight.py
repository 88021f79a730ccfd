"""Calls that end together: those of a client, and those of a job, whichever clients it uses."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX
from typing import Final

from ecr_typed._botocore.exchange import Cut, Exchange


class CallsInFlight:
    """Requests and waits in flight, on any threads, until they are ended all at once.

    Nothing here takes a lock: a signal handler that closes a client would wait for it.
    """

    def __init__(self) -> None:
        self.is_ended: bool = False
        """Whether further calls are refused."""
        self._exchanges: set[Exchange] = set()
        self._alarms: set[SimpleQueue[None]] = set()
        self._inner: set[CallsInFlight] = set()
        self._process = os.getpid()

    def enter(self, exchange: Exchange) -> None:
        """Take a request, and end it at once if the others were ended."""
        self._exchanges.add(exchange)
        if self.is_ended:
            exchange.cut(Cut.CLOSED)

    def leave(self, exchange: Exchange) -> None:
        """Forget a request."""
        self._exchanges.discard(exchange)

    def wait(self, alarm: SimpleQueue[None]) -> None:
        """Let an alarm ring at the end."""
        self._alarms.add(alarm)
        if self.is_ended:
            alarm.put(None)

    def wake(self, alarm: SimpleQueue[None]) -> None:
        """Forget an alarm."""
        self._alarms.discard(alarm)

    def add(self, inner: CallsInFlight) -> None:
        """Let a group end with this one: that of a job that is run inside another."""
        self._leave_to_the_parent()
        self._inner.add(inner)
        if self.is_ended:
            inner.end()

    def remove(self, inner: CallsInFlight) -> None:
        """Forget a group."""
        self._inner.discard(inner)

    def end(self) -> None:
        """End what is in flight, and refuse what comes."""
        self.refuse()
        self._leave_to_the_parent()
        for inner in self._inner.copy():
            inner.end()
        for alarm in self._alarms.copy():
            alarm.put(None)
        for exchange in self._exchanges.copy():
            exchange.cut(Cut.CLOSED)

    def refuse(self) -> None:
        """Refuse what comes.

        Before anything ends, all are refused that end with it: a thread that one call sets free
        would begin another.
        """
        self.is_ended = True
        for inner in self._inner.copy():
            inner.refuse()

    def forget(self) -> None:
        """Begin anew in a child process: what is in flight is the parent's."""
        self._exchanges.clear()
        self._alarms.clear()
        self._inner.clear()
        self._process = os.getpid()

    def _leave_to_the_parent(self) -> None:
        # To end a connection in a child process would end it for the parent, too.
        if os.getpid() != self._process:
            self.forget()


def sleep(seconds: float, *groups: CallsInFlight) -> None:
    """Wait, unless one of the groups is ended meanwhile."""
    # An Event has a lock.
    alarm = SimpleQueue[None]()
    try:
        for group in groups:
            group.wait(alarm)
        alarm.get(timeout=min(seconds, TIMEOUT_MAX))
    except Empty:
        pass
    finally:
        for group in groups:
            group.wake(alarm)


calls_of_job: Final[ContextVar[CallsInFlight | None]] = ContextVar(
    "ecr_typed_calls_of_job", default=None
)
"""What the calls on this thread belong to, besides their clients."""


@contextmanager
def ending_with(group: CallsInFlight) -> Generator[None, None, None]:
    """Let the calls that are made inside end with a group."""
    token = calls_of_job.set(group)
    try:
        yield
    finally:
        calls_of_job.reset(token)
