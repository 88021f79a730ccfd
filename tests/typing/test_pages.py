"""The Python of the documentation and of the README satisfies strict type checkers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.pages import PAGES, ROOT, blocks_of

from .checkers import STRICT, Finding

TEXTS = [*PAGES, ROOT / "README.md"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Path, str]:
    """A module for each page, with the line numbers of the page, and where it is from."""
    folder = tmp_path_factory.mktemp("pages")
    pages: dict[Path, str] = {}
    for page in TEXTS:
        lines: list[str] = []
        origin = page.relative_to(ROOT).as_posix()
        for block in blocks_of(page):
            if block.is_type_error:
                continue
            # The README's blocks are independent of each other.
            name = block.file_name or (page.stem == "README" and f"line_{block.line}.py")
            if name:
                path = folder / f"{page.stem}_{name}"
                path.write_text(block.numbered, "utf-8")
                pages[path] = origin
            else:
                lines += [""] * (block.line - 1 - len(lines)) + block.source.splitlines()
        if lines:
            path = folder / f"{page.stem.replace('-', '_')}_page.py"
            path.write_text("\n".join([*lines, ""]), "utf-8")
            pages[path] = origin
    return pages


def shown(finding: Finding, pages: Mapping[Path, str]) -> str:
    return f"{pages[finding.path]}:{finding.line}: {finding.message} [{finding.code}]"


@pytest.mark.parametrize("checker", STRICT)
def test_pages_have_no_type_errors(checker: str, programs: Mapping[Path, str]) -> None:
    """mypy and pyright, both strict, accept every block that is not marked as a type error."""
    assert len(programs) > 15
    found = STRICT[checker]([*programs], ROOT)
    assert "\n".join(shown(finding, programs) for finding in found) == ""


def test_marked_blocks_are_type_errors(tmp_path: Path) -> None:
    """A block is not checked only if a strict checker would refuse it."""
    marked: dict[Path, str] = {}
    for page in TEXTS:
        for block in blocks_of(page):
            if block.is_type_error:
                path = tmp_path / f"{page.stem}_{block.line}.py"
                path.write_text(block.source, "utf-8")
                marked[path] = f"{page.name}:{block.line}"
    refused = {finding.path for check in STRICT.values() for finding in check([*marked], ROOT)}

    assert {name.partition(":")[0] for name in marked.values()} >= {"migrating.md"}
    assert [name for path, name in marked.items() if path not in refused] == []
