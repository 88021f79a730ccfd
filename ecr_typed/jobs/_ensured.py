"""What is there after it was set up, and what was done for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, Generic, TypeVar, cast

import attrs

from ecr_typed import EncryptionConfiguration, EncryptionType, FrozenMap, ImageTagMutability, Tag

Value_co = TypeVar("Value_co", covariant=True)


WITH_EXCLUSION: Final = (
    ImageTagMutability.MUTABLE_WITH_EXCLUSION,
    ImageTagMutability.IMMUTABLE_WITH_EXCLUSION,
)
"""The service takes these together with their exclusion filters."""


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
    """The result of an `ensure_...` function."""

    value: Value_co | None
    """The resource, or the policy; None if it does not exist, after a dry run."""

    status: EnsureStatus
    """What was done, or would be done in a dry run."""

    differences: tuple[str, ...] = ()
    """The settings that differed and were changed, by name; all that were asked for if it was
    missing."""

    unfixable: tuple[str, ...] = ()
    """The settings that differ and can't be changed, as sentences. Nothing is created anew."""


def is_same_encryption(
    known: EncryptionConfiguration | None, asked: EncryptionConfiguration
) -> bool:
    """Return whether an encryption is the one that was asked for.

    The service completes keys: it returns an ARN where an id was sent, and a key where none was.
    What an alias stands for is not known here.
    """
    known = known or EncryptionConfiguration(encryption_type=EncryptionType.AES256)
    key = asked.kms_key
    return asked.encryption_type == known.encryption_type and (
        not key or "alias/" in key or f"/{known.kms_key}".endswith(f"/{key}")
    )


def tags_by_key(tags: Mapping[str, str] | Sequence[Tag] | None) -> Mapping[str, str] | None:
    """Return tags as the client's methods take them, by key. What are no tags stays as it is."""
    if isinstance(tags, Mapping):
        return FrozenMap(tags)
    if isinstance(tags, list | tuple) and all(isinstance(tag, Tag) for tag in tags):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers may be untyped
        return FrozenMap({tag.key: tag.value for tag in tags})
    return cast("None", tags)
