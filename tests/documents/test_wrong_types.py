"""What can't be part of a document is refused where it is passed, by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ecr_typed import EcrRequestError
from ecr_typed.documents import (
    Descriptor,
    ImageConfig,
    LifecycleAction,
    LifecyclePolicy,
    LifecycleRule,
    LifecycleSelection,
    Platform,
    PolicyDocument,
    Statement,
    parse_manifest,
)
from tests.support.untyped import untyped

WEEK = timedelta(weeks=1)
DESCRIPTOR = {"media_type": "a/b", "digest": "sha256:0", "size": 1}
LINUX = {"os": "linux", "architecture": "amd64"}

ATTRIBUTES: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (LifecycleSelection, {"tag_status": 5}, "tag_status: expected text, or None, got 5"),
    (LifecycleSelection, {"count_number": "5"}, "count_number: expected a whole number, or None"),
    (LifecycleSelection, {"count_number": True}, "count_number: expected a whole number"),
    (LifecycleSelection, {"tag_pattern_list": "v*"}, r"tag_pattern_list: .*use \['v\*'\]"),
    (LifecycleSelection, {"tag_prefix_list": [b"v"]}, r"tag_prefix_list\[0\]: expected text"),
    (LifecycleSelection, {"tag_prefix_list": 5}, "tag_prefix_list: expected a sequence of texts"),
    (LifecycleAction, {"type": 5}, "type: expected text"),
    (LifecycleAction, {"extra": 5}, "extra: expected a mapping"),
    (LifecycleRule, {"selection": {"tagStatus": "any"}}, "selection: .* a LifecycleSelection"),
    (LifecycleRule, {"action": "expire"}, "action: expected a LifecycleAction"),
    (LifecycleRule, {"priority": "1"}, "priority: expected a whole number"),
    (LifecycleRule, {"description": 5}, "description: expected text"),
    (LifecycleRule, {"extra": {"a": [1, WEEK]}}, r"extra\['a'\]\[1\]: expected a JSON value"),
    (LifecycleRule, {"extra": {"a": float("nan")}}, "a JSON value, got nan"),
    (LifecycleRule, {"extra": {5: 1}}, "extra: expected names that are text, got 5"),
    (LifecycleRule.keep_newest, {"count": "5"}, "count: expected a whole number, got '5'"),
    (LifecycleRule.keep_newest, {"count": None}, "count: expected a whole number, got None"),
    (LifecycleRule.keep_newest, {"count": 1, "tags": 5}, "tags: expected a sequence of texts"),
    (LifecycleRule.keep_newest, {"count": 1, "tags": [5]}, r"tags\[0\]: expected text"),
    (LifecycleRule.expire_untagged, {"days": WEEK}, "days: expected a whole number"),
    (LifecycleRule.expire_older, {"days": WEEK}, "days: expected a whole number"),
    (LifecycleRule.archive_unpulled, {"days": 1.5}, "days: expected a whole number"),
    (LifecyclePolicy, {"rules": [], "extra": "x"}, "extra: expected a mapping"),
    (PolicyDocument, {"statements": [], "version": 2012}, "version: expected text"),
    (PolicyDocument, {"statements": [], "id": 5}, "id: expected text"),
    (PolicyDocument([]).with_statement, {"statement": "x"}, "statement: expected a Statement"),
    (Statement, {"sid": 5}, "sid: expected text"),
    (Statement, {"effect": True}, "effect: expected text"),
    (Statement, {"principal": ["*"]}, r"principal: expected '\*', or a mapping"),
    (Statement, {"not_principal": 5}, "not_principal: expected"),
    (Statement, {"principal": {"AWS": 111122223333}}, r"principal\['AWS'\]: expected a sequence"),
    (Statement, {"principal": {"AWS": [None]}}, r"principal\['AWS'\]\[0\]: expected text"),
    (Statement, {"action": 5}, "action: expected a sequence of texts"),
    (Statement, {"resource": [None]}, r"resource\[0\]: expected text"),
    (Statement, {"condition": "StringEquals"}, "condition: expected a mapping"),
    (Statement, {"condition": {"a": {"b": date(2024, 1, 1)}}}, r"condition\['a'\]\['b'\]: "),
    (Platform, {"os": None, "architecture": "amd64"}, "os: expected text"),
    (Platform, {**LINUX, "os_features": "win32k"}, "os_features: expected a sequence of texts"),
    (Descriptor, {**DESCRIPTOR, "size": "1"}, "size: expected a whole number"),
    (Descriptor, {**DESCRIPTOR, "platform": "linux"}, "platform: expected a Platform, or None"),
    (Descriptor, {**DESCRIPTOR, "annotations": ["a"]}, "annotations: expected a mapping of texts"),
    (Descriptor, {**DESCRIPTOR, "annotations": {"a": 1}}, r"annotations\['a'\]: expected text"),
    (parse_manifest, {"text": "{}", "media_type": 5}, "media_type: expected text, got 5"),
    (parse_manifest, {"text": '{"a": "\ud83d"}'}, "text: expected text that UTF-8 can encode"),
    (parse_manifest, {"text": b"{}"}, r"decode\(\) returns one"),
    (ImageConfig.from_text, {"text": '{"a": "\ud83d"}'}, "text that UTF-8 can encode"),
]


@pytest.mark.parametrize(
    ("make", "arguments", "message"), ATTRIBUTES, ids=[message for *_, message in ATTRIBUTES]
)
def test_wrong_types_are_refused_by_name(
    make: Callable[..., Any], arguments: dict[str, Any], message: str
) -> None:
    """They would fail later, where nobody sees what was wrong: as the text is written or sent."""
    with pytest.raises(EcrRequestError, match=message):
        make(**arguments)


@pytest.mark.parametrize("now", ["2024-06-01", date(2024, 6, 1), 1.7e9])
def test_what_is_no_time_with_a_zone_is_refused(now: object) -> None:
    """`decide` computes with the time."""
    policy = LifecyclePolicy([LifecycleRule.keep_newest(1)])

    with pytest.raises(EcrRequestError, match="now: expected a datetime with a time zone"):
        untyped(policy.decide)([], now=now)
    assert dict(policy.decide([], now=datetime(2024, 6, 1, tzinfo=UTC))) == {}
