"""What the emulator costs those who test with it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from botocore.config import Config

from ecr_typed.testing import EcrEmulator

_PROGRAM = """
import time
began = time.perf_counter()
from ecr_typed.testing import EcrEmulator
with EcrEmulator():
    print(time.perf_counter() - began)
"""


def start_seconds(*, rounds: int = 5) -> float:
    """How long a new process takes from the import until the emulator serves: the quickest one.

    What else runs on the machine only adds to it.
    """
    command = [sys.executable, "-c", _PROGRAM]
    return min(float(subprocess.check_output(command, text=True)) for _ in range(rounds))


def call_seconds(*, calls: int = 500) -> float:
    """How long a small call takes, boto3's part included: the median."""
    with EcrEmulator() as emulator:
        client = emulator.boto3_client(config=Config(retries={"total_max_attempts": 1}))
        client.create_repository(repositoryName="team/app")
        taken: list[float] = []
        for _ in range(calls):
            began = time.perf_counter()
            client.describe_repositories()
            taken.append(time.perf_counter() - began)
        client.close()
    return statistics.median(taken)
