"""Images: the newest, manifests byte for byte, referrers, and tags that move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrError,
    EcrRequestError,
    ImageIdentifier,
    ImageNotFoundException,
    ImageTagAlreadyExistsException,
    ImageTagMutability,
    RepositoryNotFoundException,
    TargetStorageClass,
)
from ecr_typed.documents import ImageIndex, ImageReference, Manifest
from ecr_typed.jobs import (
    Status,
    UnexpectedTagError,
    newest_images,
    read_manifest,
    referrers,
    tag_image,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support.clients import MakeEcr
from tests.support.untyped import untyped
from tests.support.wire import Wire

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def told() -> list[CallEvent]:
    return []


@pytest.fixture
def app(emulator: EcrEmulator, told: list[CallEvent]) -> Iterator[EcrClient]:
    with emulator.client(on_call=told.append) as ecr:
        ecr.create_repository("team/app")
        yield ecr


def test_newest_images_come_by_push_time(emulator: EcrEmulator, app: EcrClient) -> None:
    for age, tag in ((3, "v1"), (1, "v3"), (2, "v2"), (0, "nightly")):
        emulator.push_image("team/app", tags=[tag], pushed_at=NOW - timedelta(days=age))
    emulator.push_image("team/app", pushed_at=NOW + timedelta(days=1))

    found = [image.image_tags for image in newest_images(app, "team/app", limit=2, tags=["v*"])]
    assert found == [("v3",), ("v2",)]
    (newest,) = newest_images(app, "team/app")
    assert newest.image_tags is None
    assert newest_images(app, "team/app", tags=["nothing*"]) == []
    with pytest.raises(EcrRequestError, match="limit"):
        newest_images(app, "team/app", limit=0)
    with pytest.raises(EcrRequestError, match="put it in a list"):
        newest_images(app, "team/app", tags="v*")


def test_what_is_attached_to_an_image_is_no_newest_image(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    child = emulator.push_image("team/app", pushed_at=NOW)
    index = emulator.push_image("team/app", tags=["v1"], children=[child], pushed_at=NOW + DAY)
    sbom = emulator.push_image("team/app", tags=["sbom"], subject=index, pushed_at=NOW + 2 * DAY)
    emulator.push_image("team/app", subject=sbom, pushed_at=NOW + 3 * DAY)
    signature = f"{index.image_digest.replace(':', '-')}.sig"
    emulator.push_image("team/app", tags=[signature], pushed_at=NOW + 4 * DAY)

    found = newest_images(app, "team/app", limit=9)
    assert [one.image_digest for one in found] == [index.image_digest, child.image_digest]
    assert [one.image_tags for one in newest_images(app, "team/app", tags=["*"])] == [("v1",)]


def test_manifest_is_read_byte_for_byte(emulator: EcrEmulator, app: EcrClient) -> None:
    child = emulator.push_image("team/app", tags=["amd64"])
    index = emulator.push_image("team/app", tags=["v1"], children=[child.image_digest])

    found = read_manifest(app, "team/app", "v1")
    assert isinstance(found, ImageIndex)
    assert found.digest == index.image_digest
    assert [one.digest for one in found.manifests] == [child.image_digest]
    one = read_manifest(app, "team/app", child.image_digest)
    assert isinstance(one, Manifest)
    with pytest.raises(ImageNotFoundException, match="has no image v2"):
        read_manifest(app, "team/app", "v2")
    with pytest.raises(EcrRequestError, match="image: expected an ImageIdentifier"):
        read_manifest(app, "team/app", "")


def test_image_that_cannot_be_read_is_not_taken_for_missing(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    pushed = emulator.push_image("team/app", tags=["v1"])
    archived = ImageIdentifier(image_digest=pushed.image_digest)
    app.update_image_storage_class("team/app", archived, TargetStorageClass.ARCHIVE)

    with pytest.raises(EcrError, match=r"the image v1 of team/app can't be read .*archived") as hit:
        read_manifest(app, "team/app", "v1")
    assert not isinstance(hit.value, ImageNotFoundException)
    assert not hit.value.is_transient


@pytest.mark.parametrize(
    ("code", "kind", "is_transient"),
    [
        ("ImageNotFound", ImageNotFoundException, False),
        ("ImageTagDoesNotMatchDigest", ImageNotFoundException, False),
        ("UpstreamUnavailable", EcrError, True),
        ("UpstreamAccessDenied", EcrError, False),
        ("KmsError", EcrError, False),
        ("LaterCode", EcrError, False),
    ],
)
def test_reasons_why_an_image_is_not_returned(
    make: MakeEcr, wire: Wire, code: str, kind: type[EcrError], is_transient: bool
) -> None:
    failure = {"imageId": {"imageTag": "v1"}, "failureCode": code, "failureReason": "so it is"}
    wire.will({"images": [], "failures": [failure]})
    with pytest.raises(EcrError, match=f"{code}: so it is") as hit:
        read_manifest(make(), "team/app", "v1")
    assert type(hit.value) is kind
    assert hit.value.is_transient is is_transient


def test_whoever_passes_a_description_is_told_what_to_pass(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    emulator.push_image("team/app", tags=["v1"])
    (newest,) = newest_images(app, "team/app")
    with pytest.raises(EcrRequestError, match="; pass its image_digest"):
        untyped(read_manifest)(app, "team/app", newest)
    uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:v1"
    with pytest.raises(EcrRequestError, match="; pass its image_id"):
        untyped(read_manifest)(app, "team/app", ImageReference.parse(uri))
    with pytest.raises(EcrRequestError, match="; pass its digest"):
        untyped(read_manifest)(app, "team/app", read_manifest(app, "team/app", "v1"))


def test_referrers_of_referrers_are_listed(emulator: EcrEmulator, app: EcrClient) -> None:
    image = emulator.push_image("team/app", tags=["v1"])
    sbom = emulator.push_image("team/app", subject=image.image_digest)
    signature = emulator.push_image("team/app", subject=sbom.image_digest)

    assert {one.digest for one in referrers(app, "team/app", "v1")} == {sbom.image_digest}
    found = {one.digest for one in referrers(app, "team/app", "v1", recursive=True)}
    assert found == {sbom.image_digest, signature.image_digest}


def test_tag_is_moved_with_the_image_as_it_is(emulator: EcrEmulator, app: EcrClient) -> None:
    first = emulator.push_image("team/app", tags=["v1", "stable"])
    second = emulator.push_image("team/app", tags=["v2"])

    planned = tag_image(app, "team/app", "v2", "stable", dry_run=True)
    assert planned.status is Status.PLANNED
    done = tag_image(app, "team/app", "v2", "stable", expect=first.image_digest)
    assert (done.digest, done.previous_digest, done.status) == (
        second.image_digest,
        first.image_digest,
        Status.DONE,
    )
    again = tag_image(app, "team/app", ImageIdentifier(image_tag="v2"), "stable")
    assert again.status is Status.UNCHANGED
    with pytest.raises(UnexpectedTagError, match="names sha256:"):
        tag_image(app, "team/app", "v1", "stable", expect=first.image_digest)
    assert read_manifest(app, "team/app", "stable").digest == second.image_digest


def test_dry_run_writes_nothing(
    emulator: EcrEmulator, app: EcrClient, told: list[CallEvent]
) -> None:
    emulator.push_image("team/app", tags=["v1"])
    told.clear()
    tag_image(app, "team/app", "v1", "new", dry_run=True)
    assert {event.operation_name for event in told} == {"BatchGetImage", "DescribeImages"}


def test_immutable_tag_that_names_the_image_is_unchanged(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    emulator.push_image("team/app", tags=["v1"])
    emulator.push_image("team/app", tags=["v2"])
    app.put_image_tag_mutability("team/app", ImageTagMutability.IMMUTABLE)
    assert tag_image(app, "team/app", "v1", "v1").status is Status.UNCHANGED
    with pytest.raises(ImageTagAlreadyExistsException):
        tag_image(app, "team/app", "v1", "v2")


def test_image_whose_own_tag_moves_meanwhile_is_tagged_as_it_was_read(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    first = emulator.push_image("team/app", tags=["v1"])

    def move(event: CallEvent) -> None:
        if event.operation_name == "BatchGetImage":
            emulator.push_image("team/app", tags=["v1"], platform="linux/arm64")

    done = tag_image(app.with_options(on_call=move), "team/app", "v1", "stable")
    assert done.digest == first.image_digest
    assert read_manifest(app, "team/app", "stable").digest == first.image_digest
    assert read_manifest(app, "team/app", "v1").digest != first.image_digest


def test_repository_that_vanishes_meanwhile_is_an_error(
    emulator: EcrEmulator, app: EcrClient
) -> None:
    emulator.push_image("team/app", tags=["v1"])

    def vanish(event: CallEvent) -> None:
        if event.operation_name == "DescribeImages":
            app.delete_repository("team/app", force=True)

    with pytest.raises(RepositoryNotFoundException, match="PutImage"):
        tag_image(app.with_options(on_call=vanish), "team/app", "v1", "stable")


def test_tag_whose_response_is_lost_is_set(emulator: EcrEmulator, app: EcrClient) -> None:
    image = emulator.push_image("team/app", tags=["v1"])
    emulator.faults.inject(DROPPED, operation_name="PutImage")
    assert tag_image(app, "team/app", "v1", "new").status is Status.DONE
    assert read_manifest(app, "team/app", "new").digest == image.image_digest
