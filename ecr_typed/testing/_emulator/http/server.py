"""The HTTP server: werkzeug's threaded one, with connections that stay open, and that stops."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

# moto_server has no __init__.py, so moto's py.typed does not reach it.
from moto.moto_server.werkzeug_app import (  # pyright: ignore[reportMissingTypeStubs]
    MotoRequestHandler,
)
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.test import run_wsgi_app

from ecr_typed.testing._emulator.http.log import logger
from ecr_typed.testing._emulator.http.messages import ConnectionEnd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
_BACKLOG = 128
_STOP_TIMEOUT = 5.0
# What is not sent yet is thrown away, and a reset takes the place of the proper end.
_NO_LINGER = struct.pack("ii", 1, 0)
_WITHOUT_BODY = frozenset({204, 304})


class EmulatorRequestHandler(MotoRequestHandler):
    """Reads each request whole and answers it whole, so that its connection can be kept open.

    werkzeug closes every connection instead, because an application may leave a part of the body
    unread; a new connection for each call would double what a call costs.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Head and body of an answer leave in one packet.
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Answer one request."""
        self.environ = environ = self.make_environ()
        body = self._read_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionEnd as end:
            self._end_connection(is_reset=end.is_reset)
            return
        self._answer(int(status.split(" ", 1)[0]), headers.items(), b"".join(chunks))

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            del environ["HTTP_TRANSFER_ENCODING"]
            # The trailer of a chunked body is not read, so nothing may follow it.
            self.close_connection = True
            whole: bytes = environ["wsgi.input"].read()
            return whole
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client left in the middle of a request")
        return body

    def _answer(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        stated_length: str | None = None
        for name, value in headers:
            if name.lower() == "content-length":
                stated_length = value
            self.send_header(name, value)
        head_only = self.command == "HEAD" or status in _WITHOUT_BODY
        if stated_length is None and not head_only:
            self.send_header("Content-Length", str(len(body)))
        elif stated_length != str(len(body)) and not head_only:
            # Where the next answer would begin is anyone's guess.
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not head_only:
            self.wfile.write(body)

    def _end_connection(self, *, is_reset: bool) -> None:
        self.close_connection = True
        if is_reset:
            # Closed here, before the server would announce the end properly.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.connection.close()

    def handle_expect_100(self) -> bool:
        """Tell a client that waits before it sends a body to go on."""
        go_on = super().handle_expect_100()
        # The buffer would keep the line that the client waits for.
        self.wfile.flush()
        return go_on

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: ARG002 - werkzeug's
        """Tell of a request where debugging wants to know it, not on the terminal."""
        logger.debug(message, *args)


class EmulatorServer(ThreadedWSGIServer):
    """Listens on a port of loopback, and knows its connections."""

    def __init__(self, application: WSGIApplication, *, port: int) -> None:
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._connections_lock = threading.Lock()
        # Opened here: where a port is taken, werkzeug prints and ends the process.
        with socket.create_server((HOST, port), backlog=_BACKLOG) as listening:
            super().__init__(HOST, port, application, EmulatorRequestHandler, fd=listening.fileno())

    def serve(self) -> None:
        """Accept connections until `shutdown`; then close the port."""
        # `shutdown` waits for one poll at most.
        self.serve_forever(poll_interval=0.02)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread that `close_connections` will know."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="ecr-emulator-connection",
            daemon=True,
        )
        with self._connections_lock:
            self._connections[thread] = request
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._connections_lock:
                del self._connections[threading.current_thread()]

    def close_connections(self) -> None:
        """Let every connection finish the call it is in, and wait for its thread."""
        with self._connections_lock:
            connections = dict(self._connections)
        for connection in connections.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in connections:
            thread.join(_STOP_TIMEOUT)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - werkzeug's
        """Tell of an error in the log, not on the terminal."""
        logger.exception("a connection ended with an error")
