"""Calls that are interrupted or forked leave nothing behind."""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.credentials import RefreshableCredentials

from ecr_typed import EcrClient, EcrError, RetryEvent, RetryPolicy
from ecr_typed._botocore.connection import Connection
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, LateResponse
from tests.support.clients import MakeEcr
from tests.support.lines import at_line, lines_of
from tests.support.sockets import certificate, deaf
from tests.support.wire import Wire, refusal, reply

REGISTRY: dict[str, Any] = {"registryId": "123456789012", "replicationConfiguration": {"rules": []}}


@pytest.fixture(scope="module")
def emulator() -> Iterator[EcrEmulator]:
    with EcrEmulator() as emulator:
        yield emulator


def test_an_interrupted_wait_leaves_nothing_locked(make: MakeEcr, wire: Wire) -> None:
    """After a KeyboardInterrupt in the middle of a wait, the client goes on working."""

    def interrupt(_: RetryEvent) -> None:
        raise KeyboardInterrupt

    ecr = make(retry=RetryPolicy(on_retry=interrupt))
    wire.will(reply(b"", status=503))
    with pytest.raises(KeyboardInterrupt):
        ecr.describe_registry()
    wire.will(REGISTRY)
    assert ecr.describe_registry().replication_configuration.rules == ()


def test_an_interrupted_request_leaves_nothing_locked(make: MakeEcr, wire: Wire) -> None:
    """After a KeyboardInterrupt in the middle of a request, the client goes on working."""
    ecr = make()
    interruptions: list[Any] = [KeyboardInterrupt()]

    def interrupt(**_: object) -> None:
        if interruptions:
            raise interruptions.pop()

    ecr.boto3_client.meta.events.register_first("before-send.ecr", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ecr.describe_registry()
    wire.will(REGISTRY)
    assert ecr.describe_registry().replication_configuration.rules == ()


def test_an_interrupt_leaves_no_trace_in_other_calls(make: MakeEcr, wire: Wire) -> None:
    """Ctrl-C may come between any two steps: a call of boto3's own afterwards is not touched."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    for line in lines_of(Connection.send, until="finally"):
        wire.reset()
        wire.will(REGISTRY, REGISTRY)
        ecr = make()
        with contextlib.suppress(KeyboardInterrupt), at_line(Connection.send, line, interrupt):
            ecr.describe_registry()
        assert ecr.boto3_client.describe_registry()["registryId"] == REGISTRY["registryId"]


def test_a_page_that_is_left_early_costs_no_connection(emulator: EcrEmulator) -> None:
    """Iterations that are given up in the middle of a page leave their connections usable."""
    emulator.reset()
    with emulator.client() as ecr:
        for number in range(5):
            ecr.create_repository(f"team/app-{number}")
        for _ in range(50):
            for repository in ecr.describe_repositories(page_size=2):
                assert repository.repository_name == "team/app-0"
                break
        assert len(ecr.describe_repositories().to_list()) == 5


def test_a_deadline_bounds_the_last_answer(emulator: EcrEmulator) -> None:
    """An answer that does not come by the deadline is not waited for any longer."""
    emulator.reset()
    emulator.faults.inject(LateResponse(delay=3.0), operation_name="DescribeRegistry")
    began = time.monotonic()
    with emulator.client(retry=RetryPolicy(deadline=0.3)) as ecr:
        with pytest.raises(EcrError, match="deadline passed before the response was"):
            ecr.describe_registry()
        # Far from three seconds, whatever else the machine does.
        assert time.monotonic() - began < 2.5


def test_a_deadline_bounds_connecting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that takes connections and never says a word is not waited for any longer."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate(tmp_path)))
    began = time.monotonic()
    with deaf() as port:
        url = f"https://127.0.0.1:{port}"
        ecr = EcrClient(endpoint_url=url, retry=RetryPolicy(deadline=0.3))
        with pytest.raises(EcrError, match="DescribeRegistry: "):
            ecr.describe_registry()
        ecr.close()
        # Far from the minute that connecting may take.
        assert time.monotonic() - began < 10


def _list_in_child(ecr: EcrClient, results: Any) -> None:
    results.put([r.repository_name for r in ecr.describe_repositories(page_size=1)])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_connections_of_its_own(emulator: EcrEmulator) -> None:
    """Parent and forked children use one client at the same time."""
    emulator.reset()
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    names = [f"team/app-{number}" for number in range(4)]
    with emulator.client() as ecr:
        for name in names:
            ecr.create_repository(name)
        children = [fork.Process(target=_list_in_child, args=(ecr, results)) for _ in range(4)]
        for child in children:
            child.start()
        assert [r.repository_name for r in ecr.describe_repositories(page_size=1)] == names
        assert [results.get(timeout=20) for _ in children] == [names] * 4
        for child in children:
            child.join()
            assert child.exitcode == 0


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_waits_for_no_lock_of_the_pools(emulator: EcrEmulator) -> None:
    """A child is born, and calls, although a thread that it has not held a lock of urllib3's."""
    emulator.reset()
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    with emulator.client() as ecr:
        ecr.create_repository("team/app")
        client: Any = ecr.boto3_client
        is_held, may_let_go = threading.Event(), threading.Event()

        def hold() -> None:
            with client._endpoint.http_session._manager.pools.lock:
                is_held.set()
                may_let_go.wait(20)

        holder = threading.Thread(target=hold)
        holder.start()
        assert is_held.wait(5)
        child = fork.Process(target=_list_in_child, args=(ecr, results))
        child.start()
        try:
            assert results.get(timeout=10) == ["team/app"]
        finally:
            child.kill()
            may_let_go.set()
            holder.join()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_waits_for_no_refresh_of_credentials(emulator: EcrEmulator) -> None:
    """A child that is forked while another thread refreshes credentials refreshes them itself."""
    emulator.reset()
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    is_refreshing, may_end = threading.Event(), threading.Event()
    parent = os.getpid()

    def refresh() -> dict[str, str]:
        if os.getpid() == parent:
            is_refreshing.set()
            may_end.wait(20)
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        return {"access_key": "A", "secret_key": "B", "token": "C", "expiry_time": later}

    inner: Any = botocore.session.Session()
    long_ago = datetime.now(UTC) - timedelta(days=1)
    inner._credentials = RefreshableCredentials("A", "B", "C", long_ago, refresh, "mine")
    session = boto3.Session(botocore_session=inner, region_name="us-east-1")
    with EcrClient(session=session, endpoint_url=emulator.endpoint_url) as ecr:
        caller = threading.Thread(target=ecr.describe_registry)
        caller.start()
        assert is_refreshing.wait(5)
        child = fork.Process(target=_list_in_child, args=(ecr, results))
        child.start()
        try:
            assert results.get(timeout=10) == []
        finally:
            child.kill()
            may_end.set()
            caller.join()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_of_a_client_of_a_client_has_connections_of_its_own(
    emulator: EcrEmulator,
) -> None:
    """Whatever became of the client that made it, no connection is shared with the parent."""
    emulator.reset()
    fork = multiprocessing.get_context("fork")
    ports = fork.Queue()
    ecr = emulator.client().with_options(retry=RetryPolicy(max_attempts=1))
    gc.collect()
    ecr.describe_registry()

    def report() -> None:
        ecr.describe_registry()
        ports.put(_local_ports(ecr))

    child = fork.Process(target=report)
    child.start()
    theirs = ports.get(timeout=10)
    child.join()
    assert theirs
    assert not theirs & _local_ports(ecr)
    ecr.close()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers")
@pytest.mark.usefixtures("interruptions")
def test_a_signal_leaves_no_queue_of_connections_locked(emulator: EcrEmulator) -> None:
    """What a handler raises while a connection is taken or given back makes nobody wait later."""
    ecr = emulator.client()
    ecr.describe_registry()
    (idle,) = _queues(ecr)
    is_expected = threading.Event()
    raised = 0

    def handler(*_: object) -> None:
        # The system may give the signal to another thread, and Python see it late.
        if is_expected.is_set():
            raise TimeoutError

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for number in range(100):
            try:
                is_expected.set()
                signal.setitimer(signal.ITIMER_REAL, 0.0001 + number * 1e-6)
                for _ in range(2_000):
                    # What is interrupted in between is lost, as a connection in use is.
                    if idle.qsize():
                        idle.get(block=False)
                    idle.put(None, block=False)
                is_expected.clear()
            except TimeoutError:
                raised += 1
    finally:
        is_expected.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert raised > 10
    closing = threading.Thread(target=ecr.close, daemon=True)
    closing.start()
    closing.join(10)
    assert not closing.is_alive()


def _local_ports(ecr: EcrClient) -> set[int]:
    connections = [c for idle in _queues(ecr) for c in idle.queue if c and c.sock]
    return {connection.sock.getsockname()[1] for connection in connections}


def _queues(ecr: EcrClient) -> list[Any]:
    """Return what holds the connections of each pool that serve no request."""
    client: Any = ecr.boto3_client
    pools = client._endpoint.http_session._manager.pools
    keys: list[Any] = pools.keys()  # a pools' container can't be iterated over
    return [pools[key].pool for key in keys]


def test_attempts_are_logged(make: MakeEcr, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    """The log tells of each attempt, its request id and each wait, on loggers below `ecr_typed`."""
    wire.will(refusal("ThrottlingException", headers={"x-amz-retry-after": "1"}), REGISTRY)
    with caplog.at_level(logging.DEBUG, logger="ecr_typed"):
        make(retry=RetryPolicy(pace=False)).describe_registry()
    lines = [
        record.getMessage() for record in caplog.records if record.name.startswith("ecr_typed")
    ]
    told = [line for line in lines if line.startswith("DescribeRegistry")]
    assert [line.partition(":")[2].split(" in ")[0].split(" (")[0] for line in told] == [
        " attempt 1 failed: ThrottlingException",
        " attempt 2 follows",
        " attempt 2 succeeded",
    ]
    assert "request id" in told[0]
    assert "request id" in told[2]


def test_the_log_has_no_secrets(
    make: MakeEcr, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the log nor a repr shows an authorization token."""
    secret = "QVdTOnNlY3JldA=="
    data = {
        "authorizationToken": secret,
        "expiresAt": 1.7e9,
        "proxyEndpoint": "https://123456789012.dkr.ecr.us-east-1.amazonaws.com",
    }
    wire.will({"authorizationData": [data]})
    with caplog.at_level(logging.DEBUG, logger="ecr_typed"):
        (token,) = make().get_authorization_token()
    assert token.authorization_token == secret
    assert secret not in repr(token)
    assert secret not in caplog.text


def test_an_answer_with_secrets_that_does_not_fit_hides_them(make: MakeEcr, wire: Wire) -> None:
    """An error about an answer hides the secrets in it."""
    secret = "QVdTOnNlY3JldA=="
    wire.will({"authorizationData": [{"authorizationToken": secret, "expiresAt": 1.7e9}]})
    with pytest.raises(EcrError) as caught:
        make().get_authorization_token()
    assert "proxyEndpoint" in str(caught.value)
    for text in (str(caught.value), repr(caught.value), repr(vars(caught.value))):
        assert secret not in text


def test_a_lost_answer_to_a_read_is_repeated(emulator: EcrEmulator) -> None:
    """A read whose answer was lost is made again, and succeeds."""
    emulator.reset()
    emulator.faults.inject(DROPPED, operation_name="DescribeRegistry", times=2)
    with emulator.client() as ecr:
        assert ecr.describe_registry().replication_configuration.rules == ()
    assert len(emulator.faults.injected) == 2
