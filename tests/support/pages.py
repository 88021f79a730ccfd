"""The Python of the documentation's pages and of the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)

BLOCK = re.compile(r"^```(\w[\w-]*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE_NAME = re.compile(r"# (\w+\.py)\n")
TYPE_ERROR = re.compile(r"<!-- type error: .+ -->\s*\Z")


@attrs.frozen
class Block:
    """A program of a page, and what the page says that it prints."""

    line: int
    source: str
    output: str | None
    is_type_error: bool
    """Whether the page says that a type checker refuses it."""

    @property
    def file_name(self) -> str | None:
        """The name of the file that the program belongs into, if it names one."""
        found = FILE_NAME.match(self.source)
        return found[1] if found else None

    @property
    def numbered(self) -> str:
        """The source with the line numbers of the page."""
        return "\n" * (self.line - 1) + self.source


def blocks_of(page: Path) -> Iterator[Block]:
    """Return the programs of a page."""
    text = page.read_text("utf-8")
    found = list(BLOCK.finditer(text))
    for block, following in zip_longest(found, found[1:]):
        if block[1] == "python":
            is_output = following is not None and following[1] == "text"
            adjoins = following is not None and not text[block.end() : following.start()].strip()
            output = following[2] if following and is_output and adjoins else None
            before = text[: block.start()]
            yield Block(
                before.count("\n") + 2, block[2], output, TYPE_ERROR.search(before) is not None
            )
