"""A client that is closed while it connects does not wait until the host responds."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from ecr_typed import ClientClosedError, EcrClient, EcrConnectionError, EcrError, RetryPolicy
from tests.support.sockets import certificate, deaf

SOON = 10.0
"""Seconds within which a call that was cut off is over, whatever else the machine does."""

LONG = 60.0
"""The time-out of connecting, in seconds."""


@contextmanager
def full() -> Generator[int]:
    """Listen, with a queue that is full: connections are never made. Gives the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as waiting:
        for _ in range(3):
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                other.connect(server.getsockname())
        yield server.getsockname()[1]


@contextmanager
def silent_tunnel() -> Generator[int]:
    """A proxy that makes a tunnel, at the end of which nobody says a word. Gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                while connection.recv(4096):
                    pass

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


FULL_QUEUES = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux keeps connections to a full queue waiting"
)


@pytest.fixture(
    params=[
        pytest.param("no connection", marks=FULL_QUEUES),
        "no handshake",
        "no handshake in a tunnel",
    ]
)
def ecr(
    request: pytest.FixtureRequest,
    session: boto3.Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[EcrClient]:
    """A client that never gets as far as to send anything."""
    way: str = request.param
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate(tmp_path)))
    host = {"no connection": full, "no handshake": deaf}.get(way, silent_tunnel)
    with host() as port:
        is_proxied = host is silent_tunnel
        proxies = {"https": f"http://127.0.0.1:{port}"} if is_proxied else None
        scheme = "http" if host is full else "https"
        with EcrClient(
            session=session,
            endpoint_url=f"{scheme}://127.0.0.1:{1 if is_proxied else port}",
            config=Config(proxies=proxies, connect_timeout=LONG),
        ) as ecr:
            yield ecr


def test_closing_ends_connecting(ecr: EcrClient) -> None:
    """The call ends at once, and says that nothing was sent."""
    errors: list[EcrError] = []

    def call() -> None:
        try:
            ecr.delete_repository("team/app")
        except EcrError as error:
            errors.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    time.sleep(0.3)
    ecr.close()
    thread.join(SOON)
    assert [type(error) for error in errors] == [ClientClosedError]
    assert not errors[0].maybe_applied


def test_deadline_ends_connecting(ecr: EcrClient) -> None:
    """The call ends at its deadline, and says that nothing was sent."""
    began = time.monotonic()
    hurried = ecr.with_options(retry=RetryPolicy(deadline=0.3))
    with pytest.raises(EcrConnectionError, match="the deadline passed") as caught:
        hurried.delete_repository("team/app")
    assert time.monotonic() - began < SOON
    assert not caught.value.maybe_applied


@FULL_QUEUES
def test_deadline_bounds_connecting_to_all_addresses(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Further addresses of a host get what the first ones left of the time."""
    with full() as port:
        address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))

        def many(*_: object, **__: object) -> list[object]:
            return [address] * 50

        monkeypatch.setattr(socket, "getaddrinfo", many)
        began = time.monotonic()
        with (
            EcrClient(
                session=session,
                endpoint_url="http://ecr.invalid",
                retry=RetryPolicy(deadline=0.5),
            ) as ecr,
            pytest.raises(EcrConnectionError, match="the deadline passed"),
        ):
            ecr.describe_registry()
        # 50 addresses would take 25 s.
        assert time.monotonic() - began < SOON
