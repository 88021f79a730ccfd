"""Tables for people: as text for terminals, and as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

_WIDTH: Final = 100


class Column(NamedTuple):
    """A column of a table."""

    heading: str
    most: int
    """How many characters of a cell are shown."""
    is_number: bool = False


def text_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose lines have at most 100 characters."""
    headings = [column.heading for column in columns]
    cells = [headings, *([_cut(c, t) for c, t in zip(columns, r, strict=True)] for r in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if column.is_number else cell.ljust(width)
            for column, cell, width in zip(columns, row, widths, strict=True)
        )
        for row in cells
    )
    return "\n".join(line.rstrip()[:_WIDTH] for line in lines)


def html_table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as HTML."""
    headings = "".join(f"<th>{escape(column.heading)}</th>" for column in columns)
    lines = [
        "<table>",
        f"<caption>{escape(caption)}</caption>",
        f"<thead><tr>{headings}</tr></thead>",
        "<tbody>",
        *(f"<tr>{''.join(map(_html_cell, columns, row))}</tr>" for row in rows),
        "</tbody></table>",
    ]
    return "\n".join(lines)


def size_of(count: int) -> str:
    """Return a number of bytes for people, as in `1.5 GB`."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1000
    raise AssertionError


def short(digest: str) -> str:
    """Return the beginning of a digest, as people read it."""
    return digest[:19]


def _cut(column: Column, text: str) -> str:
    return text if len(text) <= column.most else f"{text[: column.most - 3]}..."


def _html_cell(column: Column, text: str) -> str:
    style = ' style="text-align: right"' if column.is_number else ""
    return f"<td{style}>{escape(text)}</td>"
