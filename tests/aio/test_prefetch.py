"""Pages that are fetched ahead in asyncio."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ecr_typed import (
    DescribeRepositoriesResponse,
    EcrRequestError,
    Repository,
    RetryPolicy,
    ServerException,
)
from ecr_typed.aio import AsyncEcrClient, AsyncPager
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import SERVER_EXCEPTION, LateResponse

SIZE = 5
NEVER = LateResponse(delay=600.0)

Listing = AsyncPager[Repository, DescribeRepositoriesResponse]
Walk = Callable[[Listing, int], AsyncIterator[Any]]


def by_items(pager: Listing, prefetch: int) -> AsyncIterator[Any]:
    """The items."""
    return pager.items(prefetch=prefetch)


def by_pages(pager: Listing, prefetch: int) -> AsyncIterator[Any]:
    """The pages."""
    return pager.pages(prefetch=prefetch)


@pytest.fixture
def stocked(fresh: EcrEmulator) -> EcrEmulator:
    """Give the emulator with some repositories."""
    with fresh.client() as ecr:
        for number in range(SIZE):
            ecr.create_repository(f"app-{number}")
    fresh.faults.reset()
    return fresh


async def collect(pager: Listing, found: list[str]) -> None:
    """Collect the names of the items."""
    async for one in pager.items(prefetch=2):
        found.append(one.repository_name)


async def arrived(emulator: EcrEmulator, count: int) -> None:
    """Wait until so many requests met a fault."""
    async with asyncio.timeout(20):
        while len(emulator.faults.injected) < count:
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("walk", [by_items, by_pages])
@pytest.mark.parametrize("prefetch", [1, 2])
def test_next_pages_arrive_while_the_program_works(
    stocked: EcrEmulator, walk: Walk, prefetch: int
) -> None:
    """Before the program goes on, the next pages were asked for, and no more than those."""
    stocked.faults.inject(LateResponse(), share=1.0)

    async def program() -> tuple[list[Any], list[Any]]:
        async with AsyncEcrClient.from_client(stocked.client()) as ecr:
            pager = ecr.describe_repositories(page_size=1)
            found: list[Any] = []
            async for one in walk(pager, prefetch):
                found.append(one)
                expected = min(len(found) + prefetch, SIZE)
                await arrived(stocked, expected)
                assert len(stocked.faults.injected) == expected
            return found, [one async for one in walk(pager, 0)]

    found, plain = asyncio.run(program())
    assert len(found) == SIZE
    assert found == plain


def test_error_comes_in_its_turn_and_says_where_to_go_on(stocked: EcrEmulator) -> None:
    """All items before are given, and from the error's token on nothing comes twice."""
    stocked.faults.inject(LateResponse())
    stocked.faults.inject(SERVER_EXCEPTION)

    async def program() -> list[str]:
        client = stocked.client(retry=RetryPolicy(max_attempts=1))
        async with AsyncEcrClient.from_client(client) as ecr:
            found: list[str] = []
            with pytest.raises(ServerException) as caught:
                await collect(ecr.describe_repositories(page_size=1), found)
            assert len(found) == 1
            rest = ecr.describe_repositories(starting_token=caught.value.next_token)
            return [*found, *[one.repository_name async for one in rest.items(prefetch=1)]]

    assert asyncio.run(program()) == [f"app-{number}" for number in range(SIZE)]


@pytest.mark.parametrize("walk", [by_items, by_pages])
def test_leaving_the_loop_cancels_what_is_on_its_way(
    stocked: EcrEmulator, walk: Walk, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for a page that is not needed any more, and nothing is logged as lost."""
    stocked.faults.inject(LateResponse())
    stocked.faults.inject(NEVER)

    async def program() -> int:
        async with AsyncEcrClient.from_client(stocked.client(), concurrency=1) as ecr:
            async for _ in walk(ecr.describe_repositories(page_size=1), 2):
                await arrived(stocked, 2)
                break
            # The only thread of the client is free again.
            return len(await ecr.describe_repositories().to_list())

    began = time.monotonic()
    with caplog.at_level(logging.ERROR, "asyncio"):
        assert asyncio.run(program()) == SIZE
    assert time.monotonic() - began < NEVER.delay / 2
    assert not caplog.records


def test_cancelled_program_cancels_what_is_on_its_way(stocked: EcrEmulator) -> None:
    """The request ends with the task that waits for its page."""
    stocked.faults.inject(LateResponse())
    stocked.faults.inject(NEVER)

    async def listing(ecr: AsyncEcrClient) -> list[Repository]:
        return [one async for one in ecr.describe_repositories(page_size=1).items(prefetch=1)]

    async def program() -> int:
        async with AsyncEcrClient.from_client(stocked.client(), concurrency=1) as ecr:
            task = asyncio.create_task(listing(ecr))
            await arrived(stocked, 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return len(await ecr.describe_repositories().to_list())

    began = time.monotonic()
    assert asyncio.run(program()) == SIZE
    assert time.monotonic() - began < NEVER.delay / 2


def test_other_counts_are_refused(stocked: EcrEmulator) -> None:
    """The error names the argument, before anything is sent."""

    async def program() -> None:
        async with AsyncEcrClient.from_client(stocked.client()) as ecr:
            pager = ecr.describe_repositories()
            for walk in (by_items, by_pages):
                with pytest.raises(EcrRequestError, match="prefetch"):
                    walk(pager, -1)

    asyncio.run(program())
