"""Fixtures of the tests about botocore."""

from __future__ import annotations

import logging

import pytest


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, in which each attempt tells which way it took."""
    caplog.set_level(logging.DEBUG, logger="ecr_typed")
    return caplog
