"""Tags of repositories: add, remove, list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import breach
from ecr_typed.testing._emulator.topics.tag_rules import check_tag_count, check_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend

_REPOSITORY_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):ecr:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":repository/(?P<name>.+)"
)


def tag_resource(call: Call) -> Answer:
    """Add tags to a repository; a key that it has already gets the new value."""
    registry, arn = _find(call)
    tags: list[dict[str, str]] = call.parameters["tags"]
    check_tags(tags)
    check_tag_count(registry.tagger.get_tag_dict_for_resource(arn).keys() | _keys(tags))
    registry.tagger.tag_resource(arn, tags)
    return {}


def untag_resource(call: Call) -> Answer:
    """Remove tags by key; keys that the repository doesn't have are passed over."""
    registry, arn = _find(call)
    registry.tagger.untag_resource_using_names(arn, call.parameters["tagKeys"])
    return {}


def list_tags_for_resource(call: Call) -> Answer:
    """List all tags of a repository."""
    registry, arn = _find(call)
    tags = registry.tagger.get_tag_dict_for_resource(arn)
    return {"tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _find(call: Call) -> tuple[EcrBackend, str]:
    arn: str = call.parameters["resourceArn"]
    parts = _REPOSITORY_ARN.fullmatch(arn)
    if parts is None:
        raise breach("resourceArn", "Invalid ARN")
    registry = call.registry_of(parts["account"])
    if (parts["partition"], parts["region"]) != (registry.partition, registry.region_name):
        raise breach("resourceArn", "Invalid ARN")
    return registry, registry.repository(parts["name"]).arn


def _keys(tags: list[dict[str, str]]) -> set[str]:
    return {tag["Key"] for tag in tags}


OPERATIONS: Mapping[str, Operation] = {
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
    "ListTagsForResource": list_tags_for_resource,
}
