"""A million repositories, one page after the other: what they cost as they go by.

`python -m bench.streaming FILE` writes a run to a file, from which `docs/pictures.py` draws. Each
client runs in a process of its own, whose memory nothing else takes.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.conditions import conditions
from bench.connecting import plain_client, typed_client
from bench.measures import Measure
from bench.service import service

PAGE: Final = 1_000
ALL: Final = 1_000_000
STEP: Final = 20_000
"""After how many repositories time and memory are looked at."""


class Moment(NamedTuple):
    """What a listing has taken so far."""

    repositories: int
    seconds: float
    """CPU time."""

    megabytes: float
    """The memory of the process."""


def ours(url: str) -> Iterable[object]:
    """All repositories, as models."""
    return typed_client(url).describe_repositories()


def theirs(url: str) -> Iterable[object]:
    """All repositories, as boto3's dicts."""
    pages = plain_client(url).get_paginator("describe_repositories")
    for page in pages.paginate(PaginationConfig={"PageSize": PAGE}):
        yield from page["repositories"]


CLIENTS: Final[dict[str, Callable[[str], Iterable[object]]]] = {"ecr_typed": ours, "boto3": theirs}


def moments(repositories: Iterable[object]) -> Iterator[Moment]:
    """Take the repositories, and look at time and memory now and then."""
    began = time.process_time()
    for count, _ in enumerate(repositories, 1):
        if count % STEP == 0:
            seconds = time.process_time() - began
            yield Moment(count, round(seconds, 3), round(_megabytes(), 2))
            # To look at it takes no time of the listing.
            began = time.process_time() - seconds


def _megabytes() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def run(client: str) -> list[Moment]:
    """List all repositories with one of the clients, in a process of its own."""
    with service(pages=ALL // PAGE) as url:
        command = [sys.executable, "-m", "bench.streaming", "--client", client, "--url", url]
        printed: list[Any] = json.loads(subprocess.check_output(command, text=True))
    return [Moment(*moment) for moment in printed]


def streaming() -> Iterator[Measure]:
    """The last tenth takes as long as the first, and nothing of either is kept."""
    taken = run("ecr_typed")
    tenth = len(taken) // 10
    early = taken[2 * tenth - 1].seconds - taken[tenth - 1].seconds
    late = taken[-1].seconds - taken[-tenth - 1].seconds
    name = f"{ALL:,} repositories streamed"
    yield Measure(f"{name}: CPU of the last tenth, to the second", late / early, 1.2)
    growth = taken[-1].megabytes - taken[tenth - 1].megabytes
    yield Measure(f"{name}: MB of memory more than after a tenth", growth, 4.0)


def main() -> None:
    """Write a run of each client to a file, or print that of one."""
    parser = argparse.ArgumentParser(prog="python -m bench.streaming", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE")
    parser.add_argument("--client", choices=CLIENTS, help="run it here, and print what it takes")
    parser.add_argument("--url", help="where the repositories are listed")
    options = parser.parse_args()
    if options.client is not None:
        print(json.dumps(list(moments(CLIENTS[options.client](options.url)))))
        return
    if options.file is None:
        parser.error("name a FILE, or a --client")
    result = {
        "conditions": conditions(),
        "moments": {client: run(client) for client in CLIENTS},
    }
    options.file.write_text(json.dumps(result) + "\n", "utf-8")


if __name__ == "__main__":
    main()
