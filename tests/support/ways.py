"""The two ways of a request: sent directly, or by botocore, because somebody listens."""

from __future__ import annotations

import pytest

from ecr_typed import EcrClient


def listener(**_: object) -> None:
    """Listen to an event, and do nothing."""


def by_botocore(ecr: EcrClient) -> EcrClient:
    """The client, with somebody who listens."""
    ecr.boto3_client.meta.events.register("before-send.ecr", listener)
    return ecr


def ways(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Which way the requests took since the last time, as the log tells."""
    told = [
        record.getMessage().rpartition(", ")[2].removesuffix(")")
        for record in caplog.records
        if record.name == "ecr_typed._calls.call"
    ]
    caplog.clear()
    return ["directly" if way == "sent directly" else "by botocore" for way in told]
