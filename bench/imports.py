"""What an import costs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial

from bench.measures import Measure, child_cpu, quickest_ratio

_PAIRS = {
    "import ecr_typed": ("import ecr_typed", "import boto3", 0.75),
    "making a client, imports included": (
        "from ecr_typed import EcrClient; EcrClient(region_name='us-east-1')",
        "import boto3; boto3.client('ecr', region_name='us-east-1')",
        1.20,
    ),
}


def imports() -> Iterator[Measure]:
    """CPU of importing us against importing boto3, and of a client of each."""
    for name, (ours, theirs, bound) in _PAIRS.items():
        ratio = quickest_ratio(partial(_cpu, ours), partial(_cpu, theirs), rounds=15)
        yield Measure(f"CPU, {name}", ratio, bound)


def _cpu(code: str) -> float:
    # Installers compile what they install: so is what is imported from here.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return child_cpu([sys.executable, "-c", code], env=environment)
