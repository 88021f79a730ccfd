"""Connects sockets that can be closed while they connect, as to a host that is silent.

The socket of a connection can be read from urllib3 only once it is connected, and from Python's TLS
only after the handshake. Until then `close()` would wait for the connect timeout: a minute.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

from ecr_typed._botocore.exchange import Exchange, sending


def connect(theirs: Callable[[], None]) -> None:
    """Connect as a connection of urllib3 does, with its tunnel and its TLS handshake."""
    exchange = sending()
    try:
        theirs()
    finally:
        if exchange is not None:
            exchange.connect_on(None)


def new_socket(connection: Any, theirs: Callable[[], socket.socket]) -> socket.socket:
    """Return a socket that is connected to the host of one of urllib3's connections.

    Raises:
        NewConnectionError: No address of the host lets us connect, or the request was cut off.
        ConnectTimeoutError: The last address did not respond in time.
    """
    exchange = sending()
    if exchange is None:
        return theirs()
    return _connected(connection, exchange)


def _connected(connection: Any, exchange: Exchange) -> socket.socket:
    failure: OSError = OSError("the host has no address")
    try:
        for family, address in _addresses(connection):
            wire = socket.socket(family, socket.SOCK_STREAM)
            try:
                # A second handle, as TLS takes the first and shows it after the handshake.
                exchange.connect_on(wire.dup())
                _connect(connection, exchange, wire, address)
            except BaseException as error:
                wire.close()
                if not isinstance(error, OSError):
                    raise
                failure = error
            else:
                return wire
        raise failure
    except TimeoutError as error:
        text = f"{connection.host} did not respond within {connection.timeout} s"
        raise ConnectTimeoutError(connection, text) from error
    except OSError as error:
        raise NewConnectionError(connection, f"{connection.host}: {error}") from error


def _addresses(connection: Any) -> list[tuple[int, Any]]:
    """Return the addresses of the host, and the family of each."""
    # An IPv6 address is in brackets in a URL.
    host = connection.host.strip("[]")
    try:
        found = socket.getaddrinfo(host, connection.port, allowed_gai_family(), socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"it is no name of a host: {error}") from error
    return [(family, address) for family, _, _, _, address in found]


def _connect(connection: Any, exchange: Exchange, wire: socket.socket, address: Any) -> None:
    for option in connection.socket_options or ():
        wire.setsockopt(*option)
    wire.settimeout(connection.timeout)
    if connection.source_address:
        wire.bind(connection.source_address)
    # It may have been cut off during the look-up of the host, or at the address before.
    if exchange.cut_by is not None:
        raise ConnectionAbortedError(exchange.cut_by.value)
    wire.connect(address)
