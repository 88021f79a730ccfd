"""Runs type checkers: what each says of a file, by lines."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

Errors = Mapping[Path, Mapping[int, frozenset[str]]]
"""The codes of errors, by file and line."""

Error = tuple[str, int, str]


def mypy(paths: Sequence[Path], root: Path) -> Errors:
    """What mypy says."""
    settings = f"--config-file={ROOT / 'pyproject.toml'}"
    return _grouped(root, _mypy(_run(root, "mypy", "--output=json", settings, *paths)))


def pyright(paths: Sequence[Path], root: Path) -> Errors:
    """What pyright says, save of types that are unknown because of another error."""
    # A configuration of its own: what the project's excludes is excluded by name, too.
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pyright"]
    kept = {key: settings[key] for key in settings.keys() - {"include", "exclude", "ignore"}}
    interpreter = f"--pythonpath={sys.executable}"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pyrightconfig.json"
        config.write_text(json.dumps({**kept, "extraPaths": [str(root)]}), "utf-8")
        output = _run(root, "pyright", "--outputjson", f"--project={config}", interpreter, *paths)
    return _grouped(root, _pyright(output))


def ty(paths: Sequence[Path], root: Path) -> Errors:
    """What ty says."""
    output = _run(root, "ty", "check", "--output-format=concise", f"--python={sys.prefix}", *paths)
    return _grouped(root, _ty(output))


def pyrefly(paths: Sequence[Path], root: Path) -> Errors:
    """What pyrefly says."""
    interpreter = f"--python-interpreter-path={sys.executable}"
    output = _run(root, "pyrefly", "check", "--output-format=json", interpreter, *paths)
    return _grouped(root, _pyrefly(output))


Checker = Callable[[Sequence[Path], Path], Errors]

STRICT: Mapping[str, Checker] = {"mypy": mypy, "pyright": pyright}
"""Those whose every error has to be the right one."""

OTHERS: Mapping[str, Checker] = {"ty": ty, "pyrefly": pyrefly}


def completeness() -> dict[str, Any]:
    """What pyright says of the types of everything that is public."""
    interpreter = f"--pythonpath={sys.executable}"
    output = _run(
        *(ROOT, "pyright", "--outputjson", "--ignoreexternal", interpreter),
        *("--verifytypes", "ecr_typed"),
    )
    found: dict[str, Any] = json.loads(output)["typeCompleteness"]
    return found


def _run(root: Path, checker: str, *arguments: str | Path) -> str:
    run = subprocess.run(
        [sys.executable, "-m", checker, *arguments],
        cwd=root,
        env={
            **os.environ,
            # The package is found whether it is installed or not.
            "PYTHONPATH": str(root),
            # pyright --verifytypes goes by the first Python on the path.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    # One says that there are errors; more, that the checker did not work.
    assert run.returncode in {0, 1}, f"{checker}: {run.stderr or run.stdout}"
    return run.stdout


def _grouped(root: Path, errors: Iterator[Error]) -> Errors:
    grouped: dict[Path, dict[int, frozenset[str]]] = defaultdict(dict)
    for path, line, code in errors:
        lines = grouped[(root / path).resolve()]
        lines[line] = lines.get(line, frozenset()) | {code}
    return grouped


def _mypy(output: str) -> Iterator[Error]:
    for error in map(json.loads, filter(None, output.splitlines())):
        if error["severity"] == "error":
            yield error["file"], error["line"], error["code"]


def _pyright(output: str) -> Iterator[Error]:
    for error in json.loads(output)["generalDiagnostics"]:
        rule: str = error.get("rule", "syntax")
        if error["severity"] == "error" and not rule.startswith("reportUnknown"):
            yield error["file"], error["range"]["start"]["line"] + 1, rule


def _ty(output: str) -> Iterator[Error]:
    for path, line, code in re.findall(
        r"^(.+?):(\d+):\d+: (?:error|fatal)\[([\w-]+)\]", output, re.MULTILINE
    ):
        yield path, int(line), code


def _pyrefly(output: str) -> Iterator[Error]:
    for error in json.loads(output)["errors"]:
        if error["severity"] == "error":
            yield error["path"], error["line"], error["name"]
