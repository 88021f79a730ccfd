"""Faults on the wire: lengths, ends of connections, and answers that come late."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from urllib.parse import urlsplit

import botocore.exceptions as botocore_errors
import pytest
from botocore.config import Config

from ecr_typed import EcrClient, EcrConnectionError, RetryPolicy
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import (
    BROKEN_JSON,
    CUT,
    DROPPED,
    GARBLED,
    RESET,
    CutResponse,
    ErrorResponse,
    Fault,
    LateResponse,
    LostResponse,
    WrongLength,
)

from .test_faults import names
from .test_protocol import AUTHORIZATION

LONG = 300.0
"""Longer than any test waits: what is late by this much is never there."""


def request(emulator: EcrEmulator) -> http.client.HTTPConnection:
    """Send a DescribeRepositories by hand, whose answer is yet to be read."""
    url = urlsplit(emulator.endpoint_url)
    connection = http.client.HTTPConnection(str(url.hostname), url.port)
    target = "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"
    headers = {"X-Amz-Target": target, "Authorization": AUTHORIZATION}
    connection.request("POST", "/", b"{}", headers)
    return connection


WHOLE = b'{"repositories": []}'


@pytest.mark.parametrize(
    ("fault", "sent", "missing"),
    [
        (CUT, WHOLE[:10], 10),
        (CutResponse(kept=0), b"", 20),
        (WrongLength(by=7), WHOLE, 7),
    ],
)
def test_an_early_end_on_the_wire(
    fresh: EcrEmulator, fault: Fault, sent: bytes, missing: int
) -> None:
    """The length is that of more than is sent, and then the connection ends."""
    fresh.faults.inject(fault)
    connection = request(fresh)
    with pytest.raises(http.client.IncompleteRead) as caught:
        connection.getresponse().read()
    assert (caught.value.partial, caught.value.expected) == (sent, missing)
    connection.close()


@pytest.mark.parametrize(
    ("fault", "read"),
    [
        (BROKEN_JSON, WHOLE[:10]),
        (CutResponse(kept=0, states_whole_length=False), b""),
        (WrongLength(by=-7), WHOLE[:13]),
        (WrongLength(by=-100), b""),
        (GARBLED, b"\x00\xff{"),
    ],
)
def test_a_matching_length_on_the_wire(fresh: EcrEmulator, fault: Fault, read: bytes) -> None:
    """The length is that of what can be read, and nothing but the content is amiss."""
    fresh.faults.inject(fault)
    connection = request(fresh)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, read)
    connection.close()


def test_a_drop_is_a_proper_close_and_a_reset_is_none(fresh: EcrEmulator) -> None:
    """A dropped connection ends as connections do (FIN), a reset one with an error (RST)."""
    fresh.faults.inject(DROPPED)
    fresh.faults.inject(RESET)
    dropped = request(fresh)
    assert isinstance(dropped.sock, socket.socket)
    assert dropped.sock.recv(1) == b""
    dropped.close()
    reset = request(fresh)
    assert isinstance(reset.sock, socket.socket)
    with pytest.raises(ConnectionResetError):
        reset.sock.recv(1)
    reset.close()


def test_a_late_answer(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A late answer runs into the client's read time-out, and its call was applied at once."""
    fresh.faults.inject(LateResponse(delay=LONG), operation_name="CreateRepository", times=2)
    impatient = Config(read_timeout=0.1, retries={"total_max_attempts": 1})
    plain = fresh.boto3_client(config=impatient)
    with pytest.raises(botocore_errors.ReadTimeoutError):
        plain.create_repository(repositoryName="plain")
    plain.close()
    with (
        fresh.client(retry=RetryPolicy(max_attempts=1), config=Config(read_timeout=0.1)) as client,
        pytest.raises(EcrConnectionError) as caught,
    ):
        client.create_repository("typed")
    assert caught.value.maybe_applied
    # On a busy machine, a client's patience may end before the emulator has read its request.
    ends = time.monotonic() + 10
    while len(names(typed)) < 2 and time.monotonic() < ends:
        time.sleep(0.01)
    assert names(typed) == ["plain", "typed"]


@pytest.mark.parametrize(
    "fault", [ErrorResponse("ThrottlingException", delay=LONG), LostResponse(delay=LONG)]
)
def test_every_fault_can_be_late(fresh: EcrEmulator, fault: Fault) -> None:
    """`delay` holds back errors and ends of connections, too."""
    fresh.faults.inject(fault)
    connection = request(fresh)
    assert isinstance(connection.sock, socket.socket)
    connection.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        connection.sock.recv(1)
    connection.close()


def test_stopping_does_not_wait_for_late_answers() -> None:
    """An emulator that stops lets late answers go and leaves no thread behind."""
    before = set(threading.enumerate())
    with EcrEmulator(latency=LONG) as emulator:
        emulator.faults.inject(LateResponse(delay=LONG))
        connection = request(emulator)
        while not emulator.faults.injected:
            time.sleep(0.01)
    assert set(threading.enumerate()) <= before
    assert connection.getresponse().read() == WHOLE
    connection.close()
