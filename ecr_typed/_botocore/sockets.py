"""The sockets of a client of ours: each exchange learns which one it is on.

Of its connections, urllib3 closes those that lie in its pools. Those that it has given out, it does
not know.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.exceptions import NewConnectionError

from ecr_typed._botocore.exchange import current_exchange

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def watch_sockets(client: ECRClient) -> None:
    """Let the exchanges on a client of ours know their sockets."""
    # botocore has no public way there. If it moves, requests end by themselves, as elsewhere.
    with contextlib.suppress(AttributeError):
        private: Any = client
        pools = private._endpoint.http_session._pool_classes_by_scheme  # noqa: SLF001
        pools.update(http=_Pool, https=_SecurePool)


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


class _WatchedPool(HTTPConnectionPool):
    """Tells the exchange that runs on this thread when it gets and leaves a connection."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        _refuse_if_cut(self)
        connection = super()._get_conn(timeout)
        if exchange := current_exchange.get():
            exchange.take(connection)
        return connection

    def _prepare_proxy(self, conn: Any) -> None:
        _bound_connecting(conn)
        super()._prepare_proxy(conn)

    def _validate_conn(self, conn: Any) -> None:
        _bound_connecting(conn)
        super()._validate_conn(conn)
        # Without TLS, urllib3 would connect later, and a request be sent after its end.
        if conn.sock is None:
            conn.connect()
        if exchange := current_exchange.get():
            exchange.take(conn)
        _refuse_if_cut(conn)

    def _put_conn(self, conn: Any) -> None:
        if exchange := current_exchange.get():
            exchange.leave()
        super()._put_conn(conn)


def _refuse_if_cut(source: Any) -> None:
    exchange = current_exchange.get()
    if exchange and exchange.is_cut:
        raise NewConnectionError(source, "the client was closed")


def _bound_connecting(connection: Any) -> None:
    """Keep the deadline of a call from being overrun before anything is sent."""
    exchange = current_exchange.get()
    if exchange and exchange.seconds_left is not None:
        known = connection.timeout
        if isinstance(known, int | float):
            connection.timeout = min(known, max(exchange.seconds_left, 0.001))


class _Pool(_WatchedPool, AWSHTTPConnectionPool):
    """A pool of connections without TLS."""


class _SecurePool(_WatchedPool, AWSHTTPSConnectionPool):
    """A pool of connections with TLS."""
