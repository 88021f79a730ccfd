"""Plans are applied on the emulator: what is there afterwards, and what each image's outcome is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecr_typed import (
    CallEvent,
    ClientClosedError,
    EcrClient,
    EcrRequestError,
    ImageDetail,
    ImageIdentifier,
    ImageStatus,
    Repository,
    RepositoryNotFoundException,
    RetryPolicy,
    TargetStorageClass,
)
from ecr_typed.jobs import (
    ImageGraph,
    Progress,
    Retention,
    RetentionAction,
    RetentionPlan,
    Status,
    apply_retention,
    each_repository,
    plan_retention,
    raise_failures,
    read_image_graph,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, RESET, THROTTLED, ErrorResponse, LateResponse
from tests.jobs.retention.releases import push_release, signature_of
from tests.support.untyped import untyped

ALL: dict[str, Any] = {"least_left": 0, "most_deleted": 1.0, "grace": timedelta()}


def digests(ecr: EcrClient) -> set[str]:
    return {image.image_digest for image in ecr.describe_images("team/app")}


def tags_of(ecr: EcrClient) -> set[str]:
    return {tag for image in ecr.describe_images("team/app") for tag in image.image_tags or ()}


def plan(ecr: EcrClient, **rules: Any) -> RetentionPlan:
    graph = read_image_graph(ecr, "team/app")
    return plan_retention(graph, Retention(**{**ALL, **rules}), now=datetime.now(UTC))


def statuses(outcomes: Any) -> Counter[Status]:
    return Counter(outcome.status for outcome in outcomes)


@pytest.mark.parametrize("name", ["v1", "v2"])
def test_what_is_there_afterwards_is_what_the_plan_keeps(
    ecr: EcrClient, push: Callable[..., ImageDetail], name: str
) -> None:
    push_release(push, "v1")
    push_release(push, "v2")
    push()
    push("dev")
    made = plan(ecr, keep_tags=name)

    outcomes = list(apply_retention(ecr, made, dry_run=False))

    assert statuses(outcomes) == {Status.DONE: 9}
    assert [outcome.item for outcome in outcomes] == list(made.remove)
    assert digests(ecr) == {decision.digest for decision in made.keep}
    assert statuses(apply_retention(ecr, made, dry_run=False)) == {Status.DONE: 9}
    assert plan(ecr, keep_tags=name).remove == ()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_random_repositories_end_as_planned(
    ecr: EcrClient, emulator: EcrEmulator, data: st.DataObject
) -> None:
    emulator.reset()
    ecr.create_repository("team/app")
    pushed: list[ImageDetail] = []
    for number in range(data.draw(st.integers(1, 10))):
        some: st.SearchStrategy[ImageDetail] = st.sampled_from(pushed) if pushed else st.nothing()
        children = data.draw(st.lists(some, max_size=2)) if pushed else []
        tags: list[str] = data.draw(st.sampled_from([[], [f"v{number}"], [f"dev-{number}"]]))
        is_signature: bool = data.draw(st.booleans())
        if pushed and is_signature:
            tags = [*tags, signature_of(data.draw(some), f"{'sig' if number % 2 else 'att'}")]
        subject = data.draw(st.none() | some)
        pushed_at = datetime.now(UTC) - timedelta(days=data.draw(st.integers(2, 30)))
        try:
            pushed.append(
                emulator.push_image(
                    "team/app", tags=tags, children=children, subject=subject, pushed_at=pushed_at
                )
            )
        except ValueError:
            continue
    made = plan(ecr, keep_newest=data.draw(st.integers(0, 2)), keep_tags="dev-1")
    raise_failures(apply_retention(ecr, made, dry_run=False))
    assert digests(ecr) == {decision.digest for decision in made.keep}


def test_a_dry_run_sends_nothing(ecr: EcrClient, push: Callable[..., ImageDetail]) -> None:
    push("v1")
    push("v2")
    push()
    made = plan(ecr, keep_newest=1)
    events: list[CallEvent] = []
    watched = ecr.with_options(on_call=events.append)
    assert statuses(apply_retention(watched, made)) == {Status.PLANNED: 2}
    assert events == []


def test_progress_is_told_after_each_image(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    push("v1")
    push("v2")
    push()
    made = plan(ecr, keep_newest=1)
    seen: list[Progress] = []
    raise_failures(apply_retention(ecr, made, dry_run=False, on_progress=seen.append))
    assert [(each.done, each.total, each.item) for each in seen] == [
        (1, 2, made.remove[0]),
        (2, 2, made.remove[1]),
    ]


def move(ecr: EcrClient, image: ImageDetail, tag: str) -> None:
    """Give an image a tag."""
    response = ecr.batch_get_image("team/app", [ImageIdentifier(image_digest=image.image_digest)])
    (read,) = list(response.images or ())
    ecr.put_image(
        "team/app",
        read.image_manifest,
        image_manifest_media_type=read.image_manifest_media_type,
        image_tag=tag,
    )


@pytest.mark.parametrize("when", ["before", "DescribeImages"])
def test_a_tag_added_since_the_plan_saves_an_image_and_what_it_needs(
    ecr: EcrClient, push: Callable[..., ImageDetail], when: str
) -> None:
    images = push_release(push, "v1")
    push("keep")
    made = plan(ecr, keep_tags="keep")
    assert len(made.remove) == 7
    looks: list[str] = []

    def tag_meanwhile(event: CallEvent) -> None:
        if event.operation_name == when and not looks:
            looks.append(when)
            move(ecr, images[3], "saved")

    if when == "before":
        move(ecr, images[3], "saved")
    watched = ecr.with_options(on_call=tag_meanwhile)
    outcomes = list(apply_retention(watched, made, dry_run=False))
    assert statuses(outcomes) == {Status.SKIPPED: 7}
    assert len(digests(ecr)) == 8
    assert "saved" in tags_of(ecr)


def test_an_untagged_image_is_looked_at_again(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    image = push()
    push("keep")
    made = plan(ecr, keep_tags="keep")
    move(ecr, image, "saved")
    assert statuses(apply_retention(ecr, made, dry_run=False)) == {Status.SKIPPED: 1}
    assert tags_of(ecr) == {"keep", "saved"}


@pytest.mark.parametrize("tags", [(), ("v1",)])
def test_an_image_that_was_pushed_again_is_not_the_one_that_was_planned(
    ecr: EcrClient, push: Callable[..., ImageDetail], tags: tuple[str, ...]
) -> None:
    """A plan waits for its review: what was deleted and came back since may be in use."""
    index = push(*tags, children=[push()])
    push("keep")
    made = plan(ecr, keep_tags="keep")
    named = [ImageIdentifier(image_digest=index.image_digest)]
    (read,) = ecr.batch_get_image("team/app", named).images
    ecr.batch_delete_image("team/app", named)
    ecr.put_image("team/app", read.image_manifest, image_tag=tags[0] if tags else None)

    assert statuses(apply_retention(ecr, made, dry_run=False)) == {Status.SKIPPED: 2}
    assert index.image_digest in digests(ecr)


def test_an_image_that_was_archived_or_restored_since_the_plan_is_left(
    emulator: EcrEmulator, ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    """Plans leave archived images alone, and whoever restores one wants to pull it."""
    named = ImageIdentifier(image_digest=push("v1").image_digest)
    push("keep")
    made = plan(ecr, keep_tags="keep")

    def is_skipped(action: RetentionAction = RetentionAction.DELETE) -> bool:
        outcomes = apply_retention(ecr, made, dry_run=False, action=action)
        return statuses(outcomes) == {Status.SKIPPED: 1}

    ecr.update_image_storage_class("team/app", named, TargetStorageClass.ARCHIVE)
    assert is_skipped()
    ecr.update_image_storage_class("team/app", named, TargetStorageClass.STANDARD)
    assert is_skipped()
    assert is_skipped(RetentionAction.ARCHIVE)
    emulator.clock.advance(timedelta(hours=1))
    (restored,) = ecr.describe_images("team/app", image_ids=[named])
    assert restored.image_status is ImageStatus.ACTIVE
    assert is_skipped()
    assert is_skipped(RetentionAction.ARCHIVE)


def test_an_image_that_lost_its_tag_meanwhile_is_deleted(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    old, new = push("latest"), push("keep")
    made = plan(ecr, keep_tags="keep")
    looks: list[str] = []

    def move_meanwhile(event: CallEvent) -> None:
        if event.operation_name == "DescribeImages" and not looks:
            looks.append("moved")
            move(ecr, new, "latest")

    watched = ecr.with_options(on_call=move_meanwhile)
    assert statuses(apply_retention(watched, made, dry_run=False)) == {Status.DONE: 1}
    assert tags_of(ecr) == {"keep", "latest"}
    assert old.image_digest not in digests(ecr)


def test_a_new_index_keeps_its_child_and_is_named(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    child = push("old")
    push("keep")
    made = plan(ecr, keep_tags="keep")
    index = push(children=[child])
    (outcome,) = apply_retention(ecr, made, dry_run=False)
    assert outcome.status is Status.FAILED
    assert "ImageReferencedByManifestList: Requested image" in str(outcome.error)
    assert index.image_digest in str(outcome.error)
    assert child.image_digest in digests(ecr)


def test_what_was_taken_out_of_the_plan_keeps_what_it_needs(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    images = push_release(push, "v1")
    push("keep")
    made = plan(ecr, keep_tags="keep")
    first, *others = made.remove
    assert first.digest == images[3].image_digest
    edited = attrs.evolve(made, remove=tuple(others))
    assert statuses(apply_retention(ecr, edited, dry_run=False)) == {Status.SKIPPED: 6}


def test_images_that_others_deleted_are_done(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    images = [push() for _ in range(9)]
    push("keep")
    made = plan(ecr, keep_tags="keep")
    gone = [ImageIdentifier(image_digest=image.image_digest) for image in images[::2]]
    ecr.batch_delete_image("team/app", gone)
    assert statuses(apply_retention(ecr, made, dry_run=False)) == {Status.DONE: 9}
    assert tags_of(ecr) == {"keep"}


def test_more_images_and_tags_than_a_request_takes(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    push(*(f"tag-{number}" for number in range(150)))
    for number in range(120):
        push(f"dev-{number}", f"also-{number}")
    push("keep")
    made = plan(ecr, keep_tags="keep")
    assert statuses(apply_retention(ecr, made, dry_run=False)) == {Status.DONE: 121}
    assert tags_of(ecr) == {"keep"}


FAULTS = {"dropped": DROPPED, "reset": RESET, "throttled": THROTTLED}


@pytest.mark.parametrize(
    ("fault", "attempts"),
    # The repetition of what was throttled would wait.
    [("dropped", 1), ("dropped", 2), ("reset", 1), ("throttled", 1)],
)
@pytest.mark.parametrize("action", list(RetentionAction))
def test_a_fault_in_any_request_changes_nothing_about_the_end(
    emulator: EcrEmulator, fault: str, attempts: int, action: RetentionAction
) -> None:
    is_over, k = False, 0
    with emulator.client(retry=RetryPolicy(max_attempts=attempts)) as ecr:
        while not is_over:
            emulator.reset()
            pushed_at = datetime.now(UTC) - timedelta(days=2)
            push = partial(emulator.push_image, "team/app", pushed_at=pushed_at)
            ecr.create_repository("team/app")
            child = push()
            push(tags=["v1"], children=[child])
            push(tags=[signature_of(child)])
            kept = push(tags=["keep"])
            made = plan(ecr, keep_tags="keep")
            if k:
                emulator.faults.inject(LateResponse(), times=k)
            emulator.faults.inject(FAULTS[fault])
            for _ in apply_retention(ecr, made, dry_run=False, action=action):
                pass
            is_over = emulator.faults.injected[-1].fault != FAULTS[fault]
            emulator.faults.clear()
            raise_failures(apply_retention(ecr, made, dry_run=False, action=action))
            assert digests(ecr) == {kept.image_digest}
            k += 1
    assert k >= 6


def test_archived_images_are_not_archived_again(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    push_release(push, "v1")
    push("v2")
    push("keep")
    made = plan(ecr, keep_tags="keep")
    archive = RetentionAction.ARCHIVE
    assert statuses(apply_retention(ecr, made, dry_run=False, action=archive)) == {Status.DONE: 8}
    again = apply_retention(ecr, made, dry_run=False, action=archive)
    assert statuses(again) == {Status.UNCHANGED: 8}
    assert tags_of(ecr) == {"keep"}
    graph = read_image_graph(ecr, "team/app")
    assert len(graph.images) == 9
    assert len(graph.unread) == 2
    assert plan(ecr, keep_tags="keep").remove == ()


def test_a_refusal_of_ecr_is_the_outcome_of_each_image(
    ecr: EcrClient, emulator: EcrEmulator, push: Callable[..., ImageDetail]
) -> None:
    push()
    push()
    push("keep")
    made = plan(ecr, keep_tags="keep")
    denied = ErrorResponse("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="BatchDeleteImage")
    outcomes = list(apply_retention(ecr, made, dry_run=False))
    assert statuses(outcomes) == {Status.FAILED: 2}
    assert "not yours" in str(outcomes[0].error)


def test_what_concerns_every_image_ends_the_job(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    push()
    push("keep")
    made = plan(ecr, keep_tags="keep")
    closed = ecr.with_options()
    closed.close()
    with pytest.raises(ClientClosedError):
        list(apply_retention(closed, made, dry_run=False))
    ecr.delete_repository("team/app", force=True)
    with pytest.raises(RepositoryNotFoundException):
        list(apply_retention(ecr, made, dry_run=False))
    with pytest.raises(RepositoryNotFoundException):
        read_image_graph(ecr, "team/app")


def test_wrong_arguments_are_refused_by_name(ecr: EcrClient) -> None:
    made = plan_retention(
        ImageGraph.of("team/app", []), Retention(keep_newest=1), now=datetime.now(UTC)
    )
    apply = untyped(apply_retention)
    with pytest.raises(EcrRequestError, match=r"(?s)plan: .*action: .*on_progress: "):
        apply(ecr, made.to_json(), action="DESTROY", on_progress=1)
    with pytest.raises(EcrRequestError, match="ecr: expected an EcrClient"):
        apply(None, made)


def test_closing_the_iterator_ends_the_job(
    ecr: EcrClient, push: Callable[..., ImageDetail]
) -> None:
    for _ in range(120):
        push()
    push("keep")
    made = plan(ecr, keep_tags="keep")
    job = apply_retention(ecr, made, dry_run=False)
    next(job)
    job.close()
    assert len(digests(ecr)) == 21


def test_many_repositories_are_cleaned(ecr: EcrClient, emulator: EcrEmulator) -> None:
    for number in range(3):
        ecr.create_repository(f"team/{number}")
        for days in range(2, 6):
            pushed_at = datetime.now(UTC) - timedelta(days=days)
            emulator.push_image(f"team/{number}", tags=[f"v{days}"], pushed_at=pushed_at)

    def clean(ecr: EcrClient, repository: Repository) -> int:
        graph = read_image_graph(ecr, repository.repository_name)
        made = plan_retention(graph, Retention(keep_newest=1), now=datetime.now(UTC))
        raise_failures(apply_retention(ecr, made, dry_run=False))
        return len(made.remove)

    assert [outcome.value for outcome in each_repository(clean, ecr)] == [3, 3, 3]
    assert [len(ecr.describe_images(f"team/{number}").to_list()) for number in range(3)] == [1] * 3
