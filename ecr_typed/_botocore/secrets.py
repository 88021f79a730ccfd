"""Texts and exceptions of others without the passwords in their URLs."""

from __future__ import annotations

import re
from typing import Final

_USER_OF_A_URL: Final = re.compile(r"(?<=://)[^/\s'\"]+(?=@)")


def without_secrets(text: str) -> str:
    """Return a text whose URLs name neither a user nor a password."""
    return _USER_OF_A_URL.sub("***", text) if "@" in text else text


def hide_secrets(error: BaseException, handled: BaseException | None) -> None:
    """Hide the passwords of URLs in an exception and in those that led to it.

    A traceback prints them all, and error reporters keep them: the URL of a proxy or an endpoint
    may hold a password. `handled` is what the user's program was handling: it stays as it is.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and link is not handled and id(link) not in seen:
        seen.add(id(link))
        if "@" in str(link):
            link.args = tuple(map(_hidden, link.args))
            kept: dict[str, object] = getattr(link, "kwargs", {})
            kept.update({name: _hidden(value) for name, value in kept.items()})
        link = link.__cause__ or link.__context__


def _hidden(value: object) -> object:
    return without_secrets(value) if isinstance(value, str) else value
