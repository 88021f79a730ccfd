"""A job over registries: a function is called with a client for each."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

from ecr_typed import ArgumentProblem, EcrClient, EcrRequestError
from ecr_typed.jobs._arguments import check_arguments, is_in_this_process
from ecr_typed.jobs._attempts import Attempt
from ecr_typed.jobs._clients import client_of_process
from ecr_typed.jobs._each import count_of, outcome_of
from ecr_typed.jobs._outcomes import Outcome
from ecr_typed.jobs._progress import Progress, ProgressCounter
from ecr_typed.jobs._registries import Registry
from ecr_typed.jobs._window import Reaction, Task, Window

Value = TypeVar("Value")


def each_registry(
    function: Callable[[EcrClient, Registry], Value],
    registries: Iterable[Registry],
    *,
    threads: int = 8,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Generator[Outcome[Registry, Value], None, None]:
    """Call a function with a client for each registry, several at a time.

    An error of one registry is its outcome and ends nothing else: a role that can't be assumed, a
    region that is not enabled. Otherwise, this is as in `each`.

    Args:
        function: The function to call with a client and its registry. The client is closed after
            it.
        registries: The registries, as `registries` makes them.
        threads: How many calls of the function run at the same time; at least 1. Default: 8.
        executor: Where they run. Default: threads of the job's own. In other processes, the
            clients are made there, one for each registry and process.
        on_progress: Called on the caller's thread after each registry.

    Returns:
        An iterator of an outcome for each registry, as they are finished.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was called.
    """
    check_arguments(
        function=function,
        items=registries,
        items_name="registries",
        threads=threads,
        executor=executor,
        on_progress=on_progress,
    )
    counter = ProgressCounter(on_progress, count_of(registries))
    call = _call_here if is_in_this_process(executor) else _call_elsewhere
    source = _Registries(partial(call, function), registries, counter)
    return Window[Registry, Value](source, threads=threads, executor=executor).outcomes()


def checked(registries: Iterable[object]) -> Iterator[Registry]:
    """Take the registries one by one, and refuse what is none."""
    for index, registry in enumerate(registries):
        if not isinstance(registry, Registry):
            problem = ArgumentProblem(f"registries[{index}]", repr(registry), "a Registry")
            raise EcrRequestError([problem])
        yield registry


def _call_here(function: Callable[..., Any], registry: Registry) -> Any:
    with registry.connect() as ecr:
        return function(ecr, registry)


def _call_elsewhere(function: Callable[..., Any], registry: Registry) -> Any:
    with client_of_process(registry) as ecr:
        return function(ecr, registry)


class _Registries:
    """Where the tasks of `each_registry` come from."""

    def __init__(
        self,
        function: Callable[..., Any],
        registries: Iterable[Registry],
        counter: ProgressCounter,
    ) -> None:
        self._function = function
        self._registries = checked(registries)
        self._counter = counter

    def take(self) -> Task | None:
        """Return a task for the next registry."""
        for registry in self._registries:
            return Task(registry, self._function, (registry,))
        return None

    def finish(self, task: Task, done: Attempt) -> Reaction:
        """Return the registry's outcome."""
        outcome = outcome_of(task.item, done, task.item)
        self._counter.add(outcome)
        return Reaction((outcome,))

    def close(self) -> None:
        """End the progress bar; each call closed its client."""
        self._counter.close()
