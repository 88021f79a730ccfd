"""The engine of jobs: a bounded number of tasks in flight, and their outcomes as they come."""

from __future__ import annotations

import atexit
import logging
import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar
from uuid import uuid4
from weakref import WeakSet

import attrs

from ecr_typed import ClientClosedError, EcrError
from ecr_typed._botocore.in_flight import CallsInFlight, calls_of_job
from ecr_typed._labels import label
from ecr_typed._threads import DaemonThreads
from ecr_typed.jobs._arguments import is_in_this_process
from ecr_typed.jobs._attempts import Attempt, attempt_elsewhere, attempt_here, unpacked
from ecr_typed.jobs._outcomes import Outcome
from ecr_typed.jobs._runs import Run, RunOnThread

_logger = logging.getLogger(__name__)

Item_co = TypeVar("Item_co", covariant=True)
Value_co = TypeVar("Value_co", covariant=True)

_GRACE: Final = 0.5
"""How long Ctrl-C waits for calls that were ended, in seconds."""

_DONE: Final = "done"
_FAILED: Final = "failed"

_SHOWN: Final = 10
"""How many of the items in flight are named."""

_POLL: Final = 0.2
"""How often a wait looks for Ctrl-C, in seconds: on Windows, it interrupts no wait for a lock."""


@attrs.define(eq=False)
class Task:
    """A piece of work: a function that is called with some arguments for an item."""

    item: Any
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    owner: Any = None
    """What the source of the task keeps with it."""

    run: Run | None = None


class Reaction(NamedTuple):
    """What a job makes of a task that has ended."""

    outcomes: Iterable[Outcome[Any, Any]] = ()
    ending: BaseException | None = None
    """What ends the job, once the tasks in flight have ended."""


class Source(Protocol):
    """Where tasks come from, and what is made of them: one for each kind of job."""

    def take(self) -> Task | None:
        """Return the next task; None if there is none until another one has ended."""
        ...

    def finish(self, task: Task, done: Attempt) -> Reaction:
        """Take what became of a task."""
        ...

    def close(self) -> None:
        """Close what the source opened, once no task runs any more."""


class Window(Generic[Item_co, Value_co]):
    """The tasks of a job that are in flight: at most twice as many as threads."""

    def __init__(
        self,
        source: Source,
        *,
        threads: int,
        executor: Executor | None = None,
        ordered: bool = False,
    ) -> None:
        self._source = source
        self._own_threads = (
            DaemonThreads(threads, name="ecr_typed-job") if executor is None else None
        )
        self._executor = executor
        self._is_here = is_in_this_process(executor)
        self._calls = CallsInFlight()
        self._name, self._numbers = uuid4().hex, count()
        self._limit = 2 * threads
        self._is_ordered = ordered
        self._tasks: dict[int, Task] = {}
        self._ended = SimpleQueue[Task]()
        self._alarm: SimpleQueue[None] | None = None
        """Rings for each task that ends, once the end waits for the last ones."""
        self._waiting: deque[Task] = deque()
        """In order: the tasks in flight, and those that ended before an earlier one."""
        self._ending: BaseException | None = None
        self._is_over = False
        self._process = os.getpid()

    def outcomes(self) -> Generator[Outcome[Item_co, Value_co], None, None]:
        """Run all tasks, and yield what becomes of them."""
        if not self._is_of_this_process():
            # Nothing has begun where the job was made: it is this process's alone.
            self._process, self._calls = os.getpid(), CallsInFlight()
        _open.add(self)
        outer = calls_of_job.get()
        try:
            if outer is not None:
                outer.add(self._calls)
            # In a frame of its own: an interrupt between two rounds of a loop passes by the
            # handlers around the loop in its frame (CPython 3.12 and 3.13).
            yield from self._run()
        except GeneratorExit:
            raise
        except BaseException as error:
            # Ctrl-C, or what a callback raised: neither is kept from the caller for long.
            if left := self.end(_GRACE if isinstance(error, KeyboardInterrupt) else None):
                _note(error, _described(left))
            raise
        finally:
            _log(self.end())
            if outer is not None:
                outer.remove(self._calls)
        if self._ending is not None:
            raise self._ending

    def _run(self) -> Generator[Outcome[Item_co, Value_co], None, None]:
        self._fill()
        while self._tasks:
            for task in self._next():
                reaction = self._finish(task)
                if reaction.ending is not None:
                    self._begin_to_end(reaction.ending)
                yield from reaction.outcomes
            self._fill()

    def end(self, seconds: float | None = None) -> list[Task]:
        """End what is in flight, wait for it, and return what it was."""
        if self._is_over:
            return []
        self._is_over = True
        if not self._is_of_this_process():
            return []
        _open.discard(self)
        if calls_of_job.get() is self._calls:
            # A task of the job ends it, or collects it as garbage: it can't wait for itself.
            seconds = 0.0
        running = self._drop_what_waits()
        self._calls.end()
        self._wait_for(running, seconds)
        self._source.close()
        if self._own_threads is not None:
            self._own_threads.shutdown(wait=seconds is None)
        return running

    def _fill(self) -> None:
        # The process that this one was forked from does what is left, too.
        self._refuse_forks()
        while self._ending is None and len(self._tasks) < self._limit:
            if self._calls.is_ended:
                self._begin_to_end(ClientClosedError("the job that this one runs in was ended"))
                return
            try:
                task = self._source.take()
                if task is None:
                    return
                self._submit(task)
            except Exception as error:  # noqa: BLE001  # it is raised when the rest has ended
                # Nothing is wrong with the tasks that were taken before it.
                self._ending = error

    def _submit(self, task: Task) -> None:
        call = (task.function, *task.arguments)
        ended = partial(self._note_end, task)
        if self._own_threads is not None:
            run = RunOnThread(self._calls, ended, *call)
            # Ctrl-C that comes before the start finds it, and it never begins.
            self._take(task, run)
            try:
                self._own_threads.start(run)
            except RuntimeError as error:
                self._drop(task)
                raise _not_done(task, f"no thread can be started: {error}") from error
            return
        executor: Any = self._executor
        future: Future[Attempt] | Future[Attempt | bytes]
        try:
            if self._is_here:
                future = executor.submit(attempt_here, self._calls, *call)
            else:
                unique = self._name, next(self._numbers)
                future = executor.submit(attempt_elsewhere, unique, *call)
        except Exception as error:
            reason = f"the executor takes no more work: {type(error).__name__}: {error}"
            raise _not_done(task, reason) from error
        self._take(task, future)
        future.add_done_callback(lambda _: ended())

    def _take(self, task: Task, run: Run) -> None:
        task.run = run
        self._tasks[id(task)] = task
        if self._is_ordered:
            self._waiting.append(task)

    def _is_of_this_process(self) -> bool:
        return os.getpid() == self._process

    def _refuse_forks(self) -> None:
        """Refuse to go on in a process that was forked in the middle of the job."""
        if not self._is_of_this_process():
            raise EcrError(
                "the job goes on in the process that this one was forked from: begin another one "
                "here"
            ) from None

    def _note_end(self, task: Task) -> None:
        self._ended.put(task)
        if self._alarm is not None:
            self._alarm.put(None)

    def _wait_for(self, tasks: list[Task], seconds: float | None) -> None:
        """Wait until all of these tasks have ended, or for so long."""
        self._alarm = alarm = SimpleQueue[None]()
        until = math.inf if seconds is None else monotonic() + seconds
        while not all(map(_is_done, tasks)) and (left := until - monotonic()) > 0:
            with suppress(Empty):
                alarm.get(timeout=min(left, _POLL))

    def _next(self) -> Iterable[Task]:
        """The next tasks that ended, in their order if the job has one."""
        task = self._wait()
        if not self._is_ordered:
            return (task,)
        ready: list[Task] = []
        while self._waiting and _is_done(self._waiting[0]):
            ready.append(self._waiting.popleft())
        return ready

    def _wait(self) -> Task:
        while True:
            try:
                task = self._ended.get(timeout=_POLL)
            except Empty:
                # Its threads are not here, and nothing would ever end.
                self._refuse_forks()
                continue
            # A task that was cancelled has ended, too, but is none of the job's any more.
            if id(task) in self._tasks:
                return task

    def _finish(self, task: Task) -> Reaction:
        del self._tasks[id(task)]
        try:
            done = _result(task)
        except CancelledError:
            return Reaction(ending=EcrError(f"{label(task.item)} was cancelled by the executor"))
        except Exception as error:  # noqa: BLE001  # the outcome has it
            # No error of the user's function: that is part of a result.
            lost = _lost(task.item, error)
            outcomes = self._source.finish(task, Attempt(error=lost)).outcomes
            return Reaction(outcomes, self._ending or lost)
        except BaseException as error:  # noqa: BLE001  # it is raised when the rest has ended
            _note(error, f"It was raised by the job's function for {label(task.item)}.")
            return Reaction(ending=error)
        return self._source.finish(task, done)

    def _begin_to_end(self, ending: BaseException) -> None:
        """Take no more tasks; those in flight are waited for."""
        if self._ending is None:
            self._ending = ending
        self._drop_what_waits()

    def _drop_what_waits(self) -> list[Task]:
        """Drop the tasks that have not begun, and return the others."""
        for task in list(self._tasks.values()):
            if task.run is not None and task.run.cancel():
                self._drop(task)
        return list(self._tasks.values())

    def _drop(self, task: Task) -> None:
        del self._tasks[id(task)]
        if self._is_ordered:
            self._waiting.remove(task)


def _is_done(task: Task) -> bool:
    return task.run is not None and task.run.done()


def _result(task: Task) -> Attempt:
    run = task.run
    if run is None:
        raise AssertionError("a task ended that was not submitted")
    # They hold each other, and the result would stay until the garbage is collected.
    task.run = None
    return unpacked(run.result())


def _not_done(task: Task, reason: str) -> EcrError:
    return EcrError(f"{label(task.item)} was not done: {reason}")


def _lost(item: object, error: Exception) -> EcrError:
    """What is said of a task whose result did not come back from the executor."""
    text = f"{label(item)}: its result did not come back: {type(error).__name__}: {error}"
    if not isinstance(error, BrokenExecutor):
        text += (
            ". With this executor the function, its items and what it returns are pickled: pass a "
            "function of a module, and return models or plain values"
        )
    lost = EcrError(text, maybe_applied=True)
    lost.__cause__ = error
    return lost


def _note(error: BaseException, note: str) -> None:
    with suppress(Exception):  # it may refuse attributes
        error.add_note(note)


def _log(left: list[Task]) -> None:
    """Log what an end met in flight: a warning if nobody knows what became of it."""
    if left:
        is_known = {_state(task) for task in left} <= {_DONE, _FAILED}
        level = logging.INFO if is_known else logging.WARNING
        _logger.log(level, "%s", _described(left))


def _described(tasks: list[Task]) -> str:
    """What is said of the tasks that an end met in flight."""
    shown = [f"{label(task.item)} ({_state(task)})" for task in tasks[:_SHOWN]]
    if len(tasks) > len(shown):
        shown.append(f"and {len(tasks) - len(shown)} more")
    return f"In flight when the job was ended: {', '.join(shown)}"


def _state(task: Task) -> str:
    if task.run is None or not task.run.done():
        return "still running"
    try:
        error = unpacked(task.run.result()).error
    except BaseException:  # noqa: BLE001  # it is told, and nothing else is made of it
        return "did not end well"
    if error is None:
        return _DONE
    return "may have been applied" if error.maybe_applied else _FAILED


_open: Final[WeakSet[Window[Any, Any]]] = WeakSet()


def _end_all() -> None:
    """End the jobs that are left when the program ends, and log what they had in flight."""
    for window in list(_open):
        _log(window.end(_GRACE))


atexit.register(_end_all)

if hasattr(os, "register_at_fork"):
    # The jobs of its parent go on there.
    os.register_at_fork(after_in_child=_open.clear)
