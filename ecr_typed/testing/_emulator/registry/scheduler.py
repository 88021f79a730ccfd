"""What the service does by itself, once its time has come."""

from __future__ import annotations

import heapq
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

BACKGROUND_TIME: Final = timedelta(seconds=1)
"""How long each work in the background takes, by the emulator's clock: a scan, a replication."""


class Agenda:
    """Actions by time. They are due when the clock says so, and carried out before the next call.

    No thread waits for them: a test that moves the clock finds them done.
    """

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Callable[[], None]]] = []
        # Of the same time, what was entered first is done first.
        self._numbers = itertools.count()

    def add(self, due: datetime, action: Callable[[], None]) -> None:
        """Enter an action."""
        heapq.heappush(self._entries, (due, next(self._numbers), action))

    def run(self, now: datetime) -> None:
        """Carry out what is due."""
        while self._entries and self._entries[0][0] <= now:
            _, _, action = heapq.heappop(self._entries)
            action()
