"""What is there after it was set up, and what was done for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

import attrs

Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)


class EnsureStatus(StrEnum):
    """What was done to set something up; in a dry run, what would be done."""

    CREATED = "CREATED"
    """It was missing, and was created."""

    CHANGED = "CHANGED"
    """It was there, and settings were changed."""

    UNCHANGED = "UNCHANGED"
    """It was there as it was asked for."""


@attrs.frozen(kw_only=True)
class Ensured(Generic[Value_co]):
    """What is there after it was set up."""

    value: Value_co | None
    """What is there; None if a dry run found nothing."""

    status: EnsureStatus
    """What was done, or would be done in a dry run."""

    differences: tuple[str, ...] = ()
    """The settings that differed and were changed, by name; all that were asked for if it was
    missing."""

    unfixable: tuple[str, ...] = ()
    """The settings that differ and can't be changed, as sentences. Nothing is created anew."""


def replaced(known: object, wanted: Value, what: str) -> Ensured[Value]:
    """Return what is there after a document was written in the place of another one, or of none."""
    status = EnsureStatus.CREATED if known is None else EnsureStatus.CHANGED
    return Ensured(value=wanted, status=status, differences=(what,))
