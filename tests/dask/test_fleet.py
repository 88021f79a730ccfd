"""Jobs on several machines: the executor of a Dask cluster, here of two processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from ecr_typed import EcrConnectionError, Repository, RepositoryNotFoundException
from ecr_typed.jobs import Registry, Status, each, each_registry, each_repository
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support import fleet as work

REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]


@pytest.fixture(scope="module")
def executor() -> Iterator[Any]:
    """Give the executor of a cluster of two processes."""
    # The session `tests-dask` installs it. It has no types of its own.
    distributed: Any = import_module("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        yield executor


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    """Give an emulator with four repositories in each region."""
    with EcrEmulator() as emulator:
        for region in REGIONS:
            with emulator.client(region_name=region) as ecr:
                for number in range(4):
                    ecr.create_repository(f"seed/{number}")
        yield emulator


@pytest.fixture
def fleet(emulator: EcrEmulator) -> list[Registry]:
    """Give the registries of three regions."""
    return [Registry(region, endpoint_url=emulator.endpoint_url) for region in REGIONS]


def test_registries_are_worked_on_by_the_cluster(executor: Any, fleet: list[Registry]) -> None:
    """The clients are made on the workers, and models come back."""
    outcomes = list(each_registry(work.create, fleet, executor=executor))

    assert {one.item for one in outcomes} == set(fleet)
    for outcome in outcomes:
        assert isinstance(outcome.value, Repository), outcome
        assert f":{outcome.item.region_name}:" in outcome.value.repository_arn


def test_repositories_are_worked_on_by_both_processes(executor: Any, fleet: list[Registry]) -> None:
    """Registries are listed there, and their repositories spread over the workers."""
    outcomes = list(each_repository(work.process_of, fleet, executor=executor))

    assert len(outcomes) == 12
    assert {one.status for one in outcomes} == {Status.DONE}
    processes = {one.value for one in outcomes}
    assert os.getpid() not in processes
    assert len(processes) == 2


def test_errors_come_back_whole(
    executor: Any, emulator: EcrEmulator, fleet: list[Registry]
) -> None:
    """An error keeps its class and what it knows on its way."""
    (missing,) = each_registry(work.describe_missing, fleet[:1], executor=executor)
    emulator.faults.inject(DROPPED, operation_name="CreateRepository")
    (lost,) = each_registry(work.create_once, fleet[:1], executor=executor)

    assert type(missing.error) is RepositoryNotFoundException
    assert missing.error.request_id
    assert isinstance(lost.error, EcrConnectionError)
    assert lost.status is Status.UNKNOWN


def test_equal_items_are_all_done(executor: Any, emulator: EcrEmulator) -> None:
    """Dask takes calls with equal arguments for one; a job's calls are never equal."""
    registry = Registry("us-east-1", endpoint_url=emulator.endpoint_url)
    outcomes = list(each_registry(work.create, [registry] * 3, executor=executor))

    statuses = sorted(one.status for one in outcomes)
    assert statuses == [Status.DONE, Status.FAILED, Status.FAILED]


def test_closing_the_iterator_takes_work_from_the_queue(executor: Any) -> None:
    """What the cluster has not begun is not begun any more."""
    outcomes = each(work.square, range(1_000), executor=executor, threads=2)
    assert next(outcomes).status is Status.DONE
    outcomes.close()
    assert executor.submit(work.square, 3).result() == 9


def test_functions_that_are_written_on_the_spot_go_there(executor: Any) -> None:
    """Dask pickles more than Python does: a lambda will do."""
    outcomes = each(lambda number: number + 1, range(5), executor=executor, ordered=True)
    assert [one.value for one in outcomes] == [1, 2, 3, 4, 5]
