"""Hides the passwords in the texts of other libraries' exceptions."""

from __future__ import annotations

from functools import partial

from botocore.exceptions import HTTPClientError

from ecr_typed._labels import text_of
from ecr_typed._redaction import without_secrets


def hide_secrets(error: BaseException, handled: BaseException | None) -> None:
    """Hide passwords in an exception and in those that led to it.

    A traceback prints them all, and error reporters keep them: the URL of a proxy or an endpoint
    may hold a password. Some exceptions of botocore keep the request, whose headers have the
    session's token. `handled` is what the user's program was handling: it stays as it is.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and link is not handled and id(link) not in seen:
        seen.add(id(link))
        if isinstance(link, HTTPClientError):
            # The stubs don't know the attribute.
            vars(link).update(request=None)
        text = text_of(link)
        shown = without_secrets(text)
        if shown != text:
            hidden = partial(_hidden, text, shown)
            link.args = tuple(map(hidden, link.args))
            # botocore's exceptions keep what their texts are made of in `kwargs`.
            kept: dict[str, object] = getattr(link, "kwargs", {})
            for attributes in (vars(link), kept):
                attributes.update({name: hidden(value) for name, value in attributes.items()})
        link = link.__cause__ or link.__context__


def _hidden(text: str, shown: str, value: object) -> object:
    """Return what an exception may keep of what its text was made of, before it was redacted."""
    if not isinstance(value, str):
        return value
    redacted = without_secrets(value)
    is_part_of_a_secret = redacted == value and value in text and value not in shown
    return "***" if is_part_of_a_secret else redacted
