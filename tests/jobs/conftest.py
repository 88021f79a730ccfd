"""Fixtures: an emulator that is as new for each test, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed import EcrClient
from ecr_typed.testing import EcrEmulator


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[EcrEmulator]:
    """Give the emulator that the tests of jobs share."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: EcrEmulator) -> EcrEmulator:
    """Give the emulator as new."""
    running_emulator.reset()
    return running_emulator


@pytest.fixture
def ecr(emulator: EcrEmulator) -> Iterator[EcrClient]:
    """Give a client of the emulator."""
    with emulator.client() as ecr:
        yield ecr
