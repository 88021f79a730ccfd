"""The HTTP server: werkzeug's threaded server, with connections that are kept open."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, cast

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from ecr_typed.testing._emulator.http.messages import ConnectionEnd
from ecr_typed.testing._emulator.texts import protocols
from ecr_typed.testing._emulator.texts.text import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
_logger = logging.getLogger("ecr_typed.testing")
_BACKLOG = 128
_STOP_TIMEOUT = 5.0
# With this option, closing a socket discards what is not sent yet and resets the connection.
_NO_LINGER = struct.pack("ii", 1, 0)
_WITHOUT_BODY = frozenset({204, 304})
_PIECE = 1024 * 1024
_TLS_HANDSHAKE = b"\x16"
_NO_TLS = (
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
    f"{protocols.NO_TLS()}\n"
)


class BadRequestError(Exception):
    """A request that is no HTTP request."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)


class EmulatorRequestHandler(WSGIRequestHandler):
    """Reads each request whole and sends each response whole, so that connections are kept open.

    werkzeug closes every connection, because an application may leave a part of the body unread. A
    new connection for each call would double the time of a call.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Head and body of a response leave in one packet.
    wbufsize = -1

    def handle_one_request(self) -> None:
        """Handle one request; tell a client that speaks TLS that this port does not."""
        # The file is a BufferedReader; its declared type does not say so.
        requests = cast("io.BufferedReader", self.rfile)
        if requests.peek(1)[:1] == _TLS_HANDSHAKE:
            self.close_connection = True
            _logger.warning("a client speaks TLS; the emulator speaks HTTP: use http://")
            self.wfile.write(_NO_TLS.encode())
            return
        super().handle_one_request()

    def run_wsgi(self) -> None:
        """Respond to one request."""
        self.environ = environ = self.make_environ()
        try:
            body = self._read_body(environ)
        except BadRequestError as error:
            self.close_connection = True
            self._send(400, [("Content-Type", "text/plain")], f"{error}\n".encode())
            return
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionEnd as end:
            self._end_connection(is_reset=end.is_reset)
            return
        self._send(int(status.split(" ", 1)[0]), headers.items(), b"".join(chunks))

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time of a `Date` header: the service's, by which clients tell their skew."""
        server = cast("EmulatorServer", self.server)
        now = server.now().timestamp() if timestamp is None else timestamp
        return super().date_time_string(int(now))

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            del environ["HTTP_TRANSFER_ENCODING"]
            # The trailer of a chunked body is not read, so no other request may follow it.
            self.close_connection = True
            try:
                whole: bytes = environ["wsgi.input"].read()
            except OSError as error:
                raise BadRequestError(protocols.BROKEN_CHUNKS(error=error)) from error
            return whole
        stated: str = environ.get("CONTENT_LENGTH") or "0"
        if not re.fullmatch("[0-9]{1,18}", stated):
            raise BadRequestError(protocols.BAD_CONTENT_LENGTH(stated=stated))
        # The body is read in pieces, because a client may state more than there is memory for.
        body, missing = bytearray(), int(stated)
        while missing:
            piece = self.rfile.read(min(missing, _PIECE))
            if not piece:
                raise ConnectionError("the client left in the middle of a request")
            body += piece
            missing -= len(piece)
        return bytes(body)

    def _send(self, status: int, headers: Iterable[tuple[str, str]], body: bytes) -> None:
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
            # The client could not tell where the next response begins.
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not head_only:
            self.wfile.write(body)

    def _end_connection(self, *, is_reset: bool) -> None:
        self.close_connection = True
        if is_reset:
            # The server would shut the connection down properly, so it is closed here before.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.connection.close()

    def handle_expect_100(self) -> bool:
        """Tell a client to send the body, if it waits to be told."""
        go_on = super().handle_expect_100()
        # Without flushing, the line that the client waits for would stay in the buffer.
        self.wfile.flush()
        return go_on

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: ARG002 - werkzeug's
        """Log a request for debugging, and print nothing to the terminal."""
        _logger.debug(message, *args)


class EmulatorServer(ThreadedWSGIServer):
    """Listens on a port, and knows its connections."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        host: str,
        port: int,
        now: Callable[[], datetime],
        handler: type[EmulatorRequestHandler] = EmulatorRequestHandler,
    ) -> None:
        self.now = now
        """The time that the responses' `Date` headers have."""
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._connections_lock = threading.Lock()
        # The socket is opened here, because werkzeug ends the process where a port is taken.
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # All addresses are IPv4's, too: where the system can do it, one socket serves both.
        is_dual = host == "::" and socket.has_dualstack_ipv6()
        with socket.create_server(
            (host, port), family=family, backlog=_BACKLOG, dualstack_ipv6=is_dual
        ) as listening:
            super().__init__(host, port, application, handler, fd=listening.fileno())

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
        """Log an error, and print nothing to the terminal."""
        _logger.exception("a connection ended with an error")  # noqa: LOG004 - called in a handler
