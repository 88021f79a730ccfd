"""Runs type checkers: what each says of files, and where."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import attrs

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "pyproject.toml"


class CheckerError(Exception):
    """A type checker that did not work."""


@attrs.frozen
class Finding:
    """An error that a type checker found."""

    path: Path
    line: int
    code: str
    message: str


Checker = Callable[[Sequence[Path], Path], Iterator[Finding]]
"""Takes files, and the folder that has the package which they use."""


class StrictChecker(Protocol):
    """A checker that takes a file with settings, too: without one, the project's."""

    def __call__(
        self, paths: Sequence[Path], root: Path, settings: Path = SETTINGS
    ) -> Iterator[Finding]: ...


def mypy(paths: Sequence[Path], root: Path, settings: Path = SETTINGS) -> Iterator[Finding]:
    """What mypy says."""
    output = _run(root, "mypy", "--output=json", f"--config-file={settings}", *paths)
    for error in map(json.loads, filter(None, output.splitlines())):
        if error["severity"] == "error":
            yield Finding(root / error["file"], error["line"], error["code"], error["message"])


def pyright(paths: Sequence[Path], root: Path, settings: Path = SETTINGS) -> Iterator[Finding]:
    """What pyright says, save of types that are unknown because of another error."""
    # A configuration of its own: what the settings exclude is excluded by name, too.
    declared = tomllib.loads(settings.read_text("utf-8"))["tool"]["pyright"]
    kept = {key: declared[key] for key in declared.keys() - {"include", "exclude", "ignore"}}
    interpreter = f"--pythonpath={sys.executable}"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pyrightconfig.json"
        config.write_text(json.dumps({**kept, "extraPaths": [str(root)]}), "utf-8")
        output = _run(root, "pyright", "--outputjson", f"--project={config}", interpreter, *paths)
    for error in json.loads(output)["generalDiagnostics"]:
        rule: str = error.get("rule", "syntax")
        if error["severity"] == "error" and not rule.startswith("reportUnknown"):
            line = error["range"]["start"]["line"] + 1
            # Its reasons stand on lines below.
            message = " ".join(error["message"].split())
            yield Finding(root / error["file"], line, rule, message)


def ty(paths: Sequence[Path], root: Path) -> Iterator[Finding]:
    """What ty says."""
    output = _run(root, "ty", "check", "--output-format=concise", f"--python={sys.prefix}", *paths)
    for path, line, code, message in re.findall(
        r"^(.+?):(\d+):\d+: (?:error|fatal)\[([\w-]+)\] (.+)$", output, re.MULTILINE
    ):
        yield Finding(root / path, int(line), code, message)


def pyrefly(paths: Sequence[Path], root: Path) -> Iterator[Finding]:
    """What pyrefly says."""
    interpreter = f"--python-interpreter-path={sys.executable}"
    output = _run(root, "pyrefly", "check", "--output-format=json", interpreter, *paths)
    for error in json.loads(output)["errors"]:
        if error["severity"] == "error":
            message = error["concise_description"]
            yield Finding(root / error["path"], error["line"], error["name"], message)


STRICT: Mapping[str, StrictChecker] = {"mypy": mypy, "pyright": pyright}
"""Those whose every error has to be the right one."""

OTHERS: Mapping[str, Checker] = {"ty": ty, "pyrefly": pyrefly}

Codes = Mapping[Path, Mapping[int, frozenset[str]]]
"""The codes of errors, by file and line."""


def codes_by_line(findings: Iterable[Finding]) -> Codes:
    """The codes of what was found, by file and line."""
    grouped: dict[Path, dict[int, frozenset[str]]] = defaultdict(dict)
    for found in findings:
        lines = grouped[found.path.resolve()]
        lines[found.line] = lines.get(found.line, frozenset()) | {found.code}
    return grouped


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
    # One says that there are errors; more, that the checker did not work. Python returns one, too,
    # where a checker is not installed, but then nothing is printed.
    if run.returncode not in {0, 1} or (run.returncode and not run.stdout):
        raise CheckerError(f"{checker} did not work: {run.stderr or run.stdout}")
    return run.stdout
