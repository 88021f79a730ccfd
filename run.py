"""Run sessions of noxfile.py on a machine that has nothing but Python 3.11 or newer.

usage: python3 run.py SESSION ... [-- OPTION ...]

  python3 run.py demo     shows what the library does
  python3 run.py tests    runs its tests

nox and the environment of each session are set up below .nox. Options after -- go to the sessions.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent
BOOTSTRAP = ROOT / ".nox" / "bootstrap"
PYTHON = BOOTSTRAP / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def main(arguments: list[str]) -> int:
    """Run the sessions of the given names."""
    if sys.version_info < (3, 11):
        return fail(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
    if not arguments or {"-h", "--help"} & set(arguments[:1]):
        print(help_text())
        return 0 if arguments else 2
    if not has_nox():
        print(f"Setting up nox in {BOOTSTRAP.relative_to(ROOT)}", flush=True)
        # With a pip at hand, the environment's own is a package like others: that saves seconds.
        has_pip = find_spec("pip") is not None
        try:
            venv.create(BOOTSTRAP, with_pip=not has_pip, clear=True)
        except (OSError, subprocess.CalledProcessError) as error:
            return fail(f"this Python can't make a virtual environment with pip: {error}")
        pip = (
            [sys.executable, "-m", "pip", "--python", PYTHON] if has_pip else [PYTHON, "-m", "pip"]
        )
        install = [*pip, "install", "--quiet", "pip", "nox[uv]"]
        if subprocess.run(install, check=False).returncode:
            return fail("nox can't be installed: pip says why above; run this again to try again")
    command = [PYTHON, "-m", "nox", "--noxfile", ROOT / "noxfile.py", "--sessions", *arguments]
    return subprocess.run(command, check=False).returncode


def help_text() -> str:
    """Return how to use this file, with the sessions that there are."""
    noxfile = ast.parse((ROOT / "noxfile.py").read_text("utf-8"))
    functions = [node for node in noxfile.body if isinstance(node, ast.FunctionDef)]
    lines = [
        f"  {function.name.replace('_', '-'):19}{str(ast.get_docstring(function)).splitlines()[0]}"
        for function in functions
        if any(ast.unparse(line).startswith("nox.session") for line in function.decorator_list)
    ]
    return "\n".join([str(__doc__), "Sessions:", *lines])


def has_nox() -> bool:
    """Return whether an earlier run has set up nox."""
    if not PYTHON.exists():
        return False
    found = subprocess.run([PYTHON, "-c", "import nox, uv"], capture_output=True, check=False)
    return found.returncode == 0


def fail(reason: str) -> int:
    """Say why nothing was run."""
    print(f"run.py: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
