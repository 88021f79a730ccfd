"""The attempt to do an item, where it runs: on a thread, or in another process."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ecr_typed import (
    ClientClosedError,
    EcrCredentialsError,
    EcrError,
    ExpiredTokenException,
    UnrecognizedClientException,
)
from ecr_typed._botocore.in_flight import CallsInFlight, ending_with

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
) -> Attempt:
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
    if done.error is not None and done.error.__cause__ is not None:
        # pickle leaves out the cause.
        lines = traceback.format_exception(done.error.__cause__)
        done.error.add_note(f"In another process:\n{''.join(lines).rstrip()}")
    return done


def as_ecr_error(error: Exception) -> EcrError:
    """Return what a user's function raised as an error of ours, with its cause.

    What the function made of an error of a call, may hide that a write may have been applied.
    """
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    behind = error.__cause__ or error.__context__
    while behind is not None and not isinstance(behind, EcrError):
        behind = behind.__cause__ or behind.__context__
    ours = EcrError(text, maybe_applied=behind is not None and behind.maybe_applied)
    ours.__cause__ = error
    return ours


def is_lost(error: EcrError) -> bool:
    """Return whether every other call through the client will fail in the same way."""
    return isinstance(
        error,
        ClientClosedError
        | EcrCredentialsError
        | ExpiredTokenException
        | UnrecognizedClientException,
    )
