"""How long a listing takes whose program works on each page, with the next page on its way or not."""

from __future__ import annotations

import time
from typing import Final

from bench.measures import Measure
from ecr_typed import EcrClient
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import LateResponse

_PAGES: Final = 10
_SECONDS: Final = 0.1
"""How long the service takes for a page, and how long the program works on it."""


def prefetch() -> Measure:
    """The time with one page ahead, to the time without."""
    with EcrEmulator() as emulator, emulator.client() as ecr:
        for number in range(_PAGES):
            ecr.create_repository(f"team/{number}")
        late = LateResponse(delay=_SECONDS)
        emulator.faults.inject(late, operation_name="DescribeRepositories", share=1)
        ratio = _seconds(ecr, prefetch=1) / _seconds(ecr, prefetch=0)
    return Measure(
        "time, work on each page while the next one comes, to one after the other", ratio, 0.65
    )


def _seconds(ecr: EcrClient, *, prefetch: int) -> float:
    began = time.perf_counter()
    for _ in ecr.describe_repositories(page_size=1).pages(prefetch=prefetch):
        time.sleep(_SECONDS)
    return time.perf_counter() - began
