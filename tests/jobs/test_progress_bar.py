"""The progress bar that comes with the jobs."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from ecr_typed.jobs import Progress, each, progress_bar, raise_failures

PROGRAM = """
from ecr_typed.jobs import Progress, progress_bar

bar = progress_bar("Deleting images of team/payments")
for done in range(1, 1_001):
    bar(Progress(done=done, total=2_000, failed=done // 100, bytes_done=done * 1_234_567))
bar.close()
"""


def terminal(width: int = 80) -> Console:
    """A terminal that keeps what is written to it."""
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)


def written(console: Console) -> str:
    """What was written to a terminal, without its control sequences."""
    assert isinstance(console.file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.file.getvalue())


def last_line(text: str) -> str:
    """What a terminal shows in the end."""
    return [line for line in re.split(r"[\r\n]+", text) if line.strip()][-1]


def number(value: int) -> int:
    """Fail for one in ten."""
    if value % 10 == 0:
        raise ValueError(value)
    return value


def test_the_bar_of_a_job_is_ended_with_it() -> None:
    """All items, the failures and the rate are shown, and the cursor is back."""
    console = terminal()
    for _ in each(number, range(50), on_progress=progress_bar("Counting", console=console)):
        pass

    shown = last_line(written(console))
    assert shown.startswith("Counting")
    assert "50/50" in shown
    assert "5 failed" in shown
    assert re.search(r"[\d,.]+/s", shown)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().rindex("\x1b[?25h") > console.file.getvalue().rindex("\x1b[?25l")


def test_a_job_that_is_left_ends_its_bar() -> None:
    """A loop that breaks off does not leave the cursor hidden."""
    console = terminal()
    outcomes = each(
        number, iter(range(1_000)), on_progress=progress_bar("Counting", console=console)
    )
    next(outcomes)
    outcomes.close()

    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().endswith("\x1b[?25h")


def test_a_bar_serves_several_jobs() -> None:
    """The same bar can be passed to one job after the other."""
    console = terminal()
    with progress_bar("Counting", console=console) as bar:
        for count in (3, 7):
            raise_failures(each(abs, range(count), on_progress=bar))

    assert "3/3" in written(console)
    assert "7/7" in last_line(written(console))


def test_an_unknown_total_shows_the_count_and_the_time() -> None:
    """Where the number of items is not known, there is no time left, but the time it took."""
    console = terminal()
    with progress_bar("Counting", console=console) as bar:
        for done in range(1, 4):
            bar(Progress(done=done, total=None, failed=0))

    shown = last_line(written(console))
    assert re.search(r" 3 ", shown)
    assert "left" not in shown
    assert re.search(r"\d:\d\d:\d\d", shown)


def test_nothing_is_written_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """In a pipe, a file or a CI log there is no bar."""
    raise_failures(each(abs, range(50), on_progress=progress_bar("Counting")))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_line_fits_the_terminal(width: int) -> None:
    """Long descriptions are shortened; the numbers are all there."""
    console = terminal(width)
    with progress_bar("Deleting images of team/payments", console=console) as bar:
        for done in range(1, 1_001, 50):
            bar(Progress(done=done, total=2_000, failed=done // 100, bytes_done=done * 1_234_567))

    shown = last_line(written(console))
    assert len(shown) <= width
    for part in ("951/2,000", "9 failed", "1.2 GB", "/s", "left"):
        assert part in shown


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_the_bar_is_drawn_in_a_real_terminal() -> None:
    """On standard error, in the terminal's own width."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("COLUMNS", None)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stderr=theirs, stdout=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        drawn = b""
        while chunk := read(ours):
            drawn += chunk
    os.close(ours)

    assert process.returncode == 0, drawn.decode()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode())
    assert "1,000/2,000" in last_line(text)
    assert len(last_line(text)) <= 100


def read(descriptor: int) -> bytes:
    """Read from a terminal until its other end is closed."""
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # as Linux says it
        return b""


def test_without_rich_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not installed rich reads how to."""
    monkeypatch.delitem(sys.modules, "ecr_typed.jobs._display", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ImportError, match=r"pip install 'ecr_typed\[progress\]'"):
        progress_bar("Counting")


def test_a_notebook_without_widgets_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """rich would warn there, and a warning may be an error."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    console = Console(force_jupyter=True)
    raise_failures(each(abs, range(5), on_progress=progress_bar("Counting", console=console)))
