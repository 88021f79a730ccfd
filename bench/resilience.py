"""What it costs that calls survive, and whether anything is left behind by many."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.bodies import ARN
from bench.connecting import typed_client
from bench.measures import Measure, bytecodes
from bench.service import service

SOAK_CALLS = 100_000


class _NoRetries:
    """In the place of a client's retrier: the attempt, and nothing else."""

    @staticmethod
    def run(call: Any) -> Any:
        return call.attempt()


def call_that_succeeds_at_once() -> Measure:
    """A call with the means to survive against one without, both ours and over HTTP.

    Bytecodes, as a percent of CPU time can't be told from noise. They overstate it, as what C does in
    a call is not counted.
    """
    with service() as url, typed_client(url) as whole, typed_client(url) as bare:
        stripped: Any = bare
        stripped._calls._retrier = _NoRetries  # noqa: SLF001  # what is measured
        surviving = bytecodes(lambda: whole.list_tags_for_resource(ARN))
        failing = bytecodes(lambda: bare.list_tags_for_resource(ARN))
    return Measure(
        "bytecodes, a call that may be retried, to one that may not", surviving / failing, 1.03
    )


def soak() -> Iterator[Measure]:
    """Objects, threads and files after many calls, against those after a few."""
    with service() as url, typed_client(url) as client:

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
