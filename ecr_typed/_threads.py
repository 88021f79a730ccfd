"""Threads that do not keep the program from ending."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import Final, ParamSpec, TypeVar
from weakref import WeakSet

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")

Work = Callable[[], None]


class DaemonThreads(Executor):
    """An executor whose threads end with the program.

    The interpreter waits for those of a `ThreadPoolExecutor`, and for all that is queued there,
    even after Ctrl-C. A thread is started with each piece of work, up to `count`.
    """

    def __init__(self, count: int, *, name: str) -> None:
        """Start up to `count` threads, when they are needed."""
        self._count = count
        self._name = name
        self._threads: list[Thread] = []
        self._queue = _Queue()
        _all.add(self)

    def submit(
        self,
        fn: Callable[Parameters, Returned],
        /,
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Returned]:
        """Run a function on one of the threads, in a copy of this thread's context."""
        future: Future[Returned] = Future()
        context = copy_context()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                returned = context.run(fn, *args, **kwargs)
            except BaseException as error:  # noqa: BLE001  # whoever waits for it gets it
                future.set_exception(error)
            else:
                future.set_result(returned)

        self.start(run)
        return future

    def start(self, work: Work) -> None:
        """Run what raises nothing on one of the threads; a future costs more than such work."""
        if len(self._threads) < self._count:
            # First of all, so that nothing is queued where nobody would do it.
            self._start()
        self._queue.put(work)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002  # as its base has it
        """End the threads after the work that is queued."""
        self._queue.end(len(self._threads))
        if wait:
            for thread in self._threads:
                # An interrupt may have come while it began.
                with suppress(RuntimeError):
                    thread.join()

    def begin_anew(self) -> None:
        """Start threads of its own in a child process: those that there were are the parent's."""
        self._threads = []
        self._queue = _Queue()

    def _start(self) -> None:
        name = f"{self._name}-{len(self._threads)}"
        thread = Thread(target=_work_off, args=(self._queue,), name=name, daemon=True)
        self._threads.append(thread)
        try:
            thread.start()
        except RuntimeError:
            # The system gives no more: those that there are do the work.
            self._threads.remove(thread)
            if not self._threads:
                raise


class _Queue:
    """Work for some threads, of which one is woken at a time: it wakes the next if more is left.

    From Python 3.13 on, each `put` of a `SimpleQueue` wakes another thread that waits. Where the
    work is quick, the first one that runs does it all, and the others wake for nothing.
    """

    def __init__(self) -> None:
        self._work = deque[Work | None]()
        self._bell = SimpleQueue[None]()
        self._is_ringing = False
        """Whether a thread that has not looked for work yet is woken, or will be."""

    def put(self, work: Work | None) -> None:
        """Queue work; None ends a thread."""
        self._work.append(work)
        self._ring()

    def get(self) -> Work | None:
        """Return the next work, and wait for it."""
        while True:
            try:
                work = self._work.popleft()
            except IndexError:
                self._bell.get()
                # What is queued before this is seen in the next round, and what comes later rings.
                self._is_ringing = False
                continue
            if self._work:
                self._ring()
            return work

    def end(self, count: int) -> None:
        """End so many threads after the work that is queued."""
        for _ in range(count):
            self._work.append(None)
            self._bell.put(None)

    def _ring(self) -> None:
        if not self._is_ringing:
            # Python runs no signal handler, which may raise, between these two.
            self._is_ringing = True
            self._bell.put(None)


def _work_off(queue: _Queue) -> None:
    while (work := queue.get()) is not None:
        work()
        del work  # what it holds is not kept until there is more work


_all: Final[WeakSet[DaemonThreads]] = WeakSet()


def _begin_anew() -> None:
    for threads in list(_all):
        threads.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
