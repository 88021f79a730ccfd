"""What the service demands of resource tags; its model says nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_TAGS = 50
_LONGEST_KEY = 128
_LONGEST_VALUE = 256


def check_tags(
    tags: Sequence[dict[str, str]],
    *,
    member: str = "tags",
    code: str = "InvalidTagParameterException",
) -> None:
    """Check the tags of one request, each alone and against each other."""
    seen = set[str]()
    for position, tag in enumerate(tags, 1):
        key, value, at = tag["Key"], tag["Value"], f"{member}.{position}.member"
        if not 1 <= len(key) <= _LONGEST_KEY:
            raise breach(f"{at}.Key", f"must have length 1 to {_LONGEST_KEY}", code=code)
        if len(value) > _LONGEST_VALUE:
            raise breach(f"{at}.Value", f"must have length 0 to {_LONGEST_VALUE}", code=code)
        if key.lower().startswith("aws:"):
            raise breach(f"{at}.Key", "must not begin with 'aws:'", code=code)
        if key in seen:
            raise breach(f"{at}.Key", "must not occur twice", code=code)
        seen.add(key)


def check_tag_count(keys: Collection[object]) -> None:
    """Check how many tags a repository would have."""
    if len(keys) > MOST_TAGS:
        raise ServiceError(
            "TooManyTagsException",
            f"A repository can have {MOST_TAGS} tags, and would have {len(keys)}",
        )
