"""The client: its connection, its options, its life."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ecr_typed._botocore.connection import Connection
from ecr_typed._calls.retry import RetryPolicy
from ecr_typed._calls.waiters import Waiters
from ecr_typed._options import check_options

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

    from ecr_typed._calls.runner import CallEvent


_INSTEAD: Final = {
    "can_paginate": "every listing comes page by page: iterate over what its method returns",
    "exceptions": "errors are classes of their own, as ecr_typed.RepositoryNotFoundException",
    "generate_presigned_url": "boto3_client.generate_presigned_url has it",
    "get_paginator": "every listing comes page by page: iterate over what its method returns",
    "get_waiter": (
        "wait_until_image_scan_complete and wait_until_lifecycle_policy_preview_complete wait"
    ),
    "meta": "boto3_client.meta has it",
}
"""What a client of boto3 has and ours has not."""


class EcrClient(Waiters):
    """A typed client for Amazon ECR.

    It can be shared between threads, and used in a `with` statement.
    """

    def __init__(
        self,
        *,
        region_name: str | None = None,
        profile_name: str | None = None,
        endpoint_url: str | None = None,
        session: boto3.Session | None = None,
        config: Config | None = None,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> None:
        """Connect to the service. For what is left out, boto3's own sources decide.

        Args:
            region_name: The region; else `AWS_DEFAULT_REGION` or the profile's.
            profile_name: The profile of the AWS configuration files; not together with `session`.
            endpoint_url: Where the service is; else `AWS_ENDPOINT_URL_ECR` or the region's.
            session: The boto3 session to take credentials and defaults from.
            config: botocore's options, such as time-outs and proxies. `retries` are refused: see
                `retry`.
            retry: How long a call goes on; else boto3's `AWS_MAX_ATTEMPTS` or the profile's
                `max_attempts`, else 3 attempts and no deadline.
            on_call: Is told of each finished call, on the thread that made it. What it raises goes
                to the log.

        Raises:
            EcrConfigurationError: No region is known, or the profile or endpoint is no good.
            EcrRequestError: An option has the wrong type, `config` sets `retries`, or `session` and
                `profile_name` are both given.
        """
        check_options(
            region_name=region_name,
            profile_name=profile_name,
            endpoint_url=endpoint_url,
            session=session,
            config=config,
            retry=retry,
            on_call=on_call,
        )
        connection = Connection.make(
            region_name=region_name,
            profile_name=profile_name,
            endpoint_url=endpoint_url,
            session=session,
            config=config,
        )
        self._assemble(connection, retry, on_call)

    @classmethod
    def from_boto3(
        cls,
        client: ECRClient,
        *,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> Self:
        """Use a boto3 client that is there already; nothing is changed on it.

        Args:
            client: A boto3 client for ECR. Create it with
                `Config(retries={"total_max_attempts": 1})`, or its attempts multiply ours.
            retry: How long a call goes on; else 3 attempts and no deadline.
            on_call: Is told of each finished call, on the thread that made it.

        Returns:
            A client that calls through the boto3 client, and leaves it open when it is closed.

        Raises:
            EcrRequestError: `client` is no boto3 client for ECR, `retry` no `RetryPolicy`, or
                `on_call` can't be called.
        """
        check_options(client=client, retry=retry, on_call=on_call)
        adopted = cls.__new__(cls)
        adopted._assemble(Connection.adopt(client), retry, on_call)  # noqa: SLF001  # of our own class
        return adopted

    def with_options(
        self,
        *,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> Self:
        """Make a client on the same connections with other options.

        Closing it leaves this one open; closing this one closes both.

        Args:
            retry: How long a call goes on. Default: as here.
            on_call: Is told of each finished call. Default: as here.

        Returns:
            The other client. Both spend from one retry quota.

        Raises:
            EcrRequestError: `retry` is no `RetryPolicy`, or `on_call` can't be called.
        """
        check_options(retry=retry, on_call=on_call)
        return self._copied(
            self._connection.shared(),
            self._retrier.policy if retry is None else retry,
            self._on_call if on_call is None else on_call,
        )

    @property
    def boto3_client(self) -> ECRClient:
        """The boto3 client underneath. Called directly, it is any boto3 client."""
        return self._connection.client

    def close(self) -> None:
        """End the calls that run, on whichever thread, and close the connections. Later calls fail.

        A connection that is being made ends by its own time-out. Those of an adopted client stay
        open, and its requests end by themselves.
        """
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self.boto3_client.meta.region_name}>"

    if not TYPE_CHECKING:  # to a checker, any name would be there

        def __getattr__(self, name: str) -> object:
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            hint = f": {_INSTEAD[name]}" if name in _INSTEAD else ""
            raise AttributeError(f"{text}{hint}", name=name, obj=self)
