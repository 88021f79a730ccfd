"""Cleaners at work while others clean, push and tag: nothing that is needed is lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

from ecr_typed import EcrClient, EcrError
from ecr_typed.documents import ImageIndex
from ecr_typed.jobs import (
    Outcome,
    Retention,
    RetentionPlan,
    Status,
    apply_retention,
    plan_retention,
    push_image,
    read_image_graph,
    read_manifest,
    tag_image,
)
from ecr_typed.testing import EcrEmulator

RETENTION = Retention(keep_newest=3, least_left=0, most_deleted=1.0, grace=timedelta())

Done = tuple[RetentionPlan, list[Outcome[Any, None]]]


def fill(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Push indexes of two images, each with a signature, and one image that all of them list."""
    ecr.create_repository("team/app")
    now = datetime.now(UTC)
    shared = emulator.push_image("team/app", pushed_at=now - timedelta(days=60))
    for days in range(2, 14):
        pushed_at = now - timedelta(days=days)
        children = [emulator.push_image("team/app", pushed_at=pushed_at) for _ in range(2)]
        index = emulator.push_image(
            "team/app", tags=[f"v{days}"], children=[*children, shared], pushed_at=pushed_at
        )
        emulator.push_image("team/app", subject=index, pushed_at=pushed_at)


def clean(ecr: EcrClient, begin: Barrier) -> Done:
    """Plan and clean, at the same time as others."""
    plan = plan_retention(read_image_graph(ecr, "team/app"), RETENTION, now=datetime.now(UTC))
    begin.wait(30)
    return plan, list(apply_retention(ecr, plan, dry_run=False))


def digests(ecr: EcrClient) -> set[str]:
    return {image.image_digest for image in ecr.describe_images("team/app")}


def test_two_cleaners_at_once_do_what_one_does(emulator: EcrEmulator, ecr: EcrClient) -> None:
    fill(emulator, ecr)
    begin = Barrier(2)
    with emulator.client() as other, ThreadPoolExecutor(2) as threads:
        found = [threads.submit(clean, client, begin) for client in (ecr, other)]
    for plan, outcomes in (each.result() for each in found):
        assert Counter(one.status for one in outcomes) == {Status.DONE: len(plan.remove)}
        assert digests(ecr) == {one.digest for one in plan.keep}


def test_pushes_and_tags_meanwhile_are_whole(emulator: EcrEmulator, ecr: EcrClient) -> None:
    fill(emulator, ecr)
    begin, is_over = Barrier(3), Event()

    def push(client: EcrClient) -> set[str]:
        """Tag images that are about to go, and push others, until the cleaners are done."""
        images = [image.image_digest for image in client.describe_images("team/app")]
        pushed: set[str] = set()
        begin.wait(30)
        for number, digest in enumerate(images):
            if is_over.is_set():
                break
            pushed.add(push_image(client, "team/app", {"number": number}, [b"layer"]))
            with suppress(EcrError):
                tag_image(client, "team/app", digest, f"saved-{number}")
        return pushed

    with emulator.client() as one, emulator.client() as other, ThreadPoolExecutor(3) as threads:
        pushing = threads.submit(push, ecr)
        cleaning = [threads.submit(clean, client, begin) for client in (one, other)]
        found = [each.result() for each in cleaning]
        is_over.set()
        pushed = pushing.result()

    left = digests(ecr)
    assert pushed <= left
    for plan, outcomes in found:
        assert {each.digest for each in plan.keep} <= left
        assert {each.status for each in outcomes} <= {Status.DONE, Status.SKIPPED, Status.FAILED}
        for outcome in outcomes:
            if outcome.status is Status.FAILED:
                assert "ImageReferencedByManifestList" in str(outcome.error)
    for digest in left:
        manifest = read_manifest(ecr, "team/app", digest)
        if isinstance(manifest, ImageIndex):
            assert {child.digest for child in manifest.manifests} <= left
