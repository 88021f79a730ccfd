"""Makes the boto3 client of an `EcrClient`, or takes over a user's."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from ecr_typed._botocore.connection import Connection
from ecr_typed._botocore.errors import creation_error, drop_frames
from ecr_typed._botocore.events import listen
from ecr_typed._errors import EcrConfigurationError, EcrError
from ecr_typed._options import check_endpoint
from ecr_typed._version import __version__

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

_logger = logging.getLogger(__name__)

_DEFAULT_MAX_ATTEMPTS: Final = 3


def make_connection(
    *,
    region_name: str | None,
    profile_name: str | None,
    endpoint_url: str | None,
    session: boto3.Session | None,
    config: Config | None,
) -> Connection:
    """Make a boto3 client on which botocore's own retries are off."""
    # boto3 is loaded with the first client: importing us is quicker than importing it.
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
        ours = creation_error(error, "EcrClient", handled)
        drop_frames(error, handled)
        raise ours from error
    check_endpoint(client.meta.endpoint_url)
    listen(client)
    is_watched = watch_sockets(client)
    return Connection(client, max_attempts=max_attempts, owns_client=True, is_watched=is_watched)


def adopt_connection(client: ECRClient) -> Connection:
    """Use a user's boto3 client, which stays as it is."""
    retries: Mapping[str, Any] = getattr(client.meta.config, "retries", None) or {}
    attempts = retries.get("total_max_attempts")
    if attempts != 1:
        _logger.warning(
            "The adopted boto3 client makes up to %s attempts of its own for each of ours: "
            "create it with Config(retries={'total_max_attempts': 1})",
            attempts or "several",
        )
    return Connection(client, max_attempts=_DEFAULT_MAX_ATTEMPTS, repeats_requests=attempts != 1)


def profile_names() -> list[str]:
    """Return the names of the profiles in the AWS configuration files."""
    from botocore.session import Session

    return Session().available_profiles


def _session(profile_name: str | None) -> boto3.Session:
    import boto3

    if profile_name is None and boto3.DEFAULT_SESSION is not None:
        return boto3.DEFAULT_SESSION
    return boto3.Session(profile_name=profile_name)


def _settings(session: boto3.Session, config: Config | None) -> Config:
    """Return the user's options, with botocore's retries off: ours must not be multiplied."""
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
