"""A function is called for each item, many at a time."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import (
    ClientClosedError,
    EcrClient,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    Repository,
    RepositoryAlreadyExistsException,
)
from ecr_typed.jobs import Outcome, Progress, Status, each, raise_failures
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import LateResponse
from tests.support.fleet import fail_on_odd
from tests.support.untyped import untyped


def double(number: int) -> int:
    """A function that never fails."""
    return 2 * number


def test_each_item_has_an_outcome(ecr: EcrClient) -> None:
    """Items that fail have their errors, and the others are done all the same."""
    ecr.create_repository("team/b")

    outcomes = {one.item: one for one in each(ecr.create_repository, ["team/a", "team/b"])}

    done, failed = outcomes["team/a"], outcomes["team/b"]
    assert done.status is Status.DONE
    assert isinstance(done.value, Repository)
    assert done.error is None
    assert failed.status is Status.FAILED
    assert failed.value is None
    assert isinstance(failed.error, RepositoryAlreadyExistsException)


@given(
    items=st.lists(st.integers()),
    threads=st.integers(1, 5),
    ordered=st.booleans(),
)
def test_nothing_is_lost_or_done_twice(items: list[int], threads: int, *, ordered: bool) -> None:
    """Whatever the number of threads, each item has one outcome; in order if that was asked for."""
    outcomes = list(each(double, items, threads=threads, ordered=ordered))

    given_back = [one.item for one in outcomes]
    assert given_back == items if ordered else sorted(given_back) == sorted(items)
    assert all(one.value == 2 * one.item for one in outcomes)


def test_order_is_that_of_the_items() -> None:
    """With `ordered`, what is finished early waits for what came before."""

    def slow_first(number: int) -> int:
        time.sleep(0.05 if number == 0 else 0)
        return number

    assert [one.item for one in each(slow_first, range(8), ordered=True)] == list(range(8))
    assert next(each(slow_first, range(8))).item != 0


@pytest.mark.parametrize("ordered", [False, True])
def test_no_more_than_twice_as_many_as_threads_are_in_flight(*, ordered: bool) -> None:
    """Items are taken as they are needed, and not before the job is asked for."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1_000):
            taken.append(number)
            yield number

    outcomes = each(double, items(), threads=3, ordered=ordered)
    assert taken == []
    for count, _ in enumerate(outcomes, start=1):
        assert len(taken) <= count + 2 * 3
    assert len(taken) == 1_000


def test_calls_run_at_the_same_time() -> None:
    """So many threads, so many calls at a time, and no more."""
    together = threading.Barrier(4)

    def meet(_: int) -> str:
        together.wait(timeout=10)
        return threading.current_thread().name

    names = {one.value for one in each(meet, range(8), threads=4)}
    assert len(names) == 4


def test_threads_that_wait_are_all_woken() -> None:
    """Work that comes after a pause runs on as many threads as work at the beginning."""
    together = threading.Barrier(8)
    counts = iter(range(4 * 8))

    def items() -> Iterator[int]:
        for number in counts:
            yield number
            if number % 8 == 7:
                time.sleep(0.05)  # the threads wait for work, whatever was queued

    outcomes = list(each(lambda _: together.wait(timeout=30.0), items(), threads=8))

    assert [one.error for one in outcomes] == [None] * 32


def test_fewer_threads_do_the_work_where_there_are_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container may have a limit: the job takes longer, and nothing is lost."""
    begin, left = threading.Thread.start, iter(range(2))

    def start(thread: threading.Thread) -> None:
        if next(left, None) is None:
            raise RuntimeError("can't start new thread")
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    outcomes = list(each(double, range(50), threads=8, ordered=True))
    assert [one.value for one in outcomes] == [2 * number for number in range(50)]
    with pytest.raises(EcrError, match="0 was not done: no thread can be started: can't start new"):
        list(each(double, range(50), threads=8))


def test_threads_end_with_the_job() -> None:
    """A job that is over leaves no thread."""
    names: set[str | None] = {
        one.value for one in each(lambda _: threading.current_thread().name, range(100), threads=8)
    }
    assert names
    assert names.isdisjoint(thread.name for thread in threading.enumerate())


def test_closing_the_iterator_ends_the_job() -> None:
    """What has not begun is not done, and what is running has ended when `close` returns."""
    begun: list[int] = []
    ended: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.02)
        ended.append(number)

    outcomes = each(work, range(1_000), threads=2)
    next(outcomes)
    outcomes.close()

    assert sorted(begun) == sorted(ended)
    assert len(begun) <= 5
    count = len(begun)
    time.sleep(0.05)
    assert len(begun) == count


def test_the_errors_of_the_items_source_come_last() -> None:
    """If the items can't be had any more, those in flight are yielded, then the error is raised."""

    def items() -> Iterator[int]:
        yield from range(5)
        raise LookupError("no more")

    outcomes = each(double, items())
    got = [next(outcomes).item for _ in range(5)]
    assert sorted(got) == list(range(5))
    with pytest.raises(LookupError, match="no more"):
        next(outcomes)


def test_a_closed_client_ends_the_job(emulator: EcrEmulator) -> None:
    """Once its client is closed, a job does not try thousands of items in vain."""
    ecr = emulator.client()
    ecr.close()
    taken: list[str] = []

    def items() -> Iterator[str]:
        for number in range(1_000):
            taken.append(f"team/{number}")
            yield taken[-1]

    seen: list[Outcome[str, Repository]] = []
    with pytest.raises(ClientClosedError):
        seen.extend(each(ecr.create_repository, items(), threads=4))
    assert 0 < len(seen) <= len(taken) <= 2 * 8
    assert all(isinstance(one.error, ClientClosedError) for one in seen)


def test_lost_credentials_end_the_job_and_writes_in_flight_are_reported(
    emulator: EcrEmulator, ecr: EcrClient
) -> None:
    """What is in flight when the credentials are lost is waited for, and has its outcome."""
    emulator.faults.inject(LateResponse(delay=0.3), operation_name="CreateRepository")

    def work(name: str) -> str:
        if name == "lost":
            raise EcrCredentialsError("expired")
        return ecr.create_repository(name).repository_name

    seen: list[Outcome[str, str]] = []
    names = ["team/slow", "lost", *map(str, range(100))]
    with pytest.raises(EcrCredentialsError, match="expired"):
        seen.extend(each(work, names, threads=2))

    statuses = {one.item: one.status for one in seen}
    assert statuses["lost"] is Status.FAILED
    assert statuses["team/slow"] is Status.DONE
    assert len(statuses) < 10


def test_progress_is_told_on_the_callers_thread() -> None:
    """After each item, `on_progress` is called with what is done, where the job was started."""
    told: list[Progress] = []
    threads: set[int] = set()

    def on_progress(progress: Progress) -> None:
        told.append(progress)
        threads.add(threading.get_ident())

    raise_none = list(each(fail_on_odd, range(10), on_progress=on_progress))

    assert len(raise_none) == 10
    assert [progress.done for progress in told] == list(range(1, 11))
    assert {progress.total for progress in told} == {10}
    assert told[-1].failed == 5
    assert {progress.item for progress in told} == set(range(10))
    assert threads == {threading.get_ident()}


def test_total_is_unknown_for_an_iterator() -> None:
    """What has no length is not counted in advance."""
    told: list[Progress] = []
    raise_failures(each(double, iter(range(3)), on_progress=told.append))
    assert [progress.total for progress in told] == [None, None, None]


def test_a_pager_may_be_the_items(ecr: EcrClient) -> None:
    """What a listing finds is taken as it is needed; how many there will be is not known."""
    for name in ("team/a", "team/b", "team/c"):
        ecr.create_repository(name)
    told: list[Progress] = []

    outcomes = each(
        lambda repository: repository.repository_name,
        ecr.describe_repositories(page_size=2),
        ordered=True,
        on_progress=told.append,
    )

    assert [outcome.value for outcome in outcomes] == ["team/a", "team/b", "team/c"]
    assert [progress.total for progress in told] == [None, None, None]


def test_what_progress_raises_ends_the_job() -> None:
    """An error in the user's own callback is the user's, and nothing goes on behind it."""

    def on_progress(progress: Progress) -> None:
        raise ValueError(progress.item)

    with pytest.raises(ValueError, match="0"):
        next(each(double, [0] * 100, on_progress=on_progress))


def test_what_progress_raises_says_what_is_not_yielded_any_more(
    emulator: EcrEmulator, ecr: EcrClient
) -> None:
    """The outcome that was to come, and what was in flight: they may be of writes."""
    emulator.faults.inject(LateResponse(delay=30.0), operation_name="CreateRepository")

    def create(name: str) -> None:
        if name == "app":
            while not emulator.faults.injected:
                time.sleep(0.005)
        ecr.create_repository(name)

    def on_progress(progress: Progress) -> None:
        raise ValueError(progress.item)

    with pytest.raises(ValueError, match="app") as caught:
        list(each(create, ["late", "app"], on_progress=on_progress))
    told, in_flight = caught.value.__notes__
    assert told.endswith("app: DONE")
    assert "late (may have been applied)" in in_flight


def test_an_executor_is_used_and_left_open() -> None:
    """The user's executor runs the calls, and takes more work afterwards."""
    with ThreadPoolExecutor(2, thread_name_prefix="mine") as pool:
        outcomes = list(each(lambda _: threading.current_thread().name, range(10), executor=pool))
        assert all(str(one.value).startswith("mine") for one in outcomes)
        assert pool.submit(double, 2).result() == 4


def test_an_executor_that_takes_no_more_work_ends_the_job() -> None:
    """An executor that was shut down is an error that says so."""
    pool = ThreadPoolExecutor(2)
    pool.shutdown()
    with pytest.raises(Exception, match="takes no more work"):
        next(each(double, range(10), executor=pool))


def test_memory_does_not_grow_with_the_items() -> None:
    """A job over many items keeps none of them."""

    def peak(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            for _ in each(lambda number: bytes(1_000) + str(number).encode(), iter(range(count))):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(5_000) < 1.5 * peak(500) + 100_000


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (
            {"items": "team/app"},
            r"items: expected an iterable, got 'team/app'; pass \['team/app'\]",
        ),
        ({"items": 5}, "items: expected an iterable, got 5"),
        ({"function": None}, "function: expected a function"),
        ({"threads": 0}, "threads: expected a whole number of at least 1, got 0"),
        ({"threads": True}, "threads"),
        ({"executor": "pool"}, "executor: expected a concurrent.futures.Executor"),
        ({"on_progress": 1}, "on_progress"),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments: dict[str, object], named: str) -> None:
    """What can't be right is refused by the call itself, not by the first item."""
    with pytest.raises(EcrRequestError, match=named):
        untyped(each)(**{"function": double, "items": [1], **arguments})
