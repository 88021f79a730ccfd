"""Faults and latency, which are for ECR alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.exceptions as botocore_errors
import pytest
from botocore.config import Config

from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import UNAVAILABLE
from tests.testing.test_fault_wire import LONG

if TYPE_CHECKING:
    from collections.abc import Callable


def test_other_services_meet_no_faults(emulator: EcrEmulator, aws: Callable[..., Any]) -> None:
    """Faults are for ECR; moto's services respond as always."""
    emulator.faults.inject(UNAVAILABLE, share=1)
    assert "Keys" in aws("kms").list_keys()
    assert emulator.faults.injected == ()
    emulator.faults.reset()


def test_latency_is_ecrs_alone(session: Any) -> None:
    """The latency of an emulator holds back ECR's responses, and not those of moto's services."""
    with EcrEmulator(latency=LONG, moto=True) as emulator:
        config = Config(read_timeout=0.1, retries={"total_max_attempts": 1})
        plain = emulator.boto3_client(config=config)
        with pytest.raises(botocore_errors.ReadTimeoutError):
            plain.describe_repositories()
        plain.close()
        kms = session.client("kms", endpoint_url=emulator.endpoint_url)
        assert "Keys" in kms.list_keys()
        kms.close()
