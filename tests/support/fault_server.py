"""A service that loses responses, on the way that a request takes: direct or through a proxy.

It knows what it applied, so that a test can hold what a call says of its outcome against the truth.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from ecr_typed._calls.operation import AnyOperation, Effect
from ecr_typed._wire import operations
from tests.support.listener import Listener, server_context
from tests.support.samples import answer_of, repository

_NAMED: Final[Mapping[str, Any]] = vars(operations)

OPERATIONS: Final[Mapping[str, AnyOperation]] = {
    found.name: found
    for found in _NAMED.values()
    if isinstance(getattr(found, "effect", None), Effect)
}
"""All operations, by their names."""

WRITES: Final = tuple(name for name, one in OPERATIONS.items() if one.is_write)
"""The operations that change anything."""


class Fault(Enum):
    """What happens to a request and to its response."""

    DROPPED = "applied; the connection is closed in place of a response"
    RESET = "applied; the connection is reset in place of a response"
    CUT = "applied; the response ends in its middle"
    LATE = "applied; the response comes after the client's patience"
    IGNORED = "not applied; no response comes"
    FAILED = "not applied; HTTP 500"
    FAILED_LATER = "applied; HTTP 503"
    PAGE = "applied; a proxy's page with HTTP 502"
    WRONG_PAGE = "applied; a proxy's page with HTTP 200"


_APPLIES: Final = frozenset(Fault) - {Fault.IGNORED, Fault.FAILED}

PATIENCE: Final = 0.2
"""A read time-out for clients whose requests meet `TIMED_OUT`, in seconds.

It is short for a machine that is busy: other requests of such a client may run into it, too.
"""

TIMED_OUT: Final = frozenset({Fault.LATE, Fault.IGNORED})
"""The faults that last until the client goes away."""


class FaultServer:
    """The service, an HTTP proxy to it, and a CONNECT proxy to it with TLS, all on one port."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.applied: Counter[str] = Counter()
        """How often each write was applied."""
        self.received: Counter[str] = Counter()
        """How often each operation was requested."""
        self._faults: dict[str, tuple[Fault, int]] = {}
        self._lock = threading.Lock()
        self._tls = server_context(certificate)
        self._listener = Listener(self._serve)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.stop()

    @property
    def url(self) -> str:
        """Where the service is, and both proxies."""
        return self._listener.url

    def begin(self, fault: Fault, times: int = 1) -> None:
        """Forget what was, and let the first requests of each write meet a fault."""
        with self._lock:
            self.applied.clear()
            self.received.clear()
            self._faults = dict.fromkeys(WRITES, (fault, times))

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            stream = connection.makefile("rb")
            while request := _read(stream):
                line, headers, body = request
                if line.startswith(b"CONNECT"):
                    if self._tls is None:
                        return
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    connection = self._tls.wrap_socket(plain, server_side=True)
                    stream = connection.makefile("rb")
                    continue
                operation = headers["x-amz-target"].rpartition(".")[2]
                if not self._respond(connection, plain, operation, json.loads(body)):
                    return
        except (OSError, LookupError, ValueError):
            # The client went away in the middle of a request.
            pass
        finally:
            connection.close()
            plain.close()

    def _respond(
        self, connection: socket.socket, plain: socket.socket, operation: str, body: Any
    ) -> bool:
        """Respond as the fault wants it; return whether the connection is kept."""
        with self._lock:
            self.received[operation] += 1
            fault, left = self._faults.get(operation, (None, 0))
            if not left:
                fault = None
            else:
                assert fault is not None
                self._faults[operation] = (fault, left - 1)
            response = (200, b"{}")
            if fault is None or fault in _APPLIES:
                response = self._apply(operation, body)
        status, content = response
        match fault:
            case Fault.DROPPED:
                return False
            case Fault.RESET:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # The file object of a TLS socket would keep it open.
                socket.socket.close(connection)
                return False
            case Fault.CUT:
                connection.sendall(_http(status, content)[:-1])
                return False
            case Fault.LATE:
                _wait_until_gone(plain)
            case Fault.IGNORED:
                _wait_until_gone(plain)
                return False
            case Fault.FAILED:
                status, content = 500, _error("ServerException")
            case Fault.FAILED_LATER:
                status, content = 503, _error("ServiceUnavailable")
            case Fault.PAGE | Fault.WRONG_PAGE:
                status = 502 if fault is Fault.PAGE else 200
                connection.sendall(_http(status, b"<html>Hello</html>", kind=b"text/html"))
                return True
            case None:
                pass
        connection.sendall(_http(status, content))
        return True

    def _apply(self, name: str, body: Any) -> tuple[int, bytes]:
        """Do what a request asks for; a repetition meets what it would meet at the service."""
        operation = OPERATIONS[name]
        if not operation.is_write:
            return 200, json.dumps(_found(name, body, self.applied)).encode()
        was_applied = self.applied[name] > 0
        if name == "BatchDeleteImage" and was_applied:
            failure = {"imageId": body["imageIds"][0], "failureCode": "ImageNotFound"}
            return 200, json.dumps({"imageIds": [], "failures": [failure]}).encode()
        if operation.repeat_meets and was_applied:
            return 400, _error(min(operation.repeat_meets), lastValidByteReceived=1)
        self.applied[name] += 1
        return 200, json.dumps(answer_of(name)).encode()


def _wait_until_gone(connection: socket.socket) -> None:
    """Wait until the client closes a connection, as it does when its patience ends."""
    connection.settimeout(60)
    connection.recv(1, socket.MSG_PEEK)


def _found(name: str, body: Any, applied: Mapping[str, int]) -> dict[str, Any]:
    now = time.time()
    match name:
        case "DescribeRepositories" if applied["CreateRepository"]:
            return {"repositories": [repository(body["repositoryNames"][0], createdAt=now)]}
        case "DescribeRepositoryCreationTemplates" if applied["CreateRepositoryCreationTemplate"]:
            asked = answer_of("CreateRepositoryCreationTemplate")
            template = {**asked.get("repositoryCreationTemplate", {}), "createdAt": now}
            template |= {"prefix": body["prefixes"][0], "appliedFor": ["REPLICATION"]}
            return {"repositoryCreationTemplates": [template]}
        case "ListTagsForResource":
            return {"tags": []}
        case _:
            return answer_of(name)


def _error(code: str, **members: object) -> bytes:
    return json.dumps({"__type": code, "message": "no", **members}).encode()


def _http(status: int, body: bytes, kind: bytes = b"application/x-amz-json-1.1") -> bytes:
    head = b"HTTP/1.1 %d X\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (status, kind, len(body)) + body


def _read(stream: BinaryIO) -> tuple[bytes, dict[str, str], bytes] | None:
    """Read a request, or None where the connection ends."""
    line, headers = stream.readline(), dict[str, str]()
    while (field := stream.readline()) not in {b"\r\n", b""}:
        name, _, value = field.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return (line, headers, body) if line else None
