"""Patterns of the service model: matched whole, and never for long."""

from __future__ import annotations

import re
from functools import cache

# The model's pattern can split a run of letters in more ways than there is time to try. This one
# accepts the same texts and has one way only.
_REWRITTEN = {
    r"^[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*$": r"[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*",
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_REWRITTEN.get(pattern, pattern), re.ASCII)


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text fits; the model anchors only some of its patterns."""
    return _compiled(pattern).fullmatch(text) is not None
