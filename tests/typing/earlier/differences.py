"""What mypy and pyright say of an earlier state's programs that they did not say then."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import attrs

from tests.typing.checkers import STRICT

from .history import PACKAGE, PROGRAMS, SETTINGS, UnusableReferenceError

COPIES = "earlier_programs"


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
        return {difference for found in pool.map(compare, STRICT) for difference in found}


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
        raise UnusableReferenceError(
            f"{PROGRAMS} has no programs that {checker} must accept and refuse"
        )
    # The package's own errors are found where all of the project is checked. By the folder's name:
    # what mypy's cache has says where programs lay in an earlier run.
    errors = {
        (found.path.name, found.line, f"{found.message} [{found.code}]")
        for found in STRICT[checker](programs, root, settings)
        if found.path.parent.name == COPIES
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
