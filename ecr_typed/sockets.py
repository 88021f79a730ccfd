"""The sockets of a client of ours: each exchange learns which one it is on.

Of its connections, urllib3 closes those that lie in its pools. Those that it has given out, it does
not know.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import NewConnectionError

from ecr_typed.exchange import current_exchange

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def watch_sockets(client: ECRClient) -> None:
    """Let the exchanges on a client of ours know their sockets."""
    # botocore has no public way there. If it moves, requests end by themselves, as elsewhere.
    with contextlib.suppress(AttributeError):
        private: Any = client
        pools = private._endpoint.http_session._pool_classes_by_scheme  # noqa: SLF001
        pools.update(http=_Pool, https=_SecurePool)


class _WatchedPool(HTTPConnectionPool):
    """Tells the exchange that runs on this thread when it gets and leaves a connection."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        exchange = current_exchange.get()
        if exchange is not None:
            exchange.take(connection)
        return connection

    def _validate_conn(self, conn: Any) -> None:
        super()._validate_conn(conn)
        # Without TLS, urllib3 would connect later, and a request be sent after its end.
        if conn.sock is None:
            conn.connect()
        exchange = current_exchange.get()
        if exchange is not None and exchange.is_cut:
            raise NewConnectionError(conn, "the client was closed")

    def _put_conn(self, conn: Any) -> None:
        exchange = current_exchange.get()
        if exchange is not None:
            exchange.leave()
        super()._put_conn(conn)


class _Pool(_WatchedPool, AWSHTTPConnectionPool):
    """A pool of connections without TLS."""


class _SecurePool(_WatchedPool, AWSHTTPSConnectionPool):
    """A pool of connections with TLS."""
