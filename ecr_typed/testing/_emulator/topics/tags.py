"""Tags of repositories: add, remove, list, and what the service requires of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.texts import constraints, refusals

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Repository

MOST_TAGS = 50
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
_REPOSITORY_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):ecr:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":repository/(?P<name>.+)"
)


def tag_resource(call: Call) -> Response:
    """Add tags to a repository; a key that exists gets the new value."""
    repository = _repository(call)
    tags: list[dict[str, str]] = call.parameters["tags"]
    check_tags(tags)
    check_tag_count(repository.tags.keys() | {tag["Key"] for tag in tags})
    repository.add_tags(tags)
    return {}


def untag_resource(call: Call) -> Response:
    """Remove tags by key; keys that the repository does not have are ignored."""
    repository = _repository(call)
    for key in call.parameters["tagKeys"]:
        repository.tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call) -> Response:
    """List all tags of a repository."""
    tags = _repository(call).tags
    return {"tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


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
            raise invalid(f"{at}.Key", constraints.TAG_KEY_LENGTH(most=_LONGEST_KEY), code=code)
        if len(value) > _LONGEST_VALUE:
            raise invalid(
                f"{at}.Value", constraints.TAG_VALUE_LENGTH(most=_LONGEST_VALUE), code=code
            )
        if key.lower().startswith("aws:"):
            raise invalid(f"{at}.Key", constraints.RESERVED_TAG_KEY(), code=code)
        if key in seen:
            raise invalid(f"{at}.Key", constraints.REPEATED_TAG_KEY(), code=code)
        seen.add(key)


def check_tag_count(keys: Collection[object]) -> None:
    """Check how many tags a repository would have."""
    if len(keys) > MOST_TAGS:
        raise ServiceError(
            "TooManyTagsException",
            refusals.TOO_MANY_TAGS(most=MOST_TAGS, count=len(keys)),
        )


def _repository(call: Call) -> Repository:
    parts = _REPOSITORY_ARN.fullmatch(call.parameters["resourceArn"])
    if parts is None:
        raise invalid("resourceArn", constraints.INVALID_ARN())
    registry = call.registry_of(parts["account"])
    if (parts["partition"], parts["region"]) != (registry.partition, registry.region_name):
        raise invalid("resourceArn", constraints.INVALID_ARN())
    return registry.repository(parts["name"])
