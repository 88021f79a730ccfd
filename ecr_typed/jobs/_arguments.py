"""The arguments that jobs have in common, before anything is run."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Final

from ecr_typed import ArgumentProblem, EcrRequestError
from ecr_typed.jobs._checks import Check, client_hint, count, progress, refuse_unfit
from ecr_typed.jobs._registries import Registry


def check_arguments(
    *,
    function: Callable[..., object],
    items: object,
    items_name: str,
    items_allowed: str = "an iterable",
    threads: int,
    executor: Executor | None,
    on_progress: object,
) -> None:
    """Refuse what can't be right of a job over many items."""
    is_iterable = hasattr(items, "__iter__") and not isinstance(items, str | bytes)
    is_executor = executor is None or hasattr(executor, "submit")
    refuse_unfit(
        Check("function", function, callable(function), "a function"),
        Check(items_name, items, is_iterable, items_allowed, _items_hint(items)),
        count("threads", threads),
        Check("executor", executor, is_executor, "a concurrent.futures.Executor, or None"),
        progress(on_progress),
    )
    if _is_process_pool(executor):
        _check_picklable(function)


def _items_hint(items: object) -> str:
    """Return what to pass instead of something that is no iterable of items."""
    if isinstance(items, str | Registry):
        return f"pass [{items!r}]" if isinstance(items, str) else "put it in a list"
    return client_hint(items)


def _is_process_pool(executor: object) -> bool:
    # Whoever has one has loaded its module, which is slow to load and is not everywhere.
    module = sys.modules.get("concurrent.futures.process")
    return module is not None and isinstance(executor, module.ProcessPoolExecutor)


def _check_picklable(function: Callable[..., object]) -> None:
    try:
        pickle.dumps(function)
    except Exception as error:
        allowed = "a function that can be pickled, as it is called in other processes"
        hint = f"define it in a module, and not inside a function: {error}"
        problem = ArgumentProblem("function", repr(function), allowed, hint)
        raise EcrRequestError([problem]) from error


_NOT_HERE: Final = "InterpreterPoolExecutor"
"""A `ThreadPoolExecutor` of Python 3.14, each of whose threads has an interpreter of its own."""


def is_in_this_process(executor: Executor | None) -> bool:
    """Return whether an executor shares our objects; others are taken to be elsewhere."""
    if executor is None:
        return True
    names = {cls.__name__ for cls in type(executor).__mro__}
    return isinstance(executor, ThreadPoolExecutor) and _NOT_HERE not in names
