"""Makes the boto3 client of an `EcrClient`, or takes over a user's."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ecr_typed._botocore.connection import Connection
from ecr_typed._botocore.errors import creation_error, drop_frames
from ecr_typed._botocore.events import listen
from ecr_typed._botocore.parts import write_parts_once
from ecr_typed._botocore.sessions import default_session, make_client
from ecr_typed._errors import EcrConfigurationError, EcrError
from ecr_typed._options import check_endpoint
from ecr_typed._version import __version__

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.session import Session
    from mypy_boto3_ecr import ECRClient

    from ecr_typed._boto_session import BotoSession
    from ecr_typed._botocore.direct import DirectWay

_logger = logging.getLogger(__name__)

_DEFAULT_MAX_ATTEMPTS: Final = 3
_MAX_POOL_CONNECTIONS: Final = 64
"""With botocore's 10, more threads than that open connections and throw them away."""


def make_connection(
    *,
    region_name: str | None,
    profile_name: str | None,
    endpoint_url: str | None,
    session: BotoSession | None,
    config: Config | None,
) -> Connection:
    """Make a boto3 client on which botocore's own retries are off."""
    # botocore is loaded with the first client: importing us is quicker than importing it.
    from ecr_typed._botocore.sockets import watch_sockets

    # What is left out is not passed on: boto3's own sources decide.
    options = {"region_name": region_name, "endpoint_url": endpoint_url}
    given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if endpoint_url is not None:
        check_endpoint(endpoint_url)
    handled = sys.exception()
    try:
        client, max_attempts = _make_client(session, profile_name, config, given)
    except EcrError:
        raise
    except Exception as error:
        ours = creation_error(error, "EcrClient", handled)
        drop_frames(error, handled)
        raise ours from error
    check_endpoint(client.meta.endpoint_url)
    listen(client)
    write_parts_once(client)
    is_watched = watch_sockets(client)
    return Connection(
        client,
        max_attempts=max_attempts,
        owns_client=True,
        is_watched=is_watched,
        direct_way=_direct_way(client) if is_watched else None,
    )


def _direct_way(client: ECRClient) -> DirectWay | None:
    """Return the direct way of a client of ours, if the installed botocore has what it takes."""
    try:
        from ecr_typed._botocore.direct import find_direct_way
    except ImportError as error:
        _logger.debug("All requests are sent by botocore (%s)", error)
        return None
    return find_direct_way(client)


def _make_client(
    session: BotoSession | None,
    profile_name: str | None,
    config: Config | None,
    options: Mapping[str, Any],
) -> tuple[ECRClient, int]:
    """Return a client, and how many attempts boto3's own sources ask for."""
    theirs: Any = session
    if theirs is None and profile_name is None:
        theirs = default_session()
    if theirs is None:
        client, inner = make_client(profile_name, partial(_settings, config=config), **options)
    else:
        # boto3 has no public way to the session that it stands on.
        inner = theirs._session  # noqa: SLF001
        client = theirs.client("ecr", config=_settings(inner, config=config), **options)
    return client, _max_attempts(inner)


def adopt_connection(client: ECRClient) -> Connection:
    """Use a user's boto3 client, which stays as it is."""
    retries: Mapping[str, Any] = getattr(client.meta.config, "retries", None) or {}
    attempts = retries.get("total_max_attempts")
    if attempts != 1:
        _logger.warning(
            "The adopted boto3 client makes %s attempts of its own for each of ours: "
            "create it with Config(retries={'total_max_attempts': 1})",
            f"up to {attempts}" if attempts else "several",
        )
    return Connection(client, max_attempts=_DEFAULT_MAX_ATTEMPTS, repeats_requests=attempts != 1)


def _settings(session: Session, *, config: Config | None) -> Config:
    """Return the options of a client: ours where they must be, else the user's, else ours."""
    from botocore.config import Config

    settings = Config(max_pool_connections=_MAX_POOL_CONNECTIONS)
    agent = ""
    # What the clients of a session have in common, then what this one is given.
    for given in (session.get_default_client_config(), config):
        if given is not None:
            settings = settings.merge(given)
            agent = getattr(given, "user_agent_extra", None) or agent
    return settings.merge(
        Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            user_agent_extra=f"{agent} ecr_typed/{__version__}".lstrip(),
        )
    )


def _max_attempts(session: Session) -> int:
    try:
        configured: Any = session.get_config_variable("max_attempts")
    except ValueError as error:
        raise EcrConfigurationError(
            "AWS_MAX_ATTEMPTS, or the profile's max_attempts, has to be a whole number of at least "
            f"1: {error}"
        ) from error
    return _DEFAULT_MAX_ATTEMPTS if configured is None else max(1, int(configured))
