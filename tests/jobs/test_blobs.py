"""Blobs are read whole or not at all, and pushed once."""

from __future__ import annotations

import hashlib
import io
import logging
import traceback
from collections import Counter
from collections.abc import Iterator

import pytest

from ecr_typed import (
    CallEvent,
    ClientClosedError,
    EcrClient,
    EcrConnectionError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    ImageIdentifier,
    ImageTagAlreadyExistsException,
    ImageTagMutability,
    LayersNotFoundException,
)
from ecr_typed.documents import Descriptor, Manifest, Platform
from ecr_typed.jobs import (
    push_image,
    push_layer,
    read_blob,
    read_config,
    read_manifest,
    referrers,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support.layer_server import SECRET, LayerServer

LAYER = bytes(range(256)) * 4096
DIGEST = f"sha256:{hashlib.sha256(LAYER).hexdigest()}"
MIB = 1024 * 1024


@pytest.fixture
def told() -> list[CallEvent]:
    return []


@pytest.fixture
def ecr(emulator: EcrEmulator, told: list[CallEvent]) -> Iterator[EcrClient]:
    with emulator.client(on_call=told.append) as ecr:
        ecr.create_repository("team/app")
        yield ecr


@pytest.fixture
def layers() -> Iterator[LayerServer]:
    server = LayerServer(LAYER)
    with server.serving():
        yield server


def count(told: list[CallEvent]) -> Counter[str]:
    return Counter(event.operation_name for event in told)


def test_layer_and_config_come_back_as_they_were_pushed(ecr: EcrClient) -> None:
    config = {"os": "linux", "architecture": "amd64", "config": {"Labels": {"team": "a"}}}
    digest = push_image(ecr, "team/app", config, [LAYER], tags=["v1", "latest"])

    manifest = read_manifest(ecr, "team/app", "v1")
    assert isinstance(manifest, Manifest)
    assert manifest.problems() == ()
    assert manifest.digest == read_manifest(ecr, "team/app", "latest").digest == digest
    assert b"".join(read_blob(ecr, "team/app", manifest.layers[0].digest)) == LAYER
    assert read_config(ecr, "team/app", "v1").labels == {"team": "a"}


def test_adopted_client_downloads_too(emulator: EcrEmulator, ecr: EcrClient) -> None:
    push_image(ecr, "team/app", None, [LAYER])
    adopted = EcrClient.from_boto3(emulator.boto3_client())
    assert b"".join(read_blob(adopted, "team/app", DIGEST)) == LAYER


def test_config_is_that_of_the_platform(emulator: EcrEmulator, ecr: EcrClient) -> None:
    children = [
        emulator.push_image("team/app", platform=platform, labels={"for": platform})
        for platform in ("linux/arm64", "linux/amd64")
    ]
    emulator.push_image("team/app", tags=["v1"], children=children)
    assert read_config(ecr, "team/app", "v1").labels == {"for": "linux/amd64"}
    arm = Platform(os="linux", architecture="arm64")
    assert read_config(ecr, "team/app", "v1", platform=arm).labels == {"for": "linux/arm64"}
    with pytest.raises(EcrRequestError, match="linux/arm64, linux/amd64, got linux/s390x"):
        read_config(ecr, "team/app", "v1", platform=Platform(os="linux", architecture="s390x"))


def test_broken_download_goes_on_where_it_ended(
    emulator: EcrEmulator, ecr: EcrClient, layers: LayerServer
) -> None:
    layers.answer(emulator)
    layers.faults += [300_000, 400_000]
    assert b"".join(read_blob(ecr, "team/app", DIGEST)) == LAYER
    assert layers.ranges == [None, "bytes=300000-", "bytes=700000-"]


def test_server_that_ignores_the_range_is_read_from_its_first_byte(
    emulator: EcrEmulator, ecr: EcrClient, layers: LayerServer
) -> None:
    layers.answer(emulator)
    layers.faults += [300_000, "all"]
    assert b"".join(read_blob(ecr, "team/app", DIGEST)) == LAYER


def test_expired_url_is_renewed(
    emulator: EcrEmulator, ecr: EcrClient, layers: LayerServer, told: list[CallEvent]
) -> None:
    layers.answer(emulator, times=2)
    layers.faults += [300_000, "HTTP 403", "HTTP 503"]
    assert b"".join(read_blob(ecr, "team/app", DIGEST)) == LAYER
    assert count(told)["GetDownloadUrlForLayer"] == 2
    assert layers.ranges[1:] == ["bytes=300000-"] * 3


def test_url_stays_secret(
    emulator: EcrEmulator,
    ecr: EcrClient,
    layers: LayerServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for fault, expected in (("HTTP 404", EcrResponseError), (0, EcrConnectionError)):
        layers.answer(emulator)
        layers.faults[:] = [fault] * 5
        with pytest.raises(expected) as caught:
            list(read_blob(ecr, "team/app", DIGEST))
        shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert SECRET not in "".join(shown.format())
        assert caught.value.__context__ is None
    sent = [record for record in caplog.records if record.name == "urllib3.connectionpool"]
    assert any("GET /layer?***" in record.getMessage() for record in sent)
    assert not any(SECRET in record.getMessage() for record in sent)


def test_corrupted_blob_is_refused(
    emulator: EcrEmulator, ecr: EcrClient, layers: LayerServer
) -> None:
    layers.answer(emulator)
    layers.content = LAYER[:-1] + b"?"
    with pytest.raises(EcrResponseError, match="don't use them"):
        list(read_blob(ecr, "team/app", DIGEST))


def test_blob_that_is_missing_or_misnamed_is_refused(ecr: EcrClient) -> None:
    with pytest.raises(LayersNotFoundException):
        list(read_blob(ecr, "team/app", DIGEST))
    with pytest.raises(EcrRequestError, match="digest: expected"):
        read_blob(ecr, "team/app", "v1")


def test_download_ends_with_its_client(
    emulator: EcrEmulator, ecr: EcrClient, layers: LayerServer
) -> None:
    layers.answer(emulator)
    child = ecr.with_options()
    pieces = read_blob(child, "team/app", DIGEST)
    assert next(pieces)
    child.close()
    with pytest.raises(ClientClosedError):
        list(pieces)


def test_layer_is_sent_in_parts_and_only_once(ecr: EcrClient, told: list[CallEvent]) -> None:
    content = LAYER * 25
    pushed = push_layer(ecr, "team/app", content)
    assert pushed == Descriptor(
        media_type="application/vnd.oci.image.layer.v1.tar",
        digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
        size=25 * MIB,
    )
    assert count(told)["UploadLayerPart"] == 3
    told.clear()
    assert push_layer(ecr, "team/app", io.BytesIO(content)) == pushed
    assert count(told) == {"BatchCheckLayerAvailability": 1}


class Pipe(io.RawIOBase):
    """What can be read once."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        return self._file.readinto(buffer)  # type: ignore[arg-type]  # typeshed's Buffer is no object


def test_pipe_is_pushed_although_it_is_read_once(ecr: EcrClient) -> None:
    for _ in range(2):
        pushed = push_layer(ecr, "team/app", io.BufferedReader(Pipe(b"\x1f\x8b" + LAYER)))
        assert pushed.size == len(LAYER) + 2
        assert pushed.media_type == "application/vnd.oci.image.layer.v1.tar+gzip"


@pytest.mark.parametrize(
    "operation_name", ["InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"]
)
def test_lost_response_of_a_push_does_no_harm(
    emulator: EcrEmulator, ecr: EcrClient, operation_name: str
) -> None:
    emulator.faults.inject(DROPPED, operation_name=operation_name)
    digest = push_image(ecr, "team/app", None, [LAYER], tags=["v1"])
    assert read_manifest(ecr, "team/app", "v1").digest == digest


def test_file_that_changes_meanwhile_is_not_stored(ecr: EcrClient) -> None:
    class Changing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            self.getbuffer()[0] = 1
            return super().seek(offset, whence)

    with pytest.raises(EcrResponseError, match="the upload was not completed"):
        push_layer(ecr, "team/app", Changing(LAYER))


def test_what_is_no_source_is_refused(ecr: EcrClient) -> None:
    for source in (b"", io.BytesIO(), "text", io.StringIO("text")):
        with pytest.raises(EcrRequestError, match="source: expected"):
            push_layer(ecr, "team/app", source)  # type: ignore[arg-type]  # what it is about


def test_artifact_refers_to_its_image(ecr: EcrClient) -> None:
    image = push_image(ecr, "team/app", {"os": "linux", "architecture": "amd64"}, [LAYER])
    subject = Descriptor(
        media_type="application/vnd.oci.image.manifest.v1+json", digest=image, size=1
    )
    sbom = push_layer(ecr, "team/app", b"{ }", media_type="application/spdx+json")
    pushed = push_image(
        ecr,
        "team/app",
        None,
        [sbom],
        artifact_type="application/spdx+json",
        subject=subject,
        annotations={"made.by": "ä"},
    )
    (found,) = referrers(ecr, "team/app", image)
    assert (found.digest, found.artifact_type) == (pushed, "application/spdx+json")


def test_push_moves_a_tag_only_if_it_may(ecr: EcrClient) -> None:
    first = push_image(ecr, "team/app", None, [LAYER], tags=["v1"])
    ecr.put_image_tag_mutability("team/app", ImageTagMutability.IMMUTABLE)
    assert push_image(ecr, "team/app", None, [LAYER], tags=["v1"]) == first
    with pytest.raises(ImageTagAlreadyExistsException):
        push_image(ecr, "team/app", None, [b"other"], tags=["v1"])
    (found,) = ecr.describe_images("team/app", image_ids=[ImageIdentifier(image_tag="v1")])
    assert found.image_digest == first
    with pytest.raises(EcrError, match="put it in a list"):
        push_image(ecr, "team/app", None, [LAYER], tags="v1")
