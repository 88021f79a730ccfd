"""One request of a call and its answer, as the handlers on a client of ours see them."""

from __future__ import annotations

import contextlib
import json
import socket
from contextvars import ContextVar
from threading import RLock
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


@attrs.define(eq=False)
class Exchange:
    """One request of a call and its answer."""

    attempt: int
    max_attempts: int
    invocation_id: str | None
    """The id that all attempts of a call have in common; the first one's, once it is sent."""

    seconds_left: float | None
    """How long the answer may take, if the call has a deadline."""

    body: bytes | None = None

    context: dict[str, Any] | None = None
    """botocore's context of the request, by which it is known."""

    is_sending: bool = False
    """Whether the last request that was made is this one, and none that a user's handler made
    inside it. If a handler did, botocore parses the answer, and nothing is lost but time."""

    is_cut: bool = False
    """Whether the client was closed meanwhile."""

    _connection: Any = None
    _socket: Any = None

    # A signal's handler may close the client on the thread that holds it.
    _lock: Any = attrs.field(factory=RLock)

    def take(self, connection: Any) -> None:
        """Learn which of urllib3's connections the request is on."""
        with self._lock:
            self._connection = connection
            # A connection that is not kept alive forgets its socket before the answer is read.
            self._socket = connection.sock

    def leave(self) -> None:
        """Forget the connection, which may serve another request from now on."""
        with self._lock:
            self._connection = self._socket = None

    def cut(self) -> None:
        """End the request, on whichever thread it runs: who waits for its answer meets the end."""
        with self._lock:
            self.is_cut = True
            wire = getattr(self._connection, "sock", None) or self._socket
            # TLS inside TLS has a socket inside, too.
            wire = wire if isinstance(wire, socket.socket) else getattr(wire, "socket", None)
            if isinstance(wire, socket.socket):
                # Not the method of a TLS socket, which would first wait for the peer's goodbye.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(wire, socket.SHUT_RDWR)


current_exchange: Final[ContextVar[Exchange | None]] = ContextVar(
    "ecr_typed_exchange", default=None
)


_A_DAY: Final = 86_400.0


def listen(client: ECRClient) -> None:
    """Take part in the calls of a client of ours."""
    events = client.meta.events
    for operation in client.meta.service_model.operation_names:
        # Before a user's handler, which may make a call of its own inside ours.
        events.register_first(f"provide-client-params.ecr.{operation}", _enter)
    events.register("request-created.ecr", mark_attempt)
    events.register("before-parse.ecr", _take_body)


def _enter(context: dict[str, Any], **_: object) -> None:
    exchange = current_exchange.get()
    if exchange is not None and exchange.context is None:
        exchange.context = context


def mark_attempt(request: Any, **_: object) -> None:
    """Tell the service which attempt of which call it is, and bound the wait for its answer."""
    exchange = current_exchange.get()
    if exchange is None:
        return
    context: dict[str, Any] = request.context
    exchange.is_sending = context is exchange.context
    if not exchange.is_sending:
        return
    retries: dict[str, Any] = context["retries"]
    retries["max"] = exchange.max_attempts
    if exchange.invocation_id is None:
        exchange.invocation_id = retries["invocation-id"]
    else:
        retries["invocation-id"] = exchange.invocation_id
        retries["attempt"] = exchange.attempt
    if exchange.seconds_left is not None:
        configured = context["client_config"].read_timeout
        # Sockets refuse to be told of more than some weeks.
        left = min(max(exchange.seconds_left, 0.001), _A_DAY)
        context["read_timeout"] = left if configured is None else min(left, configured)


def _take_body(response_dict: dict[str, Any], **_: object) -> None:
    """Keep the body of our call's answer, and leave botocore nothing to parse."""
    exchange = current_exchange.get()
    if exchange is None or not exchange.is_sending:
        return
    body = response_dict["body"]
    if response_dict["status_code"] < 300:
        exchange.body = body
        response_dict["body"] = b""
    elif not _is_readable(body):
        # botocore raises whatever its parser does; without a body it goes by the status.
        response_dict["body"] = b""


def _is_readable(body: bytes) -> bool:
    try:
        found: Any = json.loads(body.decode())
        return isinstance(found, dict) and isinstance(
            cast("dict[str, object]", found).get("__type"), str | None
        )
    except (UnicodeDecodeError, RecursionError):
        return False
    except ValueError:
        # Text that is no JSON, such as a proxy's page, becomes the error's message.
        return True
