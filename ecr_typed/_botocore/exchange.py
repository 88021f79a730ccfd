"""One request of a call and its response: the facts about it, recorded once.

`docs/design/outcomes.md` has the table of who records which fact, and what is concluded from them.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from contextvars import ContextVar
from enum import Enum
from threading import RLock, get_ident
from types import MappingProxyType
from typing import Any, Final

_A_DAY: Final = 86_400.0


class Cut(Enum):
    """Why a request was cut off before its response was complete."""

    CLOSED = "the client was closed"
    DEADLINE = "the deadline passed"


class Stage(Enum):
    """How far a request of a client of ours has come."""

    PREPARED = "nothing was given to a transport"
    HANDED_OVER = "a transport has the request, and what it did is not known"
    CONNECTING = "our transport has the request, and wrote nothing of it yet"
    WRITTEN = "our transport began to write the request to a socket"


class Failure(Enum):
    """What kept a response from coming, as far as botocore's exception tells."""

    NOT_CONNECTED = "no connection was made"
    UNTRUSTED = "the peer's certificate is not trusted"
    LOST = "the connection broke, or nothing came in time"


class Exchange:
    """One request of a call and its response.

    What it knows of the request's way is told by the handlers of `events` and the pools of
    `sockets`, so only for clients of ours.
    """

    # No attrs class: its `repr` would show bodies and parameters, which may be secret. What is not
    # known yet is an attribute of the class: one is made for each request, and few facts come in.
    way: str = "sent by botocore"
    """Who sent the request, and if it was not we, why not: for the log."""
    is_watched: bool = False
    """Whether `stage` is known: it is on clients of ours."""
    stage: Stage = Stage.PREPARED
    requests: int = 0
    """How many requests were handed over to a transport, if that is known: a handler of
    `needs-retry` or a hook may repeat the request."""
    is_doubtful: bool = False
    """Whether a hook made a request of the same operation that may be this one, changed."""
    repeats: int = 0
    """How often the request was repeated inside botocore; an adopted client may do so."""
    is_counted: bool = False
    """Whether `repeats` is known to be right."""
    http_status: int | None = None
    request_id: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    """The response's headers, to be looked up by their names in lower case."""
    is_parsed: bool = False
    """Whether botocore parses the response, because somebody reads it."""
    body: bytes | None = None
    """The body of a good response that was taken before botocore parsed it."""
    failure: Failure | None = None
    url: str | None = None
    """Where the request went; None if that is not known."""
    cut_by: Cut | None = None

    context: dict[str, Any] | None = None
    """botocore's context of the request."""
    is_sending: bool = False
    """Whether the last request created on this thread is this one, and none that a hook or a
    handler made inside it. If one did, botocore parses the response, and nothing is lost."""
    _connection: Any = None
    _socket: Any = None
    _unfinished: socket.socket | None = None
    """A handle of the socket of a connection that is being made."""

    def __init__(
        self,
        parameters: Mapping[str, Any],
        *,
        operation_name: str = "",
        attempt: int = 1,
        max_attempts: int = 1,
        invocation_id: str | None = None,
        seconds_left: float | None = None,
    ) -> None:
        self.parameters = parameters
        """The parameters as they are passed to botocore: by their identity the request is known."""
        self.operation_name = operation_name
        self.attempt = attempt
        self.max_attempts = max_attempts
        self.invocation_id = invocation_id
        """The id that all attempts of a call share; the first attempt's, once it is sent."""
        self.seconds_left = seconds_left
        """How long the request may take, if the call has a deadline."""
        self.thread_id = get_ident()
        # A signal handler may close the client on the thread that holds the lock.
        self._lock = RLock()

    @property
    def is_recognized(self) -> bool:
        """Whether botocore's events told of this request, so that `stage` can be relied on."""
        return self.context is not None

    def reach(self, stage: Stage) -> None:
        """Record how far the request has come: one that is repeated does not go back."""
        if self.stage is not Stage.WRITTEN:
            self.stage = stage

    def read_timeout(self, configured: float | None) -> float | None:
        """Return how long to wait for the next bytes, in seconds; None if the call has no deadline.

        `configured` is the client's own time-out.
        """
        if self.seconds_left is None:
            return None
        # Sockets refuse time-outs of more than some weeks.
        left = min(max(self.seconds_left, 0.001), _A_DAY)
        return left if configured is None else min(left, configured)

    def count_repeats(self, by_botocore: int | None) -> None:
        """Record how often botocore says that it repeated the request, if it does."""
        self.is_counted = by_botocore is not None
        self.repeats = max(by_botocore or 0, self.requests - 1)

    def connect_on(self, wire: socket.socket | None) -> None:
        """Record a handle of the socket that is being connected, and close the one before.

        None says that the connection is made.
        """
        with self._lock:
            before, self._unfinished = self._unfinished, wire
        if before is not None:
            before.close()

    def take(self, connection: Any) -> None:
        """Record which of urllib3's connections the request is on."""
        with self._lock:
            self._connection = connection
            # A connection that is not kept alive forgets its socket before the response is read.
            self._socket = connection.sock

    def leave(self, connection: Any) -> None:
        """Forget the connection if it is this request's: it may serve another one from now on."""
        with self._lock:
            if connection is self._connection:
                self._connection = self._socket = None

    def cut(self, why: Cut) -> None:
        """End the request, on whichever thread it runs: reads from its socket end at once."""
        with self._lock:
            self.cut_by = self.cut_by or why
            wire = getattr(self._connection, "sock", None) or self._socket
            # TLS inside TLS has a socket inside, too.
            _shut_down(wire if isinstance(wire, socket.socket) else getattr(wire, "socket", None))
            _shut_down(self._unfinished)


def _shut_down(wire: object) -> None:
    if isinstance(wire, socket.socket):
        # Not the method of a TLS socket, which would first wait for the peer's goodbye.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(wire, socket.SHUT_RDWR)


_current: Final[ContextVar[Exchange | None]] = ContextVar("ecr_typed_exchange", default=None)


def begin(exchange: Exchange) -> None:
    """Make an exchange the current one of this thread."""
    _current.set(exchange)


def end(outer: Exchange | None) -> None:
    """Make the exchange before the current one the current one again."""
    _current.set(outer)


def current() -> Exchange | None:
    """Return the exchange that runs on this thread; a copied context on another thread has none."""
    exchange = _current.get()
    return exchange if exchange is not None and exchange.thread_id == get_ident() else None


def inherited() -> Exchange | None:
    """Return the exchange that this thread runs, or that its context was copied from."""
    return _current.get()


def sending() -> Exchange | None:
    """Return the exchange whose own request is being sent on this thread, if any is."""
    exchange = _current.get()
    if exchange is None or not exchange.is_sending or exchange.thread_id != get_ident():
        return None
    return exchange
