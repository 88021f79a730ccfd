"""Large layer parts are written as botocore would write them, with less memory."""

from __future__ import annotations

import random
import tracemalloc
from typing import Any

import pytest

from ecr_typed.testing import EcrEmulator

MIB = 1024 * 1024


def body_of(client: Any, upload_id: str, part: bytes) -> bytes:
    """Return the body that a client sends for a part."""
    bodies: list[bytes] = []

    def keep(params: dict[str, Any], **_: object) -> None:
        bodies.append(bytes(params["body"]))

    client.meta.events.register("before-call.ecr.UploadLayerPart", keep)
    client.upload_layer_part(
        repositoryName="team/app",
        uploadId=upload_id,
        partFirstByte=0,
        partLastByte=len(part) - 1,
        layerPartBlob=part,
    )
    client.meta.events.unregister("before-call.ecr.UploadLayerPart", keep)
    (body,) = bodies
    return body


@pytest.mark.parametrize("size", [1, MIB - 1, MIB, MIB + 1, MIB + 2, 3 * MIB])
def test_body_is_botocores_own(size: int) -> None:
    part = random.Random(size).randbytes(size)
    with EcrEmulator() as emulator, emulator.client() as ecr:
        ecr.create_repository("team/app")
        theirs = emulator.boto3_client()
        for_ours, for_theirs = (ecr.initiate_layer_upload("team/app").upload_id for _ in "ab")
        ours = body_of(ecr.boto3_client, for_ours, part)
        expected = body_of(theirs, for_theirs, part)
    assert ours == expected.replace(for_theirs.encode(), for_ours.encode())


def test_body_takes_one_copy_of_the_part() -> None:
    part = bytes(10 * MIB)
    peaks: list[int] = []

    def keep(**_: object) -> None:
        peaks.append(tracemalloc.get_traced_memory()[1])

    with EcrEmulator() as emulator, emulator.client() as ecr:
        ecr.create_repository("team/app")
        upload = ecr.initiate_layer_upload("team/app")
        ecr.boto3_client.meta.events.register("before-call.ecr.UploadLayerPart", keep)
        tracemalloc.start()
        try:
            ecr.upload_layer_part("team/app", upload.upload_id, 0, len(part) - 1, part)
        finally:
            tracemalloc.stop()
    # In base64, a third is added.
    assert peaks[0] < 1.5 * len(part)
