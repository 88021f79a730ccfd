"""What a lifecycle policy decides locally: as AWS's examples say, and as the service previews."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from ecr_typed import (
    EcrRequestError,
    ImageDetail,
)
from ecr_typed.documents import LifecyclePolicy, LifecycleRule
from tests.support.untyped import untyped

from .indexes import index_of
from .strategies import Plain

NOW = datetime(2026, 6, 1, tzinfo=UTC)
EXPIRE = {"type": "expire"}
ARCHIVE = {"type": "transition", "targetStorageClass": "archive"}


def image(name: str, tags: str = "", *, pushed: float, **members: Any) -> ImageDetail:
    """An image that was pushed so many days ago."""
    return ImageDetail(
        registry_id="123456789012",
        repository_name="app",
        image_digest=name,
        image_pushed_at=ago(pushed),
        image_tags=tuple(tags.split()) or None,
        **members,
    )


def ago(days: float) -> datetime:
    """The time so many days ago."""
    return NOW - timedelta(days=days)


def rule(priority: int, action: Plain = EXPIRE, **selection: Any) -> Plain:
    """A rule as it stands in a text."""
    return {"rulePriority": priority, "selection": selection, "action": action}


def decided(images: Sequence[ImageDetail], *rules: Plain) -> dict[str, int | None]:
    """The priority of the rule that takes an image, by the image's name."""
    policy = LifecyclePolicy.from_text(json.dumps({"rules": rules}))
    decisions = policy.decide(images, now=NOW)
    return {name: decision.rule.priority for name, decision in decisions.items()}


def tagged(*patterns: str) -> Plain:
    """The members of a selection by tags."""
    return {"tagStatus": "tagged", "tagPatternList": patterns}


ONE: Plain = {"countType": "imageCountMoreThan", "countNumber": 1}
UNTAGGED: Plain = {"tagStatus": "untagged"}
ANY: Plain = {"tagStatus": "any"}


def days(count_type: str, number: int, **members: Any) -> Plain:
    """The members of a selection that counts days."""
    return {"countType": count_type, "countUnit": "days", "countNumber": number, **members}


# The examples of the user guide:
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html
BETA_AND_PROD = [
    image("A", "beta-1 prod-1", pushed=10),
    image("B", "beta-2 prod-2", pushed=9),
    image("C", "beta-3", pushed=8),
]
ALPHA_AND_BETA = [
    image("A", "alpha-1", pushed=12),
    image("B", "beta-1", pushed=11),
    image("C", "alpha-2 beta-2", pushed=10),
    image("D", "alpha-3", pushed=4),
    image("E", "beta-3", pushed=3),
    image("F", "alpha-4 beta-4", pushed=2),
]
GAMMA = [
    image("A", "alpha-1 beta-1 gamma-1", pushed=10),
    image("B", "alpha-2 beta-2", pushed=9),
    image("C", "alpha-3 beta-3 gamma-2", pushed=8),
]
FOUR = [
    image("A", "alpha-1", pushed=4),
    image("B", "beta-1", pushed=3),
    image("C", pushed=2),
    image("D", "alpha-2", pushed=1),
]
FIVE = [
    image("A", "alpha-1 beta-1", pushed=4),
    image("B", pushed=3),
    image("C", "alpha-2", pushed=2),
    image("D", "git-hash", pushed=1),
    image("E", pushed=0.9),  # a day ago, too, but the newest of all
]


@pytest.mark.parametrize(
    ("images", "rules", "expected"),
    [
        pytest.param(
            BETA_AND_PROD,
            [rule(1, **tagged("prod*"), **ONE), rule(2, **tagged("beta*"), **ONE)],
            {"A": 1},
            id="multiple rules A",
        ),
        pytest.param(
            BETA_AND_PROD,
            [rule(1, **tagged("beta*"), **ONE), rule(2, **tagged("prod*"), **ONE)],
            {"A": 1, "B": 1},
            id="multiple rules B",
        ),
        pytest.param(
            ALPHA_AND_BETA,
            [rule(1, **tagged("alpha*", "beta*"), **days("sinceImagePushed", 5))],
            {"C": 1},
            id="multiple tags A",
        ),
        pytest.param(
            ALPHA_AND_BETA,
            [
                rule(
                    1,
                    tagStatus="tagged",
                    tagPrefixList=["alpha", "beta"],
                    **days("sinceImagePushed", 5),
                )
            ],
            {"C": 1},
            id="multiple tags A by prefix",
        ),
        pytest.param(
            GAMMA,
            [rule(1, **tagged("alpha*", "beta*"), **ONE)],
            {"A": 1, "B": 1},
            id="multiple tags B",
        ),
        pytest.param(FOUR, [rule(1, **ANY, **ONE)], {"A": 1, "B": 1, "C": 1}, id="all images A"),
        pytest.param(
            FIVE,
            [
                rule(1, **tagged("alpha*"), **ONE),
                rule(2, **UNTAGGED, **days("sinceImagePushed", 1)),
                rule(3, **ANY, **ONE),
            ],
            {"A": 1, "B": 2, "D": 3},
            id="all images B",
        ),
        pytest.param(
            [image("old", "prod-1", pushed=15), image("new", "prod-2", pushed=13)],
            [rule(1, **tagged("prod*"), **days("sinceImagePushed", 14))],
            {"old": 1},
            id="age",
        ),
        pytest.param(
            [image("A", pushed=3), image("B", pushed=2), image("C", "v1", pushed=4)],
            [rule(1, **UNTAGGED, **ONE)],
            {"A": 1},
            id="count",
        ),
        pytest.param(
            [
                image("unused", pushed=200, last_recorded_pull_time=ago(91)),
                image("used", pushed=200, last_recorded_pull_time=ago(89)),
                image("never", pushed=91),
                image(
                    "never in 1970",
                    pushed=91,
                    last_recorded_pull_time=datetime.fromtimestamp(0, UTC),
                ),
                image("new", pushed=89),
                image(
                    "restored",
                    pushed=200,
                    last_recorded_pull_time=ago(100),
                    last_activated_at=ago(9),
                ),
                image("restored long ago", pushed=300, last_activated_at=ago(95)),
            ],
            [rule(1, ARCHIVE, **ANY, **days("sinceImagePulled", 90))],
            {"unused": 1, "never": 1, "never in 1970": 1, "restored long ago": 1},
            id="last pull",
        ),
        pytest.param(
            [
                image("old", pushed=900, image_status="ARCHIVED", last_archived_at=ago(366)),
                image("new", pushed=900, image_status="ARCHIVED", last_archived_at=ago(364)),
                image("back", pushed=900, last_archived_at=ago(400), last_activated_at=ago(9)),
                image("going", pushed=900, image_status="ACTIVATING", last_archived_at=ago(400)),
                image("active", pushed=900),
            ],
            [
                rule(
                    1,
                    **ANY,
                    **days("sinceImageTransitioned", 365, storageClass="archive"),
                )
            ],
            {"old": 1},
            id="archive transition time",
        ),
        pytest.param(
            [
                image("old", pushed=31),
                image("new", pushed=29),
                image("archived", pushed=900, image_status="ARCHIVED", last_archived_at=ago(366)),
            ],
            [
                rule(1, ARCHIVE, **ANY, **days("sinceImagePushed", 30)),
                rule(2, **ANY, **days("sinceImageTransitioned", 365, storageClass="archive")),
            ],
            {"old": 1, "archived": 2},
            id="archive and expire",
        ),
    ],
)
def test_examples_of_the_user_guide(
    images: Sequence[ImageDetail], rules: Sequence[Plain], expected: dict[str, int]
) -> None:
    for order in (images, images[::-1]):
        found = decided(order, *rules)
        assert found == expected


def test_a_restored_image_counts_as_pushed_then() -> None:
    images = [image("restored", pushed=90, last_activated_at=ago(1)), image("next", pushed=2)]

    assert decided(images, rule(1, **ANY, **ONE)) == {"next": 1}


def test_decisions_come_by_rule_and_then_by_age() -> None:
    images = [image("A", pushed=1), image("B", "v1", pushed=2), image("C", pushed=3)]

    found = decided(
        images,
        rule(2, **ANY, **days("sinceImagePushed", 1)),
        rule(1, **UNTAGGED, countType="imageCountMoreThan", countNumber=1),
    )

    assert [*found.items()] == [("C", 1), ("B", 2)]


@pytest.mark.parametrize(
    ("pattern", "tags"),
    [
        ("v1", {"v1"}),
        ("v*", {"v1", "v1-rc", "v"}),
        ("*1", {"v1", "1"}),
        ("*1*", {"v1", "v1-rc", "1"}),
        ("v*rc", {"v1-rc"}),
        ("v*1*", {"v1", "v1-rc"}),
        ("*", {"v1", "v1-rc", "v", "1"}),
        ("v1*1", {*()}),
        ("1*1", {*()}),
    ],
)
def test_patterns_fit_whole_tags(pattern: str, tags: set[str]) -> None:
    images = [image(tag, tag, pushed=2) for tag in ("v1", "v1-rc", "v", "1")]

    found = decided(images, rule(1, **tagged(pattern), **days("sinceImagePushed", 1)))

    assert found.keys() == tags


def test_what_an_index_lists_stays_as_long_as_the_index() -> None:
    child = index_of("child")
    inner = index_of("inner", child)
    outer = index_of("outer", inner)
    indexes = [outer, inner, child]
    policy = LifecyclePolicy([LifecycleRule.expire_untagged(days=1)])
    images = [
        image(outer.digest, "v1", pushed=3),
        image(inner.digest, pushed=3),
        image(child.digest, pushed=3),
        image("alone", pushed=3),
    ]

    assert policy.decide(images, now=NOW).keys() == {inner.digest, child.digest, "alone"}
    assert policy.decide(images, indexes=indexes, now=NOW).keys() == {"alone"}
    everything = LifecyclePolicy([LifecycleRule.expire_older(days=1)])
    assert len(everything.decide(images, indexes=indexes, now=NOW)) == 4
    archived = image(outer.digest, "v1", pushed=3, image_status="ARCHIVED")
    assert len(policy.decide([archived, *images[1:]], indexes=indexes, now=NOW)) == 3


def test_an_artifact_goes_where_its_subject_goes() -> None:
    images = [
        image("A", "v1", pushed=3),
        image("signature", pushed=3, subject_manifest_digest="A"),
        image("signature of what is gone", pushed=3, subject_manifest_digest="B"),
    ]

    found = decided(images, rule(1, **ANY, **days("sinceImagePushed", 1)))

    assert found.keys() == {"A", "signature of what is gone"}


def test_a_decision_has_rule_and_action() -> None:
    policy = LifecyclePolicy([LifecycleRule.archive_unpulled(days=1)])

    (decision,) = policy.decide([image("A", pushed=3)], now=NOW).values()

    assert decision.rule == policy.rules[0]
    assert decision.action.type == "transition"
    assert decision.action.target_storage_class == "archive"


def test_the_default_is_now() -> None:
    policy = LifecyclePolicy([LifecycleRule.expire_older(days=1)])
    now = datetime.now(UTC)
    new, old = (
        attrs.evolve(image(name, pushed=0), image_pushed_at=now - timedelta(hours=hours))
        for name, hours in (("new", 23), ("old", 25))
    )

    assert policy.decide([new, old]).keys() == {"old"}
    assert len(policy.decide([new, old], now=now + timedelta(days=2))) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            json.dumps({"rules": [rule(1, **ANY, countType="sinceSigned", countNumber=1)]}),
            "rules[0] can't be evaluated. rules[0].selection.countType: 'sinceSigned' is none of",
        ),
        (
            json.dumps({"rules": [rule(1, **ANY, **ONE), {"rulePriority": 2}]}),
            "rules[1] can't be evaluated. rules[1].selection: missing; expected an object",
        ),
        ('{"rules": "none"}', "rules can't be evaluated. rules: expected an array, got 'none'"),
        (
            json.dumps({"rules": [rule(1, tagStatus="tagged", **ONE)]}),
            "rules[0] can't be evaluated. rules[0].selection: tagStatus 'tagged' requires",
        ),
        (
            json.dumps({"rules": [rule(1, **UNTAGGED, tagPatternList=["v*"], **ONE)]}),
            "rules[0].selection.tagPatternList: only allowed with tagStatus 'tagged'",
        ),
        (
            json.dumps({"rules": [rule(1, **ANY, **days("sinceImagePushed", 2, countUnit="h"))]}),
            "rules[0].selection.countUnit: 'h' is none of 'days'",
        ),
        (
            json.dumps({"rules": [rule(1, **ANY, **days("sinceImagePushed", 0))]}),
            "rules[0].selection.countNumber: expected at least 1, got 0",
        ),
        (
            json.dumps({"rules": [rule(1, **ANY, **days("sinceImageTransitioned", 90))]}),
            "rules[0].selection.storageClass: missing",
        ),
        (
            json.dumps({"rules": [rule(1, {"type": "transition"}, **ANY, **ONE)]}),
            "rules[0].action.targetStorageClass: missing",
        ),
    ],
)
def test_a_policy_that_cannot_be_evaluated_decides_nothing(text: str, why: str) -> None:
    with pytest.raises(EcrRequestError) as raised:
        LifecyclePolicy.from_text(text).decide([], now=NOW)

    assert why in str(raised.value)


def test_a_time_without_a_zone_is_refused() -> None:
    policy = LifecyclePolicy([LifecycleRule.keep_newest(1)])

    with pytest.raises(EcrRequestError, match="now: expected a datetime with a time zone"):
        policy.decide([], now=NOW.replace(tzinfo=None))


def test_no_image_is_as_old_as_time() -> None:
    for number in (10**6, 10**12):
        assert decided(FOUR, rule(1, **ANY, **days("sinceImagePushed", number))) == {}


def test_what_are_no_images_is_refused() -> None:
    policy = LifecyclePolicy([LifecycleRule.keep_newest(1)])

    with pytest.raises(EcrRequestError, match="images: expected a sequence of ImageDetail"):
        untyped(policy).decide(None)
    with pytest.raises(EcrRequestError, match=r"images\[0\]: expected an ImageDetail, got 'v1'"):
        untyped(policy).decide(["v1"])
    with pytest.raises(EcrRequestError, match=r"indexes\[0\]: expected an ImageIndex"):
        untyped(policy).decide([], indexes=["sha256:..."])
