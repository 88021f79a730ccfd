"""A task that runs: on a thread of the job's own, or wherever an executor takes it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Lock
from typing import Any, Protocol

from ecr_typed._botocore.in_flight import CallsInFlight, calls_of_job
from ecr_typed.jobs._attempts import Attempt, attempt


class Run(Protocol):
    """What became of a task that was handed over, or will."""

    def cancel(self) -> bool:
        """Keep it from beginning; False if it has begun."""
        ...

    def done(self) -> bool:
        """Return whether it has ended."""
        ...

    def result(self) -> Attempt | bytes:
        """Return what became of the attempt, or raise what kept it from coming."""
        ...


class RunOnThread:
    """A run on a thread of the job's own.

    A future can be waited for, and has a lock and a condition for that. Nobody waits for one run
    of a job, and an item that is quickly done would cost twice as much.
    """

    __slots__ = ("_attempt", "_begun", "_call", "_calls", "_context", "_ended", "_error")

    def __init__(
        self,
        calls: CallsInFlight,
        ended: Callable[[], None],
        function: Callable[..., Any],
        *arguments: Any,
    ) -> None:
        """Prepare to call a function; the calls that it makes end with the job.

        `ended` is called on the thread at the end of what was not cancelled.
        """
        self._calls = calls
        self._ended = ended
        self._call = (function, *arguments)
        self._context = copy_context()
        # Whoever gets it first, begins or cancels. Nobody waits for it.
        self._begun = Lock()
        self._attempt: Attempt | None = None
        self._error: BaseException | None = None

    def __call__(self) -> None:
        """Run, unless it was cancelled."""
        if not self._begun.acquire(blocking=False):
            return
        try:
            self._attempt = self._context.run(self._run)
        except BaseException as error:  # noqa: BLE001  # the job ends with it
            self._error = error
        self._ended()

    def cancel(self) -> bool:
        """Keep it from beginning; False if it has begun."""
        return self._begun.acquire(blocking=False)

    def done(self) -> bool:
        """Return whether it has ended."""
        return self._attempt is not None or self._error is not None

    def result(self) -> Attempt:
        """Return what became of the attempt, or raise what ended it."""
        if self._attempt is not None:
            return self._attempt
        if self._error is not None:
            raise self._error
        raise AssertionError("a run was looked at before its end")

    def _run(self) -> Attempt:
        # The context is this run's own: nothing has to be set back.
        calls_of_job.set(self._calls)
        return attempt(*self._call)
