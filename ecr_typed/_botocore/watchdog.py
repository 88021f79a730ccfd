"""Cuts off requests whose call's deadline passes while they are in flight.

A read time-out bounds the wait for the next bytes only: a response that trickles would outlast
every deadline. One thread serves all clients of the process. It starts with the first call that has
a deadline, and ends when no deadline is left to watch.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from heapq import heapify, heappop, heappush
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX, RLock, Thread
from typing import Final
from weakref import ref

from ecr_typed._botocore.exchange import Cut, Exchange

_MOST: Final = 256


class _Watchdog:
    """The requests that have a deadline, the earliest first."""

    def __init__(self) -> None:
        # A signal handler may make a call on the thread that holds the lock.
        self._lock = RLock()
        self._pending: list[tuple[float, int, ref[Exchange]]] = []
        self._numbers = itertools.count()
        self._alarm = SimpleQueue[None]()
        self._most = _MOST
        """How many requests are kept until those that are over are looked for."""
        self._is_running = False
        self._wakes_at = 0.0

    def watch(self, exchange: Exchange, seconds: float) -> None:
        """Cut a request off after that many seconds, if it is still in flight then."""
        ends = time.monotonic() + seconds
        with self._lock:
            if len(self._pending) >= self._most:
                self._forget_what_ended()
            heappush(self._pending, (ends, next(self._numbers), ref(exchange)))
            if not self._is_running:
                # Where no thread can be started, the next call tries again.
                Thread(target=self._run, name="ecr_typed deadlines", daemon=True).start()
                self._is_running = True
            elif ends < self._wakes_at:
                self._alarm.put(None)

    def _forget_what_ended(self) -> None:
        """Drop the requests that are over: most of them end long before their deadlines."""
        self._pending = [entry for entry in self._pending if entry[2]() is not None]
        heapify(self._pending)
        self._most = max(_MOST, 2 * len(self._pending))

    def _run(self) -> None:
        while True:
            now = time.monotonic()
            due: list[ref[Exchange]] = []
            with self._lock:
                while self._pending and self._pending[0][0] <= now:
                    due.append(heappop(self._pending)[2])
                if not self._pending and not due:
                    self._is_running = False
                    return
                self._wakes_at = self._pending[0][0] if self._pending else now
            for reference in due:
                if (exchange := reference()) is not None:
                    exchange.cut(Cut.DEADLINE)
            with contextlib.suppress(Empty):
                self._alarm.get(timeout=min(max(self._wakes_at - now, 0.0), TIMEOUT_MAX))


_watchdog: _Watchdog = _Watchdog()


def watch(exchange: Exchange, seconds: float) -> None:
    """Cut a request off after that many seconds, if it is still in flight then."""
    _watchdog.watch(exchange, seconds)


def _begin_anew() -> None:
    # The thread is not in a child process, and a thread of the parent may hold the lock.
    global _watchdog  # noqa: PLW0603  # one for each process
    _watchdog = _Watchdog()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
