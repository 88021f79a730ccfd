"""When a failed attempt is followed by another, and after how long."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable
from importlib import import_module
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar
from weakref import WeakSet

import attrs

from ecr_typed._errors import ArgumentProblem, EcrError, EcrRequestError, shortened

if TYPE_CHECKING:
    from ecr_typed._calls.call import Call

Response = TypeVar("Response", bound=attrs.AttrsInstance)

_logger = logging.getLogger(__name__)

# The figures of botocore's `standard` mode; a test reads them there.
TRANSIENT_BASE_DELAY: Final = 0.05
THROTTLING_BASE_DELAY: Final = 1.0
LONGEST_DELAY: Final = 20.0
LONGEST_ADDED_BY_RETRY_AFTER: Final = 5.0
QUOTA_CAPACITY: Final = 500
TRANSIENT_RETRY_COST: Final = 14
THROTTLING_RETRY_COST: Final = 5
UNRETRIED_SUCCESS_GAIN: Final = 1


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
    """How long the call waits before the next attempt, in seconds."""


@attrs.frozen(kw_only=True, order=False)
class RetryPolicy:
    """How often and how long a call is tried."""

    max_attempts: int = 3
    """The most requests that are made for a call, the first included."""

    deadline: float | None = None
    """How many seconds the whole call may take, waits included. A wait that would overrun it is
    not begun, and a request that is in flight when it passes is cut off. On an adopted client a
    request ends by the time-outs of its own configuration."""

    on_retry: Callable[[RetryEvent], None] | None = None
    """Called before each wait."""

    def __attrs_post_init__(self) -> None:
        # attrs' own validators would show all of the attribute.
        wrong: dict[str, str] = {}
        if not (_is_number(self.max_attempts, int) and self.max_attempts >= 1):
            wrong["max_attempts"] = "a whole number of at least 1"
        if self.deadline is not None and not (
            _is_number(self.deadline, int | float) and self.deadline > 0
        ):
            wrong["deadline"] = "a number of seconds above 0, or None"
        if self.on_retry is not None and not callable(self.on_retry):
            wrong["on_retry"] = "a function of a RetryEvent, or None"
        if wrong:
            raise EcrRequestError(
                ArgumentProblem(name, shortened(getattr(self, name)), allowed)
                for name, allowed in wrong.items()
            )


def _is_number(value: object, kind: type[int] | UnionType) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


_quotas: WeakSet[RetryQuota] = WeakSet()


class RetryQuota:
    """What all calls of a client may spend on retries, so that an outage meets no storm."""

    def __init__(self, capacity: int = QUOTA_CAPACITY) -> None:
        self._capacity = capacity
        self._left = capacity
        self._lock = threading.Lock()
        _quotas.add(self)

    def unlock(self) -> None:
        """Start with a lock that nobody holds: in a child process, who held it is not there."""
        self._lock = threading.Lock()

    def spend(self, cost: int) -> bool:
        """Take the cost of a retry, if it is there."""
        with self._lock:
            if cost > self._left:
                return False
            self._left -= cost
            return True

    def give_back(self, amount: int) -> None:
        """Return what a success earns."""
        # Most calls succeed at once while all is there: those take no lock.
        if self._left < self._capacity:
            with self._lock:
                self._left = min(self._capacity, self._left + amount)


def _unlock_all() -> None:
    for quota in list(_quotas):
        quota.unlock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock_all)


def delay(error: EcrError, attempt: int, jitter: float) -> float:
    """How long to wait after a failed attempt, in seconds. `jitter` is from 0 to 1."""
    base = THROTTLING_BASE_DELAY if error.is_throttling else TRANSIENT_BASE_DELAY
    backoff = jitter * min(base * 2.0 ** (attempt - 1), LONGEST_DELAY)
    if error.retry_after is None:
        return backoff
    return min(max(backoff, error.retry_after), backoff + LONGEST_ADDED_BY_RETRY_AFTER)


@attrs.frozen
class Retrier:
    """Runs the attempts of calls by a policy. One quota serves a client and all that share it."""

    policy: RetryPolicy
    quota: RetryQuota = attrs.field(factory=RetryQuota)
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep

    def run(self, call: Call[Response]) -> Response:
        """Return the result of the first attempt that succeeds, or raise the error of the last."""
        try:
            response = call.attempt()
        except EcrError as error:
            if not _is_retryable(error):
                raise
            first_error = error
        else:
            self.quota.give_back(UNRETRIED_SUCCESS_GAIN)
            return response
        return _Retries(self, call, first_error).run()


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, EcrError) and (error.is_transient or error.is_throttling)


class _Retries(Generic[Response]):
    """The attempts of one call from the second on."""

    def __init__(self, retrier: Retrier, call: Call[Response], first_error: EcrError) -> None:
        self._retrier = retrier
        self._call = call
        self._first_error: EcrError | None = first_error
        self._spent = 0

    def run(self) -> Response:
        # Loaded by the first call that fails, as no other has a use for it; and by its name, as
        # checkers would read all of it for every program that uses us.
        tenacity: Any = import_module("tenacity")
        retrying: Callable[[Callable[[], Response]], Response] = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_retryable),
            wait=self._wait,
            stop=self._gives_up,
            before_sleep=self._announce,
            sleep=self._sleep,
            reraise=True,
        )
        response = retrying(self._next_attempt)
        self._retrier.quota.give_back(self._spent)
        return response

    def _next_attempt(self) -> Response:
        if self._first_error is not None:
            # tenacity decides about the first attempt, too: it is told how that ended.
            error, self._first_error = self._first_error, None
            raise error
        return self._call.attempt()

    def _wait(self, state: _CallState) -> float:
        return delay(_error(state), state.attempt_number, self._retrier.jitter())

    def _sleep(self, seconds: float) -> None:
        began = time.perf_counter()
        self._retrier.sleep(seconds)
        self._call.waited += time.perf_counter() - began

    def _gives_up(self, state: _CallState) -> bool:
        if state.attempt_number >= self._retrier.policy.max_attempts:
            return True
        if state.upcoming_sleep > self._call.deadline.seconds_left():
            return True
        # Asked last, and once an attempt: it changes the quota.
        is_throttling = _error(state).is_throttling
        self._spent = THROTTLING_RETRY_COST if is_throttling else TRANSIENT_RETRY_COST
        return not self._retrier.quota.spend(self._spent)

    def _announce(self, state: _CallState) -> None:
        error = _error(state)
        _logger.debug(
            "%s: attempt %d follows in %.3f s",
            self._call.operation.name,
            state.attempt_number + 1,
            state.upcoming_sleep,
        )
        if self._retrier.policy.on_retry is not None:
            # Its frames are ours, and hold the response, which may have secrets.
            error.__traceback__ = None
            name = self._call.operation.name
            self._retrier.policy.on_retry(
                RetryEvent(name, state.attempt_number, error, state.upcoming_sleep)
            )


class _Outcome(Protocol):
    def exception(self) -> BaseException | None: ...


class _CallState(Protocol):
    """What tenacity knows of a call."""

    attempt_number: int
    upcoming_sleep: float
    outcome: _Outcome | None


def _error(state: _CallState) -> EcrError:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, EcrError):
        raise TypeError(f"a retry without an error: {error!r}")
    return error
