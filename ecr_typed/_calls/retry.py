"""When a failed attempt is followed by another, and after how long."""

from __future__ import annotations

import logging
import math
import os
import random
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar
from weakref import WeakSet

import attrs

from ecr_typed._calls.policy import RetryEvent, RetryPolicy
from ecr_typed._calls.turns import Paces, Turns, backoff
from ecr_typed._errors import (
    DeadlineExceededError,
    EcrError,
    EcrResponseError,
    EcrServiceError,
)
from ecr_typed._lazy import library

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

LEAST_ATTEMPTS_WHILE_PACED: Final = 6
"""How often a call is throttled at least before it fails, where the policy has retries at all."""


_quotas: WeakSet[RetryQuota] = WeakSet()


class RetryQuota:
    """What all calls of a client may spend on retries, so that an outage meets no storm."""

    def __init__(self, capacity: int = QUOTA_CAPACITY) -> None:
        self._capacity = capacity
        self._left = capacity
        self._lock = threading.Lock()
        _quotas.add(self)

    def unlock(self) -> None:
        """Replace the lock in a forked child, which lacks the thread that may have held it."""
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
    """Return how long to wait after a failed attempt, in seconds. `jitter` is from 0 to 1."""
    base = THROTTLING_BASE_DELAY if error.is_throttling else TRANSIENT_BASE_DELAY
    return _as_asked(error, jitter * min(base * 2.0 ** (attempt - 1), LONGEST_DELAY))


def _as_asked(error: EcrError, backoff: float) -> float:
    """Return the wait that the service asks for, within bounds; else our own."""
    if error.retry_after is None:
        return backoff
    return min(max(backoff, error.retry_after), backoff + LONGEST_ADDED_BY_RETRY_AFTER)


class Retrier:
    """Runs the attempts of calls by a policy. All clients on a connection share quota and paces."""

    def __init__(
        self,
        policy: RetryPolicy,
        quota: RetryQuota | None = None,
        paces: Paces | None = None,
        *,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self.quota = quota or RetryQuota()
        self.paces = paces or Paces()
        self.jitter = jitter
        self.sleep = sleep
        self.clock = clock

    def with_policy(self, policy: RetryPolicy, sleep: Callable[[float], None]) -> Retrier:
        """Return a retrier for other calls that shares quota and paces."""
        return Retrier(
            *(policy, self.quota, self.paces), jitter=self.jitter, sleep=sleep, clock=self.clock
        )

    def run(self, call: Call[Response]) -> Response:
        """Return the result of the first attempt that succeeds, or raise the error of the last."""
        if self.policy.pace and self.paces.has(call.operation.name):
            return _Attempts(self, call).run()
        try:
            response = call.attempt()
        except EcrError as error:
            if not _is_retryable(error):
                raise
            first_error = error
        else:
            self.quota.give_back(UNRETRIED_SUCCESS_GAIN)
            return response
        return _Attempts(self, call, first_error).run()


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, EcrError) and (error.is_transient or error.is_throttling)


class _Attempts(Generic[Response]):
    """The attempts of one call that is paced, or whose first attempt failed."""

    def __init__(
        self, retrier: Retrier, call: Call[Response], first_error: EcrError | None = None
    ) -> None:
        self._retrier = retrier
        self._policy = retrier.policy
        self._call = call
        self._first_error = first_error
        self._last_error: EcrError | None = None
        self._times_throttled = 0
        self._pause = 0.0
        self._spent = 0
        self._is_over = False

    def run(self) -> Response:
        # Loaded by the first call that fails, as no other has a use for it; and by its name, as
        # checkers would read all of it for every program that uses us.
        tenacity: Any = library("tenacity")
        retrying: Callable[[Callable[[], Response]], Response] = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_retryable),
            wait=self._wait,
            stop=self._gives_up,
            before_sleep=self._announce,
            sleep=self._rest,
            reraise=True,
        )
        response = retrying(self._next_attempt)
        self._retrier.quota.give_back(self._spent or UNRETRIED_SUCCESS_GAIN)
        return response

    def _next_attempt(self) -> Response:
        if self._first_error is not None:
            # tenacity decides about the first attempt, too: it is told how that ended.
            error, self._first_error = self._first_error, None
            self._record(error, began=-math.inf)
            raise error
        self._wait_for_turn()
        began = self._retrier.clock()
        try:
            response = self._call.attempt()
        except EcrError as error:
            self._record(error, began)
            raise
        turns = self._turns()
        if turns is not None:
            turns.record_passed(began)
        return response

    def _turns(self) -> Turns | None:
        """Return the queue of the operation, None if it is not paced."""
        if not self._policy.pace:
            return None
        return self._retrier.paces.get(self._call.operation.name, self._retrier.clock())

    def _wait_for_turn(self) -> None:
        turns = self._turns()
        if turns is None or turns.wait(
            sleep=self._sleep,
            clock=self._retrier.clock,
            seconds_left=self._call.deadline.seconds_left,
        ):
            return
        self._is_over = True
        if self._last_error is not None:
            raise self._last_error
        name = self._call.operation.name
        raise DeadlineExceededError(
            f"{name}: the service throttles this operation, and the call's turn would come after its "
            "deadline: allow more time, or make fewer calls at once",
            operation_name=name,
        )

    def _record(self, error: EcrError, began: float) -> None:
        """Take note of how an attempt failed, for the rate of the operation."""
        self._last_error = error
        turns = self._turns()
        if error.is_throttling and self._policy.pace:
            self._times_throttled += 1
            if turns is None:
                self._retrier.paces.begin(self._call.operation.name, self._retrier.clock())
            else:
                turns.record_throttled(began, self._retrier.clock())
        elif turns is not None and isinstance(error, EcrServiceError | EcrResponseError):
            # Whatever is wrong with the request or the response, the service let it through.
            turns.record_passed(began)

    def _wait(self, state: _CallState) -> float:
        error, jitter = _error(state), self._retrier.jitter()
        turns = self._turns()
        if error.is_throttling and turns is not None:
            self._pause = _as_asked(error, backoff(self._times_throttled, jitter))
        else:
            self._pause = delay(error, state.attempt_number, jitter)
        if turns is None:
            return self._pause
        return self._pause + turns.seconds_until_turn(None, self._retrier.clock())

    def _rest(self, _: float) -> None:
        # For its turn a call waits right before the attempt, however long that takes.
        if self._pause:
            self._sleep(self._pause)

    def _sleep(self, seconds: float) -> None:
        began = self._retrier.clock()
        self._retrier.sleep(seconds)
        self._call.waited += self._retrier.clock() - began

    def _gives_up(self, state: _CallState) -> bool:
        is_throttling = _error(state).is_throttling
        is_paced = is_throttling and self._policy.pace
        counted = state.attempt_number - (0 if is_paced else self._times_throttled)
        most = self._policy.max_attempts
        if is_paced and most > 1:
            most = max(most, LEAST_ATTEMPTS_WHILE_PACED)
        if self._is_over or counted >= most:
            return True
        if state.upcoming_sleep > self._call.deadline.seconds_left():
            return True
        if is_paced:
            self._spent = 0
            return False
        # Asked last, and once an attempt: it changes the quota.
        self._spent = THROTTLING_RETRY_COST if is_throttling else TRANSIENT_RETRY_COST
        return not self._retrier.quota.spend(self._spent)

    def _announce(self, state: _CallState) -> None:
        error, name = _error(state), self._call.operation.name
        is_paced = self._turns() is not None
        _logger.debug(
            "%s: attempt %d follows in %.3f s%s",
            name,
            state.attempt_number + 1,
            state.upcoming_sleep,
            ", when it is its turn" if is_paced else "",
        )
        if self._policy.on_retry is not None:
            # Its frames are ours, and hold the response, which may have secrets.
            error.__traceback__ = None
            self._policy.on_retry(
                RetryEvent(name, state.attempt_number, error, state.upcoming_sleep, is_paced)
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
