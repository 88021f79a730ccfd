"""Threads that do not keep the program from ending."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import copy_context
from queue import SimpleQueue
from threading import Thread
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


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
        self._work = SimpleQueue[Callable[[], None] | None]()

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

        self._work.put(run)
        if len(self._threads) < self._count:
            self._start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002  # as its base has it
        """End the threads after the work that is queued."""
        for _ in self._threads:
            self._work.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _start(self) -> None:
        name = f"{self._name}-{len(self._threads)}"
        thread = Thread(target=_work_off, args=(self._work,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()


def _work_off(work: SimpleQueue[Callable[[], None] | None]) -> None:
    while (run := work.get()) is not None:
        run()
        del run  # what it holds is not kept until there is more work
