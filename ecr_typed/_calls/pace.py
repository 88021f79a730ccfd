"""Learns at which rate a service that throttles lets attempts through.

A service that throttles keeps a bucket of tokens: each request takes one, the bucket is refilled at
a steady rate, and a request that finds it empty is throttled. So between two moments at which it
throttled, a service let through what it refilled, however large its bucket is: that is what is
measured here. A rate grows as long as nothing is throttled, slowly at first, then faster, so that a
limit that was raised is found within seconds.

Nothing here waits or asks for the time; `turns` does both. `docs/design/pace.md` has the reasons.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final, NamedTuple

FIRST_RATE: Final = 10.0
"""Attempts a second when an operation is throttled for the first time and nothing is measured."""

LOWEST_RATE: Final = 0.2
"""No cut goes below: one attempt in five seconds shows whether the service lets more through."""

CUT: Final = 0.95
"""A rate is set to this share of what was measured, so that the service's bucket refills."""

SLOW_GROWTH: Final = 0.05
"""Growth of the rate a second, as an exponent, as long as throttling was recent."""

CALM: Final = 2.5
"""Seconds of waiting calls without throttling after which the rate grows faster ..."""

ACCELERATION: Final = 0.2
"""By how much the growth itself grows each second."""

FASTEST_GROWTH: Final = 1.0
"""The most by which a rate grows each second."""

RECOVERY: Final = 2.0
"""Growth a second, as an exponent, up to the rate that is known to pass, or until one is known."""

SEARCHED_AGAIN_AFTER: Final = 0.5
"""Seconds without throttling after which the search goes on, if nothing was measured yet."""

TOLERATED: Final = 0.08
"""The share of attempts since a cut that may be throttled without causing another cut.

A repeated attempt costs little, and a service that throttles by chance is not a slow one."""

REMEMBERED: Final = 100
"""About as many attempts since a cut count for that share."""

ROUND: Final = 5
"""Attempts that have to be throttled after a cut before the share that passed causes another."""

DEEPEST_CUT: Final = 0.5
"""What such a cut leaves of a rate at least, even if no attempt passed."""

MEASURE_AT_MOST_EVERY: Final = 1.5
"""Seconds between two measurements, so that throttling by chance does not add up."""

MOSTLY_PASSED: Final = 0.85
"""Where a larger share passed, the service may have let more through than was asked of it."""


class _Mark(NamedTuple):
    """A moment at which the service throttled, and the attempts that had ended by then."""

    when: float
    passed: int
    ended: int


class LearnedRate:
    """The attempts a second of one operation. All times are seconds of one clock."""

    def __init__(self, now: float) -> None:
        self.per_second = FIRST_RATE
        self._known = math.inf
        """The rate that is known to pass; below it the rate recovers quickly."""
        self._is_measured = False
        self._measured_at = now
        self._advanced_to = now
        self._cut_at = now
        self._seconds_without_throttling = 0.0
        self._passed = 0
        self._ended = 0
        self._passed_since_cut = 0.0
        self._throttled_since_cut = 0.0
        self._marks: deque[_Mark] = deque([_Mark(now, 0, 0)], maxlen=256)

    def advance(self, now: float, *, is_wanted: bool) -> None:
        """Let the rate grow for the time that passed, if there were attempts to wait for it."""
        seconds = min(max(now - self._advanced_to, 0.0), 1.0)
        self._advanced_to = now
        if not is_wanted:
            return
        if self.per_second < self._known:
            # As long as nothing passed since the last cut, there is no reason to try more.
            if self._passed_since_cut:
                faster = self.per_second * math.exp(RECOVERY * seconds)
                self.per_second = min(faster, self._known)
            return
        # At less than one attempt a second, an attempt is the measure of time.
        seconds *= min(1.0, self.per_second)
        self._seconds_without_throttling += seconds
        if not self._is_measured and self._seconds_without_throttling > SEARCHED_AGAIN_AFTER:
            self._known = math.inf
            return
        calm = max(0.0, self._seconds_without_throttling - CALM)
        growth = min(FASTEST_GROWTH, SLOW_GROWTH + ACCELERATION * calm)
        self.per_second = self._known = self.per_second * math.exp(growth * seconds)

    def record_passed(self, began: float) -> None:
        """Take note of an attempt that the service let through."""
        self._passed += 1
        self._ended += 1
        if began >= self._cut_at:
            self._passed_since_cut += 1

    def record_throttled(self, began: float, now: float) -> bool:
        """Take note of an attempt that the service throttled; return whether the rate was cut."""
        self._ended += 1
        is_cut = False
        # One cut is for all attempts that are in flight at the time.
        if began >= self._cut_at:
            self._throttled_since_cut += 1
            is_cut = not self._may_be_chance() and (
                self._cut_to_measured(now) or self._cut_by_round()
            )
            if is_cut:
                self._cut_at = now
                self._seconds_without_throttling = 0.0
                self._passed_since_cut = self._throttled_since_cut = 0
        self._marks.append(_Mark(now, self._passed, self._ended))
        return is_cut

    def _may_be_chance(self) -> bool:
        """Return whether so few attempts were throttled that the rate is not the reason."""
        # A signal's handler may cut the rate between any two lines: what is divided is read once.
        passed, throttled = self._passed_since_cut, self._throttled_since_cut
        if passed + throttled > REMEMBERED:
            self._passed_since_cut = passed / 2
            self._throttled_since_cut = throttled / 2
        return throttled <= TOLERATED * (passed + throttled)

    def _cut_to_measured(self, now: float) -> bool:
        """Set the rate by what passed between two moments of throttling, if it is above that."""
        if now - self._measured_at < MEASURE_AT_MOST_EVERY:
            return False
        mark = self._mark_to_measure_from(now)
        if mark is None:
            return False
        passed = self._passed - mark.passed
        measured = passed / (now - mark.when)
        if measured < self.per_second and passed > MOSTLY_PASSED * (self._ended - mark.ended):
            # The bucket may have been full for a while: the limit is between the two.
            measured = math.sqrt(measured * self.per_second)
        if self._is_measured:
            measured = min(measured, self._known)
        self._known = max(LOWEST_RATE, CUT * measured)
        self._is_measured = True
        self._measured_at = now
        if self.per_second <= self._known:
            return False
        self.per_second = self._known
        return True

    def _mark_to_measure_from(self, now: float) -> _Mark | None:
        """Return the latest moment since which enough attempts passed for a measurement."""
        for mark in reversed(tuple(self._marks)):
            seconds, passed = now - mark.when, self._passed - mark.passed
            if (
                (seconds >= 1.0 and passed >= 8)
                or (seconds >= 4.0 and passed >= 2)
                or seconds >= 20.0
            ):
                return mark
        return None

    def _cut_by_round(self) -> bool:
        """Cut the rate by the share that passed since the last cut, which was not deep enough."""
        passed, throttled = self._passed_since_cut, self._throttled_since_cut
        if throttled < ROUND:
            return False
        before = self.per_second
        share = passed / (passed + throttled)
        self.per_second = max(LOWEST_RATE, before * max(DEEPEST_CUT, min(CUT, share)))
        if not self._is_measured:
            self._known = min(self._known, math.sqrt(before * self.per_second))
        return True
