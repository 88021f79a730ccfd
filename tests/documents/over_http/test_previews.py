"""What a lifecycle policy decides locally is what the service previews."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import (
    DescribeImagesFilter,
    EcrClient,
    ImageDetail,
    ImageIdentifier,
    ImageStatusFilter,
    ImageStorageClassUpdateNotSupportedException,
    RetryPolicy,
    TargetStorageClass,
)
from ecr_typed.documents import ImageIndex, LifecyclePolicy
from ecr_typed.testing import EcrEmulator
from tests.documents.indexes import index_of
from tests.documents.strategies import Plain, lifecycle_policies

NAMES = (f"app-{number}" for number in itertools.count())


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """What happens to a repository, a day at a time: pushes, pulls, archiving, restoring."""
    tags = st.lists(st.from_regex(r"[ab]{1,2}", fullmatch=True), max_size=2, unique=True)
    events: list[tuple[str, Any]] = [("push", draw(tags))]
    count = 1
    for _ in range(draw(st.sampled_from([0, 1, 4, 7, 10]))):
        kind = draw(st.sampled_from(["push", "push", "list", "pull", "archive", "restore", "wait"]))
        if kind in ("push", "list"):
            children = (
                draw(st.sets(st.integers(0, count - 1), max_size=2)) if kind == "list" else ()
            )
            events.append((kind, (draw(tags), children) if kind == "list" else draw(tags)))
            count += 1
        elif kind == "wait":
            events.append((kind, draw(st.sampled_from([1, 5, 95, 120]))))
        else:
            events.append((kind, draw(st.integers(0, count - 1))))
    return events


class Past:
    """A repository to which a history happens."""

    def __init__(self, emulator: EcrEmulator, ecr: EcrClient) -> None:
        self.emulator = emulator
        self.ecr = ecr
        self.name = next(NAMES)
        self.indexes: list[ImageIndex] = []
        ecr.create_repository(self.name)

    def happens(self, events: Sequence[tuple[str, Any]]) -> None:
        for kind, what in events:
            match kind:
                case "push":
                    self.push(what, ())
                case "list":
                    self.push(*what)
                case "wait":
                    self.emulator.clock.advance(timedelta(days=what))
                case _:
                    self.change(kind, what)
            self.emulator.clock.advance(timedelta(days=1))

    def push(self, tags: Sequence[str | None], children: Sequence[int]) -> None:
        listed = [self.indexes[child] for child in children]
        index = index_of(f"{self.name} {len(self.indexes)}", *listed)
        self.indexes.append(index)
        for tag in tags or (None,):
            self.ecr.put_image(self.name, index.text, image_tag=tag)

    def change(self, kind: str, number: int) -> None:
        digest = self.indexes[number].digest
        image_id = ImageIdentifier(image_digest=digest)
        (detail,) = [each for each in self.images() if each.image_digest == digest]
        if kind == "pull" and detail.image_status == "ACTIVE":
            self.ecr.batch_get_image(self.name, [image_id])
        moves = {"archive": TargetStorageClass.ARCHIVE, "restore": TargetStorageClass.STANDARD}
        is_due = detail.image_status == ("ACTIVE" if kind == "archive" else "ARCHIVED")
        if kind in moves and is_due:
            # What another index lists can't be moved.
            with contextlib.suppress(ImageStorageClassUpdateNotSupportedException):
                self.ecr.update_image_storage_class(self.name, image_id, moves[kind])

    def images(self) -> list[ImageDetail]:
        every = DescribeImagesFilter(image_status=ImageStatusFilter.ANY)
        return self.ecr.describe_images(self.name, filter=every).to_list()

    def preview(self, text: str) -> list[tuple[str, int | None, str]]:
        self.ecr.start_lifecycle_policy_preview(self.name, lifecycle_policy_text=text)
        self.emulator.clock.advance(timedelta(minutes=1))
        return [
            (
                str(each.image_digest),
                each.applied_rule_priority,
                str(each.action and each.action.type).lower(),
            )
            for each in self.ecr.get_lifecycle_policy_preview(self.name)
        ]


@given(history=histories(), document=lifecycle_policies())
def test_the_service_previews_what_is_decided_locally(
    emulator: EcrEmulator, history: list[tuple[str, Any]], document: Plain
) -> None:
    policy = LifecyclePolicy.from_text(json.dumps(document))
    with emulator.client(retry=RetryPolicy(max_attempts=1), account_id="222233334444") as ecr:
        past = Past(emulator, ecr)
        past.happens(history)
        # No age is a whole number of days.
        emulator.clock.advance(timedelta(hours=12))
        images, now = past.images(), emulator.clock.now()
        previewed = past.preview(str(policy))

    decisions = policy.decide(images, indexes=past.indexes, now=now)
    children = {each.digest: [one.digest for one in each.manifests] for each in past.indexes}
    assert policy.decide(images, indexes=children, now=now) == decisions

    assert [
        (digest, decision.rule.priority, decision.action.type)
        for digest, decision in decisions.items()
    ] == previewed
