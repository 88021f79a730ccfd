"""Fixtures of the tests about botocore."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ecr_typed import EcrClient
from tests.support.recorder import Recorder


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, in which each attempt tells which way it took."""
    caplog.set_level(logging.DEBUG, logger="ecr_typed")
    return caplog


@pytest.fixture(scope="session")
def recorder() -> Iterator[Recorder]:
    """Give a server that keeps the requests it gets."""
    with Recorder() as recorder:
        yield recorder


@pytest.fixture
def direct(recorder: Recorder) -> Iterator[EcrClient]:
    """Give a client of the recorder that sends directly."""
    with EcrClient(endpoint_url=recorder.url) as ecr:
        yield ecr
    recorder.requests.clear()
