"""Pages that are fetched ahead: sooner, and otherwise exactly as without."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    ClientClosedError,
    DescribeRepositoriesResponse,
    EcrClient,
    EcrError,
    EcrRequestError,
    Pager,
    PaginationError,
    Repository,
)
from ecr_typed.jobs import each
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import LateResponse
from tests.calls.test_paging_errors import FAILURES
from tests.support.registry import Registry
from tests.support.samples import page
from tests.support.wire import Answer, Wire, reply

SIZE = 6
PATIENCE = 20.0
"""How long something is waited for that has to come, in seconds: a busy machine is slow."""

NEVER = LateResponse(delay=600.0)

Listing = Pager[Repository, DescribeRepositoriesResponse]
Walk = Callable[[Listing, int], Iterator[object]]


def by_items(pager: Listing, prefetch: int) -> Iterator[object]:
    """The names of the items."""
    return (found.repository_name for found in pager.items(prefetch=prefetch))


def by_pages(pager: Listing, prefetch: int) -> Iterator[object]:
    """The tokens and the names of the pages."""
    return (
        (found.next_token, [repository.repository_name for repository in found.repositories])
        for found in pager.pages(prefetch=prefetch)
    )


@pytest.fixture(scope="module")
def emulator() -> Iterator[EcrEmulator]:
    """Give an emulator with some repositories."""
    with EcrEmulator() as emulator:
        with emulator.client() as ecr:
            for number in range(SIZE):
                ecr.create_repository(f"app-{number}")
        yield emulator


@pytest.fixture
def listed(emulator: EcrEmulator) -> Iterator[EcrClient]:
    """Give a client of the emulator, which met no fault yet."""
    emulator.faults.reset()
    with emulator.client() as ecr:
        yield ecr
    emulator.faults.reset()


def threads() -> list[str]:
    """The threads that fetch ahead."""
    return [found.name for found in threading.enumerate() if "ecr_typed-prefetch" in found.name]


def wait_until(condition: Callable[[], bool]) -> bool:
    """Wait until something is so, or for long enough to know that it won't be."""
    ends = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < ends:
        time.sleep(0.005)
    return condition()


def requests(emulator: EcrEmulator) -> int:
    """How many requests met a fault, and so arrived."""
    return len(emulator.faults.injected)


def arrived(emulator: EcrEmulator, count: int) -> bool:
    """Wait until so many requests met a fault."""
    return wait_until(lambda: requests(emulator) >= count)


@pytest.mark.parametrize("walk", [by_items, by_pages])
@pytest.mark.parametrize("prefetch", [1, 2])
def test_next_pages_arrive_while_the_program_works(
    emulator: EcrEmulator, listed: EcrClient, walk: Walk, prefetch: int
) -> None:
    """Before the program goes on, the next pages were asked for, and no more than those."""
    emulator.faults.inject(LateResponse(), share=1.0)
    found: list[object] = []

    for one in walk(listed.describe_repositories(page_size=1), prefetch):
        found.append(one)
        expected = min(len(found) + prefetch, SIZE)
        assert arrived(emulator, expected)
        assert requests(emulator) == expected

    assert len(found) == SIZE
    assert threads() == []


@pytest.mark.parametrize("walk", [by_items, by_pages])
@pytest.mark.parametrize("prefetch", [1, 3])
@pytest.mark.parametrize("size", [0, 1, 5])
@pytest.mark.parametrize("options", [{}, {"page_size": 2}, {"page_size": 2, "max_items": 3}])
def test_pages_and_requests_are_those_without(
    ecr: EcrClient, wire: Wire, walk: Walk, prefetch: int, size: int, options: dict[str, Any]
) -> None:
    """Items, their order, tokens and requests are the same, on both kinds of client."""
    wire.responder = Registry(size)
    plain = list(walk(ecr.describe_repositories(**options), 0))
    sent = wire.bodies.copy()
    wire.sent.clear()

    assert list(walk(ecr.describe_repositories(**options), prefetch)) == plain
    assert wire.bodies == sent
    assert threads() == []


def test_nothing_is_sent_before_it_is_needed(ecr: EcrClient, wire: Wire) -> None:
    """The first page is asked for by the first step."""
    pager = ecr.describe_repositories()
    waiting = [pager.pages(prefetch=1), pager.items(prefetch=1)]

    assert wire.sent == []
    assert threads() == []
    del waiting


def test_first_asks_for_one(ecr: EcrClient, wire: Wire) -> None:
    """The first item alone is never followed by a page that nobody asked for."""
    wire.responder = Registry(5)

    assert ecr.describe_repositories().first() is not None
    assert wire.bodies == [{"maxResults": 1}]


@pytest.mark.parametrize(("failure", "expected"), FAILURES)
def test_error_comes_in_its_turn_and_says_where_to_go_on(
    once: EcrClient, wire: Wire, failure: Answer, expected: type[EcrError]
) -> None:
    """All items before are given, and from the error's token on nothing comes twice."""
    registry = wire.responder = Registry(6, failures={2: [failure]})
    found: list[object] = []

    with pytest.raises(expected) as caught:
        found.extend(by_items(once.describe_repositories(page_size=2), 2))
    assert found == registry.names[:2]
    assert caught.value.next_token == "2"
    assert threads() == []

    rest = once.describe_repositories(page_size=2, starting_token=caught.value.next_token)
    assert [*found, *by_items(rest, 1)] == registry.names


def test_repeated_token_is_an_error(ecr: EcrClient, wire: Wire) -> None:
    """The items of the page with the repeated token come before the error."""
    wire.will(page("a", token="t"), page("b", token="t"))
    found: list[object] = []

    with pytest.raises(PaginationError):
        found.extend(by_items(ecr.describe_repositories(), 1))

    assert found == ["a", "b"]
    assert len(wire.sent) == 2


def test_each_page_is_a_call(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """`on_call` is told of every page that is fetched ahead."""
    wire.responder = Registry(4)

    found = list(ecr.describe_repositories(page_size=2).pages(prefetch=1))

    assert [event.response for event in events] == found


def test_leaving_the_loop_ends_the_request_and_the_thread(
    emulator: EcrEmulator, listed: EcrClient
) -> None:
    """A page that is on its way does not hold up a program that has enough."""
    emulator.faults.inject(LateResponse())
    emulator.faults.inject(NEVER)

    for _ in listed.describe_repositories(page_size=1).items(prefetch=1):
        assert arrived(emulator, 2)
        break

    assert threads() == []
    assert len(listed.describe_repositories().to_list()) == SIZE


def test_iterator_that_is_dropped_or_closed_ends_its_thread(listed: EcrClient) -> None:
    """So does what raises in the loop."""
    pager = listed.describe_repositories(page_size=1)

    pages: Any = pager.pages(prefetch=1)
    next(pages)
    assert len(threads()) == 1
    pages.close()
    assert threads() == []

    dropped = pager.items(prefetch=1)
    next(dropped)
    del dropped
    assert threads() == []

    with suppress(ZeroDivisionError):
        for _ in pager.pages(prefetch=1):
            raise ZeroDivisionError
    assert threads() == []


def test_closed_client_ends_the_iteration(emulator: EcrEmulator, listed: EcrClient) -> None:
    """What is in flight is cut off; the error says where to go on."""
    emulator.faults.inject(LateResponse())
    emulator.faults.inject(NEVER)
    pages = listed.describe_repositories(page_size=1).pages(prefetch=1)
    first = next(pages)
    assert arrived(emulator, 2)

    listed.close()

    with pytest.raises(ClientClosedError) as caught:
        next(pages)
    assert caught.value.next_token == first.next_token is not None
    assert threads() == []


@pytest.mark.skipif(os.name == "nt", reason="a process can't send itself Ctrl-C there")
def test_interrupt_ends_the_request_and_the_thread(
    emulator: EcrEmulator, listed: EcrClient
) -> None:
    """Ctrl-C ends the wait for a page at once."""
    emulator.faults.inject(LateResponse())
    emulator.faults.inject(NEVER)
    pages: Any = listed.describe_repositories(page_size=1).pages(prefetch=1)
    next(pages)
    assert arrived(emulator, 2)
    is_waiting = threading.Event()

    def interrupt() -> None:
        is_waiting.wait()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)

    def step() -> None:
        is_waiting.set()
        next(pages)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            step()
    finally:
        signal.signal(signal.SIGINT, before)
        # On a busy machine, the interrupt may come before the wait.
        pages.close()
    assert threads() == []


def test_end_of_a_job_ends_what_its_functions_fetch_ahead(
    emulator: EcrEmulator, listed: EcrClient
) -> None:
    """A listing inside a job's function belongs to the job."""
    emulator.faults.inject(LateResponse())
    emulator.faults.inject(NEVER)

    def work(is_stuck: bool) -> None:
        if is_stuck:
            list(listed.describe_repositories(page_size=1).pages(prefetch=1))

    job = each(work, [False, True])
    next(job)
    assert arrived(emulator, 2)
    job.close()

    assert wait_until(lambda: threads() == [])


@pytest.mark.parametrize("prefetch", [-1, True, 1.0, "1", None])
def test_other_counts_are_refused(ecr: EcrClient, wire: Wire, prefetch: Any) -> None:
    """The error names the argument, before anything is sent."""
    pager = ecr.describe_repositories()

    for method in (pager.items, pager.pages):
        with pytest.raises(EcrRequestError, match="prefetch: expected a whole number of at least"):
            method(prefetch=prefetch)
    assert wire.sent == []


def test_pages_of_a_hundred_iterations_leave_no_thread(ecr: EcrClient, wire: Wire) -> None:
    """Each iteration has one thread, which ends with it."""
    wire.responder = lambda _: reply(page("a"))

    for _ in range(100):
        assert [*by_items(ecr.describe_repositories(), 1)] == ["a"]
    assert threads() == []
