"""The emulator's time: the machine's, until a test sets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """What the emulator takes for now."""

    def __init__(self) -> None:
        self.reset()

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC) + self._offset

    def set(self, time: datetime) -> None:
        """Go on from another time, which has a zone."""
        self._offset = time - datetime.now(UTC)

    def advance(self, duration: timedelta) -> None:
        """Let time pass at once."""
        self._offset += duration

    def reset(self) -> None:
        """Go back to the machine's time."""
        self._offset = timedelta()
