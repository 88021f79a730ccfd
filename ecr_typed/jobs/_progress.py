"""How far a job has come."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import attrs

from ecr_typed.jobs._outcomes import Outcome


@attrs.frozen(kw_only=True)
class Progress:
    """How far a job has come: what `on_progress` is called with after each item."""

    done: int
    """How many items have an outcome, whatever it is."""

    total: int | None
    """How many items there are; None where it is not known in advance."""

    failed: int
    """How many of `done` failed."""

    bytes_done: int = 0
    """How many bytes were transferred; 0 for a job that transfers none."""

    item: object = None
    """The item that this is about."""


class ProgressCounter:
    """Counts the outcomes of a job, and calls `on_progress` after each."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None] | None,
        total: int | None,
    ) -> None:
        """Begin at zero; `total` is how many items there are, if that is known."""
        self._on_progress = on_progress
        self.total = total
        self.done = self._failed = self._bytes_done = 0

    def add(self, outcome: Outcome[object, object], *, bytes_done: int = 0) -> None:
        """Count an outcome, and the bytes that were transferred for it."""
        self.done += 1
        self._failed += outcome.error is not None
        try:
            self.add_bytes(outcome.item, bytes_done)
        except BaseException as error:
            # The outcome is not yielded any more, and may be that of a write.
            with suppress(Exception):  # it may refuse attributes
                error.add_note(f"on_progress raised this when it was told of an item: {outcome}")
            raise

    def add_bytes(self, item: object, bytes_done: int) -> None:
        """Count bytes that were transferred for an item that is not finished yet."""
        self._bytes_done += bytes_done
        if self._on_progress is not None:
            progress = Progress(
                done=self.done,
                total=self.total,
                failed=self._failed,
                bytes_done=self._bytes_done,
                item=item,
            )
            self._on_progress(progress)

    def close(self) -> None:
        """End a progress bar of ours: its job is over."""
        from ecr_typed.jobs._progress_bar import ProgressBar

        if isinstance(self._on_progress, ProgressBar):
            self._on_progress.close()
