"""Plans of retention: what is kept and what is removed."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecr_typed import EcrRequestError, ImageIdentifier, ImageStatus
from ecr_typed.jobs import (
    ImageGraph,
    Retention,
    RetentionPlan,
    RetentionRefusedError,
    plan_retention,
)
from tests.jobs.retention.graphs import NOW, digest_of, graphs, image, index_of
from tests.support.untyped import untyped

DAYS = st.integers(0, 40).map(lambda days: timedelta(days=days))


def branch(tag: str) -> str:
    return tag.partition("-")[0]


ANYTHING_GOES: dict[str, Any] = {"least_left": 0, "most_deleted": 1.0, "grace": timedelta()}


@st.composite
def retentions(draw: st.DrawFn) -> Retention:
    rules: dict[str, Any] = {
        "keep_newest": draw(st.none() | st.integers(0, 3)),
        "keep_tags": draw(st.sampled_from([(), ("v*",), ("dev-1",), ("sha256-*",)])),
        "pushed_within": draw(st.none() | DAYS),
        "group_by": draw(st.sampled_from([None, branch])),
    }
    assume(rules["keep_newest"] is not None or rules["keep_tags"] or rules["pushed_within"])
    return Retention(**rules, **ANYTHING_GOES)


def plan(graph: ImageGraph, **rules: Any) -> RetentionPlan:
    return plan_retention(graph, Retention(**{**ANYTHING_GOES, **rules}), now=NOW)


def kept(graph: ImageGraph, **rules: Any) -> set[str]:
    return {decision.digest for decision in plan(graph, **rules).keep}


A, B, C, D = (digest_of(name) for name in "abcd")


@given(graphs(), retentions())
def test_every_image_is_either_kept_or_removed(graph: ImageGraph, retention: Retention) -> None:
    made = plan_retention(graph, retention, now=NOW)
    digests = [decision.digest for decision in (*made.keep, *made.remove)]
    assert sorted(digests) == sorted(graph.images)


@given(graphs(), retentions())
def test_nothing_kept_loses_a_descendant_or_a_referrer(
    graph: ImageGraph, retention: Retention
) -> None:
    made = plan_retention(graph, retention, now=NOW)
    keep = {decision.digest for decision in made.keep}
    for digest in keep:
        assert keep.issuperset(graph.children.get(digest, ()))
        assert keep.issuperset(graph.referrers.get(digest, ()))
    assert graph.closure(keep) == keep


@given(graphs(), retentions())
def test_nothing_kept_refers_to_what_is_removed(graph: ImageGraph, retention: Retention) -> None:
    made = plan_retention(graph, retention, now=NOW)
    keep = {decision.digest for decision in made.keep}
    for digest in keep:
        if graph.images[digest].image_status is not ImageStatus.ARCHIVED:
            assert keep.issuperset(graph.subjects.get(digest, ()))


@given(graphs())
def test_no_wave_has_a_child_before_its_parent(graph: ImageGraph) -> None:
    waves = graph.waves(graph.images)
    wave_of = {digest: number for number, wave in enumerate(waves) for digest in wave}
    assert sorted(d for wave in waves for d in wave) == sorted(graph.images)
    for parent, children in graph.children.items():
        assert all(wave_of[parent] < wave_of[child] for child in children)


@given(graphs(), retentions())
def test_removals_come_after_what_they_wait_for(graph: ImageGraph, retention: Retention) -> None:
    made = plan_retention(graph, retention, now=NOW)
    done: set[str] = set()
    removed = {decision.digest for decision in made.remove}
    for decision in made.remove:
        assert done.issuperset(decision.after)
        assert removed.intersection(graph.parents.get(decision.digest, ())) <= {*decision.after}
        done.add(decision.digest)


@given(graphs(), retentions())
def test_a_plan_from_json_equals_the_plan(graph: ImageGraph, retention: Retention) -> None:
    made = plan_retention(graph, retention, now=NOW)
    assert RetentionPlan.from_json(made.to_json()) == made


@given(graphs(), retentions())
def test_a_plan_is_a_table_of_100_columns(graph: ImageGraph, retention: Retention) -> None:
    made = plan_retention(graph, retention, now=NOW)
    assert max(map(len, str(made).splitlines())) <= 100
    assert untyped(made)._repr_html_().count("<tr>") == len(made.keep) + len(made.remove) + 1


@given(graphs(least=1))
def test_a_closure_is_closed(graph: ImageGraph) -> None:
    for digest in graph.images:
        closure = graph.closure([digest])
        assert digest in closure
        assert graph.closure(closure) == closure


def test_the_newest_tagged_images_are_kept() -> None:
    images = [image(A, 3, "v3"), image(B, 4, "v2"), image(C, 5, "v1"), image(D, 2)]
    assert kept(ImageGraph.of("team/app", images), keep_newest=2) == {A, B}


def test_the_newest_are_counted_in_each_group() -> None:
    images = [image(A, 3, "main-2"), image(B, 4, "main-1"), image(C, 5, "dev-1")]
    graph = ImageGraph.of("team/app", images)
    assert kept(graph, keep_newest=1, group_by=branch) == {A, C}


def test_children_and_signatures_do_not_count_as_newest() -> None:
    index = index_of([A])
    signature = f"sha256-{A.removeprefix('sha256:')}.sig"
    images = [
        image(A, 3, "v1-amd64"),
        image(index.digest, 2, "v1"),
        image(B, 1, signature),
        image(C, 9, "v0"),
    ]
    made = plan(ImageGraph.of("team/app", images, [index]), keep_newest=1)
    reasons = {decision.digest: decision.reason for decision in made.keep}
    assert reasons == {
        index.digest: "among the newest 1",
        A: f"child of {index.digest[:19]}",
        B: f"refers to {A[:19]}",
    }
    assert [(one.digest, one.reason) for one in made.remove] == [(C, "no rule keeps it")]


def test_tagged_images_count_when_their_index_has_lost_its_tags() -> None:
    index = index_of([A, B])
    outer = index_of([index.digest], "outer")
    images = [image(A, 1, "b7-amd64"), image(B, 2, "b7-arm64"), image(C, 9, "b6")]
    untagged = [*images, image(index.digest, 1)]
    assert kept(ImageGraph.of("team/app", untagged, [index]), keep_newest=2) == {A, B}
    whole = [*untagged, image(outer.digest, 1, "b7")]
    graph = ImageGraph.of("team/app", whole, [index, outer])
    assert kept(graph, keep_newest=1) == {A, B, index.digest, outer.digest}


def test_limits_are_exact() -> None:
    graph = ImageGraph.of("team/app", [image(A, 3, "v1"), image(B, 4, "v2")])
    assert kept(graph, pushed_within=timedelta(days=3)) == {A}
    assert kept(graph, keep="v3", grace=timedelta(days=4)) == {A}
    # Clocks differ: an image may seem to come from the future.
    early = ImageGraph.of("team/app", [image(A, -0.5), image(B, 4)])
    assert kept(early, keep="v3") == {A}


@pytest.mark.parametrize("rule", ["pushed_within", "pulled_within", "grace"])
def test_a_time_may_be_longer_than_there_are_dates(rule: str) -> None:
    graph = ImageGraph.of("team/app", [image(A, 3, last_recorded_pull_time=NOW)])
    assert kept(graph, **{"keep": "v3", rule: timedelta.max}) == {A}


@pytest.mark.parametrize("removed", range(1, 100))
def test_most_deleted_is_exact(removed: int) -> None:
    images = [image(digest_of(str(number)), 9, f"v{number}") for number in range(100)]
    graph = ImageGraph.of("team/app", images)
    rule = Retention(keep_newest=100 - removed, most_deleted=removed / 100)
    assert len(plan_retention(graph, rule, now=NOW).remove) == removed
    stricter = attrs.evolve(rule, most_deleted=(removed - 1) / 100)
    with pytest.raises(RetentionRefusedError, match=f"removes {removed} of 100 images"):
        plan_retention(graph, stricter, now=NOW)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"keep_tags": "v*"}, {A}),
        ({"keep": B}, {B}),
        ({"keep": ["v1", ImageIdentifier(image_digest=C)]}, {A, C}),
        ({"pushed_within": timedelta(days=20)}, {B}),
        ({"pulled_within": timedelta(days=5)}, {C}),
        ({"keep": "nothing", "grace": timedelta(days=11)}, {B}),
    ],
)
def test_each_rule_keeps(rules: dict[str, Any], expected: set[str]) -> None:
    images = [
        image(A, 30, "v1", last_recorded_pull_time=datetime(1970, 1, 1, tzinfo=NOW.tzinfo)),
        image(B, 10),
        image(C, 30, "dev", last_recorded_pull_time=NOW - timedelta(days=4)),
    ]
    assert kept(ImageGraph.of("team/app", images), **rules) == expected


def test_what_a_kept_signature_refers_to_is_kept() -> None:
    images = [image(A, 30), image(B, 1, "v1", subject_manifest_digest=A)]
    assert kept(ImageGraph.of("team/app", images), keep_tags="v1") == {A, B}


def test_archived_images_are_left_alone() -> None:
    images = [image(A, 30, image_status=ImageStatus.ARCHIVED), image(B, 20, "v1"), image(C, 20)]
    graph = ImageGraph.of("team/app", images)
    assert kept(graph, keep_newest=1) == {A, B}
    # Of an archived index it is not known what it lists.
    unread = attrs.evolve(graph, unread=frozenset({A}))
    assert kept(unread, keep_newest=1) == {A, B}
    older = attrs.evolve(unread, images={**graph.images, C: image(C, 31)})
    assert kept(older, keep_newest=1) == {A, B, C}


def test_a_plan_that_leaves_too_little_is_refused() -> None:
    graph = ImageGraph.of("team/app", [image(A, 30, "v1"), image(B, 30)])
    with pytest.raises(RetentionRefusedError, match="leaves 0 images, and least_left is 1") as hit:
        plan_retention(graph, Retention(keep_tags="v2", most_deleted=1), now=NOW)
    assert len(hit.value.plan.remove) == 2
    with pytest.raises(RetentionRefusedError, match="removes 1 of 2 images, and most_deleted is"):
        plan_retention(graph, Retention(keep_newest=1, most_deleted=0.4), now=NOW)


def test_archived_images_do_not_make_up_for_what_is_removed() -> None:
    """A repository of which nothing can be pulled any more is empty, whatever its archive has."""
    archived = [image(f"sha256:{n:064}", 90, image_status=ImageStatus.ARCHIVED) for n in range(99)]
    graph = ImageGraph.of("team/app", [*archived, image(A, 30, "v1"), image(B, 30, "v2")])
    with pytest.raises(
        RetentionRefusedError, match=r"leaves 0 images, .* Archived images do not count$"
    ):
        plan_retention(graph, Retention(keep_tags="v3"), now=NOW)
    with pytest.raises(RetentionRefusedError, match="removes 1 of 2 images"):
        plan_retention(graph, Retention(keep_tags="v1", most_deleted=0.4), now=NOW)
    assert len(plan_retention(graph, Retention(keep_tags="v1"), now=NOW).remove) == 1


def test_an_empty_repository_is_no_mistake() -> None:
    made = plan_retention(ImageGraph.of("team/app", []), Retention(keep_newest=1), now=NOW)
    assert (made.keep, made.remove) == ((), ())
    assert str(made) == "team/app: 0 of 0 images are removed (0 B)"


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ({}, "Retention: expected one of keep_newest,"),
        ({"keep_newest": -1}, "keep_newest"),
        ({"keep_newest": True}, "keep_newest"),
        ({"keep_tags": [1]}, "keep_tags"),
        ({"keep": 7}, "keep"),
        ({"pushed_within": 30}, "pushed_within"),
        ({"keep_newest": 1, "grace": None}, "grace"),
        ({"keep_newest": 1, "least_left": None}, "least_left"),
        ({"keep_newest": 1, "most_deleted": 90}, "most_deleted: expected a number from 0 to 1"),
        ({"keep_newest": 1, "group_by": "branch"}, "group_by"),
    ],
)
def test_wrong_rules_are_refused_by_name(rules: dict[str, Any], named: str) -> None:
    with pytest.raises(EcrRequestError, match=named):
        Retention(**rules)


def test_a_time_without_a_timezone_is_refused() -> None:
    graph = ImageGraph.of("team/app", [])
    with pytest.raises(EcrRequestError, match="now: expected a timezone-aware datetime"):
        plan_retention(graph, Retention(keep_newest=1), now=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it can't be read: Expecting value"),
        ("[]", r"expected an object, got \[\]"),
        ("{}", "'version' is missing"),
        ("[" * 100_000, "it can't be read"),
        ('{"version": 2}', "version 2 is not known"),
        ('{"version": 1, "registryId": null, "keep": [{}], "remove": []}', "'digest' is missing"),
        (None, "got None$"),
        ({}, r"got \{\}$"),
    ],
)
def test_what_is_no_plan_is_refused(text: object, why: str) -> None:
    with pytest.raises(
        EcrRequestError, match="text: expected a plan that `to_json` wrote"
    ) as error:
        untyped(RetentionPlan.from_json)(text)
    assert re.search(why, str(error.value))


@pytest.mark.parametrize("digests", [A, 5, None])
def test_one_digest_is_not_taken_for_many(digests: object) -> None:
    """A text has letters, none of which names an image: the result would be empty."""
    graph = ImageGraph.of("team/app", [image(A, 3, "v1")])

    for find in (untyped(graph.closure), untyped(graph.waves)):
        with pytest.raises(EcrRequestError, match="digests: expected a list of digests"):
            find(digests)
    assert graph.closure([A]) == {A}


def test_a_graph_is_made_of_images_and_indexes() -> None:
    with pytest.raises(EcrRequestError, match=r"images\[0\]: expected an ImageDetail, got 'sha"):
        untyped(ImageGraph.of)("team/app", [A])
    with pytest.raises(EcrRequestError, match=r"indexes\[0\]: expected an ImageIndex"):
        untyped(ImageGraph.of)("team/app", [], [A])


@pytest.mark.parametrize("group", [["v"], ("v", [])])
def test_groups_are_hashable(group: Any) -> None:
    def group_by(_: str) -> Any:
        return group

    graph = ImageGraph.of("team/app", [image(A, 3, "v1")])
    with pytest.raises(EcrRequestError, match=r"group_by: .* is hashable, .*; not ") as error:
        plan(graph, keep_newest=1, group_by=group_by)
    assert str(error.value).endswith(repr(group))


def test_the_time_of_a_plan_has_a_timezone() -> None:
    """It is compared with the times of images when the plan is applied."""
    made = plan(ImageGraph.of("team/app", [image(A, 3, "v1"), image(B, 4)]), keep_newest=1)
    members = json.loads(made.to_json())
    members["plannedAt"] = "2026-01-02T03:04:05"
    with pytest.raises(EcrRequestError, match="planned_at: expected a timezone-aware datetime"):
        RetentionPlan.from_json(json.dumps(members))
    with pytest.raises(EcrRequestError, match="planned_at: expected a timezone-aware datetime"):
        attrs.evolve(made, planned_at=NOW.replace(tzinfo=None))


def test_an_image_has_one_entry() -> None:
    graph = ImageGraph.of("team/app", [image(A, 3, "v1"), image(B, 4)])
    members = json.loads(plan(graph, keep_newest=1).to_json())
    # Somebody who reviews the plan keeps an image, and forgets to delete its old entry.
    members["keep"] += members["remove"]
    with pytest.raises(EcrRequestError, match=f"{B} has two entries: delete one"):
        RetentionPlan.from_json(json.dumps(members))


def test_long_plans_are_shown_in_part() -> None:
    images = [image(digest_of(str(n)), 30 + n, f"{'release-' * 9}{n}") for n in range(1500)]
    made = plan(ImageGraph.of("team/" + "app" * 60, images), keep_newest=500)
    lines = str(made).splitlines()
    assert lines[-1] == "... and 480 more to keep."
    assert max(map(len, lines)) <= 100
    assert "<1,000 images>" in repr(made)
    assert "<1,500 images>" in repr(ImageGraph.of("team/app", images))
    assert "1,000 of 1,500 images are removed (1.0 MB)" in lines[0]
