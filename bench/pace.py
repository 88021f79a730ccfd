"""How calls fare that a service throttles: with ecr_typed, and in boto3's own retry modes.

`python -m bench.pace FILE` writes one run to a file, from which `docs/pictures.py` draws. The service
is a process of its own on loopback; what it lets through is known, so the ideal time is, too.
"""

from __future__ import annotations

import argparse
import json
import time
import timeit
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import attrs

from bench.bodies import ARN
from bench.conditions import conditions
from bench.connecting import typed_client
from bench.measures import Measure
from bench.service import Limit, service, throttled_by_second
from bench.throttled_jobs import CLIENTS, THREADS, Job, run, succeeds
from ecr_typed._calls.turns import Paces

JOBS: Final = (
    Job(50, 64, 1200),
    Job(200, 64, 4000),
    Job(10, 16, 200),
    Job(5, 16, 100, "PutImage"),
)
SHARED: Final = Job(50, 64, 1200, processes=2)
CHANGING: Final = (Limit(20, 15), Limit(200, 20), Limit(20, 20))


OURS: Final = "ecr_typed"
OTHERS: Final = tuple(name for name in CLIENTS if name != OURS)


@attrs.frozen
class Course:
    """What came of calls while the limit changed, in each second."""

    succeeded: list[int]
    throttled: list[int]
    lost: int


def course(limits: Sequence[Limit], client: str) -> Course:
    """Call from many threads while the limits hold, one after the other."""
    seconds = int(sum(limit.seconds for limit in limits))
    succeeded, lost = [0] * (seconds + 1), [0] * THREADS
    with service(*limits) as url:
        make_call = CLIENTS[client](url)["TagResource"]
        began = time.perf_counter()

        def work(thread: int) -> None:
            while time.perf_counter() - began < seconds:
                if succeeds(make_call):
                    succeeded[min(int(time.perf_counter() - began), seconds)] += 1
                else:
                    lost[thread] += 1

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))
        throttled = throttled_by_second(url)
    throttled += [0] * (seconds - len(throttled))
    return Course(succeeded[:seconds], throttled[:seconds], sum(lost))


def seconds_to_use(found: Course, limits: Sequence[Limit]) -> int:
    """How many seconds after the limit was raised nine tenths of it are used."""
    begin, most = int(limits[0].seconds), int(limits[1].seconds)
    enough = 0.9 * limits[1].per_second
    return next((s for s in range(most) if found.succeeded[begin + s] >= enough), most)


def seconds_to_keep(found: Course, limits: Sequence[Limit]) -> int:
    """How many seconds after the limit fell most requests keep it, in this second and the next."""
    begin, most = int(limits[0].seconds + limits[1].seconds), int(limits[2].seconds) - 1

    def is_kept(second: int) -> bool:
        return found.throttled[second] <= 0.25 * found.succeeded[second]

    return next((s for s in range(most) if is_kept(begin + s) and is_kept(begin + s + 1)), most)


def share(*, calls: int = 1000) -> float:
    """What a call that was never throttled pays, as a share of its CPU time."""
    paces = Paces()
    asked = min(timeit.repeat(lambda: paces.has("ListTagsForResource"), number=calls))
    with service() as url, typed_client(url) as ecr:
        called = min(
            timeit.repeat(
                lambda: ecr.list_tags_for_resource(ARN), timer=time.process_time, number=calls
            )
        )
    return asked / called


def pace() -> Iterator[Measure]:
    """No call is lost, and little time is; calls that are never throttled pay next to nothing."""
    yield Measure("throttled: CPU of asking whether a call is, to a small call", share(), 0.01)
    for job in (*JOBS, SHARED):
        outcome = run(job, OURS)
        yield Measure(f"throttled: calls lost, {job}", outcome.lost, 0)
        ratio = outcome.seconds / job.ideal_seconds
        yield Measure(f"throttled: time to the ideal, {job}", ratio, 1.15)
        # For comparison: there is no bound for others.
        for client in OTHERS if job in (JOBS[0], SHARED) else ():
            theirs = run(job, client)
            yield Measure(f"throttled: calls lost, {job}: {client}", theirs.lost)
            ratio = theirs.seconds / job.ideal_seconds
            yield Measure(f"throttled: time to the ideal, {job}: {client}", ratio)
    for client in CLIENTS:
        found = course(CHANGING, client)
        named = "" if client == OURS else f": {client}"
        lost, seconds = (0, 10) if client == OURS else (None, None)
        title = "throttled: a limit of 20 a second that rises to 200 and falls again"
        yield Measure(f"{title}: calls lost{named}", found.lost, lost)
        used, kept = seconds_to_use(found, CHANGING), seconds_to_keep(found, CHANGING)
        yield Measure(f"{title}: seconds until it is used{named}", used, seconds)
        yield Measure(f"{title}: seconds until it is kept{named}", kept, seconds)


def main() -> None:
    """Write a run of each kind to a file."""
    parser = argparse.ArgumentParser(prog="python -m bench.pace", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE")
    options = parser.parse_args()
    began = conditions()
    result = {
        "conditions": began,
        "job": {**attrs.asdict(JOBS[0]), "ideal_seconds": JOBS[0].ideal_seconds},
        "outcomes": {client: attrs.asdict(run(JOBS[0], client)) for client in CLIENTS},
        "limits": [attrs.asdict(limit) for limit in CHANGING],
        "courses": {client: attrs.asdict(course(CHANGING, client)) for client in CLIENTS},
    }
    options.file.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
