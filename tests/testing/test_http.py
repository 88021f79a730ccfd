"""Requests that are no calls of the API: other methods, no signature, broken bodies, TLS."""

from __future__ import annotations

import json
import logging
import socket
import ssl
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from .test_protocol import AUTHORIZATION, TARGET

if TYPE_CHECKING:
    from ecr_typed.testing import EcrEmulator

CREATE = {"X-Amz-Target": f"{TARGET}.CreateRepository", "Authorization": AUTHORIZATION}
BODY = b'{"repositoryName": "edges/app"}'


def connect(emulator: EcrEmulator) -> socket.socket:
    """Connect to the emulator."""
    url = urlsplit(emulator.endpoint_url)
    return socket.create_connection((url.hostname, url.port), timeout=10)


def exchange(emulator: EcrEmulator, request: bytes) -> tuple[int, bytes]:
    """Send bytes on a connection of their own; return the status and the body of the response."""
    with closing(connect(emulator)) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def request(method: str = "POST", *, headers: dict[str, str] = CREATE, body: bytes = BODY) -> bytes:
    """Write a request."""
    length = str(len(body))
    lines = {"Host": "localhost", "Connection": "close", "Content-Length": length, **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} / HTTP/1.1\r\n{head}\r\n".encode() + body


def error_of(answer: tuple[int, bytes]) -> tuple[int, str, str]:
    """Return the status, the code and the message of an error."""
    status, body = answer
    error: dict[str, Any] = json.loads(body)
    return status, error["__type"], error["message"]


@pytest.fixture(autouse=True)
def quiet(
    fresh: EcrEmulator, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Any:
    """Check that no request has left a traceback, an output, or a repository behind."""
    yield
    assert [record for record in caplog.records if record.exc_info] == []
    assert capfd.readouterr() == ("", "")
    client = fresh.boto3_client()
    assert client.describe_repositories()["repositories"] == []
    client.close()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "WHATEVER"])
def test_other_methods_run_no_operation(fresh: EcrEmulator, method: str) -> None:
    """An operation runs by POST alone; another method is a client error."""
    status, code, message = error_of(exchange(fresh, request(method)))
    assert (status, code) == (400, "UnknownOperationException")
    assert message == f"ECR's API takes POST, not {method}"


def test_a_head_has_no_body(fresh: EcrEmulator) -> None:
    """HEAD gets the status alone."""
    assert exchange(fresh, request("HEAD")) == (400, b"")


def test_a_request_without_a_signature(fresh: EcrEmulator) -> None:
    """AWS refuses what is not signed, and tells it from what is not signed right."""
    unsigned = {"X-Amz-Target": CREATE["X-Amz-Target"]}
    assert error_of(exchange(fresh, request(headers=unsigned))) == (
        400,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    )
    assert error_of(exchange(fresh, request(headers={})))[1] == (
        "MissingAuthenticationTokenException"
    )
    basic = {**CREATE, "Authorization": "Basic QVdTOnB3"}
    status, code, message = error_of(exchange(fresh, request(headers=basic)))
    assert (status, code) == (400, "IncompleteSignatureException")
    assert "QVdTOnB3" not in message


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "9" * 30])
def test_a_bad_content_length(fresh: EcrEmulator, length: str) -> None:
    """What is no length is refused, and names what was sent."""
    status, body = exchange(fresh, request(headers={**CREATE, "Content-Length": length}))
    assert status == 400
    assert f"Content-Length must be a number of bytes, not '{length}'".encode() in body


def test_a_content_length_beyond_the_memory(fresh: EcrEmulator) -> None:
    """A length that is not sent takes no memory, and the end of the client is no error."""
    with closing(connect(fresh)) as connection:
        connection.sendall(request(headers={**CREATE, "Content-Length": "9" * 15}))


def test_a_chunked_body_that_is_broken(fresh: EcrEmulator) -> None:
    """A chunk without a size is refused."""
    headers = {**CREATE, "Transfer-Encoding": "chunked"}
    status, body = exchange(fresh, request(headers=headers, body=b"no size\r\n"))
    assert status == 400
    assert b"chunked" in body


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "1" * 5_000])
def test_json_that_is_too_deep_or_too_long(fresh: EcrEmulator, text: str) -> None:
    """What Python's reader gives up on is a SerializationException."""
    status, code, _ = error_of(exchange(fresh, request(body=text.encode())))
    assert (status, code) == (400, "SerializationException")


def test_a_client_that_speaks_tls(fresh: EcrEmulator, caplog: pytest.LogCaptureFixture) -> None:
    """TLS fails at once, and the log says why."""
    context = ssl.create_default_context()
    with (
        caplog.at_level(logging.WARNING, "ecr_typed.testing"),
        closing(connect(fresh)) as connection,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(connection, server_hostname="localhost")
    assert "use http://" in caplog.text


@pytest.mark.parametrize(
    "line", [b"\r\n", b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"\x00\xff\r\n\r\n"]
)
def test_what_is_no_http(fresh: EcrEmulator, line: bytes) -> None:
    """Bytes that are no request get an error or the end of the connection."""
    with closing(connect(fresh)) as connection:
        connection.sendall(line)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received == b"" or b"400" in received or b"Bad request" in received
