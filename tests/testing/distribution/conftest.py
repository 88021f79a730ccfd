"""Fixtures: a client of the registry protocol beside the one of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .registry import Registry, token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator


@pytest.fixture
def app(boto3_ecr: ECRClient) -> ECRClient:
    """Give the API's client, with an empty repository `app`."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


@pytest.fixture
def registry(app: ECRClient, emulator: EcrEmulator) -> Iterator[Registry]:
    """Give a client of the registry of this test's account."""
    registry = Registry(emulator.endpoint_url, token_of(app))
    yield registry
    registry.close()
