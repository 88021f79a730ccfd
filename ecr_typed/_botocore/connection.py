"""Sends the requests of a client, and ends them when the client is closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from threading import RLock
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from ecr_typed._botocore.errors import drop_frames, translated
from ecr_typed._botocore.exchange import Exchange, begin, current, end
from ecr_typed._botocore.in_flight import CallsInFlight, calls_of_job, sleep
from ecr_typed._botocore.origin import home_of, provider_of, users_own
from ecr_typed._botocore.releases import outdated
from ecr_typed._botocore.sessions import unlock_credentials
from ecr_typed._botocore.watchdog import watch
from ecr_typed._errors import EcrError

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from ecr_typed._botocore.direct import DirectWay


class UsersError(BaseException):
    """Carries what the user's own code raised past everything that handles our errors."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


class Connection:
    """A boto3 client, the requests that are in flight on it, and the waits between them."""

    def __init__(
        self,
        client: ECRClient,
        *,
        max_attempts: int,
        owns_client: bool = False,
        is_watched: bool = False,
        repeats_requests: bool = False,
        direct_way: DirectWay | None = None,
    ) -> None:
        self.client = client
        self.max_attempts = max_attempts
        """How many attempts boto3's own sources ask for."""
        self.is_watched = is_watched
        """Whether exchanges are told how far their requests have come."""
        self.repeats_requests = repeats_requests
        """Whether botocore itself may send a request more than once."""
        self._owns_client = owns_client
        self._direct_way = direct_way
        self._in_flight = CallsInFlight()
        self._parent: Connection | None = None
        self._children: WeakSet[Connection] = WeakSet()
        # A signal handler may close the client on the thread that holds the lock.
        self._lock = RLock()
        _connections.add(self)

    def endpoint_of(self, operation_name: str) -> str:
        """Return where the requests of an operation go, as the client was configured."""
        # Few calls fail without their exchange knowing it.
        from ecr_typed._botocore.plans import endpoint_of

        try:
            return endpoint_of(self.client, operation_name)
        except Exception:  # noqa: BLE001  # botocore calls handlers of the user's in there
            return self.client.meta.endpoint_url

    def shared(self) -> Connection:
        """Return the same connection for another client, which closes before or with this one."""
        child = Connection(
            self.client,
            max_attempts=self.max_attempts,
            is_watched=self.is_watched,
            repeats_requests=self.repeats_requests,
            direct_way=self._direct_way,
        )
        # The parent closes what it shares, so it lives as long as its children.
        child._parent = self
        with self._lock:
            self._children.add(child)
            if self._in_flight.is_ended:
                child.close()
        return child

    def send(self, operation_name: str, method_name: str, exchange: Exchange) -> Mapping[str, Any]:
        """Make one request, and return the response as botocore parsed it.

        On a client of ours the exchange has the response's body, and botocore had nothing to parse.
        """
        method = self._method(operation_name, method_name)
        exchange.is_watched = self.is_watched
        parsed: Mapping[str, Any] = {}
        handled = sys.exception()
        own: BaseException | None = None
        outer = current()
        groups = self.groups()
        try:
            # All of it in here: an interrupt may come between any two steps.
            begin(exchange)
            for group in groups:
                group.enter(exchange)
            if exchange.seconds_left is not None and self.is_watched:
                watch(exchange, exchange.seconds_left)
            parsed = self._request(method, operation_name, exchange)
        except Exception as error:
            # What a provider's own code raises is about credentials, whoever wrote it.
            if provider_of(error, exchange.parameters) is None:
                own = users_own(error, exchange.parameters, handled)
            if own is None:
                ours = translated(error, operation_name, exchange, handled)
                # Of what nobody expects, the way there is needed.
                if type(ours) is not EcrError:
                    drop_frames(error, handled)
                raise ours from error
        finally:
            end(outer)
            for group in groups:
                group.leave(exchange)
        if own is not None:
            raise UsersError(own)
        metadata: Mapping[str, Any] | None = parsed.get("ResponseMetadata")
        if metadata is not None:
            exchange.request_id = metadata.get("RequestId")
            exchange.http_status = metadata.get("HTTPStatusCode")
            exchange.headers = metadata.get("HTTPHeaders") or {}
        if not exchange.is_counted:
            exchange.count_repeats((metadata or {}).get("RetryAttempts"))
        return parsed

    def _method(self, operation_name: str, method_name: str) -> Callable[..., Mapping[str, Any]]:
        method: Callable[..., Mapping[str, Any]] | None = getattr(self.client, method_name, None)
        if method is None:
            raise outdated(operation_name, "the operation")
        return method

    def _request(
        self,
        method: Callable[..., Mapping[str, Any]],
        operation_name: str,
        exchange: Exchange,
    ) -> Mapping[str, Any]:
        if not self.is_watched or not home_of(method).startswith("botocore."):
            return method(**exchange.parameters)
        plan = None if self._direct_way is None else self._direct_way.plan(operation_name, exchange)
        if self._direct_way is not None and plan is not None:
            self._direct_way.send(plan, exchange)
            return {}
        # botocore's own method passes on a copy of the parameters, this one the parameters
        # themselves, by which the request is recognized.
        client: Any = self.client
        parsed: Mapping[str, Any] = client._make_api_call(operation_name, exchange.parameters)  # noqa: SLF001
        return parsed

    def sleep(self, seconds: float) -> None:
        """Wait, unless the client is closed meanwhile, or the job that calls it."""
        sleep(seconds, *self.groups())

    @property
    def is_closed(self) -> bool:
        """Whether calls are refused: the client was closed, or the job that calls it."""
        job = calls_of_job.get()
        return self._in_flight.is_ended or (job is not None and job.is_ended)

    def groups(self) -> tuple[CallsInFlight, ...]:
        """Return what a call on this thread ends with."""
        job = calls_of_job.get()
        return (self._in_flight,) if job is None else (self._in_flight, job)

    def close(self) -> None:
        """End the calls, and the sockets too if the client is ours: others have their owners."""
        self.refuse()
        self._in_flight.end()
        for child in self._open_children():
            child.close()
        if self._owns_client:
            self.client.close()

    def refuse(self) -> None:
        """Refuse further calls, also of the clients that close with this one."""
        self._in_flight.refuse()
        for child in self._open_children():
            child.refuse()

    def _open_children(self) -> list[Connection]:
        with self._lock:
            return list(self._children)

    def leave_sockets_to_the_parent(self) -> None:
        """Begin anew in a child process: what is in flight is the parent's."""
        self._lock = RLock()
        self._in_flight.forget()
        if self._owns_client:
            unlock_credentials(self.client)
            # It was loaded with the client, so that no lock is taken here.
            from ecr_typed._botocore.sockets import leave_sockets_to_the_parent

            leave_sockets_to_the_parent(self.client)


_connections: WeakSet[Connection] = WeakSet()


def _leave_sockets_to_the_parent() -> None:
    for connection in list(_connections):
        connection.leave_sockets_to_the_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_sockets_to_the_parent)
