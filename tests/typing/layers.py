"""What the methods for layers take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    BatchCheckLayerAvailabilityResponse,
    CompleteLayerUploadResponse,
    EcrClient,
    GetDownloadUrlForLayerResponse,
    InitiateLayerUploadResponse,
    UploadLayerPartResponse,
)


def batch_check_layer_availability(ecr: EcrClient) -> None:
    assert_type(
        ecr.batch_check_layer_availability("team/app", ["layer_digest"]),
        BatchCheckLayerAvailabilityResponse,
    )
    assert_type(
        ecr.batch_check_layer_availability(
            repository_name="team/app",
            layer_digests=["layer_digest"],
            registry_id="012345678910",
        ),
        BatchCheckLayerAvailabilityResponse,
    )


def get_download_url_for_layer(ecr: EcrClient) -> None:
    assert_type(
        ecr.get_download_url_for_layer("team/app", "sha256:0"), GetDownloadUrlForLayerResponse
    )
    assert_type(
        ecr.get_download_url_for_layer(
            repository_name="team/app",
            layer_digest="sha256:0",
            registry_id="012345678910",
        ),
        GetDownloadUrlForLayerResponse,
    )


def initiate_layer_upload(ecr: EcrClient) -> None:
    assert_type(ecr.initiate_layer_upload("team/app"), InitiateLayerUploadResponse)
    assert_type(
        ecr.initiate_layer_upload(
            repository_name="team/app",
            registry_id="012345678910",
        ),
        InitiateLayerUploadResponse,
    )


def upload_layer_part(ecr: EcrClient) -> None:
    assert_type(ecr.upload_layer_part("team/app", "upload", 0, 0, b""), UploadLayerPartResponse)
    assert_type(
        ecr.upload_layer_part(
            repository_name="team/app",
            upload_id="upload",
            part_first_byte=0,
            part_last_byte=0,
            layer_part_blob=b"",
            registry_id="012345678910",
        ),
        UploadLayerPartResponse,
    )


def complete_layer_upload(ecr: EcrClient) -> None:
    assert_type(
        ecr.complete_layer_upload("team/app", "upload", ["layer_digest"]),
        CompleteLayerUploadResponse,
    )
    assert_type(
        ecr.complete_layer_upload(
            repository_name="team/app",
            upload_id="upload",
            layer_digests=["layer_digest"],
            registry_id="012345678910",
        ),
        CompleteLayerUploadResponse,
    )
