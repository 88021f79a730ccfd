"""Composes what makes the calls of a client; loaded with the first client."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ecr_typed._botocore.client import adopt_connection, make_connection
from ecr_typed._calls.policy import RetryPolicy
from ecr_typed._calls.runner import CallRunner
from ecr_typed._errors import EcrError
from ecr_typed._options import check_options

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

    from ecr_typed._boto_session import BotoSession
    from ecr_typed._botocore.connection import Connection
    from ecr_typed._calls.events import OnCall
    from ecr_typed._calls.protocol import Calls


def calls_on_own_client(
    *,
    region_name: str | None,
    profile_name: str | None,
    endpoint_url: str | None,
    session: BotoSession | None,
    config: Config | None,
    retry: RetryPolicy | None,
    on_call: OnCall | None,
) -> Calls:
    """Return calls on a boto3 client that is made for them."""
    check_options(
        region_name=region_name,
        profile_name=profile_name,
        endpoint_url=endpoint_url,
        session=session,
        config=config,
        retry=retry,
        on_call=on_call,
    )
    try:
        connection = make_connection(
            region_name=region_name,
            profile_name=profile_name,
            endpoint_url=endpoint_url,
            session=session,
            config=config,
        )
    except EcrError as error:
        from ecr_typed._calls.explain.errors import explain_creation

        explain_creation(error)
        # The user's line and the error itself say it all.
        raise error.with_traceback(None) from error.__cause__
    return _runner(connection, retry, on_call)


def calls_on_adopted_client(
    client: ECRClient, retry: RetryPolicy | None, on_call: OnCall | None
) -> Calls:
    """Return calls on a user's boto3 client."""
    check_options(client=client, retry=retry, on_call=on_call)
    return _runner(adopt_connection(client), retry, on_call)


def calls_with_options(calls: Calls, retry: RetryPolicy | None, on_call: OnCall | None) -> Calls:
    """Return calls with other options on the same connection."""
    check_options(retry=retry, on_call=on_call)
    return calls.shared(retry, on_call)


def connection_of(calls: Calls) -> Connection:
    """Return the connection beneath calls that were made here."""
    return cast("CallRunner", calls).connection


def _runner(
    connection: Connection, retry: RetryPolicy | None, on_call: OnCall | None
) -> CallRunner:
    policy = retry or RetryPolicy(max_attempts=connection.max_attempts)
    return CallRunner(connection, policy, on_call)
