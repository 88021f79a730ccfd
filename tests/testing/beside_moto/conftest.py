"""Fixtures: the emulator of these tests has moto beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed.testing import EcrEmulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[EcrEmulator]:
    """Serve one emulator with moto beside it."""
    with EcrEmulator(moto=True) as emulator:
        yield emulator
