"""What is left when an asynchronous client, a listing or a function ends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecr_typed import ClientClosedError
from ecr_typed.aio import AsyncEcrClient
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import LateResponse


def threads_of_clients() -> set[threading.Thread]:
    """Return the threads that asynchronous clients and their listings started."""
    return {thread for thread in threading.enumerate() if "ecr_typed-" in thread.name}


def sockets() -> set[str]:
    """Return the sockets of this process that are open."""
    found: set[str] = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found


def comes_true(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so, but not for ever."""
    ends = time.monotonic() + 10
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.01)
    return is_so()


def test_closing_ends_the_threads(fresh: EcrEmulator) -> None:
    """They don't wait until nobody holds the client any more."""

    async def program() -> AsyncEcrClient:
        async with AsyncEcrClient.from_client(fresh.client(), concurrency=3) as ecr:
            await asyncio.gather(*(ecr.describe_registry() for _ in range(6)))
        return ecr

    before = threads_of_clients()
    kept = asyncio.run(program())
    assert comes_true(lambda: threads_of_clients() <= before)
    with pytest.raises(ClientClosedError):
        asyncio.run(kept.with_options().describe_registry())


def test_threads_end_with_the_last_of_two_clients(fresh: EcrEmulator) -> None:
    """A client with other options shares the threads: it works on where the first was closed."""

    async def program() -> None:
        ecr = AsyncEcrClient.from_client(fresh.client(), concurrency=2)
        other = ecr.with_options()
        await ecr.describe_registry()
        await ecr.aclose()
        assert (await other.describe_registry()).registry_id
        await other.aclose()

    before = threads_of_clients()
    asyncio.run(program())
    assert comes_true(lambda: threads_of_clients() <= before)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists sockets there")
@pytest.mark.parametrize("prefetch", [0, 2])
def test_listing_that_is_left_early_leaves_no_socket(fresh: EcrEmulator, prefetch: int) -> None:
    """After a `break`, and at the end of the client, all that it opened is closed."""
    with fresh.client() as client:
        for number in range(6):
            client.create_repository(f"team/app-{number}")
    before, threads = sockets(), threads_of_clients()

    async def program() -> None:
        client = fresh.client()
        async with AsyncEcrClient.from_client(client) as ecr:
            async for _ in ecr.describe_repositories(page_size=1).items(prefetch=prefetch):
                break
        client.close()

    asyncio.run(program())
    assert comes_true(lambda: threads_of_clients() <= threads)
    # The emulator's ends of the connections are in this process, too.
    assert comes_true(lambda: sockets() <= before)


def test_closing_ends_calls_that_wait_for_a_thread(fresh: EcrEmulator) -> None:
    """Of hundreds of calls, none begins on a thread that another's end sets free."""
    late, running = LateResponse(delay=30.0), 16

    async def program() -> list[object]:
        fresh.reset()
        ecr = AsyncEcrClient.from_client(fresh.client(), concurrency=running)
        fresh.faults.inject(late, operation_name="DescribeRegistry", times=running)
        calls = [asyncio.create_task(ecr.describe_registry()) for _ in range(500)]
        while len(fresh.faults.injected) < running:
            await asyncio.sleep(0.005)
        await ecr.aclose()
        return [*await asyncio.gather(*calls, return_exceptions=True)]

    for _ in range(8):
        assert {type(end) for end in asyncio.run(program())} == {ClientClosedError}


def test_function_that_finds_nothing_does_not_hang(fresh: EcrEmulator) -> None:
    """No future takes a StopIteration: it comes as the cause of another error."""

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr, asyncio.timeout(30):
            await ecr.run(lambda client: next(iter(client.describe_repositories())))

    with pytest.raises(RuntimeError, match="StopIteration") as caught:
        asyncio.run(program())
    assert isinstance(caught.value.__cause__, StopIteration)
