"""Queues the attempts of a throttled operation, and lets them through at the learned rate."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Final
from weakref import WeakSet

from ecr_typed._calls.pace import LearnedRate

_logger = logging.getLogger(__name__)

LONGEST_BACKOFF: Final = 20.0
"""Seconds that a call waits at most before it asks for a turn again."""

LONGEST_SLEEP: Final = 0.5
"""Seconds after which a waiting thread looks again, as the rate may have grown."""

LARGEST_CATCH_UP: Final = 0.5
"""Seconds of turns that may be made up for, where threads were woken late."""

FORGOTTEN_AFTER: Final = 60.0
"""Seconds without throttling and without a wait after which an operation is not paced any more."""

ROUNDING: Final = 1e-6
"""Parts of a turn that are no reason to wait: clocks are not that fine."""

EARLY: Final = 0.01
"""Seconds that a sleep may end too soon by itself; one that ends sooner was ended by `close()`."""


def backoff(times_throttled: int, jitter: float) -> float:
    """Return how long a call waits before it asks for a turn again, in seconds.

    The first time its turn is wait enough. `jitter` is from 0 to 1; processes that share a limit
    and were throttled at once must not come back at once.
    """
    if times_throttled < 2:
        return 0.0
    return (0.5 + jitter / 2) * min(2.0 ** (times_throttled - 2), LONGEST_BACKOFF)


class Turn:
    """A place in the queue of an operation."""


class Turns:
    """The queue of one operation: first come, first served, at a rate that is learned."""

    def __init__(self, operation_name: str, now: float) -> None:
        self._operation_name = operation_name
        self._rate = LearnedRate(now)
        self._queue: deque[Turn] = deque()
        self._credit = 0.0
        """Turns that may be taken now."""
        self._advanced_to = now
        self._throttled_at = now
        # A signal's handler may make a call while its thread is in here.
        self._lock = threading.RLock()

    @property
    def per_second(self) -> float:
        """The rate as it is now."""
        return self._rate.per_second

    def start_anew(self) -> None:
        """Begin with an empty queue and a free lock, as a child process does."""
        self._lock = threading.RLock()
        self._queue.clear()

    def is_over(self, now: float) -> bool:
        """Return whether nothing was throttled for long, and nobody waits."""
        return not self._queue and now - self._throttled_at > FORGOTTEN_AFTER

    def seconds_until_turn(self, turn: Turn | None, now: float) -> float:
        """Return how long a turn is away: 0 if it is there, and taken. None stands for a new one.

        A turn that has no place in the queue gets the last one.
        """
        with self._lock:
            self._advance(now)
            if turn is not None and turn not in self._queue:
                self._queue.append(turn)
            place = len(self._queue) if turn is None else self._queue.index(turn)
            missing = place + 1 - self._credit
            if missing <= ROUNDING:
                if turn is not None:
                    self._queue.remove(turn)
                    self._credit -= 1
                return 0.0
            return missing / self._rate.per_second

    def leave(self, turn: Turn) -> None:
        """Give up a place in the queue; who has none has nothing to give up."""
        with self._lock:
            if turn in self._queue:
                self._queue.remove(turn)

    def record_passed(self, began: float) -> None:
        """Take note of an attempt that the service let through."""
        with self._lock:
            self._rate.record_passed(began)

    def record_throttled(self, began: float, now: float) -> None:
        """Take note of an attempt that the service throttled."""
        with self._lock:
            self._advance(now)
            self._throttled_at = now
            is_cut = self._rate.record_throttled(began, now)
        if is_cut:
            _logger.debug(
                "%s: throttled; attempts go on at %.3g a second",
                self._operation_name,
                self._rate.per_second,
            )

    def wait(
        self,
        *,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        seconds_left: Callable[[], float],
    ) -> bool:
        """Wait for a turn; return False at once where it would come when no time is left.

        `sleep` returns early when the client is closed: then it is the attempt that says so.
        """
        turn = Turn()
        try:
            # In a frame of its own: an interrupt between two rounds of a loop passes by the
            # handlers around the loop in its frame (CPython 3.12 and 3.13).
            return self._comes(turn, sleep, clock, seconds_left)
        finally:
            self.leave(turn)

    def _comes(
        self,
        turn: Turn,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
        seconds_left: Callable[[], float],
    ) -> bool:
        is_told = False
        while (seconds := self.seconds_until_turn(turn, clock())) > 0:
            if seconds > seconds_left():
                return False
            step = min(seconds, LONGEST_SLEEP)
            began = clock()
            if not is_told:
                is_told = True
                _logger.debug("%s: the next turn is in %.3f s", self._operation_name, seconds)
            sleep(step)
            if clock() - began < step - EARLY:
                break
        return True

    def _advance(self, now: float) -> None:
        is_wanted = bool(self._queue)
        self._rate.advance(now, is_wanted=is_wanted)
        rate = self._rate.per_second
        most = max(1.0, rate * LARGEST_CATCH_UP) if is_wanted else 1.0
        self._credit = min(most, self._credit + rate * max(0.0, now - self._advanced_to))
        self._advanced_to = now


class Paces:
    """The queues of a client and of all that share its connections, one a throttled operation."""

    def __init__(self) -> None:
        self._turns: dict[str, Turns] = {}
        _all_paces.add(self)

    def has(self, operation_name: str) -> bool:
        """Return whether an operation was throttled, and not long ago: all that other calls pay."""
        return operation_name in self._turns

    def get(self, operation_name: str, now: float) -> Turns | None:
        """Return the queue of an operation, None if it is not throttled."""
        turns = self._turns.get(operation_name)
        if turns is not None and turns.is_over(now):
            self._turns.pop(operation_name, None)
            _logger.debug("%s: not throttled any more; attempts go at once", operation_name)
            return None
        return turns

    def begin(self, operation_name: str, now: float) -> Turns:
        """Return the queue of an operation that the service throttled."""
        turns = self._turns.get(operation_name)
        if turns is None:
            turns = self._turns.setdefault(operation_name, Turns(operation_name, now))
            _logger.debug(
                "%s: throttled; attempts take turns from now on, at %.3g a second at first",
                operation_name,
                turns.per_second,
            )
        return turns

    def start_anew(self) -> None:
        """Begin with empty queues, in a child process."""
        for turns in self._turns.values():
            turns.start_anew()


_all_paces: WeakSet[Paces] = WeakSet()


def _start_anew() -> None:
    for paces in list(_all_paces):
        paces.start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
