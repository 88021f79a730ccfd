"""The sockets of a client of ours: each exchange learns which one it is on, and what was written.

The connections that are checked out of urllib3's pools are tracked nowhere: there is no public way
to reach the socket of a request that is in flight.
"""

from __future__ import annotations

import http.client
import socket
from collections import deque
from queue import Empty, Full
from typing import TYPE_CHECKING, Any, Final

import urllib3.util
from botocore.awsrequest import (
    AWSConnection,
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.exceptions import NewConnectionError

from ecr_typed._botocore.connecting import connect, new_socket
from ecr_typed._botocore.exchange import Cut, Exchange, Stage, sending

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


_SMALL: Final = 64 * 1024
"""Up to how many bytes a body is joined to its head: a copy of it costs less than a system call."""

_LEFT_OUT: Final = (getattr(urllib3.util, "SKIP_HEADER", None),)
"""The values of a header that urllib3 adds by itself, unless they are its mark to skip it."""


def watch_sockets(client: ECRClient) -> bool:
    """Let the exchanges on a client of ours know their sockets; return whether they do."""
    # botocore has no public way there. If it moves, requests end by themselves, as elsewhere.
    try:
        private: Any = client
        pools = private._endpoint.http_session._pool_classes_by_scheme  # noqa: SLF001
        pools.update(http=_Pool, https=_SecurePool)
    except AttributeError:
        return False
    return True


_of_parents: Final[list[object]] = []
"""What a child process inherited, kept from being finalized."""


def leave_sockets_to_the_parent(client: ECRClient) -> None:
    """Give a client of ours connections of its own in a child process.

    To close those that it has would take locks, which threads that are not here may hold.
    """
    private: Any = client
    try:
        session = private._endpoint.http_session  # noqa: SLF001
        inherited = session._manager, session._proxy_managers  # noqa: SLF001
        manager = PoolManager(**session._get_pool_manager_kwargs())  # noqa: SLF001
        manager.pool_classes_by_scheme = session._pool_classes_by_scheme  # noqa: SLF001
    except AttributeError:
        client.close()
        return
    _of_parents.append(inherited)
    session._manager, session._proxy_managers = manager, {}  # noqa: SLF001


class _WatchedConnection(AWSConnection):
    """Records what is written, and writes the head and the body of a request at once.

    One after the other, as urllib3 writes them, are two system calls, and the peer wakes up twice.
    """

    exchange: Exchange | None = None
    """What the connection serves."""
    _is_tunnelling = False
    _body_follows = False
    _head: bytes | None = None

    def connect(self) -> None:
        """Connect, so that the exchange can end it."""
        # The class that comes next has the method, which the stubs of this base don't know.
        following: Any = super()
        connect(following.connect)

    def _new_conn(self) -> socket.socket:
        following: Any = super()
        return new_socket(self, following._new_conn)  # noqa: SLF001

    def request(
        self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any
    ) -> Any:
        """Send a request."""
        is_small = isinstance(body, bytes) and 0 < len(body) <= _SMALL
        # Who expects a go-ahead for the body waits for it when the head is written.
        self._body_follows = is_small and "Expect" not in (headers or {})
        self._head = None
        super().request(method, url, body, headers, **options)
        if self._head is not None:
            # The HTTP library had joined them itself.
            head, self._head = self._head, None
            self._write(head)

    def putheader(self, header: str, *values: Any) -> None:
        """Add a header, without urllib3's search of the values for its mark of a header to skip."""
        connection: Any = self
        if values != _LEFT_OUT:
            http.client.HTTPConnection.putheader(connection, header, *values)
            return
        following: Any = super()
        following.putheader(header, *values)

    def send(self, str: Any) -> None:  # botocore's name for it
        """Write to the socket."""
        if self._body_follows and not self._is_tunnelling:
            self._body_follows, self._head = False, str
            return
        head, self._head = self._head, None
        self._write(str if head is None else head + str)

    def _write(self, data: Any) -> None:
        """Record, before it happens, that something of the request is written."""
        exchange = self.exchange
        # What is written while a tunnel is made is for the proxy.
        if exchange is not None and not self._is_tunnelling:
            exchange.stage = Stage.WRITTEN
        super().send(data)

    def _tunnel(self) -> None:
        self._is_tunnelling = True
        try:
            # http.client has no public way to make a tunnel.
            following: Any = super()
            following._tunnel()  # noqa: SLF001
        finally:
            self._is_tunnelling = False


class _Connection(_WatchedConnection, AWSHTTPConnection):  # type: ignore[misc]  # botocore's stubs disagree with urllib3's types, and say so
    """A connection without TLS."""


class _SecureConnection(_WatchedConnection, AWSHTTPSConnection):  # type: ignore[misc]  # botocore's stubs disagree with urllib3's types, and say so
    """A connection with TLS."""


class _IdleConnections:
    """The queue of a pool's connections that serve no request, the last one first.

    The usual queue of urllib3 has a lock. What the handler of a signal raises while it is held
    leaves it locked, and whoever closes the pool later waits for ever, be it the garbage collector.
    """

    def __init__(self, maxsize: int) -> None:
        self._maxsize = maxsize
        self.queue = deque[Any]()

    def get(self, block: bool = False, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002, ARG002  # as urllib3 calls it; its pools don't wait for a connection here
        """Take a connection, or raise `Empty`."""
        try:
            return self.queue.pop()
        except IndexError:
            raise Empty from None

    def put(self, connection: Any, block: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002  # as urllib3 calls it
        """Add a connection, or raise `Full`."""
        if len(self.queue) >= self._maxsize:
            raise Full
        self.queue.append(connection)

    def qsize(self) -> int:
        """Return how many connections there are."""
        return len(self.queue)


class _WatchedPool(HTTPConnectionPool):
    """Tells the exchange that runs on this thread when it gets and leaves a connection."""

    QueueCls = _IdleConnections  # type: ignore[assignment]  # what urllib3 uses of a queue, it has

    def _get_conn(self, timeout: float | None = None) -> Any:
        exchange = sending()
        if exchange is not None:
            exchange.reach(Stage.CONNECTING)
            if exchange.cut_by is not None:
                raise _refusal(self, exchange.cut_by)
        connection: Any = super()._get_conn(timeout)
        if isinstance(connection, _WatchedConnection):
            connection.exchange = exchange
        elif exchange is not None:
            # It is of a class that somebody put in the place of botocore's, to record or to mock.
            exchange.reach(Stage.HANDED_OVER)
        return connection

    def _prepare_proxy(self, conn: Any) -> None:
        exchange: Exchange | None = getattr(conn, "exchange", None)
        if exchange is not None:
            _bound_connecting(conn, exchange)
        super()._prepare_proxy(conn)

    def _validate_conn(self, conn: Any) -> None:
        exchange: Exchange | None = getattr(conn, "exchange", None)
        if exchange is None:
            super()._validate_conn(conn)
            return
        if conn.sock is None:
            _bound_connecting(conn, exchange)
        super()._validate_conn(conn)
        # Without TLS, urllib3 would connect later, and a request be sent after its end.
        if conn.sock is None:
            conn.connect()
        exchange.take(conn)
        if exchange.cut_by is not None:
            raise _refusal(conn, exchange.cut_by)

    def _put_conn(self, conn: Any) -> None:
        exchange: Exchange | None = getattr(conn, "exchange", None)
        if exchange is not None:
            exchange.leave(conn)
            conn.exchange = None
        super()._put_conn(conn)


def _refusal(source: Any, cut_by: Cut) -> NewConnectionError:
    return NewConnectionError(source, cut_by.value)


def _bound_connecting(connection: Any, exchange: Exchange) -> None:
    """Keep the deadline of a call from being overrun before anything is sent."""
    if exchange.seconds_left is not None:
        known = connection.timeout
        if isinstance(known, int | float):
            connection.timeout = min(known, max(exchange.seconds_left, 0.001))


class _Pool(_WatchedPool, AWSHTTPConnectionPool):
    """A pool of connections without TLS."""

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802  # urllib3's name
        """The class of its connections: ours, unless somebody replaced botocore's."""
        theirs: Any = AWSHTTPConnectionPool.ConnectionCls
        return _Connection if theirs is AWSHTTPConnection else theirs


class _SecurePool(_WatchedPool, AWSHTTPSConnectionPool):
    """A pool of connections with TLS."""

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802  # urllib3's name
        """The class of its connections: ours, unless somebody replaced botocore's."""
        theirs: Any = AWSHTTPSConnectionPool.ConnectionCls
        return _SecureConnection if theirs is AWSHTTPSConnection else theirs
