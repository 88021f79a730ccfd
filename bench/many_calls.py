"""What a job of many calls costs over HTTP: on threads, and in asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from botocore.config import Config

from bench.connecting import plain_client, typed_client
from bench.inventory import AT_ONCE, LATENCY, PAGES, ratios, with_boto3
from bench.measures import Measure
from bench.service import service
from ecr_typed import EcrClient, Repository
from ecr_typed.aio import AsyncEcrClient


def many_calls() -> Iterator[Measure]:
    """CPU and wall time of the job, to that of boto3 on as many threads."""
    with service(latency=LATENCY, pages=PAGES) as url, typed_client(url) as ecr:
        theirs = with_boto3(plain_client(url, Config(max_pool_connections=AT_ONCE)))
        for name, ours, cpu_bound, wall_bound in (
            ("on threads", lambda: on_threads(ecr), 0.62, 0.75),
            ("in asyncio", lambda: asyncio.run(in_asyncio(ecr)), 0.76, 0.85),
        ):
            cpu, wall = ratios(ours, theirs)
            yield Measure(f"CPU, 4,002 calls, {name}", cpu, cpu_bound)
            yield Measure(f"wall time, 4,002 calls, {name}", wall, wall_bound)


def on_threads(ecr: EcrClient) -> int:
    """Do the job with ours on threads."""

    def look_at(repository: Repository) -> int:
        images = ecr.describe_images(repository.repository_name).to_list()
        return len(images) + len(ecr.list_tags_for_resource(repository.repository_arn))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(look_at, ecr.describe_repositories()))


async def in_asyncio(client: EcrClient) -> int:
    """Do the job with ours in asyncio."""

    async def look_at(repository: Repository) -> int:
        images = await ecr.describe_images(repository.repository_name).to_list()
        return len(images) + len(await ecr.list_tags_for_resource(repository.repository_arn))

    async with AsyncEcrClient.from_client(client, concurrency=AT_ONCE) as ecr:
        looking = [look_at(repository) async for repository in ecr.describe_repositories()]
        return sum(await asyncio.gather(*looking))
