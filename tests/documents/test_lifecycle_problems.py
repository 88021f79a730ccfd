"""What is known to be wrong with lifecycle policies, by place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from ecr_typed.documents import DocumentProblem, LifecyclePolicy, LifecycleRule

from .strategies import lifecycle_policies

EXPIRE = {"type": "expire"}
ARCHIVE = {"type": "transition", "targetStorageClass": "archive"}


def rule(priority: int = 1, **changes: Any) -> dict[str, Any]:
    """A rule that keeps one image; members of its selection are changed or, by ..., left out.

    `action` and `description` are the rule's own.
    """
    own: dict[str, Any] = {
        name: changes.pop(name) for name in ("action", "description") if name in changes
    }
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1, **changes}
    return {
        "rulePriority": priority,
        "selection": {name: value for name, value in selection.items() if value is not ...},
        "action": EXPIRE,
        **own,
    }


def days(count_type: str, number: int, **changes: Any) -> dict[str, Any]:
    """The members of a selection that counts days."""
    return {"countType": count_type, "countUnit": "days", "countNumber": number, **changes}


def tagged(*patterns: str) -> dict[str, Any]:
    """The members of a selection by tags."""
    return {"tagStatus": "tagged", "tagPatternList": list(patterns)}


def problems_of(*rules: object) -> list[str]:
    """What is wrong with a policy of rules."""
    return [*map(str, LifecyclePolicy.from_text(json.dumps({"rules": rules})).problems())]


def test_a_problem_has_its_place_and_what_was_meant() -> None:
    policy = LifecyclePolicy.from_text(
        json.dumps({"rules": [rule(1, **tagged("v*")), rule(2, countType="sinceImagePush")]})
    )

    (problem,) = policy.problems()

    assert problem == DocumentProblem(
        "rules[1].selection.countType",
        "'sinceImagePush' is none of 'imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', "
        "'sinceImageTransitioned'; did you mean 'sinceImagePushed'?",
    )
    assert str(problem) == f"{problem.place}: {problem.message}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"countUnit": None}, "rules[0].selection.countUnit: expected text, got null: leave out"),
        ({"tagStatus": ...}, "rules[0].selection.tagStatus: missing; expected text"),
        ({"tagStatus": "Any"}, "tagStatus: 'Any' is none of 'tagged', 'untagged', 'any'; did you"),
        ({"countNumber": "1"}, "countNumber: expected a whole number, got '1'"),
        ({"countNumber": True}, "countNumber: expected a whole number, got True"),
        ({"countNumber": 1.5}, "countNumber: expected a whole number, got 1.5"),
        ({"countNumber": 0}, "countNumber: expected at least 1, got 0"),
        ({"countunit": 1}, "countunit: unknown member; did you mean 'countUnit'?"),
        ({"newest": 1}, "rules[0].selection.newest: unknown member"),
        ({"countUnit": "days"}, "countUnit: not allowed with countType 'imageCountMoreThan'"),
        (days("sinceImagePushed", 1, countUnit=...), "countUnit: missing; countType"),
        (days("sinceImagePushed", 1, countUnit="day"), "countUnit: 'day' is none of 'days'; did"),
        (
            days("sinceImagePushed", 1, storageClass="archive"),
            "storageClass: countType 'sinceImagePushed' requires",
        ),
        (
            {"storageClass": "cold"},
            "countType 'imageCountMoreThan' requires 'standard', got 'cold'",
        ),
        (days("sinceImageTransitioned", 90), "storageClass: missing; countType"),
        (
            days("sinceImageTransitioned", 90, storageClass="standard"),
            "requires 'archive', got 'standard'",
        ),
        (
            days("sinceImageTransitioned", 9, storageClass="archive"),
            "countNumber: expected at least 90, got 9",
        ),
        ({"tagStatus": "tagged"}, "selection: tagStatus 'tagged' requires tagPatternList"),
        ({"tagPatternList": ["v*"]}, "tagPatternList: only allowed with tagStatus 'tagged'"),
        (
            {**tagged("v*"), "tagPrefixList": ["v"]},
            "selection: use tagPatternList or tagPrefixList, not",
        ),
        ({**tagged(), "tagPatternList": []}, "tagPatternList: expected at least 1 text, got none"),
        (tagged(""), "rules[0].selection.tagPatternList[0]: the text is empty"),
        (tagged("a", "*1*2*3*4*"), "tagPatternList[1]: '*1*2*3*4*' has more than 4 wildcards"),
        ({**tagged(), "tagPatternList": "v"}, "tagPatternList: expected an array, got 'v'"),
        ({**tagged(), "tagPatternList": [1]}, "tagPatternList[0]: expected text, got 1"),
        ({"action": {}}, "rules[0].action.type: missing; expected text"),
        ({"action": {"type": "delete"}}, "type: 'delete' is none of 'expire', 'transition'"),
        ({"action": {"type": "transition"}}, "targetStorageClass: missing; 'transition' requires"),
        ({"action": {**ARCHIVE, **EXPIRE}}, "targetStorageClass: not allowed with 'expire'"),
        (
            {"action": {**ARCHIVE, "targetStorageClass": "glacier"}},
            "'glacier' is none of 'archive'",
        ),
        ({"action": "expire"}, "rules[0].action: expected an object, got 'expire'"),
        ({"description": 5}, "rules[0].description: expected text, got 5"),
        (
            days("sinceImagePulled", 9),
            "rules[0].action.type: 'expire' is not allowed with countType",
        ),
        (
            {**days("sinceImageTransitioned", 90, storageClass="archive"), "action": ARCHIVE},
            "rules[0].action.type: 'transition' is not allowed with",
        ),
    ],
)
def test_what_is_wrong_in_a_rule_is_named_and_refused(
    changes: dict[str, Any], expected: str
) -> None:
    (problem,) = problems_of(rule(**changes))

    assert expected in problem


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], "rules: expected at least 1 rule, got none"),
        ([7], "rules[0]: expected an object, got 7"),
        ([rule(0)], "rules[0].rulePriority: expected at least 1, got 0"),
        (
            [rule(1, **tagged("a")), rule(1, **tagged("b"))],
            "rules[1].rulePriority: 1 is also the priority of rules[0]",
        ),
        (
            [rule(5), rule(7, tagStatus="untagged")],
            "rules[0].rulePriority: a rule with tagStatus 'any' must come last, but 5 is lower than 7",
        ),
        (
            [rule(1, tagStatus="untagged"), rule(2, tagStatus="untagged", countNumber=9)],
            "rules[1].selection: rules[0] already selects untagged images",
        ),
        (
            [rule(1, **tagged("a", "b")), rule(2, **tagged("b", "a"), countNumber=9)],
            "rules[1].selection: rules[0] already selects these tags",
        ),
        (
            [rule(n, **tagged(f"{n}-*")) for n in range(1, 52)],
            "rules: expected at most 50 rules, got 51",
        ),
    ],
)
def test_what_is_wrong_between_rules_is_named(rules: list[Any], expected: str) -> None:
    assert [problem for problem in problems_of(*rules) if expected in problem]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "rules: expected at least 1 rule, got none"),
        ('{"rules": {}}', "rules: expected an array, got {}"),
        ('{"rules": null}', "rules: expected an array, got null: leave out members"),
        ('{"Rules": []}', "Rules: unknown member; did you mean 'rules'?"),
        ('{"rules": []}', "expected 100 to 30,720 characters, got 12"),
    ],
)
def test_what_is_wrong_with_the_document_is_named(text: str, expected: str) -> None:
    found = [str(problem) for problem in LifecyclePolicy.from_text(text).problems()]

    assert [problem for problem in found if problem.startswith(expected)]


def test_a_text_that_is_too_long_is_named() -> None:
    policy = LifecyclePolicy.from_text(json.dumps({"rules": [rule(description="x" * 30_720)]}))

    (problem,) = policy.problems()

    assert problem.place == ""
    assert problem.message.startswith("expected 100 to 30,720 characters, got 30,")


def test_a_rule_that_expires_by_pull_time_says_what_to_do() -> None:
    (problem,) = LifecyclePolicy([LifecycleRule.expire_unpulled(days=9)]).problems()

    assert "archive the images with 'transition'" in problem.message


def test_a_rule_for_any_is_the_last_of_its_storage_class() -> None:
    archived = days("sinceImageTransitioned", 90, storageClass="archive")

    assert problems_of(rule(1), rule(2, **archived)) == []
    assert problems_of(rule(2), rule(1, **archived)) == []


@given(lifecycle_policies())
def test_a_good_policy_has_no_problems(document: dict[str, Any]) -> None:
    assert LifecyclePolicy.from_text(json.dumps(document)).problems() == ()
