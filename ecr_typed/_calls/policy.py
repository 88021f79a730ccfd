"""The retry policy of a client, and the event that its callback receives before a retry."""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType

import attrs

from ecr_typed._errors import ArgumentProblem, EcrError, EcrRequestError, shortened


@attrs.frozen(order=False)
class RetryEvent:
    """A failed attempt that another one will follow."""

    operation_name: str
    """The operation, as AWS names it."""

    attempt: int
    """Which attempt failed, counted from 1."""

    error: EcrError
    """How it failed."""

    sleep: float
    """How long the call waits before the next attempt, in seconds; of a paced call, as far as it is
    known."""

    is_paced: bool = False
    """Whether the call waits for its turn, as the service throttles the operation."""


@attrs.frozen(kw_only=True, order=False)
class RetryPolicy:
    """How often and how long a call is tried."""

    max_attempts: int = 3
    """The most requests that are made for a call, the first included; 1 switches retries off. Up to
    6 are made all the same if they are throttled, unless `pace` is False."""

    deadline: float | None = None
    """How many seconds the whole call may take, waits included. A wait that would overrun it is
    not begun, and a request that is in flight when it passes is cut off. On an adopted client a
    request ends by the time-outs of its own configuration."""

    pace: bool = True
    """Whether the attempts of an operation that the service throttles take turns, at a rate that is
    learned from what the service lets through; such an attempt spends no retry quota. With False,
    throttled calls are retried as in botocore's `standard` mode."""

    on_retry: Callable[[RetryEvent], None] | None = None
    """Called before each wait that follows a failed attempt."""

    def __attrs_post_init__(self) -> None:
        # attrs' own validators would show all of the attribute.
        wrong: dict[str, str] = {}
        if not (_is_number(self.max_attempts, int) and self.max_attempts >= 1):
            wrong["max_attempts"] = "a whole number of at least 1"
        if self.deadline is not None and not (
            _is_number(self.deadline, int | float) and self.deadline > 0
        ):
            wrong["deadline"] = "a number of seconds above 0, or None"
        if not _is_flag(self.pace):
            wrong["pace"] = "True or False"
        if self.on_retry is not None and not callable(self.on_retry):
            wrong["on_retry"] = "a function of a RetryEvent, or None"
        if wrong:
            raise EcrRequestError(
                ArgumentProblem(name, shortened(getattr(self, name)), allowed)
                for name, allowed in wrong.items()
            )


def _is_number(value: object, kind: type[int] | UnionType) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)
