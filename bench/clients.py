"""What the second and every later client of a process costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import boto3

from bench.measures import Measure, cpu_ratio, memory_ratio
from ecr_typed import EcrClient

_REGION = "eu-west-1"
_MANY = 5
"""How many clients are made for each figure of memory."""


def clients() -> Iterator[Measure]:
    """Later clients without a session, to those of `boto3.client`."""

    def ours() -> EcrClient:
        return EcrClient(region_name=_REGION)

    def theirs() -> object:
        return cast("Any", boto3).client("ecr", region_name=_REGION)

    name = "a later client, to boto3.client"
    yield Measure(f"CPU, {name}", cpu_ratio(ours, theirs, calls=20), 1.5)
    ratio = memory_ratio(
        lambda: [ours() for _ in range(_MANY)], lambda: [theirs() for _ in range(_MANY)]
    )
    yield Measure(f"memory, {name}", ratio, 1.3)
