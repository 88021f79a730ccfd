"""Calls in asyncio: over real HTTP, many at once, cancelled, and at the end of the client."""

from __future__ import annotations

import asyncio
import gc
import pickle
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import boto3
import pytest
import uvloop
from botocore.stub import Stubber
from moto import mock_aws

from ecr_typed import (
    CallEvent,
    ClientClosedError,
    EcrClient,
    EcrRequestError,
    Repository,
    RepositoryNotFoundException,
    RetryPolicy,
    ThrottlingException,
)
from ecr_typed.aio import AsyncEcrClient
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import ErrorResponse, LateResponse
from tests.support.clients import boto3_client

Value = TypeVar("Value")

LATE = LateResponse(delay=30.0)


def on(loop: str, coroutine: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine on asyncio's loop or on uvloop's."""
    return asyncio.run(coroutine) if loop == "asyncio" else uvloop.run(coroutine)


async def in_flight(emulator: EcrEmulator, calls: int = 1) -> None:
    """Wait until the emulator holds back that many responses."""
    while len(emulator.faults.injected) < calls:
        await asyncio.sleep(0.005)


def busy_threads() -> list[str]:
    """The threads of asynchronous clients."""
    return [thread.name for thread in threading.enumerate() if "ecr_typed-aio" in thread.name]


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_thousand_calls_are_gathered(fresh: EcrEmulator, loop: str) -> None:
    """More calls than threads wait for one, and all succeed."""

    async def program() -> int:
        async with AsyncEcrClient.from_client(fresh.client(), concurrency=16) as ecr:
            repository = await ecr.create_repository("team/app", tags={"a": "b"})
            arn = repository.repository_arn
            found = await asyncio.gather(*(ecr.list_tags_for_resource(arn) for _ in range(1000)))
        return len({tags[0].value for tags in found})

    assert on(loop, program()) == 1


def test_listings_are_iterated_over(fresh: EcrEmulator) -> None:
    """Items, pages, the first and the list: as with the blocking client."""

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr:
            for number in range(25):
                await ecr.create_repository(f"team/app-{number:02}")
            listing = ecr.describe_repositories(page_size=10)
            names = [repository.repository_name async for repository in listing]
            assert names == [f"team/app-{number:02}" for number in range(25)]
            sizes = [len(page.repositories) async for page in listing.pages()]
            assert sizes == [10, 10, 5]
            first = await listing.first()
            assert first is not None
            assert first.repository_name == names[0]
            cut = ecr.describe_repositories(page_size=10, max_items=13)
            assert [item.repository_name for item in await cut.to_list()] == names[:13]

    asyncio.run(program())


def test_errors_are_those_of_the_blocking_client(fresh: EcrEmulator) -> None:
    """A refusal has its class, its explanations and its request id."""

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr:
            with pytest.raises(RepositoryNotFoundException) as caught:
                await ecr.delete_repository("team/app")
            assert caught.value.request_id
            assert caught.value.explanations == ("Called with repository_name='team/app'",)
            with pytest.raises(EcrRequestError, match="page_size"):
                ecr.describe_repositories(page_size=5000)

    asyncio.run(program())


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_cancelled_calls_end_at_once(fresh: EcrEmulator, loop: str) -> None:
    """Of twelve calls on eight threads, those in flight are cut off and the rest never begin."""
    told: list[CallEvent] = []

    async def program() -> float:
        client = fresh.client(on_call=told.append)
        async with AsyncEcrClient.from_client(client, concurrency=8) as ecr:
            fresh.faults.inject(LATE, operation_name="DescribeRegistry", times=12)
            calls = [asyncio.create_task(ecr.describe_registry()) for _ in range(12)]
            await in_flight(fresh, 8)
            began = time.monotonic()
            # Those that wait for a thread first: a thread that gets free takes the next of them.
            for call in reversed(calls):
                call.cancel()
            ended = await asyncio.gather(*calls, return_exceptions=True)
            passed = time.monotonic() - began
            assert all(isinstance(end, asyncio.CancelledError) for end in ended)
            # Those in flight end on their threads, and the next call works.
            assert await ecr.describe_repositories().first() is None
            async with asyncio.timeout(10):
                while len(told) < 9:
                    await asyncio.sleep(0.005)
        return passed

    # Far from the half minute of a response.
    assert on(loop, program()) < 5
    ended = [event for event in told if event.operation_name == "DescribeRegistry"]
    assert len(ended) == 8
    assert all(isinstance(event.error, ClientClosedError) for event in ended)


def test_cancelled_write_may_have_been_applied(fresh: EcrEmulator) -> None:
    """A write that is cut off has reached the service, and its event says so."""
    told: list[CallEvent] = []

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client(on_call=told.append)) as ecr:
            fresh.faults.inject(LATE, operation_name="CreateRepository")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await ecr.create_repository("team/app")
            while not told:
                await asyncio.sleep(0.01)
            (event,) = told
            assert event.error is not None
            assert event.error.maybe_applied
            assert await ecr.describe_repositories().first() is not None

    asyncio.run(program())


def test_time_out_covers_the_wait_for_a_thread(fresh: EcrEmulator) -> None:
    """A call that is still queued is cancelled without a request."""
    told: list[CallEvent] = []

    async def program() -> None:
        client = fresh.client(on_call=told.append)
        async with AsyncEcrClient.from_client(client, concurrency=1) as ecr:
            fresh.faults.inject(LATE, operation_name="DescribeRegistry")
            first = asyncio.create_task(ecr.describe_registry())
            await in_flight(fresh)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ecr.create_repository("team/app")
            first.cancel()
            assert await ecr.describe_repositories().first() is None

    asyncio.run(program())
    assert "CreateRepository" not in {event.operation_name for event in told}


def test_a_failing_task_ends_its_group(fresh: EcrEmulator) -> None:
    """In a TaskGroup, one error cancels the calls of the others."""

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr:
            fresh.faults.inject(LATE, operation_name="DescribeRegistry", times=3)
            began = time.monotonic()

            async def tasks() -> None:
                async with asyncio.TaskGroup() as group:
                    for _ in range(3):
                        group.create_task(ecr.describe_registry())
                    group.create_task(ecr.delete_repository("team/app"))

            with pytest.raises(ExceptionGroup) as caught:
                await tasks()
            assert caught.group_contains(RepositoryNotFoundException)
            assert time.monotonic() - began < 10

    asyncio.run(program())


def test_listing_that_is_left_early_holds_nothing(fresh: EcrEmulator) -> None:
    """After a `break`, no thread is busy: the only one of the client takes the next call."""

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client(), concurrency=1) as ecr:
            for number in range(6):
                await ecr.create_repository(f"team/app-{number}")
            async for repository in ecr.describe_repositories(page_size=2):
                assert repository.repository_name == "team/app-0"
                break
            assert len(await ecr.describe_repositories().to_list()) == 6

    asyncio.run(program())


def test_listing_that_is_cancelled_goes_on_from_its_token(fresh: EcrEmulator) -> None:
    """The token of the last page that came is where another listing goes on."""

    async def program() -> list[str]:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr:
            for number in range(6):
                await ecr.create_repository(f"team/app-{number}")
            seen: list[str] = []
            token: str | None = None

            async def read() -> None:
                nonlocal token
                async for page in ecr.describe_repositories(page_size=2).pages():
                    seen.extend(item.repository_name for item in page.repositories)
                    token = page.next_token
                    fresh.faults.inject(LATE, operation_name="DescribeRepositories")

            with pytest.raises(TimeoutError):
                await asyncio.wait_for(read(), timeout=1)
            assert len(seen) == 2
            rest = ecr.describe_repositories(starting_token=token)
            return seen + [item.repository_name async for item in rest]

    assert asyncio.run(program()) == [f"team/app-{number}" for number in range(6)]


def test_closing_ends_what_runs(fresh: EcrEmulator) -> None:
    """Calls in flight end with `aclose`, and later ones are refused; the given client stays open."""

    async def program(client: EcrClient) -> None:
        ecr = AsyncEcrClient.from_client(client)
        fresh.faults.inject(LATE, operation_name="DescribeRegistry")
        call = asyncio.create_task(ecr.describe_registry())
        await in_flight(fresh)
        await ecr.aclose()
        with pytest.raises(ClientClosedError):
            await call
        with pytest.raises(ClientClosedError, match="async with"):
            await ecr.describe_registry()

    with fresh.client() as client:
        asyncio.run(program(client))
        assert client.describe_repositories().first() is None


def test_options_are_for_one_client_of_two(fresh: EcrEmulator) -> None:
    """A client with other options shares the threads, and leaves the first open when it ends."""
    throttled = ErrorResponse("ThrottlingException", "Rate exceeded")

    async def program() -> None:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr:
            fresh.faults.inject(throttled, operation_name="DescribeRegistry", times=1)
            async with ecr.with_options(retry=RetryPolicy(max_attempts=1, pace=False)) as once:
                with pytest.raises(ThrottlingException):
                    await once.describe_registry()
            assert (await ecr.describe_registry()).registry_id

    asyncio.run(program())


def test_threads_that_wait_are_all_woken(fresh: EcrEmulator) -> None:
    """After a pause, as many calls run at the same time as at the beginning."""
    together = threading.Barrier(16)

    async def program() -> list[int]:
        async with AsyncEcrClient.from_client(fresh.client(), concurrency=16) as ecr:
            places: list[int] = []
            for _ in range(4):
                calls = [ecr.run(lambda _: together.wait(timeout=30.0)) for _ in range(16)]
                places += await asyncio.gather(*calls)
                await asyncio.sleep(0.02)  # the threads wait for work
            return places

    assert sorted(asyncio.run(program())) == sorted([*range(16)] * 4)


def test_a_job_runs_on_the_threads(fresh: EcrEmulator) -> None:
    """`run` gives the blocking client to a function, and its value back."""

    async def program() -> list[str]:
        async with AsyncEcrClient.from_client(fresh.client()) as ecr:
            await ecr.create_repository("team/app")
            return await ecr.run(lambda c: [r.repository_name for r in c.describe_repositories()])

    assert asyncio.run(program()) == ["team/app"]


def test_stubber_works_as_ever(session: boto3.Session) -> None:
    """botocore's own way to test works on the client underneath."""
    client = boto3_client(session)

    async def program() -> list[Repository]:
        async with AsyncEcrClient.from_client(EcrClient.from_boto3(client)) as ecr:
            return await ecr.describe_repositories().to_list()

    with Stubber(client) as stubber:
        response: Any = {"repositories": []}
        stubber.add_response("describe_repositories", response)
        assert asyncio.run(program()) == []


@pytest.mark.usefixtures("motos_handler")
def test_moto_works_as_ever() -> None:
    """moto's `mock_aws` emulates the calls of the threads, too."""

    async def program() -> str:
        async with AsyncEcrClient(region_name="us-east-1") as ecr:
            await ecr.create_repository("team/app", tags={"team": "payments"})
            (repository,) = await ecr.describe_repositories().to_list()
            (tag,) = await ecr.list_tags_for_resource(repository.repository_arn)
        return tag.value

    with mock_aws():
        assert asyncio.run(program()) == "payments"


def test_threads_end_with_the_client(fresh: EcrEmulator) -> None:
    """A client that nobody closes and nobody keeps leaves no thread."""

    async def program() -> None:
        ecr = AsyncEcrClient.from_client(fresh.client(), concurrency=3)
        await asyncio.gather(*(ecr.describe_registry() for _ in range(3)))

    asyncio.run(program())
    gc.collect()
    ends = time.monotonic() + 10
    while busy_threads() and time.monotonic() < ends:
        time.sleep(0.01)
    assert busy_threads() == []


def test_mistakes_say_what_to_do(fresh: EcrEmulator) -> None:
    """`with`, `for`, `await` of a listing, pickles and odd options are refused by name."""
    untyped: Any = AsyncEcrClient.from_client(fresh.client())
    listing = untyped.describe_repositories()
    with pytest.raises(TypeError, match="`async with`"), untyped:
        pass
    with pytest.raises(TypeError, match="`async for`"):
        iter(listing)
    with pytest.raises(TypeError, match="to_list"):
        listing.__await__()
    with pytest.raises(TypeError, match="first"):
        bool(listing)
    with pytest.raises(TypeError, match="where it is used"):
        pickle.dumps(untyped)
    mistakes: list[Any] = [0, -1, True, "8"]
    for wrong in mistakes:
        with pytest.raises(EcrRequestError, match="concurrency: expected a whole number"):
            AsyncEcrClient.from_client(untyped.client, concurrency=wrong)
    with pytest.raises(EcrRequestError, match="client: expected an EcrClient"):
        AsyncEcrClient.from_client(boto3)  # type: ignore[arg-type]  # that is the mistake
    assert repr(untyped) == "<AsyncEcrClient for us-east-1>"
