"""Tables for people: as text for terminals, and as HTML for notebooks."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from html import escape
from typing import Final, NamedTuple

_WIDTH: Final = 100
_GAP: Final = "  "
_DIGEST: Final = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")


class Column(NamedTuple):
    """A column of a table."""

    heading: str
    least: int | None = None
    """To how many characters cells may be cut where the line is too long; None: they are whole."""
    is_number: bool = False


def text_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose lines have at most 100 characters, or fit a narrower terminal."""
    columns, cells = _without_empty(columns, rows)
    cells = [[column.heading for column in columns], *cells]
    widths = _fitting(columns, [max(map(len, column)) for column in zip(*cells, strict=True)])
    return "\n".join(_line(columns, widths, row) for row in cells)


def _without_empty(
    columns: Sequence[Column], rows: Iterable[Sequence[str]]
) -> tuple[Sequence[Column], list[Sequence[str]]]:
    """Return a table without the columns that have nothing in them."""
    whole = list(rows)
    used = [number for number in range(len(columns)) if any(row[number] for row in whole)]
    if not whole:
        return columns, whole
    return [columns[number] for number in used], [[row[number] for number in used] for row in whole]


def _fitting(columns: Sequence[Column], widths: list[int]) -> list[int]:
    """Return the widths of columns, of which the widest are narrowed until a line fits."""
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - _width_of_lines()
    while excess > 0:
        flexible = [
            number
            for number, column in enumerate(columns)
            if column.least is not None and widths[number] > column.least
        ]
        if not flexible:
            break
        widest = max(flexible, key=widths.__getitem__)
        # Down to the next widest, or to what is needed.
        others = [widths[number] for number in flexible if number != widest]
        least = max(columns[widest].least or 0, *others, 0)
        narrowed = max(1, min(excess, widths[widest] - least))
        widths[widest] -= narrowed
        excess -= narrowed
    return widths


def _width_of_lines() -> int:
    try:
        # Of what is a file or a pipe, nobody knows where it will be read.
        columns = os.get_terminal_size(sys.stdout.fileno()).columns
    except (AttributeError, OSError, ValueError):
        return _WIDTH
    return min(columns, _WIDTH) or _WIDTH


def _line(columns: Sequence[Column], widths: Sequence[int], row: Sequence[str]) -> str:
    cells = (
        cut(cell, width).rjust(width) if column.is_number else cut(cell, width).ljust(width)
        for column, cell, width in zip(columns, row, widths, strict=True)
    )
    return _GAP.join(cells).rstrip()


def html_table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as HTML, in the colours of the page that it stands in."""
    columns, cells = _without_empty(columns, rows)
    headings = "".join(_html_cell("th", column, column.heading) for column in columns)
    lines = [
        "<table>",
        # The caption may be wider than the table.
        f'<caption style="text-align: left; white-space: nowrap">{escape(caption)}</caption>',
        f"<thead><tr>{headings}</tr></thead>",
        "<tbody>",
        *(f"<tr>{''.join(map(partial(_html_cell, 'td'), columns, row))}</tr>" for row in cells),
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


def short(text: str) -> str:
    """Return a text with the beginnings of its digests, as people read them."""
    return _DIGEST.sub(r"\1", text)


def cut(text: str, width: int = _WIDTH) -> str:
    """Return a text, of which the end is left out if it is too long."""
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _html_cell(element: str, column: Column, text: str) -> str:
    # Notebooks align cells to the right.
    side = "right" if column.is_number else "left"
    return f'<{element} style="text-align: {side}">{escape(text)}</{element}>'
