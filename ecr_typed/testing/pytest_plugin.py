"""Fixtures for pytest.

In the conftest.py of the root folder: `pytest_plugins = ["ecr_typed.testing.pytest_plugin"]`. In that
of another folder, where pytest allows no `pytest_plugins`:
`from ecr_typed.testing.pytest_plugin import *`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed import EcrClient
from ecr_typed.testing._emulator.emulator import EcrEmulator

# The session's fixture is listed because the other two need it wherever they are imported.
__all__ = ["_serving_ecr_emulator", "ecr", "ecr_emulator"]


@pytest.fixture(scope="session")
def _serving_ecr_emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def ecr_emulator(_serving_ecr_emulator: EcrEmulator) -> EcrEmulator:
    """An Amazon ECR emulator in its initial state: empty registries, no faults, the current time."""
    # The reset comes before the test, because what an earlier test left running may write late.
    _serving_ecr_emulator.reset()
    return _serving_ecr_emulator


@pytest.fixture
def ecr(ecr_emulator: EcrEmulator) -> Iterator[EcrClient]:
    """A typed client of `ecr_emulator`, closed after the test."""
    with ecr_emulator.client() as client:
        yield client
