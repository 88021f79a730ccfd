"""Plans and reports as people see them: in a terminal, in a pipe and in a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecr_typed import ScanStatus
from ecr_typed.jobs import Decision, RetentionPlan, ScanKind, ScanReport, Severity
from tests.support.untyped import untyped

NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
PLAN = RetentionPlan(
    repository_name="team/app",
    planned_at=NOW,
    keep=(),
    remove=(
        Decision(DIGEST, ("v1", "release-2026-01-with-a-long-name", "x" * 60), "no rule keeps it"),
        Decision(DIGEST, (), "child of sha256:0123456789ab", 50_000_000),
    ),
)
PROGRAM = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.jobs.test_tables import PLAN
print(PLAN)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("columns", "expected"), [(80, 80), (120, 100)])
def test_table_fits_the_terminal(columns: int, expected: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=theirs) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
    os.close(ours)
    assert process.returncode == 0
    lines = shown.decode().splitlines()
    assert max(map(len, lines)) == expected
    # The tags are cut first: what an image belongs to stays whole.
    assert lines[3].endswith("child of sha256:0123456789ab")


def _read(descriptor: int) -> bytes:
    """Read from a terminal until its other end is closed."""
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # as Linux says it
        return b""


def test_table_in_a_pipe_has_100_columns() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert max(map(len, done.stdout.splitlines())) == 100
    assert done.stdout == f"{PLAN}\n"


def test_notebook_shows_all_and_aligns_text_to_the_left() -> None:
    html = untyped(PLAN)._repr_html_()
    assert f"v1, release-2026-01-with-a-long-name, {'x' * 60}" in html
    assert '<td style="text-align: left">no rule keeps it</td>' in html
    assert '<td style="text-align: right">50.0 MB</td>' in html
    # What comes from a registry is no markup.
    evil = RetentionPlan(
        repository_name="<script>",
        planned_at=NOW,
        keep=(Decision("<b>", ("&",), "<i>"),),
        remove=(),
    )
    shown = untyped(evil)._repr_html_()
    assert not any(text in shown for text in ("<script>", "<b>", "<i>"))


def test_columns_with_nothing_in_them_are_left_out() -> None:
    plan = RetentionPlan(
        repository_name="team/app", planned_at=NOW, keep=(Decision(DIGEST, (), "new"),), remove=()
    )
    assert str(plan).splitlines()[1].split() == ["digest", "tags", "reason"]
    assert "size" not in untyped(plan)._repr_html_()


def test_scan_is_a_table_of_severities() -> None:
    report = ScanReport(
        status=ScanStatus.COMPLETE,
        kind=ScanKind.BASIC,
        completed_at=NOW,
        counts={Severity.LOW: 12, Severity.CRITICAL: 1},
    )
    assert str(report).splitlines() == [
        "COMPLETE: basic scan of 2026-01-31 12:30 UTC, 13 vulnerabilities",
        "severity  vulnerabilities",
        "CRITICAL                1",
        "LOW                    12",
    ]
    assert untyped(report)._repr_html_().count("<tr>") == 3


def test_scan_that_says_nothing_says_so() -> None:
    report = ScanReport(status=ScanStatus.PENDING, description="The scan is " + "queued " * 30)
    assert str(report).startswith("PENDING: scan, not conclusive: The scan is queued")
    assert len(str(report)) == 100
    assert str(ScanReport(status=ScanReport.NO_SCAN)) == "NO_SCAN: scan, not conclusive"
