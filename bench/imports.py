"""What an import costs, and with it a client and its first call."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial

from bench.bodies import ARN
from bench.measures import Measure, child_cpu, quickest_ratio
from bench.service import service

_OURS = """
from ecr_typed import EcrClient
client = EcrClient(region_name="us-east-1", endpoint_url={url!r})
"""
_THEIRS = """
import boto3
client = boto3.client("ecr", region_name="us-east-1", endpoint_url={url!r})
"""
_OUR_CALL = f"{_OURS}client.tag_resource({ARN!r}, {{{{'team': 'payments'}}}})"
_THEIR_CALL = (
    f"{_THEIRS}client.tag_resource(resourceArn={ARN!r}, "
    "tags=[{{'Key': 'team', 'Value': 'payments'}}])"
)
_PAIRS = {
    "import": ("import ecr_typed", "import boto3", 0.75),
    "making a client, imports included": (_OURS, _THEIRS, 1.05),
    "a first call, client and imports included": (_OUR_CALL, _THEIR_CALL, 1.2),
}


def imports() -> Iterator[Measure]:
    """CPU of importing us against importing boto3, of a client of each, and of its first call."""
    with service() as url:
        for name, (ours, theirs, bound) in _PAIRS.items():
            ratio = quickest_ratio(
                partial(_cpu, ours.format(url=url)),
                partial(_cpu, theirs.format(url=url)),
                rounds=15,
            )
            yield Measure(f"CPU, {name}", ratio, bound)


def _cpu(code: str) -> float:
    # Installers compile what they install: so is what is imported from here.
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    environment = {**os.environ, **keys, "PYTHONDONTWRITEBYTECODE": ""}
    return child_cpu([sys.executable, "-c", code], env=environment)
