"""Fixtures: one emulator, and for each test a registry of its own with checked answers."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from ecr_typed import EcrClient, RetryPolicy
from ecr_typed.testing import EcrEmulator

from .answers import check_answers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_ecr import ECRClient

_account_ids = (f"{number:012d}" for number in itertools.count(100_000_000_001))


@pytest.fixture(scope="session")
def emulator() -> Iterator[EcrEmulator]:
    """Serve one emulator for all tests."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="session")
def resettable() -> Iterator[EcrEmulator]:
    """Serve another emulator, for tests that change what all of its calls meet."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture
def fresh(resettable: EcrEmulator) -> EcrEmulator:
    """Give an emulator as new."""
    resettable.reset()
    return resettable


@pytest.fixture(scope="session")
def fresh_boto3(resettable: EcrEmulator) -> Iterator[ECRClient]:
    """Give a boto3 client of `fresh` that makes one attempt a call."""
    client = resettable.boto3_client(config=Config(retries={"total_max_attempts": 1}))
    yield client
    client.close()


@pytest.fixture(scope="session")
def typed(resettable: EcrEmulator) -> Iterator[EcrClient]:
    """Give a typed client of `fresh` that makes one attempt a call."""
    with resettable.client(retry=RetryPolicy(max_attempts=1)) as client:
        yield client


@pytest.fixture
def passes(emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stop the emulator's clock; give what lets time pass, in units of `timedelta`."""
    # Whole seconds, as parts of them are rounded on the wire.
    time = emulator.clock.now().replace(microsecond=0)
    monkeypatch.setattr(emulator.clock, "now", lambda: time)

    def passes(**units: float) -> None:
        nonlocal time
        time += timedelta(**units)

    return passes


@pytest.fixture
def account_id() -> str:
    """Give an account that no other test uses."""
    return next(_account_ids)


@pytest.fixture
def aws(emulator: EcrEmulator, session: Any, account_id: str) -> Callable[..., Any]:
    """Give a maker of boto3 clients of the emulator, for this test's account."""

    def make(service: str, *, account_id: str = account_id, **options: Any) -> Any:
        return session.client(
            service,
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=account_id,
            aws_secret_access_key="secret",
            **options,
        )

    return make


@pytest.fixture
def make_client(aws: Callable[..., Any]) -> Callable[..., ECRClient]:
    """Give a maker of ECR clients whose answers are all checked."""

    def make(**options: Any) -> ECRClient:
        client: ECRClient = aws("ecr", **options)
        check_answers(client)
        return client

    return make


@pytest.fixture
def boto3_ecr(make_client: Callable[..., ECRClient]) -> ECRClient:
    """Give a client on an empty registry."""
    return make_client()


@pytest.fixture
def unchecked(make_client: Callable[..., ECRClient]) -> ECRClient:
    """Give a client on an empty registry that sends what botocore would refuse."""
    return make_client(config=Config(parameter_validation=False))
