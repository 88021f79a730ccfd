"""Runs the blocking calls of a client for asyncio, so that cancelling one ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar
from weakref import WeakSet, finalize

from ecr_typed import ClientClosedError, EcrClient
from ecr_typed._botocore.in_flight import CallsInFlight, ending_with
from ecr_typed._threads import DaemonThreads

__tracebackhide__ = True  # pytest's tracebacks end at the caller's line.

Value = TypeVar("Value")


class AsyncCalls:
    """The threads of an asynchronous client, and the calls that run or wait for one of them."""

    def __init__(
        self, client: EcrClient, threads: DaemonThreads, users: WeakSet[AsyncCalls]
    ) -> None:
        self.client = client
        self.threads = threads
        self._users = users
        """All that are open on the same threads."""
        self._calls = CallsInFlight()
        self._origin: AsyncCalls | None = None

    @classmethod
    def on_own_threads(cls, client: EcrClient, count: int) -> AsyncCalls:
        """Make threads for a client; they end with the calls, if nothing ends them before."""
        threads = DaemonThreads(count, name="ecr_typed-aio")
        calls = cls(client, threads, WeakSet())
        calls._users.add(calls)  # our own
        finalize(calls, threads.shutdown, wait=False)
        return calls

    def shared(self, client: EcrClient) -> AsyncCalls:
        """Return calls of another client on the same threads."""
        calls = AsyncCalls(client, self.threads, self._users)
        # The threads end with the calls that they were made for.
        calls._origin = self  # our own
        if self._users:
            self._users.add(calls)
        else:
            # All were closed, and the threads have ended.
            calls._calls.end()
        return calls

    async def run(self, function: Callable[[EcrClient], Value]) -> Value:
        """Call a function with the client on one of the threads.

        A call that is cancelled while it waits for a thread never begins. One that runs has its
        requests cut off and its waits ended.
        """
        if self._calls.is_ended:
            raise ClientClosedError(
                "the client was closed: call it inside its `async with` block, or make a new one"
            )
        group = CallsInFlight()
        self._calls.add(group)
        try:
            return await _Waiter(self.threads.submit(_run, function, self.client, group), group)
        finally:
            self._calls.remove(group)

    def end(self) -> None:
        """End the calls that run, and refuse those to come.

        The threads end with the last of those that are open on them.
        """
        self._calls.end()
        self._users.discard(self)
        if not self._users:
            self.threads.shutdown(wait=False)


class _Waiter(asyncio.Future[Value]):
    """Waits for what runs, or will run, on a thread.

    With `asyncio.wrap_future`, a cancellation is passed on with the next turn of the loop: by then
    a thread may have begun a call that was still queued.
    """

    def __init__(self, running: Future[Value], group: CallsInFlight) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._running = running
        self._group = group
        running.add_done_callback(self._hand_over)

    def cancel(self, msg: object = None) -> bool:
        """End the call: one that waits for a thread never begins."""
        if not self._running.cancel():
            self._group.end()
        return super().cancel(msg)

    def _hand_over(self, running: Future[Value]) -> None:
        # It is called on the thread of the call, and the loop may be gone.
        with contextlib.suppress(RuntimeError):
            self.get_loop().call_soon_threadsafe(self._take, running)

    def _take(self, running: Future[Value]) -> None:
        if self.done() or running.cancelled():
            return
        error = running.exception()
        if error is None:
            self.set_result(running.result())
        elif isinstance(error, StopIteration):
            # No future takes it, as no coroutine can raise it.
            stopped = RuntimeError("the function raised StopIteration")
            stopped.__cause__ = error
            self.set_exception(stopped)
        else:
            self.set_exception(error)


def _run(function: Callable[[EcrClient], Value], client: EcrClient, group: CallsInFlight) -> Value:
    with ending_with(group):
        return function(client)
