"""`run.py`, which needs nothing but Python."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("run.py", "noxfile.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # pip finds no package anywhere.
    nothing = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(clone)}
    return subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=clone,
        env={**os.environ, **nothing},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_the_sessions_and_sets_nothing_up(clone: Path) -> None:
    shown = run(clone, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search(r"^  demo +Run the main job", shown.stdout, re.MULTILINE)
    assert not (clone / ".nox").exists()


def test_help_and_contributing_name_the_same_sessions(clone: Path) -> None:
    _, _, listed = run(clone, "--help").stdout.partition("Sessions:\n")
    sessions = set(re.findall(r"^  ([\w-]+)", listed, re.MULTILINE))
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("\n## Folders")[0]
    assert set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)) <= sessions
    assert [name for name in sessions if f"`{name}`" not in text] == []


def test_no_session_shows_the_help(clone: Path) -> None:
    shown = run(clone)
    assert shown.returncode == 2
    assert "usage: python3 run.py SESSION" in shown.stdout


def test_failed_install_is_one_line_and_is_tried_again(clone: Path) -> None:
    for _ in range(2):
        failed = run(clone, "demo")
        assert failed.returncode == 1
        assert failed.stdout.startswith("Setting up nox in .nox")
        assert "Traceback" not in failed.stderr
        ours = [line for line in failed.stderr.splitlines() if not line.startswith("ERROR: ")]
        assert ours == [
            "run.py: nox can't be installed: pip says why above; run this again to try again"
        ]
