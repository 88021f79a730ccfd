"""What mypy and pyright say of an earlier state's programs that they did not say then."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import attrs

from .history import PACKAGE, PROGRAMS, SETTINGS

COPIES = "earlier_programs"


class CheckerError(Exception):
    """A type checker that did not work."""


@attrs.frozen(order=True)
class Difference:
    """A line of which a checker says something else than it did."""

    program: str
    line: int
    source: str
    words: str

    @property
    def place(self) -> str:
        """The line, and what it is."""
        return f"{PROGRAMS}/{self.program}:{self.line}: {self.source}"


Error = tuple[Path, int, str]
"""A file, a line and a checker's words."""

Checker = Callable[[Sequence[Path], Path, Path], Iterable[Error]]
"""Takes the programs, the file with the settings and the folder that has the package."""


def mypy(programs: Sequence[Path], settings: Path, root: Path) -> Iterator[Error]:
    """What mypy says."""
    output = _run(root, "mypy", "--output=json", f"--config-file={settings}", *programs)
    for error in map(json.loads, filter(None, output.splitlines())):
        if error["severity"] == "error":
            yield Path(error["file"]), error["line"], f"{error['message']} [{error['code']}]"


def pyright(programs: Sequence[Path], settings: Path, root: Path) -> Iterator[Error]:
    """What pyright says, save of types that are unknown because of another error."""
    declared = tomllib.loads(settings.read_text("utf-8"))["tool"]["pyright"]
    kept = {key: declared[key] for key in declared.keys() - {"include", "exclude", "ignore"}}
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pyrightconfig.json"
        config.write_text(json.dumps({**kept, "extraPaths": [str(root)]}), "utf-8")
        options = ("--outputjson", f"--project={config}", f"--pythonpath={sys.executable}")
        output = _run(root, "pyright", *options, *programs)
    for error in json.loads(output)["generalDiagnostics"]:
        rule: str = error.get("rule", "syntax")
        if error["severity"] == "error" and not rule.startswith("reportUnknown"):
            line = error["range"]["start"]["line"] + 1
            # Its reasons stand on lines below.
            yield Path(error["file"]), line, f"{' '.join(error['message'].split())} [{rule}]"


CHECKERS: dict[str, Checker] = {"mypy": mypy, "pyright": pyright}


def new_differences(earlier: Path, root: Path) -> list[Difference]:
    """Where the programs of an earlier state do no more what they did with its own package.

    Args:
        earlier: A folder with the files of the earlier state.
        root: The folder that has the package to be checked.
    """
    found = differences(earlier, root)
    # What is true of the earlier package, too, comes from a newer checker or dependency.
    return sorted(found - differences(earlier, earlier)) if found else []


def differences(earlier: Path, root: Path) -> set[Difference]:
    """Where programs that were right have errors, or lines that were wrong have none."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        programs = _programs(earlier / PROGRAMS, Path(folder).resolve())
        compare = partial(_differences, programs, earlier / SETTINGS, root.resolve())
        return {difference for found in pool.map(compare, CHECKERS) for difference in found}


def _programs(typing: Path, folder: Path) -> list[Path]:
    """Copies of what uses the package and is not run: no tests, no helpers."""
    # A package: by itself, a program with the name of another module would hide it.
    copies = folder / COPIES
    copies.mkdir()
    (copies / "__init__.py").touch()
    uses = re.compile(rf"^(from|import) {PACKAGE}\b", re.MULTILINE)
    return [
        Path(shutil.copy(path, copies))
        for path in sorted(typing.glob("*.py"))
        if not path.name.startswith("test_") and uses.search(path.read_text("utf-8"))
    ]


def _differences(
    programs: Sequence[Path], settings: Path, root: Path, checker: str
) -> list[Difference]:
    sources = {path.name: path.read_text("utf-8").splitlines() for path in programs}
    refused = {
        (name, number + 1)
        for name, lines in sources.items()
        for number, line in enumerate(lines, 1)
        if re.match(rf" *# wrong: .*\b{checker} (?!nothing)", line)
    }
    if not refused or len(sources) < 2:
        raise CheckerError(f"{PROGRAMS} has no programs that {checker} must accept and refuse")
    # The package's own errors are found where all of the project is checked. By the folder's name:
    # what mypy's cache has says where programs lay in an earlier run.
    errors = {
        (path.name, line, words)
        for path, line, words in CHECKERS[checker](programs, settings, root)
        if path.parent.name == COPIES
    }
    accepted = refused - {(name, line) for name, line, _ in errors}
    said = [
        *(
            (name, line, f"{checker}: {words}")
            for name, line, words in errors
            if (name, line) not in refused
        ),
        *((name, line, f"{checker} accepts what it refused") for name, line in accepted),
    ]
    return [
        Difference(name, line, sources[name][line - 1].strip(), words) for name, line, words in said
    ]


def _run(root: Path, checker: str, *arguments: str | Path) -> str:
    run = subprocess.run(
        [sys.executable, "-m", checker, *arguments],
        cwd=root,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    # One says that there are errors; more, that the checker did not work.
    if run.returncode not in {0, 1}:
        raise CheckerError(f"{checker} did not work: {run.stderr or run.stdout}")
    return run.stdout
