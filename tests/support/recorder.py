"""A server that keeps the requests it gets byte by byte: direct, as a proxy, and over TLS."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tests.support.listener import Listener, server_context
from tests.support.samples import answer_of


class Recorder:
    """Responds to each request with the least that fits its operation, and keeps the request."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.requests: list[bytes] = []
        self.status = b"200 OK"
        self.body: bytes | None = None
        """The body of all responses; None for one that fits."""
        self.ended = threading.Event()
        """Set when a connection has ended."""
        self._tls = server_context(certificate)
        self._listener = Listener(self._serve)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._listener.url

    def taken(self) -> bytes:
        """Return the only request since the last time."""
        [request] = self.requests
        self.requests.clear()
        return request

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

    def _serve(self, connection: socket.socket) -> None:
        stream: BinaryIO = connection.makefile("rb")
        try:
            while head := _head(stream):
                if head.startswith(b"CONNECT") and self._tls is not None:
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    connection = self._tls.wrap_socket(connection, server_side=True)
                    stream = connection.makefile("rb")
                    continue
                self.requests.append(head + stream.read(int(_header(head, b"content-length"))))
                operation = _header(head, b"x-amz-target").rpartition(b".")[2].decode()
                least = json.dumps(answer_of(operation)).encode()
                body = least if self.body is None else self.body
                connection.sendall(
                    b"HTTP/1.1 %b\r\nx-amzn-RequestId: 1\r\ncontent-length: %d\r\n\r\n%b"
                    % (self.status, len(body), body)
                )
        except OSError:
            # The client went away.
            pass
        finally:
            connection.close()
            self.ended.set()


def _head(stream: BinaryIO) -> bytes:
    lines: list[bytes] = []
    while (line := stream.readline()).strip():
        lines.append(line)
    return b"".join([*lines, line]) if lines else b""


def _header(head: bytes, name: bytes) -> bytes:
    found = (line for line in head.split(b"\r\n") if line.lower().startswith(name + b":"))
    return next(found).partition(b":")[2].strip()
