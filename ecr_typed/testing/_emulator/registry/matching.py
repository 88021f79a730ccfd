"""Wildcards of tag filters and tag patterns: `*` stands for any run of characters, an empty one too."""

from __future__ import annotations


def fits(pattern: str, text: str) -> bool:
    """Tell whether the whole text fits; the time it takes grows with the text, however many `*`."""
    head, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *inner, tail = rest
    if not text.startswith(head):
        return False
    position = len(head)
    for part in inner:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(tail) and len(text) - len(tail) >= position
