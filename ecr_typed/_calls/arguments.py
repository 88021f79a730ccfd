"""Converts what methods accept for convenience: documents for their text, mappings for tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ecr_typed import models

if TYPE_CHECKING:
    from ecr_typed.models import Tag

Argument = TypeVar("Argument")


def as_text(value: object, *documents: str) -> Any:
    """Return the text of a document of one of the named classes, and other values unchanged."""
    if value is None or isinstance(value, str):
        return value
    # Only programs that pass documents have to load them.
    from ecr_typed import documents as known

    classes = tuple(getattr(known, name) for name in documents)
    return str(value) if isinstance(value, classes) else value


def implied(value: Argument | None, document: object, attribute: str) -> Argument | None:
    """Return an argument, or if it is None, an attribute of the document in another argument."""
    return getattr(document, attribute, None) if value is None else value


def as_tags(tags: Mapping[str, str] | Sequence[Tag] | None) -> Sequence[Tag] | None:
    """Return tags as the service has them, also from a mapping of keys to values."""
    if isinstance(tags, Mapping):
        return tuple(models.Tag(key=key, value=value) for key, value in tags.items())
    return tags
