"""Prefixes of repository names, as templates and pull through cache rules have them.

A slash is always assumed after a prefix. ROOT covers what no prefix covers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = "ROOT"


def prefix_key(prefix: str) -> str:
    """Give the one spelling of a prefix: `prod` and `prod/` cover the same repositories."""
    return prefix if prefix == ROOT else prefix.removesuffix("/") + "/"


def covering_prefix(keys: Iterable[str], repository_name: str) -> str:
    """Find the longest prefix that covers a repository; ROOT if none does."""
    return max((key for key in keys if repository_name.startswith(key)), key=len, default=ROOT)
