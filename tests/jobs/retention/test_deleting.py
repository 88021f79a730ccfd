"""Named images are deleted, alone or with what only they need."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrError,
    EcrRequestError,
    ImageDetail,
    ImageIdentifier,
    RepositoryNotFoundException,
    RetryPolicy,
    TargetStorageClass,
)
from ecr_typed.jobs import Progress, Status, UnreadableIndexError, delete_images, raise_failures
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, RESET, THROTTLED, ErrorResponse, LateResponse
from tests.support.untyped import untyped


@pytest.fixture(autouse=True)
def repository(ecr: EcrClient) -> None:
    """Create the repository."""
    ecr.create_repository("team/app")


def push(emulator: EcrEmulator, *tags: str, **options: Any) -> ImageDetail:
    return emulator.push_image("team/app", tags=tags, **options)


def signature_tag(image: ImageDetail) -> str:
    return f"sha256-{image.image_digest.removeprefix('sha256:')}.sig"


def digests(ecr: EcrClient) -> set[str]:
    return {image.image_digest for image in ecr.describe_images("team/app")}


def statuses(outcomes: Any) -> Counter[Status]:
    return Counter(outcome.status for outcome in outcomes)


def by_id(digest: str) -> ImageIdentifier:
    return ImageIdentifier(image_digest=digest)


def test_images_are_named_by_digest_tag_or_both(ecr: EcrClient, emulator: EcrEmulator) -> None:
    first, second = push(emulator, "v1", "also"), push(emulator, "v2", "stays")
    third = push(emulator, "v3")
    both = ImageIdentifier(image_digest=third.image_digest, image_tag="v3")
    seen: list[Progress] = []
    outcomes = delete_images(
        ecr, "team/app", [first.image_digest, "v2", both], dry_run=False, on_progress=seen.append
    )
    assert [(outcome.item, outcome.status) for outcome in outcomes] == [
        (by_id(first.image_digest), Status.DONE),
        (ImageIdentifier(image_tag="v2"), Status.DONE),
        (both, Status.DONE),
    ]
    assert digests(ecr) == {second.image_digest}
    assert [(each.done, each.total) for each in seen] == [(1, 3), (2, 3), (3, 3)]


def test_a_listing_names_the_images(ecr: EcrClient, emulator: EcrEmulator) -> None:
    """What `list_images` gives can be passed on as it is."""
    for number in range(3):
        emulator.push_image("team/app", tags=[f"v{number}"])

    outcomes = list(delete_images(ecr, "team/app", ecr.list_images("team/app"), dry_run=False))

    assert [outcome.status for outcome in outcomes] == [Status.DONE] * 3
    assert ecr.list_images("team/app").to_list() == []


@pytest.mark.parametrize("with_children", [False, True])
def test_a_dry_run_sends_no_write(
    ecr: EcrClient, emulator: EcrEmulator, *, with_children: bool
) -> None:
    index = push(emulator, "v1", children=[push(emulator)])
    events: list[CallEvent] = []
    watched = ecr.with_options(on_call=events.append)
    outcomes = delete_images(watched, "team/app", [index.image_digest], with_children=with_children)
    assert statuses(outcomes) == {Status.PLANNED: 1 + with_children}
    assert {event.operation_name for event in events} <= {"DescribeImages", "BatchGetImage"}
    assert len(digests(ecr)) == 2


def test_children_may_be_given_before_their_indexes(ecr: EcrClient, emulator: EcrEmulator) -> None:
    child = push(emulator)
    inner = push(emulator, children=[child])
    outer = push(emulator, children=[inner])
    many = [push(emulator).image_digest for _ in range(120)]
    images = [child.image_digest, inner.image_digest, *many, outer.image_digest]
    assert statuses(delete_images(ecr, "team/app", images, dry_run=False)) == {Status.DONE: 123}
    assert digests(ecr) == set()
    # What is gone is done.
    assert statuses(delete_images(ecr, "team/app", images, dry_run=False)) == {Status.DONE: 123}


def test_a_child_that_an_index_lists_is_a_failure(ecr: EcrClient, emulator: EcrEmulator) -> None:
    child = push(emulator, "v1")
    index = push(emulator, children=[child])
    (outcome,) = delete_images(ecr, "team/app", ["v1"], dry_run=False)
    assert outcome.status is Status.FAILED
    assert "v1 was not deleted: ImageReferencedByManifestList" in str(outcome.error)
    assert index.image_digest in str(outcome.error)


def test_a_pair_that_names_no_image_is_a_failure(ecr: EcrClient, emulator: EcrEmulator) -> None:
    first, _ = push(emulator, "v1"), push(emulator, "v2")
    pair = ImageIdentifier(image_digest=first.image_digest, image_tag="v2")
    (outcome,) = delete_images(ecr, "team/app", [pair], dry_run=False)
    assert outcome.status is Status.FAILED
    assert len(digests(ecr)) == 2


def test_what_only_the_images_need_is_deleted_with_them(
    ecr: EcrClient, emulator: EcrEmulator
) -> None:
    shared, own, named = push(emulator), push(emulator), push(emulator, "v1-arm64")
    index = push(emulator, "v1", "latest", children=[shared, own, named])
    other = push(emulator, "v2", children=[shared])
    signature = push(emulator, signature_tag(index))
    sbom = push(emulator, subject=own)
    of_shared = push(emulator, subject=shared)
    seen: list[Progress] = []
    outcomes = list(
        delete_images(
            ecr,
            "team/app",
            [index.image_digest, "gone"],
            with_children=True,
            dry_run=False,
            on_progress=seen.append,
        )
    )
    assert {outcome.item for outcome in outcomes} == {
        ImageIdentifier(image_tag="gone"),
        *(by_id(each.image_digest) for each in (index, own, signature, sbom)),
    }
    assert statuses(outcomes) == {Status.DONE: 5}
    assert (seen[-1].done, seen[-1].total) == (5, 5)
    stays = (shared, named, other, of_shared)
    assert digests(ecr) == {each.image_digest for each in stays}


def test_a_tag_leaves_the_children_of_an_image_that_has_another(
    ecr: EcrClient, emulator: EcrEmulator
) -> None:
    index = push(emulator, "v1", "latest", children=[push(emulator)])
    outcomes = delete_images(ecr, "team/app", ["v1"], with_children=True, dry_run=False)
    assert statuses(outcomes) == {Status.DONE: 1}
    assert len(digests(ecr)) == 2
    both = delete_images(
        ecr, "team/app", ["latest", index.image_digest], with_children=True, dry_run=False
    )
    assert statuses(both) == {Status.DONE: 3}
    assert digests(ecr) == set()


def test_an_archived_index_is_not_deleted_with_children(
    ecr: EcrClient, emulator: EcrEmulator
) -> None:
    index = push(emulator, "v1", children=[push(emulator)])
    ecr.update_image_storage_class(
        "team/app", by_id(index.image_digest), TargetStorageClass.ARCHIVE
    )
    with pytest.raises(UnreadableIndexError, match="it is archived"):
        list(delete_images(ecr, "team/app", ["v1"], with_children=True, dry_run=False))


@pytest.mark.parametrize(
    ("fault", "attempts"),
    # The repetition of what was throttled would wait.
    [(DROPPED, 1), (DROPPED, 2), (RESET, 1), (THROTTLED, 1)],
    ids=["dropped", "dropped-repeated", "reset", "throttled"],
)
@pytest.mark.parametrize("with_children", [False, True])
def test_a_fault_in_any_request_changes_nothing_about_the_end(
    emulator: EcrEmulator, fault: Any, attempts: int, *, with_children: bool
) -> None:
    is_over, k = False, 0
    with emulator.client(retry=RetryPolicy(max_attempts=attempts)) as ecr:
        while not is_over:
            emulator.reset()
            ecr.create_repository("team/app")
            child = push(emulator)
            index = push(emulator, "v1", children=[child])
            kept = push(emulator, "keep")
            images = [child.image_digest, index.image_digest]
            if k:
                emulator.faults.inject(LateResponse(), times=k)
            emulator.faults.inject(fault)
            try:
                list(
                    delete_images(
                        ecr, "team/app", images, with_children=with_children, dry_run=False
                    )
                )
            except EcrError:
                assert with_children, "only reading the repository may end the job"
            is_over = emulator.faults.injected[-1].fault != fault
            emulator.faults.clear()
            raise_failures(
                delete_images(ecr, "team/app", images, with_children=with_children, dry_run=False)
            )
            assert digests(ecr) == {kept.image_digest}
            k += 1
    assert k >= 2


def test_an_error_is_the_outcome_of_each_image(ecr: EcrClient, emulator: EcrEmulator) -> None:
    push(emulator, "v1")
    denied = ErrorResponse("AccessDeniedException", "not yours")
    emulator.faults.inject(denied, operation_name="BatchDeleteImage")
    outcomes = list(delete_images(ecr, "team/app", ["v1", "v2"], dry_run=False))
    assert statuses(outcomes) == {Status.FAILED: 2}
    with pytest.raises(RepositoryNotFoundException):
        list(delete_images(ecr, "team/other", ["v1"], dry_run=False))


def test_wrong_arguments_are_refused_by_name(ecr: EcrClient) -> None:
    delete = untyped(delete_images)
    with pytest.raises(EcrRequestError, match=r"(?s)ecr: .*images: .*on_progress: "):
        delete(None, "team/app", "v1", on_progress=1)
    with pytest.raises(EcrRequestError, match=r"images\[1\]: expected an ImageIdentifier with"):
        list(delete(ecr, "team/app", ["v1", ImageIdentifier()]))
