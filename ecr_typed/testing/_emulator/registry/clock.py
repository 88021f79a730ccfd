"""The emulator's time, and the scheduler of what the service does in the background."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from ecr_typed.testing._emulator.arguments import check_type

BACKGROUND_TIME: Final = timedelta(seconds=1)
"""How long each work in the background takes, by the emulator's clock: a scan, a replication."""

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Python's times end with the year 9999, and what expires must still expire before.
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)

Action: TypeAlias = Callable[[datetime], None]
"""Work in the background; it gets the time at which it runs."""


class Clock:
    """The emulator's clock: the machine's time, until a test sets or advances it."""

    def __init__(self) -> None:
        self.reset()

    def now(self) -> datetime:
        """Return the current time.

        Returns:
            The time, in UTC.
        """
        return datetime.now(UTC) + self._offset

    def set(self, time: datetime) -> None:
        """Set the time. The clock goes on from there.

        Args:
            time: The time, timezone-aware.

        Raises:
            TypeError: The time is no `datetime`, or not timezone-aware.
            ValueError: The time is before 1970 or after the year 8999.
        """
        check_type("time", time, datetime, "a timezone-aware datetime")
        if time.tzinfo is None:
            raise TypeError(f"time must be timezone-aware, and {time!r} is naive")
        self._shift_by(time - datetime.now(UTC))

    def advance(self, duration: timedelta) -> None:
        """Let a duration pass at once.

        Args:
            duration: How much time passes. A negative one turns the clock back.

        Raises:
            TypeError: The duration is no `timedelta`.
            ValueError: The time would be before 1970 or after the year 8999.
        """
        check_type("duration", duration, timedelta, "a timedelta")
        self._shift_by(self._offset + duration)

    def reset(self) -> None:
        """Return to the machine's time."""
        self._offset = timedelta()

    def _shift_by(self, offset: timedelta) -> None:
        """Set how far the clock is ahead of the machine's, if its time can be a time of AWS."""
        now = datetime.now(UTC)
        if not _EARLIEST - now <= offset <= _LATEST - now:
            raise ValueError("the clock's time must be from 1970 to the year 8999")
        self._offset = offset


class Scheduler:
    """Runs actions when the clock says that they are due, before the next call.

    No thread waits for them: a test that advances the clock finds them done.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Action]] = []
        # The number orders actions that are due at the same time.
        self._numbers = itertools.count()

    def add(self, due: datetime, action: Action) -> None:
        """Schedule an action."""
        heapq.heappush(self._entries, (due, next(self._numbers), action))

    def run_due(self, clock: Clock) -> datetime:
        """Run the actions that are due, in the order of their times, and return the time."""
        now = clock.now()
        # Times have milliseconds on the wire, so they have no more in the state.
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        while self._entries and self._entries[0][0] <= now:
            _, _, action = heapq.heappop(self._entries)
            action(now)
        return now
