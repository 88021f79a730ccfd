"""What a job of many small calls costs over real HTTP: on threads, and in asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, Final, cast

import boto3
from botocore.config import Config

from bench.canned import ARN
from bench.measures import Measure
from bench.throttled_service import Limit, throttled_service
from ecr_typed import EcrClient
from ecr_typed.aio import AsyncEcrClient

_AT_ONCE: Final = 64
_CALLS: Final = 1_000
_ROUNDS: Final = 5
_TAGS: Final = {"team": "payments"}
_UNLIMITED: Final = Limit(1e9)


def many_calls() -> Iterator[Measure]:
    """The CPU of a job, to that of boto3 on as many threads."""
    with throttled_service(_UNLIMITED) as url:
        # As a program has it that sets nothing: with 10 connections for 64 threads.
        config = Config(retries={"total_max_attempts": 1})
        plain: Any = cast("Any", boto3).client(
            "ecr",
            region_name="us-east-1",
            endpoint_url=url,
            config=config,
            aws_access_key_id="key",
            aws_secret_access_key="secret",  # noqa: S106  # nobody's
        )
        session: Any = boto3.Session("key", "secret", region_name="us-east-1")
        typed = EcrClient(session=session, endpoint_url=url)

        def theirs() -> None:
            tags = [{"Key": key, "Value": value} for key, value in _TAGS.items()]
            _on_threads(lambda: plain.tag_resource(resourceArn=ARN, tags=tags))

        def ours() -> None:
            _on_threads(lambda: typed.tag_resource(ARN, _TAGS))

        def ours_in_asyncio() -> None:
            asyncio.run(_gather(typed))

        name = f"CPU, {_CALLS:,} calls, {_AT_ONCE} at once"
        yield Measure(f"{name}, on threads", _ratio(ours, theirs), 1.15)
        yield Measure(f"{name}, in asyncio", _ratio(ours_in_asyncio, theirs), 1.3)


def _on_threads(call: Callable[[], object]) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for future in [pool.submit(call) for _ in range(_CALLS)]:
            future.result()


async def _gather(client: EcrClient) -> None:
    async with AsyncEcrClient.from_client(client, concurrency=_AT_ONCE) as ecr:
        await asyncio.gather(*(ecr.tag_resource(ARN, _TAGS) for _ in range(_CALLS)))


def _ratio(ours: Callable[[], None], theirs: Callable[[], None]) -> float:
    for warm_up in (ours, theirs):
        warm_up()
    return median(_cpu(ours) / _cpu(theirs) for _ in range(_ROUNDS))


def _cpu(job: Callable[[], None]) -> float:
    began = time.process_time()
    job()
    return time.process_time() - began
