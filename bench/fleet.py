"""What a fleet costs: clients for 1,700 registries in one process, and calls over many items."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.measures import Measure, cpu_ratio
from ecr_typed.jobs import each

_PROGRAM = """
import gc
import json
import os
import resource
import sys
import time

import boto3

from ecr_typed.jobs import registries

accounts = [f"{number:012}" for number in range(1, 86)]
regions = boto3.Session().get_available_regions("ecr")[:20]
fleet = registries(regions=regions, accounts=accounts, role_name="reader")
session = boto3.Session("key", "secret", region_name="us-east-1")
theirs = lambda registry: session.client("ecr", region_name=registry.region_name)
connect = theirs if sys.argv[1] == "boto3" else lambda registry: registry.connect()

def memory():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

clients = [connect(fleet[0])]  # what the first client of a process loads is loaded for all
size, began = memory(), time.process_time()
clients.extend(map(connect, fleet))
print(json.dumps([time.process_time() - began, memory() - size]))
"""


def fleet() -> Iterator[Measure]:
    """Every measure of a fleet."""
    (our_cpu, our_memory), (cpu, memory) = _clients("ecr_typed"), _clients("boto3")
    name = "clients for 1,700 registries by 85 roles, to boto3's on one session"
    yield Measure(f"CPU, {name}", our_cpu / cpu, 1.5)
    yield Measure(f"memory, {name}", our_memory / memory, 1.5)
    yield each_item()


def each_item() -> Measure:
    """What an item costs besides its call."""

    def ours() -> None:
        for _ in each(abs, range(2_000)):
            pass

    def theirs() -> None:
        with ThreadPoolExecutor(16) as pool:
            for _ in pool.map(abs, range(2_000)):
                pass

    ratio = cpu_ratio(ours, theirs, calls=1)
    return Measure("CPU, each over 2,000 items, to ThreadPoolExecutor.map", ratio, 1.5)


def _clients(kind: str) -> tuple[float, int]:
    """The CPU time and the memory of a fleet's clients in a process of their own."""
    command = [sys.executable, "-c", _PROGRAM, kind]
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    printed = subprocess.check_output(command, text=True, env={**os.environ, **keys})
    cpu, memory = json.loads(printed)
    return cpu, memory
