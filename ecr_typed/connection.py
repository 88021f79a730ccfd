"""The boto3 client: how it is made or adopted, called, and closed. With `translation`, the only
module that knows botocore.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from threading import Event
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakSet

import attrs
from botocore.exceptions import ClientError

from ecr_typed import __version__
from ecr_typed.errors import ArgumentProblem, ClientClosedError, EcrRequestError
from ecr_typed.operation import AnyOperation, Effect
from ecr_typed.translation import service_error, translated

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

_logger = logging.getLogger(__name__)

_DEFAULT_MAX_ATTEMPTS: Final = 3


@attrs.frozen
class Answer:
    """A good answer: its body as it came, or what botocore made of it."""

    body: bytes | None
    parsed: Mapping[str, Any]
    request_id: str | None
    http_status: int | None


@attrs.define
class Exchange:
    """One request of a call and its answer, as the handlers on a client of ours see them."""

    operation_name: str
    attempt: int
    max_attempts: int
    invocation_id: str | None
    """The id that all attempts of a call have in common; the first one's, once it is sent."""

    seconds_left: float | None
    """How long the answer may take, if the call has a deadline."""

    body: bytes | None = None


_exchange: ContextVar[Exchange | None] = ContextVar("ecr_typed_exchange", default=None)


class Connection:
    """A boto3 client and the way to call it."""

    def __init__(
        self,
        client: ECRClient,
        *,
        max_attempts: int = _DEFAULT_MAX_ATTEMPTS,
        owns_client: bool = False,
        parent: Connection | None = None,
    ) -> None:
        self.client = client
        self.max_attempts = max_attempts
        """How many attempts boto3's own sources ask for."""
        self._owns_client = owns_client
        self._parent = parent
        self._closed = Event()
        self._children: WeakSet[Connection] = WeakSet()
        if owns_client:
            _owners.add(self)

    @classmethod
    def make(
        cls,
        *,
        region_name: str | None,
        profile_name: str | None,
        endpoint_url: str | None,
        session: boto3.Session | None,
        config: Config | None,
    ) -> Connection:
        """Connect with a client of our own, on which botocore's retries are off."""
        # boto3 is loaded with the first client: to import us is quicker than to import it.
        from botocore.config import Config

        problems = _option_problems(profile_name, session, config)
        if problems:
            raise EcrRequestError(problems)
        ours = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            user_agent_extra=f"ecr_typed/{__version__}",
        )
        # What is left out is not passed on: boto3's own sources decide.
        options = {"region_name": region_name, "endpoint_url": endpoint_url}
        given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
        try:
            session = session or _session(profile_name)
            max_attempts = _max_attempts(session)
            # The stubs of `client` name every service of AWS, most of them not installed.
            make_client: Callable[..., ECRClient] = cast("Any", session).client
            client = make_client("ecr", config=config.merge(ours) if config else ours, **given)
        except Exception as error:
            raise translated(error, "EcrClient", Effect.READ) from error
        client.meta.events.register("request-created.ecr", _mark_attempt)
        client.meta.events.register("before-parse.ecr", _take_body)
        return cls(client, max_attempts=max_attempts, owns_client=True)

    @classmethod
    def adopt(cls, client: ECRClient) -> Connection:
        """Connect with a user's client, which stays as it is."""
        retries: Mapping[str, Any] = getattr(client.meta.config, "retries", None) or {}
        attempts = retries.get("total_max_attempts")
        if attempts != 1:
            _logger.warning(
                "The adopted boto3 client makes up to %s attempts of its own for each of ours: "
                "create it with Config(retries={'total_max_attempts': 1})",
                attempts or "several",
            )
        return cls(client)

    def shared(self) -> Connection:
        """The same connection for another client, which closes before this one or with it."""
        child = Connection(self.client, max_attempts=self.max_attempts, parent=self)
        self._children.add(child)
        return child

    def send(
        self, operation: AnyOperation, parameters: Mapping[str, Any], exchange: Exchange
    ) -> Answer:
        """Make one request."""
        self.check_open(operation.name)
        token = _exchange.set(exchange)
        try:
            parsed: Mapping[str, Any] = getattr(self.client, operation.method_name)(**parameters)
        except ClientError as error:
            raise service_error(error, operation) from error
        except Exception as error:
            raise translated(error, operation.name, operation.effect) from error
        finally:
            _exchange.reset(token)
        metadata: Mapping[str, Any] = parsed.get("ResponseMetadata") or {}
        return Answer(
            body=exchange.body,
            parsed=parsed,
            request_id=metadata.get("RequestId"),
            http_status=metadata.get("HTTPStatusCode"),
        )

    def sleep(self, seconds: float) -> None:
        """Wait, unless the client is closed meanwhile."""
        self._closed.wait(seconds)

    def check_open(self, operation_name: str) -> None:
        """Refuse a call after the end."""
        if self._closed.is_set():
            raise ClientClosedError(
                f"{operation_name}: the client was closed", operation_name=operation_name
            )

    def close(self) -> None:
        """End the calls, and the sockets too if the client is ours: others have their owners."""
        for child in list(self._children):
            child.close()
        self._closed.set()
        if self._owns_client:
            self.client.close()


# A child process may not write to the sockets that it has in common with its parent.
_owners: WeakSet[Connection] = WeakSet()


def _leave_sockets_to_the_parent() -> None:
    for connection in list(_owners):
        connection.client.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_sockets_to_the_parent)


def _option_problems(
    profile_name: str | None, session: boto3.Session | None, config: Config | None
) -> list[ArgumentProblem]:
    problems: list[ArgumentProblem] = []
    retries = getattr(config, "retries", None)
    if retries:
        problems.append(
            ArgumentProblem("config", f"retries={retries!r}", "no retries: pass a RetryPolicy")
        )
    if session is not None and profile_name is not None:
        problems.append(
            ArgumentProblem("profile_name", repr(profile_name), "None, as the session has its own")
        )
    return problems


def _session(profile_name: str | None) -> boto3.Session:
    import boto3

    if profile_name is None and boto3.DEFAULT_SESSION is not None:
        return boto3.DEFAULT_SESSION
    return boto3.Session(profile_name=profile_name)


def _max_attempts(session: boto3.Session) -> int:
    # boto3 has no public way to its configuration (AWS_MAX_ATTEMPTS, the profile).
    configured = session._session.get_config_variable("max_attempts")  # noqa: SLF001
    return _DEFAULT_MAX_ATTEMPTS if configured is None else max(1, int(configured))


def _current(operation_name: str) -> Exchange | None:
    """The exchange under way, unless a user's handler makes a call of its own inside it."""
    exchange = _exchange.get()
    return exchange if exchange and exchange.operation_name == operation_name else None


def _mark_attempt(request: Any, operation_name: str, **_: object) -> None:
    """Tell the service which attempt of which call it is, and bound the wait for its answer."""
    exchange = _current(operation_name)
    if exchange is None:
        return
    retries: dict[str, Any] = request.context["retries"]
    exchange.invocation_id = exchange.invocation_id or retries["invocation-id"]
    retries.update(
        {
            "invocation-id": exchange.invocation_id,
            "attempt": exchange.attempt,
            "max": exchange.max_attempts,
        }
    )
    if exchange.seconds_left is not None:
        configured = request.context["client_config"].read_timeout
        left = max(exchange.seconds_left, 0.001)
        request.context["read_timeout"] = left if configured is None else min(left, configured)


def _take_body(response_dict: dict[str, Any], **_: object) -> None:
    """Keep the body of our call's answer, and leave botocore nothing to parse."""
    exchange = _current(response_dict["context"]["operation_name"])
    if exchange is None:
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
        return isinstance(json.loads(body.decode()), dict)
    except UnicodeDecodeError:
        return False
    except (ValueError, RecursionError):
        # Text that is no JSON, such as a proxy's page, becomes the error's message.
        return True
