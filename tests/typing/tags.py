"""What the methods for tags take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    EcrClient,
    Tag,
)


def tag_resource(ecr: EcrClient) -> None:
    assert_type(ecr.tag_resource("arn", {"team": "payments"}), None)
    assert_type(ecr.tag_resource(resource_arn="arn", tags={"team": "payments"}), None)


def untag_resource(ecr: EcrClient) -> None:
    assert_type(ecr.untag_resource("arn", ["tag_key"]), None)
    assert_type(ecr.untag_resource(resource_arn="arn", tag_keys=["tag_key"]), None)


def list_tags_for_resource(ecr: EcrClient) -> None:
    assert_type(ecr.list_tags_for_resource("arn"), tuple[Tag, ...])
    assert_type(ecr.list_tags_for_resource(resource_arn="arn"), tuple[Tag, ...])
