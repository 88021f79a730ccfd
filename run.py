"""Runs a session of the noxfile, for who has nothing but Python: `python3 run.py demo`.

nox gets a virtual environment of its own below `.nox`; the session makes the one it needs.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent
BOOTSTRAP = ROOT / ".nox" / "bootstrap"
PYTHON = BOOTSTRAP / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def has_nox() -> bool:
    """Whether an earlier run was here."""
    if not PYTHON.exists():
        return False
    found = subprocess.run([PYTHON, "-c", "import nox"], capture_output=True, check=False)
    return found.returncode == 0


def main(sessions: list[str]) -> int:
    """Run the sessions of the given names."""
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    if not sessions:
        sys.exit("usage: python3 run.py SESSION ..., as in: python3 run.py demo")
    if not has_nox():
        print("Setting up nox in", BOOTSTRAP.relative_to(ROOT), flush=True)
        venv.create(BOOTSTRAP, with_pip=True, clear=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "nox"], check=True)
    command = [PYTHON, "-m", "nox", "--noxfile", ROOT / "noxfile.py", "--sessions", *sessions]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
