"""A deadline bounds a call, however its response comes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import chain, repeat
from math import inf
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config

from ecr_typed import (
    ClientClosedError,
    DeadlineExceededError,
    EcrClient,
    EcrConnectionError,
    EcrError,
    RetryPolicy,
)
from ecr_typed._botocore import watchdog
from ecr_typed._botocore.exchange import Cut, Exchange
from ecr_typed._calls.deadline import UNLIMITED, Deadline
from tests.support.clients import KINDS, MakeEcr, boto3_client
from tests.support.errors import error_of
from tests.support.wire import Wire, refusal

DEADLINE: Final = 0.3
SOON: Final = 2.0
"""Within how many seconds such a call is over, whatever else the machine does."""

HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"


@contextmanager
def trickling(begun: bytes, drop: bytes) -> Generator[tuple[str, list[float]]]:
    """Begin a response, and go on with it by a drop now and then; gives when requests came."""
    requests: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    requests.append(time.monotonic())
                    try:
                        for part in chain([begun], repeat(drop, 200)):
                            connection.sendall(part)
                            time.sleep(0.02)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("begun", "drop"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n{", b'"'),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD, b"X-Header: more\r\n"),
        (b"HTTP/1.1 ", b" "),
    ],
    ids=["a body", "spaces", "chunks", "headers", "a status"],
)
@pytest.mark.parametrize("is_proxied", [False, True])
def test_response_that_trickles_is_cut_off(
    is_proxied: bool, begun: bytes, drop: bytes, session: boto3.Session
) -> None:
    """Each byte comes within the read time-out, and the call ends at its deadline all the same."""
    with trickling(begun, drop) as (url, requests):
        proxies = {"http": url} if is_proxied else None
        endpoint = "http://ecr.invalid" if is_proxied else url
        ecr = EcrClient(
            session=session,
            endpoint_url=endpoint,
            config=Config(proxies=proxies),
            retry=RetryPolicy(deadline=DEADLINE),
        )
        began = time.monotonic()
        with ecr:
            error = error_of(ecr.delete_repository, "team/app")
        took = time.monotonic() - began
    assert isinstance(error, EcrConnectionError)
    assert "the deadline passed before the response was complete" in str(error)
    assert error.maybe_applied
    assert DEADLINE * 0.9 < took < SOON
    assert len(requests) == 1


# urllib3 leaves a socket whose TLS handshake ends to the garbage collector.
@pytest.mark.usefixtures("interruptions")
def test_tunnel_that_trickles_is_cut_off(session: boto3.Session) -> None:
    """A proxy that does not get its own response done has sent nothing on."""
    with trickling(b"HTTP/1.1 200 OK\r\n", b"X-Header: more\r\n") as (url, _):
        ecr = EcrClient(
            session=session,
            endpoint_url="https://127.0.0.1:1",
            config=Config(proxies={"https": url}),
            retry=RetryPolicy(deadline=DEADLINE),
        )
        began = time.monotonic()
        with ecr:
            error = error_of(ecr.delete_repository, "team/app")
        assert time.monotonic() - began < SOON
    assert isinstance(error, EcrConnectionError)
    assert not error.maybe_applied


def test_adopted_client_makes_no_further_attempt(session: boto3.Session) -> None:
    """Of an adopted client's request the time-outs are its own; no other follows the deadline."""
    begun = HEAD.replace(b"200 OK", b"503 Busy") + b"Content-Length: 20\r\n\r\n"
    with trickling(begun, b" ") as (url, requests):
        config = Config(retries={"total_max_attempts": 1})
        adopted = boto3_client(session, endpoint_url=url, config=config)
        ecr = EcrClient.from_boto3(adopted, retry=RetryPolicy(max_attempts=5, deadline=DEADLINE))
        with pytest.raises(EcrError):
            ecr.describe_registry()
        adopted.close()
    assert len(requests) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_deadline_that_has_passed_sends_nothing(kind: str, make: MakeEcr, wire: Wire) -> None:
    """What can't begin in time is an error of its own, and was not applied."""
    error = error_of(make(retry=RetryPolicy(deadline=1e-9)).delete_repository, "team/app")
    assert isinstance(error, DeadlineExceededError)
    assert str(error).startswith(
        "DeleteRepository: the deadline passed before the first request was sent"
    )
    assert (error.attempts, error.maybe_applied) == (0, False)
    assert not wire.sent


def test_deadline_ends_retries(make: MakeEcr, wire: Wire) -> None:
    """A wait that would overrun the deadline is not begun: the last error is raised at once."""
    wire.will(refusal("ThrottlingException", headers={"x-amz-retry-after": "4000"}))
    began = time.monotonic()
    error = error_of(make(retry=RetryPolicy(deadline=1)).describe_registry)
    # Far from the four seconds that the service asks for.
    assert time.monotonic() - began < 3
    assert type(error).__name__ == "ThrottlingException"


def test_clock_of_a_deadline() -> None:
    """A deadline goes by the clock that it is given, and has passed when no time is left."""
    now = 100.0

    def clock() -> float:
        return now

    deadline = Deadline(5, clock)
    assert deadline.is_limited
    assert (deadline.seconds_left(), deadline.has_passed()) == (5, False)
    now = 105.0
    assert (deadline.seconds_left(), deadline.has_passed()) == (0, True)
    now = 107.0
    assert (deadline.seconds_left(), deadline.has_passed()) == (-2, True)


def test_no_deadline_has_no_end() -> None:
    """Without a limit there is always time left."""
    assert not UNLIMITED.is_limited
    assert (UNLIMITED.seconds_left(), UNLIMITED.has_passed()) == (inf, False)


def _watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "ecr_typed deadlines"]


def test_watchdog_cuts_in_order_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are cut off when their own time comes, and then the thread is gone."""
    # The process's own may still wait for the deadlines of other tests.
    private: Any = watchdog
    monkeypatch.setattr(watchdog, "_watchdog", private._Watchdog())
    cut, times = Exchange.cut, dict[Exchange, float]()

    def note_cut(exchange: Exchange, why: Cut) -> None:
        times[exchange] = time.monotonic()
        cut(exchange, why)

    monkeypatch.setattr(Exchange, "cut", note_cut)
    others = set(_watching())
    began = time.monotonic()
    exchanges = {seconds: Exchange({}) for seconds in (1.5, 0.1, 0.2)}
    for seconds, exchange in exchanges.items():
        watchdog.watch(exchange, seconds)
    assert len({*_watching()} - others) == 1
    ends = time.monotonic() + SOON
    while {*_watching()} - others and time.monotonic() < ends:
        time.sleep(0.01)
    assert not {*_watching()} - others
    assert all(exchange.cut_by is not None for exchange in exchanges.values())
    in_order = [exchanges[seconds] for seconds in (0.1, 0.2, 1.5)]
    # The process's own watchdog may have cut off others meanwhile.
    assert [one for one in times if one in in_order] == in_order
    assert all(times[exchange] >= began + seconds for seconds, exchange in exchanges.items())
    # Far from its own time: the first one does not wait for the last.
    assert times[exchanges[0.1]] < began + 1.5


def test_watchdog_forgets_requests_that_are_over() -> None:
    """A day's deadline on thousands of quick calls does not pile them up."""
    private: Any = watchdog
    for _ in range(5000):
        watchdog.watch(Exchange({}), 0.4)
    assert len(private._watchdog._pending) < 1000


def test_close_wins_over_a_deadline(session: boto3.Session) -> None:
    """A call that `close()` ends before its deadline says that the client was closed."""
    with trickling(HEAD, b"X-Header: more\r\n") as (url, _):
        ecr = EcrClient(session=session, endpoint_url=url, retry=RetryPolicy(deadline=30))
        threading.Timer(0.1, ecr.close).start()
        assert isinstance(error_of(ecr.describe_registry), ClientClosedError)
