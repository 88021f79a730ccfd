"""Fixtures: a client on an emulator with a repository, app."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed import EcrClient, RetryPolicy
from ecr_typed.testing import EcrEmulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[EcrEmulator]:
    """Serve one emulator for all tests."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def app(emulator: EcrEmulator) -> Iterator[EcrClient]:
    """Give a client on a registry with a repository, app, that tests share."""
    with emulator.client(retry=RetryPolicy(max_attempts=1)) as ecr:
        ecr.create_repository("app")
        yield ecr
