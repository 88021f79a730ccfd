"""Fixtures: an emulator that names itself in repository URIs, and the password for it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from ecr_typed import EcrClient
from ecr_typed.testing import EcrEmulator


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    """Serve an emulator that container tools find by its repository URIs."""
    with EcrEmulator(registry_host="local") as emulator:
        yield emulator


@pytest.fixture
def ecr(emulator: EcrEmulator) -> Iterator[EcrClient]:
    """Give a client of the API."""
    with emulator.client() as client:
        yield client


@pytest.fixture
def password(ecr: EcrClient) -> str:
    """Give the password of the user AWS."""
    (login,) = ecr.get_authorization_token()
    return base64.b64decode(login.authorization_token).decode().partition(":")[2]


@pytest.fixture
def host(emulator: EcrEmulator) -> str:
    """Give the host and port that the emulator listens on."""
    return emulator.endpoint_url.removeprefix("http://")
