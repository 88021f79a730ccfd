"""An emulator, and clients for asyncio on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed.testing import EcrEmulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[EcrEmulator]:
    """Give an emulator that the tests of this folder share; `fresh` empties it."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def fresh(emulator: EcrEmulator) -> EcrEmulator:
    """Give the emulator, empty."""
    emulator.reset()
    return emulator
