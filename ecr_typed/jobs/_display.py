"""How rich draws a progress bar."""

from __future__ import annotations

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.table import Column
from rich.text import Text

from ecr_typed.jobs._progress import Progress


class Display:
    """A line of the terminal, from its first update until it is stopped."""

    def __init__(self, description: str, console: Console) -> None:
        name = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        self._progress = RichProgress(
            TextColumn("{task.description}", markup=False, table_column=name),
            BarColumn(bar_width=None, table_column=Column(ratio=1)),
            _Items(),
            _Failures(),
            _Bytes(),
            _Rate(),
            _Time(),
            console=console,
            expand=True,
        )
        self._task = self._progress.add_task(description, total=None, failed=0, bytes_done=0)
        self._progress.start()

    def update(self, progress: Progress) -> None:
        """Show how far the job has come."""
        self._progress.update(
            self._task,
            completed=progress.done,
            total=progress.total,
            failed=progress.failed,
            bytes_done=progress.bytes_done,
        )

    def stop(self) -> None:
        """Show it for the last time, and give the line back to the terminal."""
        self._progress.stop()


def is_shown(console: Console) -> bool:
    """Return whether somebody looks at a console."""
    return console.is_terminal or console.is_jupyter


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
