"""Many calls, many faults: nothing is lost, nothing is done twice, nothing is misreported."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ecr_typed import EcrClient, EcrError, RepositoryAlreadyExistsException, RetryPolicy
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import USUAL_FAULTS
from tests.support.clients import MakeEcr
from tests.support.wire import Wire, reply

WRITES = 1000
SHARE_OF_FAULTS = 0.25


@pytest.fixture
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


def let_it_storm(emulator: EcrEmulator) -> None:
    for fault in USUAL_FAULTS:
        emulator.faults.inject(fault, share=SHARE_OF_FAULTS / len(USUAL_FAULTS))


def names_there(ecr: EcrClient) -> set[str]:
    return {repository.repository_name for repository in ecr.describe_repositories()}


def write_all(ecr: EcrClient, write: str) -> dict[str, EcrError | None]:
    """Create or delete all repositories from many threads: the error of each, if it had one."""
    method = getattr(ecr, write)

    def outcome(number: int) -> tuple[str, EcrError | None]:
        name = f"team/app-{number}"
        try:
            assert method(name).repository_name == name
        except EcrError as error:
            return name, error
        return name, None

    with ThreadPoolExecutor(16) as pool:
        return dict(pool.map(outcome, range(WRITES)))


def test_writes_are_applied_once_or_say_so(emulator: EcrEmulator) -> None:
    """Of a thousand creates and deletes in a storm, each is applied, or its error tells the truth."""
    with emulator.client() as ecr:
        let_it_storm(emulator)
        created = write_all(ecr, "create_repository")
        emulator.faults.clear()
        there = names_there(ecr)
        for name, error in created.items():
            if error is None:
                assert name in there
            elif not error.maybe_applied:
                assert name not in there, error
        outcomes = Counter(type(error).__name__ for error in created.values())
        assert outcomes["NoneType"] > WRITES / 2, outcomes
        assert not any(
            isinstance(error, RepositoryAlreadyExistsException) and not error.maybe_applied
            for error in created.values()
        ), outcomes

        let_it_storm(emulator)
        deleted = write_all(ecr, "delete_repository")
        emulator.faults.clear()
        left = names_there(ecr)
        for name, error in deleted.items():
            if error is None:
                assert name not in left
            elif not error.maybe_applied:
                assert name in left or name not in there, error


def test_pages_go_on_where_they_stopped(emulator: EcrEmulator) -> None:
    """In a storm, an iteration that goes on from each error's token gives every item once."""
    names = [f"team/app-{number:04}" for number in range(WRITES)]
    with emulator.client(retry=RetryPolicy(max_attempts=1)) as ecr:
        for name in names:
            ecr.create_repository(name)
        let_it_storm(emulator)
        seen: list[str] = []
        token: str | None = None
        tokens: list[str | None] = []
        while True:
            pager = ecr.describe_repositories(page_size=7, starting_token=token)
            try:
                seen += (repository.repository_name for repository in pager)
                break
            except EcrError as error:
                token = error.next_token
                tokens.append(token)
    assert len(tokens) > 10
    assert seen == names


def test_an_outage_is_not_answered_by_a_storm(make_made: MakeEcr, wire: Wire) -> None:
    """In an outage, four hundred calls of many threads make at most half as many retries."""
    wire.responder = lambda sent: reply(b"", status=503)
    ecr = make_made(retry=RetryPolicy(max_attempts=10))
    calls = 400

    def call(_: int) -> str:
        with pytest.raises(EcrError) as caught:
            ecr.describe_registry()
        return type(caught.value).__name__

    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(call, range(calls))) == {"EcrServiceError"}
    assert calls <= len(wire.sent) <= 1.5 * calls


def test_one_client_serves_many_threads(emulator: EcrEmulator) -> None:
    """Answers go to the threads that asked, on one client."""
    barrier = threading.Barrier(12)
    with emulator.client() as ecr:

        def work(number: int) -> None:
            barrier.wait()
            for turn in range(10):
                name = f"team-{number}/app-{turn}"
                assert ecr.create_repository(name).repository_name == name
                found = ecr.describe_repositories(repository_names=[name]).to_list()
                assert [repository.repository_name for repository in found] == [name]

        with ThreadPoolExecutor(12) as pool:
            list(pool.map(work, range(12)))
        assert len(ecr.describe_repositories().to_list()) == 120


def test_attempts_of_a_call_say_so_to_the_service(make_made: MakeEcr, wire: Wire) -> None:
    """The attempts of a call have one id and count up; another call has another id."""
    answer: dict[str, Any] = {
        "registryId": "1" * 12,
        "replicationConfiguration": {"rules": []},
    }
    wire.will(reply(b"", status=503), reply(b"", status=500), answer, answer)
    ecr = make_made()
    ecr.describe_registry()
    ecr.describe_registry()
    ids = [sent.headers["amz-sdk-invocation-id"] for sent in wire.sent]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    counts = [sent.headers["amz-sdk-request"] for sent in wire.sent]
    assert [count.partition("attempt=")[2] for count in counts] == [
        "1; max=3",
        "2; max=3",
        "3; max=3",
        "1; max=3",
    ]
