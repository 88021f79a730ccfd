"""A progress bar in the terminal, as rich draws it."""

from __future__ import annotations

import atexit
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Display
from rich.table import Column
from rich.text import Text

from ecr_typed.jobs._progress import Progress


class ProgressBar:
    """A progress bar that is drawn as it is called; it writes nothing where there is no terminal.

    It ends with the job. As a context manager, it ends with its block, for jobs of your own.
    """

    def __init__(self, description: str, console: Console) -> None:
        self._description = description
        self._console = console
        self._is_quiet = not (console.is_terminal or console.is_jupyter)
        self._display: Display | None = None
        self._task = TaskID(0)

    def __call__(self, progress: Progress) -> None:
        """Draw how far the job has come.

        Args:
            progress: What the job says.
        """
        if self._is_quiet:
            return
        if self._display is None:
            self._display = self._begin()
        self._display.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            failed=progress.failed,
            bytes_done=progress.bytes_done,
        )
        if progress.done == progress.total:
            self.close()

    def close(self) -> None:
        """Draw it for the last time, and give the line back to the terminal."""
        display, self._display = self._display, None
        if display is not None:
            display.stop()
            atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> Display:
        name = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        display = Display(
            TextColumn("{task.description}", markup=False, table_column=name),
            BarColumn(bar_width=None, table_column=Column(ratio=1)),
            _Items(),
            _Failures(),
            _Bytes(),
            _Rate(),
            _Time(),
            console=self._console,
            expand=True,
        )
        self._task = display.add_task(self._description, total=None, failed=0, bytes_done=0)
        # A job that is left in the middle would leave the cursor hidden.
        atexit.register(self.close)
        display.start()
        return display


def _right() -> Column:
    return Column(no_wrap=True, justify="right")


class _Items(ProgressColumn):
    """How many items are done, of how many."""

    def __init__(self) -> None:
        super().__init__(_right())

    def render(self, task: Task) -> Text:
        """Return what the column shows."""
        done = f"{int(task.completed):,}"
        return Text(done if task.total is None else f"{done}/{int(task.total):,}", "green")


class _Failures(ProgressColumn):
    """How many items failed; nothing as long as none did."""

    def __init__(self) -> None:
        super().__init__(_right())

    def render(self, task: Task) -> Text:
        """Return what the column shows."""
        failed: int = task.fields["failed"]
        return Text(f"{failed:,} failed" if failed else "", "red")


class _Bytes(ProgressColumn):
    """How many bytes were transferred; nothing for a job that transfers none."""

    def __init__(self) -> None:
        super().__init__(_right())

    def render(self, task: Task) -> Text:
        """Return what the column shows."""
        bytes_done: int = task.fields["bytes_done"]
        return Text(decimal(bytes_done) if bytes_done else "", "green")


class _Rate(ProgressColumn):
    """How many items are done in a second."""

    def __init__(self) -> None:
        super().__init__(_right())

    def render(self, task: Task) -> Text:
        """Return what the column shows."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f}/s", "magenta")


class _Time(ProgressColumn):
    """How much time is left; where that can't be known, or the job is over, how long it took."""

    def __init__(self) -> None:
        super().__init__(_right())
        self._left = TimeRemainingColumn(compact=True)
        self._took = TimeElapsedColumn()

    def render(self, task: Task) -> Text:
        """Return what the column shows."""
        if task.total is None or task.finished:
            return self._took.render(task)
        return Text.assemble(self._left.render(task), (" left", "cyan"))
