"""Copying images between registries: whole, byte for byte, and nothing twice."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest

from ecr_typed import (
    CallEvent,
    CompleteLayerUploadResponse,
    EcrClient,
    EcrError,
    ExpiredTokenException,
    ImageDetail,
    ImageFailure,
    ImageFailureCode,
    ImageIdentifier,
    ImageNotFoundException,
    ImageTagAlreadyExistsException,
    ImageTagMutability,
    RepositoryNotFoundException,
    RetryPolicy,
    TargetStorageClass,
)
from ecr_typed.documents import Descriptor, Manifest, PolicyDocument, Statement
from ecr_typed.jobs import (
    CopyKind,
    CopyReport,
    JobFailedError,
    Progress,
    Registry,
    Status,
    UnexpectedTagError,
    copy_image,
    push_image,
    push_layer,
    raise_failures,
    read_blob,
    read_manifest,
    referrers,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, RESET, THROTTLED, ErrorResponse, Fault, LateResponse
from tests.support.layer_server import LayerServer

OTHER = "210987654321"
WRITES = {
    "PutImage",
    "InitiateLayerUpload",
    "UploadLayerPart",
    "CompleteLayerUpload",
    "CreateRepository",
}


@pytest.fixture
def told() -> list[CallEvent]:
    """What the target was asked."""
    return []


@pytest.fixture
def source(emulator: EcrEmulator) -> Iterator[EcrClient]:
    with emulator.client() as ecr:
        ecr.create_repository("team/app")
        yield ecr


@pytest.fixture
def target(emulator: EcrEmulator, told: list[CallEvent]) -> Iterator[EcrClient]:
    with emulator.client(region_name="eu-west-1", account_id=OTHER, on_call=told.append) as ecr:
        ecr.create_repository("copies/app")
        told.clear()
        yield ecr


@pytest.fixture
def index(emulator: EcrEmulator, source: EcrClient) -> ImageDetail:
    """Push an index of two platforms, with a signature, and an SBOM that is signed itself."""
    del source
    children = [
        emulator.push_image("team/app", platform=f"linux/{each}", tags=[each])
        for each in ("amd64", "arm64")
    ]
    index = emulator.push_image("team/app", tags=["v1"], children=children)
    emulator.push_image("team/app", subject=index, artifact_type="application/signature")
    sbom = emulator.push_image("team/app", subject=children[0], artifact_type="application/sbom")
    emulator.push_image("team/app", subject=sbom, artifact_type="application/signature")
    old = f"{index.image_digest.replace(':', '-')}.sig"
    emulator.push_image("team/app", tags=[old])
    return index


def state(ecr: EcrClient, repository_name: str) -> dict[str, tuple[str, ...]]:
    """Return the digests of all images, with their tags."""
    return {
        image.image_digest: tuple(sorted(image.image_tags or ()))
        for image in ecr.describe_images(repository_name)
    }


def count(told: list[CallEvent]) -> Counter[str]:
    return Counter(event.operation_name for event in told)


def statuses(report: CopyReport) -> Counter[tuple[CopyKind, Status]]:
    return Counter((one.item.kind, one.status) for one in report.outcomes)


def test_index_is_copied_with_all_that_belongs_to_it(
    source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    told: list[Progress] = []
    report = copy_image(source, "team/app", "v1", target, "copies/app", on_progress=told.append)
    raise_failures(report.outcomes)
    assert report.digest == index.image_digest

    found = state(target, "copies/app")
    expected = state(source, "team/app")
    # Its children had tags of their own, which nobody asked for.
    assert found == {
        digest: () if tags in {("amd64",), ("arm64",)} else tags
        for digest, tags in expected.items()
    }
    assert statuses(report)[CopyKind.IMAGE, Status.DONE] == len(expected) == 7
    for digest in expected:
        here = read_manifest(target, "copies/app", digest)
        there = read_manifest(source, "team/app", digest)
        assert (here.text, here.media_type) == (there.text, there.media_type)
    assert len(list(referrers(target, "copies/app", "v1"))) == 1
    assert told[-1].done == told[-1].total == len(report.outcomes)
    assert told[-1].bytes_done == report.bytes_copied > 0
    assert report.bytes_present == 0


def test_order_is_children_index_referrers_tag(
    source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    report = copy_image(source, "team/app", "v1", target, "copies/app")
    images = [one.item.digest for one in report.outcomes if one.item.kind is CopyKind.IMAGE]
    assert images.index(index.image_digest) == 2
    kinds = [one.item.kind for one in report.outcomes]
    assert kinds == sorted(kinds)  # in the order of their names, too
    assert report.outcomes[-1].item.tag == "v1"


def test_second_copy_sends_nothing_and_pulls_nothing(
    source: EcrClient, target: EcrClient, told: list[CallEvent], index: ImageDetail
) -> None:
    first = copy_image(source, "team/app", "v1", target, "copies/app")
    told.clear()
    again = copy_image(source, "team/app", index.image_digest, target, "copies/app", tags=["v1"])
    assert {one.status for one in again.outcomes} == {Status.UNCHANGED}
    assert (again.bytes_copied, again.bytes_present) == (0, first.bytes_copied)
    assert set(count(told)) == {"DescribeImages"}
    assert all(
        image.last_recorded_pull_time is None for image in target.describe_images("copies/app")
    )


def test_dry_run_sends_no_write(
    source: EcrClient, target: EcrClient, told: list[CallEvent], index: ImageDetail
) -> None:
    planned = copy_image(source, "team/app", "v1", target, "copies/app", dry_run=True)
    assert not count(told).keys() & WRITES
    assert {one.status for one in planned.outcomes} == {Status.PLANNED}
    done = copy_image(source, "team/app", "v1", target, "copies/app")
    assert planned.bytes_copied == done.bytes_copied
    assert {one.item for one in planned.outcomes} == {one.item for one in done.outcomes}
    assert planned.digest == index.image_digest


def test_referrers_are_left_out_if_they_are_not_wanted(
    source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    copy_image(source, "team/app", "v1", target, "copies/app", referrers=False, tags=[])
    found = state(target, "copies/app")
    assert len(found) == 3
    assert found[index.image_digest] == ()


def test_only_what_is_missing_is_sent(
    source: EcrClient, target: EcrClient, told: list[CallEvent]
) -> None:
    shared, own = b"shared" * 1000, b"own"
    push_image(source, "team/app", {"os": "linux"}, [shared, own], tags=["v1"])
    push_image(target, "copies/app", {"os": "windows"}, [shared])
    told.clear()
    report = copy_image(source, "team/app", "v1", target, "copies/app")
    assert report.bytes_present == len(shared)
    assert report.bytes_copied == len(own) + len('{"os":"linux"}')
    assert count(told)["CompleteLayerUpload"] == 2


def test_layer_of_several_parts_arrives_whole(source: EcrClient, target: EcrClient) -> None:
    content = bytes(range(256)) * 4096 * 23
    push_image(source, "team/app", None, [content], tags=["v1"])
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)
    manifest = read_manifest(target, "copies/app", "v1")
    assert isinstance(manifest, Manifest)
    copied = hashlib.sha256()
    for piece in read_blob(target, "copies/app", manifest.layers[0].digest):
        copied.update(piece)
    assert copied.digest() == hashlib.sha256(content).digest()


def test_tag_is_moved_only_with_overwrite(
    source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    theirs = push_image(target, "copies/app", None, [b"theirs"], tags=["v1"])
    report = copy_image(source, "team/app", "v1", target, "copies/app", overwrite=False)
    with pytest.raises(JobFailedError, match="overwrite=True") as caught:
        raise_failures(report.outcomes)
    assert isinstance(caught.value.exceptions[0], UnexpectedTagError)
    assert state(target, "copies/app")[theirs] == ("v1",)
    copy_image(source, "team/app", "v1", target, "copies/app", tags=["v2"], overwrite=False)
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)
    assert state(target, "copies/app")[index.image_digest] == ("v1", "v2")


def test_immutable_tag_that_names_the_image_is_unchanged(
    source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    target.put_image_tag_mutability("copies/app", ImageTagMutability.IMMUTABLE)
    for expected in (Status.DONE, Status.UNCHANGED):
        report = copy_image(source, "team/app", "v1", target, "copies/app")
        assert report.outcomes[-1].status is expected
    other = push_image(source, "team/app", None, [b"other"])
    moved = copy_image(source, "team/app", other, target, "copies/app", tags=["v1", "v2"])
    assert [one.status for one in moved.outcomes[-2:]] == [Status.FAILED, Status.DONE]
    assert "v1" in state(target, "copies/app")[index.image_digest]


def test_corrupted_blob_fails_with_what_needs_it(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    push_image(source, "team/app", None, [b"layer"], tags=["v1"])
    layers = LayerServer(b"wrong")
    with layers.serving():
        layers.answer(emulator, times=2)
        report = copy_image(source, "team/app", "v1", target, "copies/app")
    assert {one.status for one in report.outcomes} == {Status.FAILED}
    assert state(target, "copies/app") == {}
    assert "have the digest" in str(report.outcomes[0].error)
    assert "which failed" in str(report.outcomes[-1].error)
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)


def test_one_failure_leaves_the_rest(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    emulator.faults.inject(ErrorResponse("KmsException", "no grant"), operation_name="PutImage")
    report = copy_image(source, "team/app", "v1", target, "copies/app")
    failed = [one.item for one in report.outcomes if one.error is not None]
    # A child, its index, its referrers and the tags: the other child is there.
    assert failed[0].kind is CopyKind.IMAGE
    assert index.image_digest in {item.digest for item in failed}
    assert "v1" in {item.tag for item in failed}
    assert len(state(target, "copies/app")) > 1
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)
    assert len(state(target, "copies/app")) == 7


def test_what_is_not_there_ends_the_job(source: EcrClient, target: EcrClient) -> None:
    with pytest.raises(ImageNotFoundException):
        copy_image(source, "team/app", "v1", target, "copies/app")
    with pytest.raises(RepositoryNotFoundException, match="'other/app' does not exist"):
        copy_image(source, "other/app", "v1", target, "copies/app")


@pytest.mark.parametrize("dry_run", [True, False])
def test_target_that_is_not_there_is_told_before_the_source_is_read(
    source: EcrClient, target: EcrClient, told: list[CallEvent], *, dry_run: bool
) -> None:
    push_image(source, "team/app", None, [b"layer"], tags=["v1"])
    with pytest.raises(RepositoryNotFoundException) as caught:
        copy_image(source, "team/app", "v1", target, "nowhere", dry_run=dry_run)
    for part in (
        "'nowhere' does not exist",
        "Nothing was copied",
        "ensure_repository(target, 'now",
    ):
        assert part in str(caught.value)
    assert list(count(told)) == ["DescribeImages"]
    (image,) = source.describe_images("team/app")
    assert image.last_recorded_pull_time is None


def test_signature_of_two_images_keeps_both_of_its_tags(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    child = emulator.push_image("team/app", platform="linux/arm64")
    index = emulator.push_image("team/app", tags=["v1"], children=[child])
    tags = [f"{image.image_digest.replace(':', '-')}.sig" for image in (index, child)]
    emulator.push_image("team/app", subject=index, tags=tags)
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)
    assert state(target, "copies/app") == state(source, "team/app")


def test_index_of_referrers_comes_along(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    """Clients find by it what refers to an image where a registry did not list that."""
    image = emulator.push_image("team/app", tags=["v1"])
    signature = emulator.push_image("team/app", artifact_type="application/signature")
    tag = image.image_digest.replace(":", "-")
    emulator.push_image("team/app", tags=[tag], children=[signature])
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)
    assert state(target, "copies/app") == state(source, "team/app")


def test_error_that_ends_a_copy_says_what_was_copied(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient, index: ImageDetail
) -> None:
    """Nobody gets the report any more."""
    del index
    expired = ErrorResponse("ExpiredTokenException", "expired")
    emulator.faults.inject(expired, operation_name="PutImage", share=1.0)
    with pytest.raises(ExpiredTokenException) as caught:
        copy_image(source, "team/app", "v1", target, "copies/app")
    (said,) = [one for one in caught.value.explanations if "Before this call" in one]
    assert "this was copied: 9 blobs. Run it again" in said
    emulator.faults.clear()
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)


def test_push_that_fails_at_a_tag_says_which_were_set(target: EcrClient) -> None:
    """An immutable tag among several stops the rest."""
    target.create_repository("fixed/app", image_tag_mutability=ImageTagMutability.IMMUTABLE)
    push_image(target, "fixed/app", None, [b"one"], tags=["v1"])
    with pytest.raises(ImageTagAlreadyExistsException) as caught:
        push_image(target, "fixed/app", None, [b"two"], tags=["v2", "v3", "v1", "v4"])
    (said,) = [one for one in caught.value.explanations if "Before this call" in one]
    assert "was pushed as v2, v3 was set. Run it again" in said


def test_signature_that_may_be_there_is_not_left_out(
    source: EcrClient,
    target: EcrClient,
    index: ImageDetail,
    told: list[CallEvent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where an upstream throttles, for example, a copy without signatures would look complete."""
    read = EcrClient.batch_get_image
    failure = ImageFailureCode.UPSTREAM_TOO_MANY_REQUESTS

    def throttled(ecr: EcrClient, name: str, image_ids: Any, **options: Any) -> Any:
        response = read(ecr, name, image_ids, **options)
        if not any(str(one.image_tag).endswith(".sig") for one in image_ids):
            return response
        failures = tuple(ImageFailure(image_id=one, failure_code=failure) for one in image_ids)
        return attrs.evolve(response, images=(), failures=failures)

    monkeypatch.setattr(EcrClient, "batch_get_image", throttled)
    with pytest.raises(
        EcrError, match=r"it is not known whether .*\.sig .*UpstreamTooManyRequests"
    ):
        copy_image(source, "team/app", "v1", target, "copies/app")
    assert not WRITES & count(told).keys()
    monkeypatch.undo()
    raise_failures(copy_image(source, "team/app", "v1", target, "copies/app").outcomes)
    assert index.image_digest in state(target, "copies/app")


def test_signature_in_the_archive_is_left_out(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    """It can't be pulled; whoever restores it copies again."""
    image = emulator.push_image("team/app", tags=["v2"])
    tag = f"{image.image_digest.replace(':', '-')}.sig"
    old = emulator.push_image("team/app", tags=[tag])
    new = emulator.push_image("team/app", subject=image, artifact_type="application/signature")
    for one in (old, new):
        source.update_image_storage_class(
            "team/app", ImageIdentifier(image_digest=one.image_digest), TargetStorageClass.ARCHIVE
        )

    raise_failures(copy_image(source, "team/app", "v2", target, "copies/app").outcomes)
    assert state(target, "copies/app") == {image.image_digest: ("v2",)}


def test_image_that_is_archived_at_the_target_is_a_failure(
    source: EcrClient, target: EcrClient
) -> None:
    digest = push_image(source, "team/app", None, [b"layer"], tags=["v1"])
    copy_image(source, "team/app", "v1", target, "copies/app")
    archived = ImageIdentifier(image_digest=digest)
    target.update_image_storage_class("copies/app", archived, TargetStorageClass.ARCHIVE)
    for dry_run in (True, False):
        report = copy_image(source, "team/app", "v1", target, "copies/app", dry_run=dry_run)
        failed = [one for one in report.outcomes if one.error is not None]
        assert [one.item.kind for one in failed] == [CopyKind.IMAGE, CopyKind.TAG]
        assert "is archived at the target: restore it" in str(failed[0].error)


def test_read_only_target_fails_item_by_item(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    push_image(source, "team/app", None, [b"layer"], tags=["v1"])
    denied = ErrorResponse("AccessDeniedException", "not yours")
    for operation in WRITES:
        emulator.faults.inject(denied, operation_name=operation, share=1.0)
    report = copy_image(source, "team/app", "v1", target, "copies/app")
    assert {one.status for one in report.outcomes} == {Status.FAILED}
    assert "InitiateLayerUpload: not yours" in str(report.outcomes[0].error)
    assert report.bytes_copied == 0


def test_target_that_vanishes_fails_what_is_left(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    push_image(source, "team/app", None, [b"layer"], tags=["v1"])

    def vanish(event: CallEvent) -> None:
        if event.operation_name == "CompleteLayerUpload":
            with suppress(RepositoryNotFoundException):
                target.delete_repository("copies/app", force=True)

    with target.with_options(on_call=vanish) as vanishing:
        report = copy_image(source, "team/app", "v1", vanishing, "copies/app", threads=1)
    errors = [one.error for one in report.outcomes if one.error is not None]
    assert isinstance(errors[0], RepositoryNotFoundException)
    assert report.outcomes[-1].status is Status.FAILED


def test_tag_that_moves_meanwhile_is_copied_as_it_was_read(
    emulator: EcrEmulator, source: EcrClient, target: EcrClient
) -> None:
    first = push_image(source, "team/app", None, [b"first"], tags=["v1"])

    def move(event: CallEvent) -> None:
        if event.operation_name == "BatchGetImage":
            push_image(source, "team/app", None, [b"second"], tags=["v1"])

    with source.with_options(on_call=move) as moving:
        report = copy_image(moving, "team/app", "v1", target, "copies/app")
    raise_failures(report.outcomes)
    assert report.digest == first
    assert state(target, "copies/app") == {first: ("v1",)}


def test_registries_of_other_accounts_are_reached_by_id(
    emulator: EcrEmulator, source: EcrClient
) -> None:
    with emulator.client(account_id=OTHER) as theirs:
        theirs.create_repository("copies/app")
        allowed = Statement(
            sid="copies", effect="Allow", principal={"AWS": "123456789012"}, action=["ecr:*"]
        )
        theirs.set_repository_policy("copies/app", PolicyDocument([allowed]))
        push_image(source, "team/app", None, [b"layer"], tags=["v1"])
        report = copy_image(
            source, "team/app", "v1", source, "copies/app", target_registry_id=OTHER
        )
        raise_failures(report.outcomes)
        assert list(state(theirs, "copies/app").values()) == [("v1",)]


def test_report_is_a_table_for_people(source: EcrClient, target: EcrClient) -> None:
    push_image(source, "team/app", None, [b"layer"], tags=["v" * 128])
    report = copy_image(source, "team/app", "v" * 128, target, "copies/app")
    lines = str(report).splitlines()
    assert lines[0] == f"{report.digest[:19]}: 7 B copied, 0 B present, 0 failed"
    assert max(map(len, lines)) <= 100
    shown: Any = report
    assert shown._repr_html_().count("<tr>") == len(report.outcomes) + 1


@pytest.mark.parametrize("fault", [DROPPED, RESET, THROTTLED])
def test_copy_that_failed_anywhere_is_finished_by_another(
    emulator: EcrEmulator, source: EcrClient, told: list[CallEvent], fault: Fault
) -> None:
    child = push_image(source, "team/app", {"os": "linux"}, [b"one", b"two"])
    index = emulator.push_image("team/app", tags=["v1"], children=[child])
    emulator.push_image("team/app", subject=index, artifact_type="application/signature")
    once = RetryPolicy(max_attempts=1, pace=False)
    number = 0
    with (
        emulator.client(retry=once) as reads,
        emulator.client(region_name="eu-west-1", retry=once, on_call=told.append) as writes,
    ):
        is_met = True
        while is_met:
            name = f"copies/{number}"
            writes.create_repository(name)
            told.clear()
            if number:
                emulator.faults.inject(LateResponse(), times=number)
            emulator.faults.inject(fault)
            with suppress(EcrError):
                copy_image(reads, "team/app", "v1", writes, name, threads=1)
            is_met = fault in [one.fault for one in emulator.faults.injected]
            emulator.faults.reset()
            raise_failures(copy_image(reads, "team/app", "v1", writes, name, threads=1).outcomes)
            assert state(writes, name) == state(source, "team/app")
            # No layer is sent twice: one that a lost response hides is found by its digest.
            completed = [
                event.response.layer_digest
                for event in told
                if isinstance(event.response, CompleteLayerUploadResponse)
            ]
            assert len(completed) == len(set(completed))
            number += 1
    assert number > 20


def test_memory_is_bounded_by_threads_and_parts(tmp_path: Path) -> None:
    # The emulator is another process, as its memory is none of the copy's.
    command = (sys.executable, "-m", "ecr_typed.testing", "--port=0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        registry = Registry("us-east-1", endpoint_url=server.stdout.readline().strip())
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", "123456789012")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "emulator")
            with registry.connect() as ecr:
                peak = _peak_of_copy(ecr, tmp_path / "layer")
        server.terminate()
    print(peak / PART)
    assert peak < THREADS * PART * 3.5


THREADS = 2
PART = 10 * 1024 * 1024


def _peak_of_copy(ecr: EcrClient, path: Path) -> int:
    """Return the most memory that a copy of layers of three parts takes."""
    for name in ("team/app", "copies/app"):
        ecr.create_repository(name)
    layers: list[Descriptor] = []
    for number in range(2 * THREADS):
        path.write_bytes(bytes([number]) * (2 * PART + 5))
        with path.open("rb") as file:
            layers.append(push_layer(ecr, "team/app", file))
    push_image(ecr, "team/app", None, layers, tags=["v1"])
    tracemalloc.start()
    try:
        report = copy_image(ecr, "team/app", "v1", ecr, "copies/app", threads=THREADS)
        raise_failures(report.outcomes)
        assert report.bytes_copied > 2 * THREADS * 2 * PART
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
