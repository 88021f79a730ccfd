"""Breaks that are meant: the entries of `tests/typing/breaks.toml`, which explains itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs.validators import and_, deep_iterable, instance_of, matches_re, min_len

from .differences import Difference

BREAKS = "tests/typing/breaks.toml"
CHANGELOG = "CHANGELOG.md"

# What is empty is a part of everything.
_is_text = matches_re(r"\S.*", re.DOTALL)


class AcceptanceError(Exception):
    """An entry that is not as it has to be."""


@attrs.frozen(kw_only=True)
class Acceptance:
    """A break that is meant."""

    program: str = attrs.field(validator=_is_text)
    about: list[str] = attrs.field(
        validator=deep_iterable(_is_text, and_(instance_of(list), min_len(1)))
    )
    reason: str = attrs.field(validator=_is_text)
    changelog: str = attrs.field(validator=_is_text)

    def covers(self, difference: Difference) -> bool:
        """Whether the difference is one that this is about."""
        return any(self._part_covers(part, difference) for part in self.about)

    def unused(self, differences: Sequence[Difference]) -> Iterator[str]:
        """The parts that cover nothing."""
        for part in self.about:
            if not any(self._part_covers(part, difference) for difference in differences):
                yield part

    def _part_covers(self, part: str, difference: Difference) -> bool:
        is_in_text = part in difference.source or part in difference.words
        return self.program == difference.program and is_in_text


def acceptances(earlier: Path, root: Path) -> tuple[list[Acceptance], int]:
    """The entries that are newer than an earlier state, and how many are not.

    Raises:
        AcceptanceError: an entry is not as it has to be.
    """
    known, entries = _entries(earlier), _entries(root)
    changelog = _words((root / CHANGELOG).read_text("utf-8"))
    new = [_acceptance(entry, changelog) for entry in entries if entry not in known]
    return new, len(entries) - len(new)


def _entries(root: Path) -> list[dict[str, Any]]:
    path = root / BREAKS
    # A state may be older than the file.
    content = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    return list(content.get("accepted", ()))


def _acceptance(entry: dict[str, Any], changelog: str) -> Acceptance:
    try:
        accepted = Acceptance(**entry)
    except (TypeError, ValueError) as error:
        raise AcceptanceError(f"{BREAKS}: {entry}: {error.args[0]}") from error
    if _words(accepted.changelog) not in changelog:
        raise AcceptanceError(f"{BREAKS}: {CHANGELOG} does not have: {accepted.changelog}")
    return accepted


def _words(text: str) -> str:
    """The text without its line breaks."""
    return " ".join(text.split())
