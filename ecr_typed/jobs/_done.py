"""What an error says of what was done before it."""

from __future__ import annotations

from collections.abc import Iterable

from ecr_typed import EcrError


def say_what_was_done(error: EcrError, done: Iterable[str]) -> None:
    """Explain in an error what was done before it: sentences without a period, in order."""
    if text := ", ".join(done):
        said = f"Before this call, {text}. Run it again to do what is left."
        error.explanations = (*error.explanations, said)
