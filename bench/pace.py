"""How calls fare that a service throttles: with ecr_typed, and in boto3's own retry modes.

`python -m bench.pace FILE` writes one run to a file, from which `docs/pictures.py` draws. The service
is a process of its own on loopback; what it lets through is known, so the ideal time is, too.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
import timeit
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import attrs
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import ecr_typed
from bench.canned import ARN, TAGS, typed_client
from bench.measures import Measure
from bench.throttled_service import Limit, throttled_service
from ecr_typed import EcrClient
from ecr_typed._calls.turns import Paces

THREADS: Final = 64

MakeCall = Callable[[], object]


@attrs.frozen
class Job:
    """Many calls at once against a limit."""

    per_second: int
    threads: int
    calls: int

    @property
    def ideal_seconds(self) -> float:
        """How long the service takes to let all calls through."""
        return (self.calls - self.per_second) / self.per_second

    def __str__(self) -> str:
        return f"{self.calls:,} calls from {self.threads} threads at {self.per_second} a second"


JOBS: Final = (Job(50, 64, 1200), Job(200, 64, 4000), Job(10, 16, 200), Job(5, 16, 100))
CHANGING: Final = (Limit(20, 15), Limit(200, 25), Limit(20, 20))


@attrs.frozen
class Outcome:
    """What came of a job."""

    lost: int
    seconds: float


def ours(url: str) -> MakeCall:
    """Make calls with ecr_typed."""
    ecr = EcrClient(session=_session(), endpoint_url=url)
    return lambda: ecr.tag_resource(ARN, {"team": "payments"})


def in_mode(mode: str) -> Callable[[str], MakeCall]:
    """Make calls with boto3 in one of its retry modes."""
    # The stubs know modes as literals.
    retries: Any = {"mode": mode}

    def make(url: str) -> MakeCall:
        config = Config(retries=retries, max_pool_connections=THREADS)
        # The stubs of `client` name every service of AWS, most of them not installed.
        session: Any = _session()
        client = session.client("ecr", endpoint_url=url, config=config)
        return lambda: client.tag_resource(
            resourceArn=ARN, tags=[{"Key": "team", "Value": "payments"}]
        )

    return make


def _session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="us-east-1")


def run(job: Job, connect: Callable[[str], MakeCall]) -> Outcome:
    """Make the calls of a job, and count those that fail."""
    with throttled_service(Limit(job.per_second)) as url:
        make_call = connect(url)
        began = time.perf_counter()
        with ThreadPoolExecutor(job.threads) as pool:
            calls = [pool.submit(_succeeds, make_call) for _ in range(job.calls)]
        lost = sum(not call.result() for call in calls)
        return Outcome(lost, time.perf_counter() - began)


def _succeeds(make_call: MakeCall) -> bool:
    try:
        make_call()
    except ClientError:
        return False
    return True


def calls_by_second(limits: Sequence[Limit], connect: Callable[[str], MakeCall]) -> list[int]:
    """Call from many threads while the limits hold: how many calls succeed in each second."""
    seconds = int(sum(limit.seconds for limit in limits))
    succeeded = [0] * (seconds + 1)
    with throttled_service(*limits) as url:
        make_call = connect(url)
        began = time.perf_counter()

        def work() -> None:
            while time.perf_counter() - began < seconds:
                if _succeeds(make_call):
                    succeeded[min(int(time.perf_counter() - began), seconds)] += 1

        with ThreadPoolExecutor(THREADS) as pool:
            working = [pool.submit(work) for _ in range(THREADS)]
        for thread in working:
            thread.result()
    return succeeded[:seconds]


def seconds_to_follow(succeeded: Sequence[int], limits: Sequence[Limit]) -> int:
    """How many seconds after the limit was raised nine tenths of it are used."""
    raised = int(limits[0].seconds)
    return next(
        (
            second
            for second in range(int(limits[1].seconds))
            if succeeded[raised + second] >= 0.9 * limits[1].per_second
        ),
        int(limits[1].seconds),
    )


def share(*, calls: int = 1000) -> float:
    """What a call that was never throttled pays, as a share of its CPU time."""
    paces, ecr = Paces(), typed_client(TAGS)
    asked = min(timeit.repeat(lambda: paces.has("ListTagsForResource"), number=calls))
    called = min(timeit.repeat(lambda: ecr.list_tags_for_resource(ARN), number=calls))
    return asked / called


def pace() -> Iterator[Measure]:
    """No call is lost, and little time is; calls that are never throttled pay next to nothing."""
    yield Measure("throttled: CPU of asking whether a call is, to a small call", share(), 0.01)
    for job in JOBS:
        outcome = run(job, ours)
        yield Measure(f"throttled: calls lost, {job}", outcome.lost, 0)
        ratio = outcome.seconds / job.ideal_seconds
        yield Measure(f"throttled: time to the ideal, {job}", ratio, 1.15)
    for mode in ("standard", "adaptive"):
        outcome = run(JOBS[0], in_mode(mode))
        # For comparison: there is no bound for others.
        yield Measure(f"throttled: calls lost by boto3, {mode} mode", outcome.lost, JOBS[0].calls)
        seconds = outcome.seconds / JOBS[0].ideal_seconds
        yield Measure(f"throttled: its time to the ideal, {mode} mode", seconds, 100)
    followed = seconds_to_follow(calls_by_second(CHANGING, ours), CHANGING)
    yield Measure("throttled: seconds until a limit that was raised tenfold is used", followed, 10)


def main() -> None:
    """Write a run of each kind to a file."""
    parser = argparse.ArgumentParser(prog="python -m bench.pace", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    options = parser.parse_args()
    clients = {
        "ecr_typed": ours,
        "boto3, standard mode": in_mode("standard"),
        "boto3, adaptive mode": in_mode("adaptive"),
    }
    result = {
        "versions": {
            "ecr_typed": ecr_typed.__version__,
            "python": platform.python_version(),
            "boto3": version("boto3"),
        },
        "job": {**attrs.asdict(JOBS[0]), "ideal_seconds": JOBS[0].ideal_seconds},
        "outcomes": {name: attrs.asdict(run(JOBS[0], client)) for name, client in clients.items()},
        "limits": [attrs.asdict(limit) for limit in CHANGING],
        "calls_by_second": {
            name: calls_by_second(CHANGING, clients[name])
            for name in ("ecr_typed", "boto3, adaptive mode")
        },
    }
    options.file.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
