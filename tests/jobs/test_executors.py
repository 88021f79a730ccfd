"""Jobs in other processes: functions, items and outcomes go there and back."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any

import pytest

from ecr_typed import (
    EcrClient,
    EcrConnectionError,
    EcrError,
    EcrRequestError,
    EcrServiceError,
    InvalidParameterException,
    Repository,
    RepositoryNotFoundException,
)
from ecr_typed.jobs import (
    Outcome,
    Registry,
    Status,
    each,
    each_registry,
    each_repository,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support import fleet as work

METHODS = [
    pytest.param(
        "fork",
        # Python warns of what our clients are made for.
        marks=pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
    ),
    "spawn",
    "forkserver",
]
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]


@pytest.fixture
def fleet(emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch) -> tuple[Registry, ...]:
    """Give the registries of three regions of the emulator."""
    return tuple(Registry(region, endpoint_url=emulator.endpoint_url) for region in REGIONS)


@pytest.fixture(params=METHODS)
def pool(request: pytest.FixtureRequest) -> Iterator[ProcessPoolExecutor]:
    """Give two processes, started in each way that there is."""
    method: str = request.param
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        yield pool


@pytest.fixture(scope="module")
def spawned() -> Iterator[ProcessPoolExecutor]:
    """Give two processes that were started afresh for these tests."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def test_each_registry_is_worked_on_in_another_process(
    pool: ProcessPoolExecutor, fleet: tuple[Registry, ...]
) -> None:
    """The clients are made where they are used, and models come back."""
    outcomes = list(each_registry(work.create, fleet, executor=pool))

    assert {one.item for one in outcomes} == set(fleet)
    for outcome in outcomes:
        assert isinstance(outcome.value, Repository), outcome
        assert f":{outcome.item.region_name}:" in outcome.value.repository_arn


def test_each_repository_is_worked_on_in_another_process(
    emulator: EcrEmulator, spawned: ProcessPoolExecutor, fleet: tuple[Registry, ...]
) -> None:
    """Registries are listed there, too."""
    for region in REGIONS:
        with emulator.client(region_name=region) as ecr:
            for number in range(4):
                ecr.create_repository(f"team/{number}")

    outcomes = list(each_repository(work.process_of, fleet, executor=spawned))

    assert len(outcomes) == 12
    assert {one.status for one in outcomes} == {Status.DONE}
    assert os.getpid() not in {one.value for one in outcomes}


def test_errors_come_back_whole(
    emulator: EcrEmulator, spawned: ProcessPoolExecutor, fleet: tuple[Registry, ...]
) -> None:
    """An error keeps its class, its text and what it knows on its way."""
    (missing,) = each_registry(work.describe_missing, fleet[:1], executor=spawned)
    (wrong,) = each_registry(work.describe_wrong, fleet[:1], executor=spawned)
    emulator.faults.inject(DROPPED, operation_name="CreateRepository")
    (lost,) = each_registry(work.create_once, fleet[:1], executor=spawned)

    with emulator.client() as ecr, pytest.raises(RepositoryNotFoundException) as caught:
        ecr.list_images("no/such").to_list()
    assert type(missing.error) is RepositoryNotFoundException
    assert missing.error.request_id
    assert missing.error.attempts == 1
    ids = str(missing.error.request_id), str(caught.value.request_id)
    assert str(missing.error).replace(*ids) == str(caught.value)
    assert isinstance(missing.error, EcrServiceError)
    assert missing.error.response["Error"] == caught.value.response["Error"]

    assert isinstance(wrong.error, InvalidParameterException)
    explanations = wrong.error.explanations
    assert any("'Team/App'" in explanation for explanation in explanations)
    assert str(wrong.error).endswith("\n".join(explanations))
    assert isinstance(lost.error, EcrConnectionError)
    assert lost.error.maybe_applied
    assert lost.status is Status.UNKNOWN


def test_a_process_has_one_client_for_each_registry(
    spawned: ProcessPoolExecutor, fleet: tuple[Registry, ...]
) -> None:
    """A registry that comes again finds its connections, although its client was closed."""
    closed = list(each_registry(work.close_after, fleet[:1] * 10, executor=spawned))
    assert {one.status for one in closed} == {Status.DONE}

    outcomes = each_registry(work.connection_of, fleet[:1] * 30, executor=spawned)
    seen = {one.value for one in outcomes if one.value is not None}
    assert len(seen) == len({process for process, _ in seen})


def test_causes_come_back_as_text(spawned: ProcessPoolExecutor) -> None:
    """What a user's function raised shows with the lines that raised it."""
    (outcome,) = each(work.fail, [7], executor=spawned)

    assert str(outcome.error) == "LookupError: nothing about 7"
    assert outcome.error is not None
    assert any("raise LookupError" in note for note in outcome.error.__notes__)


def test_what_can_not_be_pickled_is_refused_with_a_way_out(
    ecr: EcrClient, spawned: ProcessPoolExecutor, fleet: tuple[Registry, ...]
) -> None:
    """A function that no other process can find, or a client, is an error at once."""
    with pytest.raises(EcrRequestError, match="function: expected a function that can be pickled"):
        each(lambda number: number, [1], executor=spawned)
    with pytest.raises(EcrRequestError, match=r"ecr: expected registries.*pass \[Registry"):
        each_repository(work.process_of, ecr, executor=spawned)


def test_values_that_can_not_be_pickled_end_the_job(spawned: ProcessPoolExecutor) -> None:
    """An item whose value can't come back was done nevertheless: nobody knows how."""
    seen: list[Outcome[int, object]] = []
    with pytest.raises(EcrError, match="return models or plain values"):
        seen.extend(each(work.unpicklable, range(100), executor=spawned, threads=2))
    assert {one.status for one in seen} == {Status.UNKNOWN}
    assert len(seen) < 10


def test_a_value_that_breaks_on_its_way_breaks_no_other(spawned: ProcessPoolExecutor) -> None:
    """Its item's outcome is not known; the pool and what else is in flight are unharmed."""
    seen: list[Outcome[int, object]] = []
    with pytest.raises(EcrError, match="3: its result did not come back: ValueError"):
        seen.extend(each(work.poison, range(100), executor=spawned, threads=2))

    unknown = [one.item for one in seen if one.status is not Status.DONE]
    assert unknown == [3]
    assert [one.value for one in each(work.square, range(3), executor=spawned, ordered=True)] == [
        0,
        1,
        4,
    ]


def test_an_error_that_can_not_be_pickled_comes_back_as_text(
    spawned: ProcessPoolExecutor,
) -> None:
    """It is the outcome of its item, and whether a write may have been applied is kept."""
    outcomes = list(each(work.fail_with_own_error, range(10), executor=spawned, ordered=True))

    assert {one.status for one in outcomes} == {Status.UNKNOWN}
    assert [str(one.error) for one in outcomes] == [
        f"OwnError: nothing about {number}" for number in range(10)
    ]
    assert outcomes[7].error is not None
    assert any("raise OwnError(number)" in note for note in outcomes[7].error.__notes__)


def test_a_process_that_dies_ends_the_job() -> None:
    """What was in flight is unknown, and the job does not wait for ever."""
    seen: list[Outcome[int, int]] = []
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=spawn) as pool,
        pytest.raises(EcrError, match="BrokenProcessPool"),
    ):
        seen.extend(each(work.die, range(100), executor=pool, threads=2))
    assert Status.UNKNOWN in {one.status for one in seen}
    assert len(seen) < 20


def test_many_items_go_through_few_processes(spawned: ProcessPoolExecutor) -> None:
    """A job of more items than fit its window comes to its end, in order if that is asked for."""
    outcomes = list(each(work.square, range(300), executor=spawned, ordered=True))
    assert [one.value for one in outcomes] == [number * number for number in range(300)]


class InTurn(Executor):
    """An executor of the user's own kind, which runs a call when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_any_executor_will_do(fleet: tuple[Registry, ...]) -> None:
    """What has `submit` is used, however it works."""
    assert [one.value for one in each(work.square, range(5), executor=InTurn())] == [0, 1, 4, 9, 16]
    outcomes = list(each_registry(work.create, fleet, executor=InTurn()))
    assert {one.status for one in outcomes} == {Status.DONE}
