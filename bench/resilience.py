"""What it costs that calls survive, and whether anything is left behind by many."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.canned import ARN, TAGS, typed_client
from bench.measures import Measure, cpu_ratio
from ecr_typed._botocore.events import mark_attempt

SOAK_CALLS = 100_000


class _NoRetries:
    """In the place of a client's retrier: the attempt, and nothing else."""

    @staticmethod
    def run(call: Any) -> Any:
        return call.attempt()


def call_that_succeeds_at_once() -> Measure:
    """A call with the means to survive against one without, both ours."""
    whole, bare = typed_client(TAGS), typed_client(TAGS)
    stripped: Any = bare
    stripped._calls._retrier = _NoRetries  # noqa: SLF001  # what is measured
    bare.boto3_client.meta.events.unregister("request-created.ecr", mark_attempt)
    ratio = cpu_ratio(
        lambda: whole.list_tags_for_resource(ARN),
        lambda: bare.list_tags_for_resource(ARN),
        calls=100,
        rounds=51,
    )
    return Measure("CPU, retries on a call that succeeds at once, to a call without", ratio, 1.03)


def soak() -> Iterator[Measure]:
    """Objects, threads and files after many calls, against those after a few."""
    client = typed_client(TAGS)

    def call(times: int) -> None:
        for _ in range(times):
            client.list_tags_for_resource(ARN)

    call(1000)
    objects, threads, files = _objects(), threading.active_count(), _open_files()
    call(SOAK_CALLS)
    name = f"objects after {SOAK_CALLS:,} calls, to those after 1,000"
    yield Measure(name, _objects() / objects, 1.01)
    yield Measure("threads, after to before", threading.active_count() / threads, 1.0)
    yield Measure("open files, after to before", _open_files() / files, 1.0)


def _objects() -> int:
    gc.collect()
    return len(gc.get_objects())


def _open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())
