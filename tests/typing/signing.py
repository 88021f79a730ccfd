"""What the methods for signing take and return."""

from __future__ import annotations

from typing import assert_type

from ecr_typed import (
    DescribeImageSigningStatusResponse,
    EcrClient,
    ImageIdentifier,
    SigningConfiguration,
)


def put_signing_configuration(ecr: EcrClient, signing_configuration: SigningConfiguration) -> None:
    assert_type(ecr.put_signing_configuration(signing_configuration), SigningConfiguration)
    assert_type(
        ecr.put_signing_configuration(signing_configuration=signing_configuration),
        SigningConfiguration,
    )


def get_signing_configuration(ecr: EcrClient) -> None:
    assert_type(ecr.get_signing_configuration(), SigningConfiguration)


def delete_signing_configuration(ecr: EcrClient) -> None:
    assert_type(ecr.delete_signing_configuration(), SigningConfiguration)


def describe_image_signing_status(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    assert_type(
        ecr.describe_image_signing_status("team/app", image_id), DescribeImageSigningStatusResponse
    )
    assert_type(
        ecr.describe_image_signing_status(
            repository_name="team/app",
            image_id=image_id,
            registry_id="012345678910",
        ),
        DescribeImageSigningStatusResponse,
    )
