"""Lifecycle policies: made from rules, read, written and compared."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import EcrRequestError, FrozenMap
from ecr_typed.documents import (
    LifecycleAction,
    LifecyclePolicy,
    LifecycleRule,
    LifecycleSelection,
)

from .strategies import damaged, lifecycle_policies, shuffled

EXPIRE = {"type": "expire"}


def rule_of(rule: LifecycleRule) -> Any:
    """The rule as it stands in the text of a policy."""
    return json.loads(str(LifecyclePolicy([rule])))["rules"][0]


@pytest.mark.parametrize(
    ("rule", "selection", "action"),
    [
        (
            LifecycleRule.keep_newest(50),
            {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50},
            EXPIRE,
        ),
        (
            LifecycleRule.keep_newest(5, tags=["prod*", "v*"]),
            {
                "tagStatus": "tagged",
                "tagPatternList": ["prod*", "v*"],
                "countType": "imageCountMoreThan",
                "countNumber": 5,
            },
            EXPIRE,
        ),
        (
            LifecycleRule.expire_untagged(days=7),
            {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 7,
            },
            EXPIRE,
        ),
        (
            LifecycleRule.expire_older(days=30, tags=("dev*",)),
            {
                "tagStatus": "tagged",
                "tagPatternList": ["dev*"],
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 30,
            },
            EXPIRE,
        ),
        (
            LifecycleRule.expire_unpulled(days=90),
            {
                "tagStatus": "any",
                "countType": "sinceImagePulled",
                "countUnit": "days",
                "countNumber": 90,
            },
            EXPIRE,
        ),
        (
            LifecycleRule.archive_unpulled(days=90),
            {
                "tagStatus": "any",
                "countType": "sinceImagePulled",
                "countUnit": "days",
                "countNumber": 90,
            },
            {"type": "transition", "targetStorageClass": "archive"},
        ),
        (
            LifecycleRule.expire_archived(days=365),
            {
                "tagStatus": "any",
                "storageClass": "archive",
                "countType": "sinceImageTransitioned",
                "countUnit": "days",
                "countNumber": 365,
            },
            EXPIRE,
        ),
        (
            LifecycleRule.protect(tags=["release-*"]),
            {
                "tagStatus": "tagged",
                "tagPatternList": ["release-*"],
                "countType": "imageCountMoreThan",
                "countNumber": 1_000_000,
            },
            EXPIRE,
        ),
    ],
)
def test_makers_write_the_rules_that_they_name(
    rule: LifecycleRule, selection: object, action: object
) -> None:
    assert rule_of(rule) == {"rulePriority": 1, "selection": selection, "action": action}


def test_priorities_are_assigned_in_order_and_rules_for_any_come_last() -> None:
    newest = LifecycleRule.keep_newest(50)
    archived = LifecycleRule.expire_archived(days=90)
    tagged = [LifecycleRule.keep_newest(5, tags=[tag]) for tag in "abc"]
    first, second, third = tagged

    policy = LifecyclePolicy([newest, first, archived, second, third])

    assert [rule.priority for rule in policy.rules] == [1, 2, 3, 4, 5]
    assert [rule.selection for rule in policy.rules] == [
        rule.selection for rule in (first, second, third, newest, archived)
    ]


def test_priorities_that_are_given_stay() -> None:
    tagged = [LifecycleRule.keep_newest(5, tags=[tag]) for tag in "abcd"]
    tagged[1] = attrs.evolve(tagged[1], priority=10)
    tagged[3] = attrs.evolve(tagged[3], priority=2)

    policy = LifecyclePolicy([LifecycleRule.keep_newest(9), *tagged])

    assert [rule.priority for rule in policy.rules] == [1, 10, 11, 2, 12]


def test_what_is_no_sequence_of_rules_or_tags_is_refused() -> None:
    rule: Any = LifecycleRule.keep_newest(5)
    with pytest.raises(EcrRequestError, match="rules: expected a sequence of LifecycleRule"):
        LifecyclePolicy(rule)
    with pytest.raises(EcrRequestError, match=r"rules\[1\]: expected a LifecycleRule"):
        LifecyclePolicy([rule, {"rulePriority": 1}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]  # what untyped callers do
    with pytest.raises(EcrRequestError, match=r"tags: .*; use \['prod\*'\]"):
        LifecycleRule.keep_newest(5, tags="prod*")
    with pytest.raises(EcrRequestError, match="tags: expected at least 1 pattern"):
        LifecycleRule.protect(tags=[])


def test_a_text_has_typed_attributes() -> None:
    policy = LifecyclePolicy.from_text(
        '{"rules": [{"rulePriority": 3, "description": "old", "selection": {"tagStatus": "tagged",'
        '"tagPrefixList": ["v"], "countType": "sinceImagePushed", "countUnit": "days",'
        '"countNumber": 14}, "action": {"type": "expire"}}]}'
    )

    assert policy == LifecyclePolicy(
        [
            LifecycleRule(
                priority=3,
                description="old",
                selection=LifecycleSelection(
                    tag_status="tagged",
                    tag_prefix_list=["v"],
                    count_type="sinceImagePushed",
                    count_unit="days",
                    count_number=14,
                ),
                action=LifecycleAction(type="expire"),
            )
        ]
    )
    assert hash(policy) == hash(LifecyclePolicy.from_text(str(policy)))


def test_members_of_a_later_release_are_kept() -> None:
    text = (
        '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceSigned",'
        '"signer":{"names":["a"]}},"action":{"type":"move","to":[1]},"enabled":true}],"version":2}'
    )

    policy = LifecyclePolicy.from_text(text)

    assert json.loads(str(policy)) == json.loads(text)
    (rule,) = policy.rules
    assert policy.extra == {"version": 2}
    assert rule.extra == {"enabled": True}
    assert rule.selection.extra == {"signer": FrozenMap({"names": ("a",)})}


def test_what_is_missing_in_a_rule_is_empty() -> None:
    absent = LifecyclePolicy.from_text('{"rules":[{"rulePriority":1}]}')
    empty = LifecyclePolicy.from_text('{"rules":[{"rulePriority":1,"selection":{},"action":{}}]}')

    for policy in (absent, empty):
        assert policy.rules[0].selection == LifecycleSelection()
        assert policy.rules[0].action == LifecycleAction()
    assert str(absent) == '{"rules":[{"rulePriority":1}]}'
    assert str(empty) == '{"rules":[{"rulePriority":1,"selection":{},"action":{}}]}'


def test_a_text_without_priorities_gets_none() -> None:
    policy = LifecyclePolicy.from_text('{"rules": [{"action": {"type": "expire"}}]}')

    assert policy.rules[0].priority is None
    assert json.loads(str(policy)) == {"rules": [{"action": {"type": "expire"}}]}


@given(lifecycle_policies() | damaged(lifecycle_policies()))
def test_a_text_loses_nothing(document: dict[str, Any]) -> None:
    policy = LifecyclePolicy.from_text(json.dumps(document))

    assert json.loads(str(policy)) == {"rules": [], **document}
    assert LifecyclePolicy.from_text(str(policy)) == policy
    assert policy.is_same(str(policy))


@given(st.data(), lifecycle_policies())
def test_another_writing_is_the_same_policy(data: st.DataObject, document: dict[str, Any]) -> None:
    policy = LifecyclePolicy.from_text(json.dumps(document))
    other = data.draw(shuffled(document))
    other["rules"] = data.draw(st.permutations(other["rules"]))
    for rule in other["rules"]:
        if data.draw(st.booleans()):
            rule["selection"].setdefault("storageClass", "standard")
        for name in ("tagPatternList", "tagPrefixList"):
            rule["selection"].get(name, []).reverse()

    assert policy.is_same(json.dumps(other, indent=data.draw(st.integers(0, 4))))


@given(st.data(), lifecycle_policies())
def test_another_policy_is_not_the_same(data: st.DataObject, document: dict[str, Any]) -> None:
    policy = LifecyclePolicy.from_text(json.dumps(document))
    rule = data.draw(st.sampled_from(document["rules"]))
    change = data.draw(st.sampled_from(["priority", "number", "description", "action", "rule"]))
    match change:
        case "priority":
            rule["rulePriority"] += 1000
        case "number":
            rule["selection"]["countNumber"] += 1
        case "description":
            rule["description"] = rule.get("description", "") + "!"
        case "action":
            rule["action"] = {"type": "another"}
        case _:
            document["rules"].remove(rule)

    assert not policy.is_same(json.dumps(document))
