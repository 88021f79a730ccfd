"""The job of many calls: an inventory of 2,000 repositories, by 4,002 calls.

It lists the repositories by two pages, and asks for the images and the tags of each. All clients
make the same calls, 64 at a time, to one service on loopback that takes 50 ms for each. Peers have
no ecr_typed: nothing of it is imported here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

AT_ONCE: Final = 64
LATENCY: Final = 0.05
PAGES: Final = 2
REPOSITORIES: Final = 2_000
FOUND: Final = 8_000
"""Three images and a tag for each."""

ROUNDS: Final = 5

Job = Callable[[], int]
"""Makes the inventory, and returns how many images and tags there are."""


def with_boto3(client: Any) -> Job:
    """Make the job with boto3 on threads; the client has a connection for each."""

    def look_at(repository: Any) -> int:
        images = client.describe_images(
            repositoryName=repository["repositoryName"], maxResults=1000
        )
        tags = client.list_tags_for_resource(resourceArn=repository["repositoryArn"])
        return len(images["imageDetails"]) + len(tags["tags"])

    def job() -> int:
        pages = client.get_paginator("describe_repositories")
        listing = pages.paginate(PaginationConfig={"PageSize": 1000})
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return sum(pool.map(look_at, listing.search("repositories[]")))

    return job


def ratios(ours: Job, theirs: Job, rounds: int = ROUNDS) -> tuple[float, float]:
    """CPU and wall time against those of another way: of each, the quickest of some rounds."""
    taken = [(_cost(ours), _cost(theirs)) for _ in range(rounds)]
    our_cpu, our_wall = (min(cost[0][kind] for cost in taken) for kind in (0, 1))
    their_cpu, their_wall = (min(cost[1][kind] for cost in taken) for kind in (0, 1))
    return our_cpu / their_cpu, our_wall / their_wall


def _cost(job: Job) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    found = job()
    cost = time.process_time() - cpu, time.perf_counter() - wall
    if found != FOUND:
        raise LookupError(f"an inventory found {found} images and tags instead of {FOUND}")
    return cost
