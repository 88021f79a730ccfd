"""The boto3 client: how it is made or adopted, called, and closed. With `exchange`, `sockets` and
`translation`, the only module that knows botocore.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakSet

import attrs
from botocore.exceptions import ClientError

from ecr_typed import __version__
from ecr_typed._botocore.errors import drop_frames, outdated, service_error, translated
from ecr_typed._botocore.exchange import Exchange, current_exchange, listen
from ecr_typed._botocore.in_flight import CallsInFlight, calls_of_job, sleep
from ecr_typed._calls.operation import AnyOperation, Effect
from ecr_typed._errors import (
    EcrConfigurationError,
    EcrError,
)
from ecr_typed._options import check_endpoint

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


class Connection:
    """A boto3 client and the way to call it."""

    def __init__(
        self,
        client: ECRClient,
        *,
        max_attempts: int = _DEFAULT_MAX_ATTEMPTS,
        owns_client: bool = False,
    ) -> None:
        self.client = client
        self.max_attempts = max_attempts
        """How many attempts boto3's own sources ask for."""
        self._owns_client = owns_client
        self._in_flight = CallsInFlight()
        self._parent: Connection | None = None
        self._children: WeakSet[Connection] = WeakSet()
        _connections.add(self)

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
        from ecr_typed._botocore.sockets import watch_sockets

        # What is left out is not passed on: boto3's own sources decide.
        options = {"region_name": region_name, "endpoint_url": endpoint_url}
        given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
        if endpoint_url is not None:
            check_endpoint(endpoint_url)
        handled = sys.exception()
        try:
            session = session or _session(profile_name)
            max_attempts = _max_attempts(session)
            # The stubs of `client` name every service of AWS, most of them not installed.
            make_client: Callable[..., ECRClient] = cast("Any", session).client
            client = make_client("ecr", config=_settings(session, config), **given)
        except EcrError:
            raise
        except Exception as error:
            drop_frames(error, handled)
            ours = translated(error, "EcrClient", Effect.READ)
            # What is neither botocore's nor ours is about a value of the configuration.
            if type(ours) is EcrError:
                ours = EcrConfigurationError(_what_is_wrong(error))
            raise ours from error
        check_endpoint(client.meta.endpoint_url)
        listen(client)
        watch_sockets(client)
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
        child = Connection(self.client, max_attempts=self.max_attempts)
        # As long as the child is there, all that it shares has to be closed with it.
        child._parent = self
        self._children.add(child)
        if self._in_flight.is_ended:
            child.close()
        return child

    def send(
        self, operation: AnyOperation, parameters: Mapping[str, Any], exchange: Exchange
    ) -> Answer:
        """Make one request."""
        method: Callable[..., Mapping[str, Any]] | None
        method = getattr(self.client, operation.method_name, None)
        if method is None:
            raise outdated(f"{operation.name}: the boto3 in use does not know the operation")
        handled = sys.exception()
        outer = current_exchange.get()
        groups = self._groups()
        try:
            # All of it in here: an interrupt may come between any two steps.
            current_exchange.set(exchange)
            for group in groups:
                group.enter(exchange)
            parsed = method(**parameters)
        except EcrError:
            raise
        except ClientError as error:
            drop_frames(error, handled)
            raise service_error(error, operation) from error
        except Exception as error:
            ours = translated(error, operation.name, operation.effect)
            # Of what nobody expects, the way there is needed.
            if type(ours) is not EcrError:
                drop_frames(error, handled)
            raise ours from error
        finally:
            current_exchange.set(outer)
            for group in groups:
                group.leave(exchange)
        metadata: Mapping[str, Any] = parsed.get("ResponseMetadata") or {}
        return Answer(
            body=exchange.body,
            parsed=parsed,
            request_id=metadata.get("RequestId"),
            http_status=metadata.get("HTTPStatusCode"),
        )

    def sleep(self, seconds: float) -> None:
        """Wait, unless the client is closed meanwhile, or the job that calls it."""
        sleep(seconds, *self._groups())

    @property
    def is_closed(self) -> bool:
        """Whether calls are refused: the client was closed, or the job that calls it."""
        job = calls_of_job.get()
        return self._in_flight.is_ended or (job is not None and job.is_ended)

    def _groups(self) -> tuple[CallsInFlight, ...]:
        """What a call on this thread ends with."""
        job = calls_of_job.get()
        return (self._in_flight,) if job is None else (self._in_flight, job)

    def close(self) -> None:
        """End the calls, and the sockets too if the client is ours: others have their owners."""
        for child in list(self._children):
            child.close()
        self._in_flight.end()
        if self._owns_client:
            self.client.close()

    def leave_sockets_to_the_parent(self) -> None:
        """Begin anew in a child process: what is on the wire there is not the child's."""
        self._in_flight.forget()
        if self._owns_client:
            # It was loaded with the client, so that no lock is taken here.
            from ecr_typed._botocore.sockets import leave_sockets_to_the_parent

            leave_sockets_to_the_parent(self.client)


_connections: WeakSet[Connection] = WeakSet()


def _leave_sockets_to_the_parent() -> None:
    for connection in list(_connections):
        connection.leave_sockets_to_the_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_sockets_to_the_parent)


def _session(profile_name: str | None) -> boto3.Session:
    import boto3

    if profile_name is None and boto3.DEFAULT_SESSION is not None:
        return boto3.DEFAULT_SESSION
    return boto3.Session(profile_name=profile_name)


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, ValueError) and "endpoint" in str(error):
        return (
            f"EcrClient: {error}: it begins with http:// or https://, and comes from endpoint_url, "
            "AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL or the profile"
        )
    return f"EcrClient: {type(error).__name__}: {error}"


def _settings(session: boto3.Session, config: Config | None) -> Config:
    """The user's options, but for retries: botocore's are off, so that ours are not multiplied."""
    from botocore.config import Config

    # boto3 has no public way to what a session's clients have in common.
    default: Config | None = session._session.get_default_client_config()  # noqa: SLF001
    agents = (getattr(one, "user_agent_extra", None) for one in (config, default))
    theirs = next(filter(None, agents), "")
    settings = Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        user_agent_extra=f"{theirs} ecr_typed/{__version__}".lstrip(),
    )
    return config.merge(settings) if config else settings


def _max_attempts(session: boto3.Session) -> int:
    # boto3 has no public way to its configuration (AWS_MAX_ATTEMPTS, the profile).
    try:
        configured = session._session.get_config_variable("max_attempts")  # noqa: SLF001
    except ValueError as error:
        raise EcrConfigurationError(
            "AWS_MAX_ATTEMPTS, or the profile's max_attempts, has to be a whole number of at least "
            f"1: {error}"
        ) from error
    return _DEFAULT_MAX_ATTEMPTS if configured is None else max(1, int(configured))
