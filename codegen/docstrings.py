"""Writes docstrings: wrapped to the width of a line, with Google's sections."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping

_WIDTH = 100


def wrapped(text: str, indent: int, *, hanging: int = 0) -> str:
    """Return wrapped paragraphs. The first line has no indentation."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
    margin = " " * indent
    return "\n\n".join(
        textwrap.fill(
            paragraph,
            width=_WIDTH - (6 if indent else 3),
            initial_indent=margin,
            subsequent_indent=margin + " " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for paragraph in paragraphs
    ).lstrip()


def docstring(text: str, indent: int) -> str:
    """Return the literal of a docstring."""
    body = wrapped(text, indent)
    closing = f"\n{' ' * indent}" if "\n" in body else ""
    return f'"""{_escaped(body)}{closing}"""'


def method_docstring(
    words: str,
    arguments: Mapping[str, str],
    returned: str,
    raised: Mapping[str, str],
    link: str,
) -> str:
    """Return the literal of a method's docstring, indented by eight."""
    indent = 8
    margin = " " * indent
    parts = [wrapped(words, indent)]
    parts.append(_section("Args", (f"{name}: {text}" for name, text in arguments.items()), indent))
    if returned:
        parts.append(_section("Returns", [returned], indent))
    parts.append(_section("Raises", (f"{name}: {text}" for name, text in raised.items()), indent))
    parts.append(link)
    body = f"\n\n{margin}".join(part for part in parts if part)
    return f'"""{_escaped(body)}\n{margin}"""'


def _section(title: str, entries: Iterable[str], indent: int) -> str:
    wrap = _wrapped_entry if title == "Args" else wrapped
    hanging = 0 if title == "Returns" else 4
    lines = [" " * (indent + 4) + wrap(entry, indent + 4, hanging=hanging) for entry in entries]
    return "\n".join([f"{title}:", *lines]) if lines else ""


def _wrapped_entry(text: str, indent: int, *, hanging: int) -> str:
    """Return an entry whose first line is a sentence, as editors show only that line."""
    first, is_longer, _ = wrapped(text, indent, hanging=hanging).partition("\n")
    end = first.rfind(". ") + 1
    if not is_longer or not end or first.endswith("."):
        return wrapped(text, indent, hanging=hanging)
    margin = " " * (indent + hanging)
    return f"{first[:end]}\n{margin}{wrapped(text[end:], indent + hanging)}"


def _escaped(text: str) -> str:
    # Neither three quotation marks nor one at the end may close the docstring.
    return re.sub(r'"(?=""|\Z)', r"\"", text.replace("\\", "\\\\"))
