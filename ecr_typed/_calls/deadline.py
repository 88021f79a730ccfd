"""The clocks of a call: when it began, and how much of its time is left."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

Clock = Callable[[], float]
"""A clock that only moves forward, in seconds."""


class Beginning:
    """When a call began, by the clock that counts and by the one that people read."""

    __slots__ = ("counted", "timestamp")

    def __init__(self) -> None:
        self.counted = time.perf_counter()
        self.timestamp = time.time()


class Deadline:
    """When a call has to end. Without a limit it never does."""

    __slots__ = ("_clock", "_ends")

    def __init__(self, seconds: float | None, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._ends = math.inf if seconds is None else clock() + seconds

    @property
    def is_limited(self) -> bool:
        """Whether there is a limit at all."""
        return self._ends != math.inf

    def seconds_left(self) -> float:
        """Return the seconds that are left, infinitely many without a limit; 0 or less if none."""
        return self._ends if self._ends == math.inf else self._ends - self._clock()

    def has_passed(self) -> bool:
        """Return whether no time is left."""
        return self._ends != math.inf and self._clock() >= self._ends


UNLIMITED: Final = Deadline(None)
"""The deadline of calls without a limit."""
