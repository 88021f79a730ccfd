"""Texts with their sources: AWS's where one is known, ours where none is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NewType, TypeVar

Message = NewType("Message", str)
"""A text that is filled in. Errors take nothing else, so each of them has a source."""

OURS: Final = "ours"
"""The source of a text for which no response of AWS has been found."""


Rewrite = TypeVar("Rewrite", bound=Callable[..., str])

REWRITES: Final[dict[str, str]] = {}
"""The sources of the forms in which documents come back, by the function that writes the form."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and where it has been seen: an issue, AWS's documentation, another emulator."""

    template: str
    source: str

    def __call__(self, **values: object) -> Message:
        """Fill the text in."""
        return Message(self.template.format(**values))


def captured(template: str, source: str) -> Text:
    """Return a text of AWS, with the place where it has been seen."""
    return Text(template, source)


def ours(template: str) -> Text:
    """Return a text of our own, for which AWS's is not known."""
    return Text(template, OURS)


def form_of(source: str) -> Callable[[Rewrite], Rewrite]:
    """Return a decorator that states where the form of rewritten documents has been seen."""

    def register(rewrite: Rewrite) -> Rewrite:
        REWRITES[rewrite.__name__] = source
        return rewrite

    return register
