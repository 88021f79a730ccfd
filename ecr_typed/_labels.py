"""How items are called in texts for people."""

from __future__ import annotations

import enum
from typing import Any, Final

import attrs

_LENGTH: Final = 60
_NAMES: Final = ("repository_name", "image_digest", "image_tag", "digest", "prefix", "name")
"""The attributes that name an item, the first that is set."""


def label(item: object) -> str:
    """Return a short text that names an item of a job."""
    if isinstance(item, str) and not isinstance(item, enum.Enum):
        return _shortened(item)
    try:
        return _shortened(_named(item))
    except Exception:  # noqa: BLE001  # whatever the item's own code raises
        # What became of an item is told even if the item can't be shown.
        return object.__repr__(item)


def text_of(error: BaseException) -> str:
    """Return what an exception says; nothing if its own code can't say it."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001  # whatever the exception's own code raises
        return ""


def _named(item: object) -> str:
    if type(item).__str__ is not object.__str__ and attrs.has(type(item)):
        return str(item)
    for name in _NAMES:
        named: Any = getattr(item, name, None)
        if isinstance(named, str) and named:
            return named
    return repr(item)


def _shortened(text: str) -> str:
    # A digest fits: `sha256:` and 64 digits.
    return text if len(text) <= _LENGTH + 20 else f"{text[:_LENGTH]}..."
