"""Matching by wildcards, in tag filters and tag patterns, and by prefixes of repository names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, Final

ROOT: Final = "ROOT"
"""The prefix that covers what no other prefix covers."""


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches the whole text; `*` stands for any run of characters.

    The time grows with the length of the text, however many `*` the pattern has.
    """
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


class ByPrefix(MutableMapping[str, dict[str, Any]]):
    """What a registry keeps by prefix: templates, and pull through cache rules.

    A slash is always assumed after a prefix: `prod` and `prod/` are the same.
    """

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Any]] = {}

    def __getitem__(self, prefix: str) -> dict[str, Any]:
        return self._entries[_key(prefix)]

    def __setitem__(self, prefix: str, entry: dict[str, Any]) -> None:
        self._entries[_key(prefix)] = entry

    def __delitem__(self, prefix: str) -> None:
        del self._entries[_key(prefix)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def only(self, prefixes: Iterable[str]) -> set[str]:
        """Return those of some prefixes that exist, each in the spelling that is kept."""
        return {_key(prefix) for prefix in prefixes} & self._entries.keys()

    def covering(self, repository_name: str) -> dict[str, Any] | None:
        """Return the entry of the longest prefix that covers a repository, else the one of ROOT."""
        covering = (prefix for prefix in self if repository_name.startswith(prefix))
        return self.get(max(covering, key=len, default=ROOT))


def _key(prefix: str) -> str:
    return prefix if prefix == ROOT else prefix.removesuffix("/") + "/"
