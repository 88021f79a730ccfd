"""Measures all there is to measure: `nox -s bench`. Exits with 1 if a bound is not kept.

Most are ratios to plain boto3, taken side by side in one process; the last are seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attrs

from bench.bodies import ARN, FULL
from bench.checkers import checkers
from bench.clients import clients
from bench.conditions import conditions, described
from bench.connecting import plain_client, typed_client
from bench.emulator import (
    call_seconds,
    growth_by_calls,
    growth_by_pushes,
    start_seconds,
)
from bench.fleet import fleet
from bench.imports import imports
from bench.many_calls import many_calls
from bench.measures import Function, Measure, cpu_ratio, memory_ratio
from bench.pace import pace
from bench.prefetch import prefetch
from bench.recording import recording
from bench.resilience import call_that_succeeds_at_once, soak
from bench.retention import retention
from bench.service import service
from bench.streaming import streaming
from ecr_typed._conversion import json_bodies


def measures() -> Iterator[Measure]:
    """Every measure, one after the other."""
    with service() as url:
        yield from page_of_repositories(url)
        yield from page_of_images(url)
        yield small_call(url)
    yield call_that_succeeds_at_once()
    yield recording()
    yield from imports()
    yield from clients()
    yield from soak()
    yield from fleet()
    yield from many_calls()
    yield from pace()
    yield from retention()
    yield from checkers()
    yield Measure("seconds to start the emulator, imports included", start_seconds(), 0.3)
    yield Measure("seconds a call to the emulator takes", call_seconds(), 0.003)
    yield prefetch()
    if sys.platform == "linux":
        yield from streaming()
        calls, pushes = growth_by_calls(), growth_by_pushes()
        yield Measure("MB the emulator grows by in 50,000 calls of 32 clients", calls, 8.0)
        yield Measure("MB it grows by in 1,000 pushes by the registry protocol", pushes, 8.0)


def page_of_repositories(url: str) -> Iterator[Measure]:
    """A page of 1000 repositories."""
    plain, typed = plain_client(url), typed_client(url)
    yield from _with_and_without_orjson(
        "a page of 1000 repositories",
        lambda: next(iter(typed.describe_repositories().pages())),
        lambda: plain.describe_repositories(maxResults=1000),
        cpu_bounds=(0.28, 0.24),
        # From Python 3.12 on, boto3's dicts are smaller.
        memory_bound=0.36,
    )


def page_of_images(url: str) -> Iterator[Measure]:
    """A page of 1000 images."""
    plain, typed = plain_client(url), typed_client(url)
    yield from _with_and_without_orjson(
        "a page of 1000 images",
        lambda: next(iter(typed.describe_images(FULL).pages())),
        lambda: plain.describe_images(repositoryName=FULL, maxResults=1000),
        cpu_bounds=(0.25, 0.20),
        memory_bound=0.42,
    )


def _with_and_without_orjson(
    page: str,
    ours: Function,
    theirs: Function,
    *,
    cpu_bounds: tuple[float, float],
    memory_bound: float,
) -> Iterator[Measure]:
    if json_bodies.read_body_quickly is None:
        raise RuntimeError("orjson is measured, too: install the extra `fast`")
    with patch.object(json_bodies, "read_body_quickly", None):
        yield Measure(f"CPU, {page}", cpu_ratio(ours, theirs, calls=3), cpu_bounds[0])
    yield Measure(f"CPU, {page}, with orjson", cpu_ratio(ours, theirs, calls=3), cpu_bounds[1])
    yield Measure(f"memory, {page}", memory_ratio(ours, theirs), memory_bound)


def small_call(url: str) -> Measure:
    """A call with a small answer: what the way through the house costs."""
    plain, typed = plain_client(url), typed_client(url)
    ratio = cpu_ratio(
        lambda: typed.list_tags_for_resource(ARN),
        lambda: plain.list_tags_for_resource(resourceArn=ARN),
        calls=100,
        rounds=51,
    )
    return Measure("CPU, a small call", ratio, 0.60)


def main() -> int:
    """Print each measure as it is taken."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write it there, beside runs on other Pythons"
    )
    options = parser.parse_args()
    began = conditions("mypy", "pyright", "mypy-boto3-ecr")
    print("Ratios to plain boto3:", ", ".join(f"{k} {v}" for k, v in described(began)))
    taken: list[Measure] = []
    for measure in measures():
        taken.append(measure)
        bound = "" if measure.bound is None else f"(at most {measure.bound:g})"
        verdict = "" if measure.is_kept else "  BEYOND THE BOUND"
        print(f"{measure.value:8.3g}  {bound:16}  {measure.name}{verdict}", flush=True)
    if options.json:
        run = {"conditions": began, "measures": [attrs.asdict(m) for m in taken]}
        _write(options.json, run)
    return 0 if all(measure.is_kept for measure in taken) else 1


def _write(file: Path, run: dict[str, Any]) -> None:
    """Put a run in the place of an earlier one on the same Python."""
    runs: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    python = "{}.{}".format(*sys.version_info)
    file.write_text(
        json.dumps(dict(sorted({**runs, python: run}.items())), indent=2) + "\n", "utf-8"
    )


if __name__ == "__main__":
    sys.exit(main())
