"""The client: its options and its life cycle.

What makes the calls is imported in functions: with the first client, as programs that only import
this one need it not, nor do type checkers.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from ecr_typed import models
from ecr_typed._boto_session import BotoSession
from ecr_typed._calls.events import CallEvent
from ecr_typed._calls.policy import RetryPolicy
from ecr_typed._calls.protocol import Calls
from ecr_typed._operations.images import ImagesOperations
from ecr_typed._operations.layers import LayersOperations
from ecr_typed._operations.lifecycle_policies import LifecyclePoliciesOperations
from ecr_typed._operations.pull_through_cache import PullThroughCacheOperations
from ecr_typed._operations.pull_time_exclusions import PullTimeExclusionsOperations
from ecr_typed._operations.registry import RegistryOperations
from ecr_typed._operations.replication import ReplicationOperations
from ecr_typed._operations.repositories import RepositoriesOperations
from ecr_typed._operations.repository_creation_templates import (
    RepositoryCreationTemplatesOperations,
)
from ecr_typed._operations.repository_policies import RepositoryPoliciesOperations
from ecr_typed._operations.scanning import ScanningOperations
from ecr_typed._operations.signing import SigningOperations
from ecr_typed._operations.tags import TagsOperations

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient
else:
    # Importing them would load botocore; `typing.get_type_hints` needs something by these names.
    Config = ECRClient = Any


class EcrClient(
    ImagesOperations,
    LayersOperations,
    LifecyclePoliciesOperations,
    PullThroughCacheOperations,
    PullTimeExclusionsOperations,
    RegistryOperations,
    ReplicationOperations,
    RepositoriesOperations,
    RepositoryCreationTemplatesOperations,
    RepositoryPoliciesOperations,
    ScanningOperations,
    SigningOperations,
    TagsOperations,
):
    """A typed client for Amazon ECR.

    It can be shared between threads, and used in a `with` statement.
    """

    def __init__(
        self,
        *,
        region_name: str | None = None,
        profile_name: str | None = None,
        endpoint_url: str | None = None,
        session: BotoSession | None = None,
        config: Config | None = None,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> None:
        """Make a client. For options that are left out, boto3's own sources decide.

        Args:
            region_name: The region; else `AWS_DEFAULT_REGION` or the profile's.
            profile_name: The profile of the AWS configuration files; not together with `session`.
            endpoint_url: Where the service is; else `AWS_ENDPOINT_URL_ECR` or the region's.
            session: The boto3 session to take credentials and defaults from.
            config: botocore's options, such as time-outs and proxies; `max_pool_connections` is 64
                unless it is set. `retries` are refused: see `retry`.
            retry: Attempts and deadline of a call; else boto3's `AWS_MAX_ATTEMPTS` or the profile's
                `max_attempts`, else 3 attempts and no deadline.
            on_call: Called after each call, on the thread that made it. What it raises is logged.

        Raises:
            EcrConfigurationError: No region is known, or the profile or the endpoint is not valid.
            EcrRequestError: An option has the wrong type, `config` sets `retries`, or `session` and
                `profile_name` are both given.
        """
        from ecr_typed._composition import calls_on_own_client

        calls = calls_on_own_client(
            region_name=region_name,
            profile_name=profile_name,
            endpoint_url=endpoint_url,
            session=session,
            config=config,
            retry=retry,
            on_call=on_call,
        )
        _compose(self, calls)

    @classmethod
    def from_boto3(
        cls,
        client: ECRClient,
        *,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> Self:
        """Use an existing boto3 client; nothing is changed on it.

        Args:
            client: A boto3 client for ECR. Create it with
                `Config(retries={"total_max_attempts": 1})`, or its attempts multiply ours.
            retry: Attempts and deadline of a call; else 3 attempts and no deadline.
            on_call: Called after each call, on the thread that made it.

        Returns:
            A client that calls through the boto3 client, and leaves it open when it is closed.

        Raises:
            EcrRequestError: `client` is no boto3 client for ECR, `retry` no `RetryPolicy`, or
                `on_call` can't be called.
        """
        from ecr_typed._composition import calls_on_adopted_client

        calls = calls_on_adopted_client(client, retry, on_call)
        adopted = cls.__new__(cls)
        _compose(adopted, calls)
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
            retry: Attempts and deadline of a call. Default: as here.
            on_call: Called after each call. Default: as here.

        Returns:
            The other client. Both spend from one retry quota, and share the pace of operations
            that the service throttles.

        Raises:
            EcrRequestError: `retry` is no `RetryPolicy`, or `on_call` can't be called.
        """
        from ecr_typed._composition import calls_with_options

        calls = calls_with_options(self._calls, retry, on_call)
        # What a user's subclass added is in it, too.
        client = object.__new__(type(self))
        client.__dict__.update(self.__dict__)
        _compose(client, calls)
        return client

    @property
    def boto3_client(self) -> ECRClient:
        """The boto3 client underneath. It can be used as any boto3 client."""
        return self._calls.client

    def close(self) -> None:
        """End the calls in flight on all threads, and close the connections.

        Later calls fail. A connection that is being made ends by its own timeout. The connections
        of an adopted client stay open, and its requests end by themselves.
        """
        self._calls.close()

    def wait_until_image_scan_complete(
        self,
        repository_name: str,
        image_id: models.ImageIdentifier,
        *,
        registry_id: str | None = None,
        delay: float = 5.0,
        timeout: float = 300.0,
    ) -> models.DescribeImageScanFindingsResponse:
        """Wait until a scan of an image is complete, or is `ACTIVE`: scanned continuously.

        A scan that is not found yet is waited for. Each poll is logged.

        Args:
            repository_name: The repository's name.
            image_id: The image, by its digest or by a tag.
            registry_id: The account id of the registry. Default: the caller's account.
            delay: How long to wait between two polls, in seconds.
            timeout: How long to wait in all, polls included, in seconds. 0 asks once.

        Returns:
            The last response, with the first page of findings; `describe_image_scan_findings`
            lists them all. Its status is `COMPLETE` or, with continuous scanning, `ACTIVE`: then
            the first findings may come later.

        Raises:
            WaiterError: The scan failed or is not possible, or it took too long.
            ImageNotFoundException: The repository has no such image.
            RepositoryNotFoundException: The registry has no such repository.

        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html
        """
        # Few programs wait, so the others do not load it.
        from ecr_typed._calls.waiters import wait_for_scan

        return wait_for_scan(self._calls, repository_name, image_id, registry_id, delay, timeout)

    def wait_until_lifecycle_policy_preview_complete(
        self,
        repository_name: str,
        *,
        registry_id: str | None = None,
        delay: float = 5.0,
        timeout: float = 100.0,
    ) -> models.GetLifecyclePolicyPreviewResponse:
        """Wait until a lifecycle policy preview is complete. Each poll is logged.

        Args:
            repository_name: The repository's name.
            registry_id: The account id of the registry. Default: the caller's account.
            delay: How long to wait between two polls, in seconds.
            timeout: How long to wait in all, polls included, in seconds. 0 asks once.

        Returns:
            The last response, with the first page of results; `get_lifecycle_policy_preview` lists
            them all.

        Raises:
            WaiterError: The preview failed or has expired, or it took too long.
            LifecyclePolicyPreviewNotFoundException: No preview was started.
            RepositoryNotFoundException: The registry has no such repository.

        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicyPreview.html
        """
        from ecr_typed._calls.waiters import wait_for_lifecycle_policy_preview

        return wait_for_lifecycle_policy_preview(
            self._calls, repository_name, registry_id, delay, timeout
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __copy__(self) -> Self:
        # Closing a copy must not close the original.
        return self.with_options()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} can't be pickled or deeply copied, as it holds connections and "
            "credentials: make the client where it is used"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self.boto3_client.meta.region_name}>"

    if not TYPE_CHECKING:  # to a checker, any name would be there

        def __getattr__(self, name: str) -> object:
            from ecr_typed._calls.explain.arguments import MISSING_ATTRIBUTES

            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            instead = MISSING_ATTRIBUTES.get(name)
            raise AttributeError(f"{text}: {instead}" if instead else text, name=name, obj=self)


def _compose(client: EcrClient, calls: Calls) -> None:
    # In a method of the class, this would make editors offer the name before the operations.
    vars(client)["_calls"] = calls


def _name_methods_for_the_client() -> None:
    """Let Python's own errors about arguments name the class that users know."""
    for base in EcrClient.__bases__:
        for name, method in vars(base).items():
            if callable(method) and not name.startswith("_"):
                method.__qualname__ = f"EcrClient.{name}"


_name_methods_for_the_client()
