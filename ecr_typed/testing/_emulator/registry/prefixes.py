"""Prefixes of repository names, as templates and pull through cache rules have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

ROOT = "ROOT"


class ByPrefix(MutableMapping[str, dict[str, Any]]):
    """What a registry keeps by prefix.

    A slash is always assumed after a prefix: `prod` and `prod/` are the same. ROOT covers what no
    prefix covers.
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
        """Give those of some prefixes that are there, in the one spelling of each."""
        return {_key(prefix) for prefix in prefixes} & self._entries.keys()

    def covering(self, repository_name: str) -> dict[str, Any] | None:
        """Find what the longest prefix that covers a repository has; ROOT's if none does."""
        covering = (prefix for prefix in self if repository_name.startswith(prefix))
        return self.get(max(covering, key=len, default=ROOT))


def _key(prefix: str) -> str:
    return prefix if prefix == ROOT else prefix.removesuffix("/") + "/"
