"""Closing a client ends its calls, wherever they are, and says what is known of them."""

from __future__ import annotations

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from ecr_typed import (
    ClientClosedError,
    EcrClient,
    EcrConnectionError,
    EcrError,
    ImageIdentifier,
    RetryPolicy,
)
from ecr_typed._botocore.connection import Connection
from ecr_typed._botocore.exchange import Exchange
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, LateResponse
from tests.support.clients import MakeEcr
from tests.support.lines import at_line, lines_of
from tests.support.sockets import certificate, deaf, half_an_answer
from tests.support.wire import Wire, refusal

SOON = 5.0
"""Seconds within which a call that was cut off is over, whatever else the machine does."""
LATE = LateResponse(delay=15.0)


@pytest.fixture(scope="module")
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


class Running:
    """A call on a thread of its own."""

    def __init__(self, call: Callable[[], object]) -> None:
        self.result: object = None
        self.error: EcrError | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.result = self._call()
        except EcrError as error:
            self.error = error

    def ends(self, within: float = SOON) -> bool:
        self._thread.join(within)
        return not self._thread.is_alive()


def wait_for_request(emulator: EcrEmulator, times: int = 1) -> None:
    """Wait until as many requests as are to be answered late have come."""
    ends = time.monotonic() + SOON
    while len(emulator.faults.injected) < times:
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_closing_ends_a_wait_at_once(make: MakeEcr, wire: Wire) -> None:
    """A call that waits for its next attempt ends with a clear error when the client is closed."""
    waits = threading.Event()
    ecr = make(retry=RetryPolicy(max_attempts=2, on_retry=lambda _: waits.set()))
    # The service asks for 5 s, which is more than this test is ready to wait.
    wire.will(refusal("ThrottlingException", headers={"x-amz-retry-after": "5000"}))
    call = Running(ecr.describe_registry)
    assert waits.wait(SOON)
    ecr.close()
    assert call.ends(within=4)
    assert isinstance(call.error, ClientClosedError)
    assert "closed" in str(call.error)


def test_a_closed_client_ends_an_iteration(make: MakeEcr, wire: Wire) -> None:
    """An iteration whose client is closed raises, and its error has the token to go on with."""
    ecr = make()
    repositories: dict[str, Any] = {"repositories": [], "nextToken": "further"}
    wire.will(repositories)
    pages = ecr.describe_repositories().pages()
    next(pages)
    ecr.close()
    with pytest.raises(ClientClosedError) as caught:
        next(pages)
    assert caught.value.next_token == "further"


def test_closing_cuts_off_a_read(emulator: EcrEmulator) -> None:
    """A call whose request is on the wire ends at once, with what the connection met as cause."""
    emulator.reset()
    emulator.faults.inject(LATE, operation_name="DescribeRegistry")
    ecr = emulator.client()
    call = Running(ecr.describe_registry)
    wait_for_request(emulator)
    ecr.close()
    assert call.ends()
    assert isinstance(call.error, ClientClosedError)
    assert (
        str(call.error)
        == "DescribeRegistry: the client was closed before the response was complete"
    )
    assert isinstance(call.error.__cause__, EcrConnectionError)
    assert call.error.attempts == 1
    assert not call.error.maybe_applied


def test_closing_cuts_off_a_write(emulator: EcrEmulator) -> None:
    """Of a write that was on the wire, the error says that it may have been applied."""
    emulator.reset()
    emulator.faults.inject(LATE, operation_name="CreateRepository")
    ecr = emulator.client()
    call = Running(lambda: ecr.create_repository("team/app"))
    wait_for_request(emulator)
    ecr.close()
    assert call.ends()
    assert isinstance(call.error, ClientClosedError)
    assert call.error.maybe_applied
    assert "may have been done" in str(call.error)


def test_closing_cuts_off_an_iteration(emulator: EcrEmulator) -> None:
    """An iteration ends inside a page, and its error has the token to go on with."""
    emulator.reset()
    with emulator.client() as other:
        for number in range(3):
            other.create_repository(f"team/app-{number}")
    ecr = emulator.client()
    names: list[str] = []

    def iterate() -> None:
        for repository in ecr.describe_repositories(page_size=1):
            if not names:
                emulator.faults.inject(LATE, operation_name="DescribeRepositories")
            names.append(repository.repository_name)

    call = Running(iterate)
    wait_for_request(emulator)
    ecr.close()
    assert call.ends()
    assert isinstance(call.error, ClientClosedError)
    with emulator.client() as other:
        rest = other.describe_repositories(starting_token=call.error.next_token)
        names.extend(repository.repository_name for repository in rest)
    assert names == ["team/app-0", "team/app-1", "team/app-2"]


def test_closing_a_child_cuts_off_its_own_calls_only(emulator: EcrEmulator) -> None:
    """Calls of other clients on the same connections go on."""
    emulator.reset()
    emulator.faults.inject(LateResponse(delay=1.0), operation_name="DescribeRegistry")
    emulator.faults.inject(LATE, operation_name="GetRegistryPolicy")
    with emulator.client() as ecr:
        child = ecr.with_options(retry=RetryPolicy(max_attempts=1))
        parents, childs = Running(ecr.describe_registry), Running(child.get_registry_policy)
        wait_for_request(emulator, times=2)
        child.close()
        assert childs.ends()
        assert isinstance(childs.error, ClientClosedError)
        assert parents.ends()
        assert parents.error is None


def test_closing_a_parent_cuts_off_its_children(emulator: EcrEmulator) -> None:
    """Who closes a client closes all that were made of it."""
    emulator.reset()
    emulator.faults.inject(LATE, operation_name="DescribeRegistry")
    ecr = emulator.client()
    call = Running(ecr.with_options(retry=RetryPolicy(max_attempts=1)).describe_registry)
    wait_for_request(emulator)
    ecr.close()
    assert call.ends()
    assert isinstance(call.error, ClientClosedError)


def test_an_adopted_client_ends_its_request_itself(emulator: EcrEmulator) -> None:
    """Nothing is done to a boto3 client that is a user's: the answer still comes."""
    emulator.reset()
    emulator.faults.inject(LateResponse(delay=1.0), operation_name="DescribeRegistry")
    with closing(emulator.boto3_client()) as client:
        ecr = EcrClient.from_boto3(client)
        call = Running(ecr.describe_registry)
        wait_for_request(emulator)
        ecr.close()
        assert call.ends()
        assert call.error is None
        with pytest.raises(ClientClosedError):
            ecr.describe_registry()
        assert client.describe_registry()["replicationConfiguration"] == {"rules": []}


def call_until_closed(ecr: EcrClient) -> EcrError:
    """Call until there is an error."""
    while True:
        try:
            ecr.describe_registry()
        except EcrError as error:
            return error


def test_all_calls_end_when_the_client_is_closed(emulator: EcrEmulator) -> None:
    """Whatever a call does when its client is closed: it succeeds, or says that it was closed."""
    emulator.reset()
    emulator.faults.inject(LateResponse(delay=0.02), share=0.5)
    for round_number in range(10):
        ecr = emulator.client(config=Config(max_pool_connections=16))
        with ThreadPoolExecutor(16) as pool:
            calls = [pool.submit(call_until_closed, ecr) for _ in range(16)]
            time.sleep(0.02 * round_number)
            ecr.close()
            errors = [call.result(timeout=SOON) for call in calls]
        assert {type(error) for error in errors} == {ClientClosedError}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_cuts_off_nothing_of_its_parent(emulator: EcrEmulator) -> None:
    """A child that closes the client which it inherited leaves its parent's requests alone."""
    emulator.reset()
    emulator.faults.inject(LateResponse(delay=2.0), operation_name="DescribeRegistry")
    with emulator.client() as ecr:
        call = Running(ecr.describe_registry)
        wait_for_request(emulator)
        child = multiprocessing.get_context("fork").Process(target=ecr.close)
        child.start()
        child.join(SOON)
        assert child.exitcode == 0
        assert call.ends()
        assert call.error is None


def test_closing_cuts_off_a_request_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS, as with AWS, changes nothing."""
    pem = certificate(tmp_path)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(pem))
    with half_an_answer(certificate=pem) as (port, was_asked):
        ecr = EcrClient(endpoint_url=f"https://127.0.0.1:{port}")
        call = Running(ecr.describe_registry)
        assert was_asked.wait(SOON), call.error
        ecr.close()
        assert call.ends()
    assert isinstance(call.error, ClientClosedError)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_closing_cuts_off_an_answer_in_the_middle(version: str) -> None:
    """The last answer on a connection, as proxies give them, is cut off in its body, too."""
    head = f"HTTP/{version} 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n"
    with half_an_answer(head.encode() + b"{") as (port, was_asked):
        ecr = EcrClient(endpoint_url=f"http://127.0.0.1:{port}")
        call = Running(ecr.describe_registry)
        assert was_asked.wait(SOON), call.error
        time.sleep(0.1)  # to get into the body
        ecr.close()
        assert call.ends()
    assert isinstance(call.error, ClientClosedError)


def test_a_client_that_is_closed_before_it_connects_does_not(emulator: EcrEmulator) -> None:
    """A call that has not got to the wire by then opens no connection any more."""
    with deaf() as port:
        ecr = EcrClient(endpoint_url=f"http://127.0.0.1:{port}")

        def close(**_: object) -> None:
            ecr.close()

        ecr.boto3_client.meta.events.register("before-send.ecr", close)
        call = Running(lambda: ecr.delete_repository("team/app"))
        assert call.ends()
    assert isinstance(call.error, ClientClosedError)
    assert not call.error.maybe_applied


def test_closing_a_client_closes_all_that_came_of_it(emulator: EcrEmulator) -> None:
    """Clients of clients are closed with the first one, whatever is left of those between."""
    emulator.reset()
    ecr = emulator.client()
    grandchild = ecr.with_options(retry=RetryPolicy(max_attempts=1)).with_options(
        retry=RetryPolicy(max_attempts=2)
    )
    gc.collect()
    ecr.close()
    with pytest.raises(ClientClosedError):
        grandchild.describe_registry()


@pytest.mark.parametrize("function", [Exchange.take, Exchange.leave])
def test_a_signal_that_closes_the_client_meets_no_lock(
    emulator: EcrEmulator, function: Callable[..., Any]
) -> None:
    """The handler of a signal may close the client wherever its own thread is."""
    emulator.reset()
    for line in lines_of(function):
        ecr = emulator.client()

        def call(ecr: EcrClient = ecr, line: int = line) -> None:
            with at_line(function, line, ecr.close):
                while True:
                    ecr.describe_registry()

        running = Running(call)
        assert running.ends()
        assert isinstance(running.error, ClientClosedError)


def test_a_signal_that_closes_the_client_ends_a_wait(make: MakeEcr, wire: Wire) -> None:
    """Wherever a wait is when the handler of a signal closes the client, it ends."""
    for line in lines_of(Connection.sleep, until="except"):
        wire.reset()
        wire.will(refusal("ThrottlingException", headers={"x-amz-retry-after": "4000"}), {})
        ecr = make(retry=RetryPolicy(max_attempts=2))

        def call(ecr: EcrClient = ecr, line: int = line) -> None:
            with at_line(Connection.sleep, line, ecr.close):
                ecr.describe_registry()

        running = Running(call)
        assert running.ends(within=3)
        assert isinstance(running.error, ClientClosedError)


def test_a_call_that_is_closed_while_it_waits_keeps_its_cause(
    emulator: EcrEmulator,
) -> None:
    """An error in a wait says what the attempts before met, and what they may have done."""
    emulator.reset()
    emulator.faults.inject(DROPPED, operation_name="PutRegistryPolicy")
    ecr = emulator.client()
    ecr = ecr.with_options(retry=RetryPolicy(on_retry=lambda _: ecr.close()))
    with pytest.raises(ClientClosedError, match="may have been done") as caught:
        ecr.put_registry_policy('{"Version": "2012-10-17", "Statement": []}')
    assert caught.value.maybe_applied
    assert isinstance(caught.value.__cause__, EcrConnectionError)


def test_closing_ends_a_waiter(make: MakeEcr, wire: Wire) -> None:
    """A waiter that waits for its next poll ends at once."""
    wire.will({"repositoryName": "team/app", "imageScanStatus": {"status": "IN_PROGRESS"}})
    ecr = make()
    image = ImageIdentifier(image_tag="latest")
    call = Running(lambda: ecr.wait_until_image_scan_complete("team/app", image, delay=60))
    ends = time.monotonic() + SOON
    while not wire.sent:
        assert time.monotonic() < ends
        time.sleep(0.01)
    ecr.close()
    assert call.ends()
    assert isinstance(call.error, ClientClosedError)
