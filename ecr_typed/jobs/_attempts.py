"""The attempt to do an item, where it runs: on a thread, or in another process."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, cast

from ecr_typed import (
    ClientClosedError,
    EcrCredentialsError,
    EcrError,
    ExpiredTokenException,
    UnrecognizedClientException,
)
from ecr_typed._botocore.in_flight import CallsInFlight, ending_with
from ecr_typed._labels import text_of

_REMEMBERED: Final = 100

_interrupted: Final[dict[str, None]] = {}
"""The latest jobs whose calls were interrupted by Ctrl-C in this process."""


class Attempt(NamedTuple):
    """What became of an attempt. It can be pickled, if the value can."""

    value: Any = None
    error: EcrError | None = None
    is_gone: bool = False
    """Whether the item is not there any more."""


class ItemGoneError(Exception):
    """The item of a task is not there any more."""


def attempt(function: Callable[..., Any], *arguments: Any) -> Attempt:
    """Call a function; what it raises is part of what is returned."""
    try:
        return Attempt(function(*arguments))
    except ItemGoneError:
        return Attempt(is_gone=True)
    except EcrError as error:
        return Attempt(error=error)
    except Exception as error:  # noqa: BLE001  # whatever the user's function raises
        return Attempt(error=as_ecr_error(error))


def attempt_here(calls: CallsInFlight, function: Callable[..., Any], *arguments: Any) -> Attempt:
    """Call a function on a thread of this process; the calls that it makes end with the job."""
    with ending_with(calls):
        return attempt(function, *arguments)


def attempt_elsewhere(
    unique: tuple[str, int], function: Callable[..., Any], *arguments: Any
) -> Attempt | bytes:
    """Call a function in another process, from where an error brings its traceback as text.

    `unique` is the name of the job and a number, which keeps Dask from taking two calls with equal
    arguments for one. After Ctrl-C, a `ProcessPoolExecutor` goes on with what it has queued: such
    calls of the job end at once.
    """
    job, _ = unique
    if job in _interrupted:
        return Attempt(error=ClientClosedError("Ctrl-C ended the job before this was begun"))
    try:
        done = attempt(function, *arguments)
    except KeyboardInterrupt:
        _interrupted[job] = None
        while len(_interrupted) > _REMEMBERED:
            del _interrupted[next(iter(_interrupted))]
        raise
    if done.error is not None:
        done = Attempt(error=_sendable(done.error))
    try:
        return pickle.dumps(done)
    except Exception:  # noqa: BLE001  # whatever the value's own code raises
        # Dask can pickle more, and others say why they can't.
        return done


def _sendable(error: EcrError) -> EcrError:
    """Return an error that can be pickled, and has the traceback that pickle leaves out."""
    cause = error.__cause__
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # it is our own
    except Exception:  # noqa: BLE001  # whatever the code of a subclass of the user's raises
        cause, error = error, as_ecr_error(error)
    if cause is not None:
        lines = traceback.format_exception(cause)
        error.add_note(f"In another process:\n{''.join(lines).rstrip()}")
    return error


def unpacked(done: Attempt | bytes) -> Attempt:
    """Return an attempt as it was before it came from another process.

    What can't be unpickled fails here for its own item. Where a `ProcessPoolExecutor` unpickles,
    it would take the whole pool along.
    """
    # Whoever can send us this could send the executor anything.
    return pickle.loads(done) if isinstance(done, bytes) else done  # noqa: S301


def as_ecr_error(error: Exception) -> EcrError:
    """Return what a user's function raised as an error of ours, with its cause.

    What the function made of an error of a call, may hide that a write may have been applied.
    """
    text = ": ".join(filter(None, (type(error).__name__, text_of(error))))
    calls = [one for one in _behind(error) if isinstance(one, EcrError)]
    ours = EcrError(text, maybe_applied=any(one.maybe_applied for one in calls))
    ours.__cause__ = error
    return ours


def _behind(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, once each: they may lead to each other.

    What led to an error of a call is part of what that says.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if not isinstance(one, EcrError):
            waiting += (one.__cause__, one.__context__)
            if isinstance(one, BaseExceptionGroup):
                # A `TaskGroup` raises one.
                waiting += cast("BaseExceptionGroup[BaseException]", one).exceptions


def is_lost(error: EcrError) -> bool:
    """Return whether every other call through the client will fail in the same way."""
    return isinstance(
        error,
        ClientClosedError
        | EcrCredentialsError
        | ExpiredTokenException
        | UnrecognizedClientException,
    )
