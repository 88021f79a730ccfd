"""How rich draws a progress bar."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Final, NamedTuple

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


class _Styles(NamedTuple):
    """The colours of the columns."""

    items: str
    failed: str
    rate: str
    time: str


_OF_TERMINALS: Final = _Styles("green", "red", "magenta", "cyan")
"""The user has chosen what these look like."""

_OF_NOTEBOOKS: Final = _Styles("#1a9850", "#e0524d", "#a56cc1", "#2f8fa8")
"""These can be read on white and on black."""


class Display:
    """A line of the terminal, from its first update until it is stopped."""

    def __init__(self, description: str, console: Console) -> None:
        name = Column(ratio=1, no_wrap=True, overflow="ellipsis")
        styles = _OF_NOTEBOOKS if console.is_jupyter else _OF_TERMINALS
        self._progress = RichProgress(
            TextColumn("{task.description}", markup=False, table_column=name),
            BarColumn(bar_width=None, table_column=Column(ratio=1)),
            _Items(styles.items),
            _Failures(styles.failed),
            _Bytes(styles.items),
            _Rate(styles.rate),
            _Time(styles.time),
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
        # In a notebook, what was last shown would stay.
        self._progress.refresh()
        self._progress.stop()


def is_shown(console: Console) -> bool:
    """Return whether somebody looks at a console, and it can show a bar."""
    if console.is_jupyter:
        # Without these widgets, rich draws nothing and warns.
        return find_spec("ipywidgets") is not None
    return console.is_terminal


def standard_error() -> Console:
    """Return the console that is drawn on by default."""
    console = Console(stderr=True)
    if console.is_jupyter and "JUPYTER_COLUMNS" not in os.environ:
        # The 115 of rich are wider than most pages.
        console.width = 100
    return console


class _Column(ProgressColumn):
    """A column of text in one colour, at the right."""

    def __init__(self, style: str) -> None:
        super().__init__(Column(no_wrap=True, justify="right"))
        self._style = style

    def render(self, task: Task) -> Text:
        """Return what the column shows."""
        return Text(self.text(task), self._style)

    def text(self, task: Task) -> str:
        """Return the text of the column."""
        raise NotImplementedError


class _Items(_Column):
    """How many items are done, of how many."""

    def text(self, task: Task) -> str:
        """Return the text of the column."""
        done = f"{int(task.completed):,}"
        return done if task.total is None else f"{done}/{int(task.total):,}"


class _Failures(_Column):
    """How many items failed; nothing as long as none did."""

    def text(self, task: Task) -> str:
        """Return the text of the column."""
        failed: int = task.fields["failed"]
        return f"{failed:,} failed" if failed else ""


class _Bytes(_Column):
    """How many bytes were transferred; nothing for a job that transfers none."""

    def text(self, task: Task) -> str:
        """Return the text of the column."""
        bytes_done: int = task.fields["bytes_done"]
        return decimal(bytes_done) if bytes_done else ""


class _Rate(_Column):
    """How many items are done in a second."""

    def text(self, task: Task) -> str:
        """Return the text of the column."""
        speed = task.finished_speed or task.speed
        return "" if speed is None else f"{speed:,.1f}/s"


class _Time(_Column):
    """How much time is left; where that can't be known, or the job is over, how long it took."""

    def __init__(self, style: str) -> None:
        super().__init__(style)
        self._left = TimeRemainingColumn(compact=True)
        self._took = TimeElapsedColumn()

    def text(self, task: Task) -> str:
        """Return the text of the column."""
        if task.total is None or task.finished:
            return self._took.render(task).plain
        return f"{self._left.render(task).plain} left"
