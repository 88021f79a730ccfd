"""Each item of a job: a function is called for it on threads, or in other processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sized
from concurrent.futures import Executor
from typing import Any, TypeVar

from ecr_typed.jobs._arguments import check_arguments
from ecr_typed.jobs._attempts import Attempt, is_lost
from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._progress import Progress, ProgressCounter
from ecr_typed.jobs._registries import Registry
from ecr_typed.jobs._window import Reaction, Task, Window

Item = TypeVar("Item")
Value = TypeVar("Value")


def each(
    function: Callable[[Item], Value],
    items: Iterable[Item],
    *,
    threads: int = 16,
    executor: Executor | None = None,
    ordered: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Generator[Outcome[Item, Value], None, None]:
    """Call a function for each item, many at a time, and yield an outcome for each.

    If the function raises, the error is the outcome of its item, and the job goes on. Only a
    closed client and lost credentials end it: the outcomes of calls in flight are yielded, then the
    error is raised. Items are taken as they are needed, at most twice as many as threads at a time,
    so that they may be a `Pager` of any length. Closing the iterator ends the job and the calls in
    flight, whichever clients they go through; Ctrl-C does so within a second, and notes on the
    `KeyboardInterrupt` what was in flight. Calls in other processes are waited for.

    Args:
        function: The function to call with each item, on several threads at the same time.
        items: The items; each is taken on the caller's thread.
        threads: How many calls run at the same time; at least 1. Default: 16.
        executor: Where the calls run. Default: threads of the job's own. For other processes, such
            as those of a `ProcessPoolExecutor`, the function, its items and what it returns are
            pickled. The executor is left open.
        ordered: Whether outcomes come in the items' order. Default: as the items are finished.
        on_progress: Called on the caller's thread after each item.

    Returns:
        An iterator of an outcome for each item. An error that is not an `EcrError`, such as a
        `KeyError` of the function, is the cause of one.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was called.
    """
    check_arguments(
        function=function,
        items=items,
        items_name="items",
        threads=threads,
        executor=executor,
        on_progress=on_progress,
    )
    source = _Items(function, items, ProgressCounter(on_progress, count_of(items)))
    window = Window[Item, Value](source, threads=threads, executor=executor, ordered=ordered)
    return window.outcomes()


def count_of(items: Iterable[object]) -> int | None:
    """Return how many items there are, if that is known without taking them."""
    try:
        return len(items) if isinstance(items, Sized) else None
    except TypeError:
        # A `Pager` has `__len__` only to say that nothing is fetched yet.
        return None


class _Items:
    """Where the tasks of `each` come from."""

    def __init__(
        self,
        function: Callable[..., Any],
        items: Iterable[Any],
        counter: ProgressCounter,
    ) -> None:
        self._function = function
        self._items = iter(items)
        self._counter = counter

    def take(self) -> Task | None:
        """Return a task for the next item."""
        for item in self._items:
            return Task(item, self._function, (item,))
        return None

    def finish(self, task: Task, done: Attempt) -> Reaction:
        """Return the item's outcome; the error of a registry ends nothing but its own."""
        outcome = outcome_of(task.item, done)
        self._counter.add(outcome)
        error = outcome.error
        is_end = error is not None and is_lost(error) and not isinstance(task.item, Registry)
        return Reaction((outcome,), error if is_end else None)

    def close(self) -> None:
        """End the progress bar."""
        self._counter.close()


def outcome_of(item: Any, done: Attempt, registry: Registry | None = None) -> Outcome[Any, Any]:
    """Return the outcome of an item by what became of its attempt."""
    if done.is_gone:
        return Outcome(item, Status.SKIPPED, registry=registry)
    if done.error is not None:
        return Outcome[Any, Any].of_error(item, done.error, registry)
    return Outcome(item, Status.DONE, done.value, registry=registry)
