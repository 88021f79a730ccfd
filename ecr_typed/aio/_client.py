"""The client for asyncio: its options and its life cycle."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutinefunction
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeVar, cast

from ecr_typed import (
    ArgumentProblem,
    BotoSession,
    CallEvent,
    EcrClient,
    EcrRequestError,
    RetryPolicy,
    models,
)
from ecr_typed.aio._calls import AsyncCalls
from ecr_typed.aio._operations.images import ImagesOperations
from ecr_typed.aio._operations.layers import LayersOperations
from ecr_typed.aio._operations.lifecycle_policies import LifecyclePoliciesOperations
from ecr_typed.aio._operations.pull_through_cache import PullThroughCacheOperations
from ecr_typed.aio._operations.pull_time_exclusions import PullTimeExclusionsOperations
from ecr_typed.aio._operations.registry import RegistryOperations
from ecr_typed.aio._operations.replication import ReplicationOperations
from ecr_typed.aio._operations.repositories import RepositoriesOperations
from ecr_typed.aio._operations.repository_creation_templates import (
    RepositoryCreationTemplatesOperations,
)
from ecr_typed.aio._operations.repository_policies import RepositoryPoliciesOperations
from ecr_typed.aio._operations.scanning import ScanningOperations
from ecr_typed.aio._operations.signing import SigningOperations
from ecr_typed.aio._operations.tags import TagsOperations

if TYPE_CHECKING:
    from botocore.config import Config
else:
    # Importing it would load botocore; `typing.get_type_hints` needs something by this name.
    Config = Any

Value = TypeVar("Value")

_CONCURRENCY: Final = 32


class AsyncEcrClient(
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
    """A typed client for Amazon ECR in asyncio, with the methods of `EcrClient`.

    Each call runs on one of the client's own threads. Cancelling a call cuts off its request; a
    write that is cancelled may have been applied.
    """

    def __init__(
        self,
        *,
        concurrency: int = _CONCURRENCY,
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
            concurrency: How many calls run at the same time, at least 1; further calls wait for a
                thread.
            region_name: The region; else `AWS_DEFAULT_REGION` or the profile's.
            profile_name: The profile of the AWS configuration files; not together with `session`.
            endpoint_url: Where the service is; else `AWS_ENDPOINT_URL_ECR` or the region's.
            session: The boto3 session to take credentials and defaults from.
            config: botocore's options, such as time-outs and proxies. `retries` are refused: see
                `retry`.
            retry: Attempts and deadline of a call, as for `EcrClient`. A deadline begins when the
                call gets a thread; `asyncio.timeout` covers the wait for one, too.
            on_call: Called after each call, on the thread that made it. What it raises goes to the
                log.

        Raises:
            EcrConfigurationError: No region is known, or the profile or the endpoint is not valid.
            EcrRequestError: An option has the wrong type, `config` sets `retries`, or `session` and
                `profile_name` are both given.
        """
        _check_concurrency(concurrency)
        client = EcrClient(
            region_name=region_name,
            profile_name=profile_name,
            endpoint_url=endpoint_url,
            session=session,
            config=config,
            retry=retry,
            on_call=on_call,
        )
        self._calls = AsyncCalls.on_own_threads(client, concurrency)
        self._owns_client = True

    @classmethod
    def from_client(cls, client: EcrClient, *, concurrency: int = _CONCURRENCY) -> Self:
        """Use an existing `EcrClient`.

        Args:
            client: The client. It stays usable, and is left open by `aclose`.
            concurrency: How many calls run at the same time, at least 1; further calls wait for a
                thread.

        Returns:
            A client for asyncio that calls through it.

        Raises:
            EcrRequestError: `client` is no `EcrClient`, or `concurrency` no whole number above 0.
        """
        _check_concurrency(concurrency)
        untyped = cast("object", client)
        if not isinstance(untyped, EcrClient):
            kind = type(untyped).__name__
            raise EcrRequestError([ArgumentProblem("client", kind, "an EcrClient")])
        made = cls.__new__(cls)
        made._calls = AsyncCalls.on_own_threads(client, concurrency)  # noqa: SLF001  # our own
        made._owns_client = False  # noqa: SLF001  # our own
        return made

    def with_options(
        self,
        *,
        retry: RetryPolicy | None = None,
        on_call: Callable[[CallEvent], None] | None = None,
    ) -> Self:
        """Make a client on the same threads and connections with other options.

        Closing it leaves this one open.

        Args:
            retry: How often and how long a call is tried. Default: as here.
            on_call: Called after each call. Default: as here.

        Returns:
            The other client.

        Raises:
            EcrRequestError: `retry` is no `RetryPolicy`, or `on_call` can't be called.
        """
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        child = self.client.with_options(retry=retry, on_call=on_call)
        made._calls = self._calls.shared(child)  # our own
        made._owns_client = True  # our own
        return made

    @property
    def client(self) -> EcrClient:
        """The blocking client underneath."""
        return self._calls.client

    async def run(self, function: Callable[[EcrClient], Value]) -> Value:
        """Call a function with the blocking client on one of the client's threads.

        Use it for jobs and for other code that takes an `EcrClient`. Cancelling ends the calls that
        the function makes with any client.

        Args:
            function: A function of an `EcrClient`.

        Returns:
            What the function returns.

        Raises:
            EcrRequestError: `function` can't be called, or is a coroutine function.
            ClientClosedError: The client was closed.
            RuntimeError: The function raised `StopIteration`, which is its cause.
        """
        _check_function(function)
        return await self._calls.run(function)

    async def aclose(self) -> None:
        """End the calls in flight, and close the connections. Later calls fail.

        The threads end with it, unless a client that `with_options` made is still open on them.
        """
        self._calls.end()
        if self._owns_client:
            self.client.close()

    async def wait_until_image_scan_complete(
        self,
        repository_name: str,
        image_id: models.ImageIdentifier,
        *,
        registry_id: str | None = None,
        delay: float = 5.0,
        timeout: float = 300.0,
    ) -> models.DescribeImageScanFindingsResponse:
        """Wait until a scan of an image is complete, or is `ACTIVE`: scanned continuously.

        The wait keeps one of the client's threads. A scan that is not found yet is waited for.

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
        return await self._calls.run(
            lambda ecr: ecr.wait_until_image_scan_complete(
                repository_name, image_id, registry_id=registry_id, delay=delay, timeout=timeout
            )
        )

    async def wait_until_lifecycle_policy_preview_complete(
        self,
        repository_name: str,
        *,
        registry_id: str | None = None,
        delay: float = 5.0,
        timeout: float = 100.0,
    ) -> models.GetLifecyclePolicyPreviewResponse:
        """Wait until a lifecycle policy preview is complete.

        The wait keeps one of the client's threads.

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
        return await self._calls.run(
            lambda ecr: ecr.wait_until_lifecycle_policy_preview_complete(
                repository_name, registry_id=registry_id, delay=delay, timeout=timeout
            )
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __copy__(self) -> Self:
        # Closing a copy must not close the original.
        return self.with_options()

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} can't be pickled or deeply copied, as it holds connections, "
            "threads and credentials: make the client where it is used"
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} for {self.client.boto3_client.meta.region_name}>"

    if not TYPE_CHECKING:  # To a checker, a program with one of these mistakes would be right.

        def __enter__(self) -> NoReturn:
            raise TypeError(f"{type(self).__name__} is closed by `async with`, not by `with`")

        def __exit__(self, *_: object) -> None: ...

        def __getattr__(self, name: str) -> object:
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            instead = _INSTEAD.get(name)
            raise AttributeError(f"{text}: {instead}" if instead else text, name=name, obj=self)


_INSTEAD: Final = {"boto3_client": "client.boto3_client is it", "close": "await its aclose()"}
"""What `EcrClient` has and `AsyncEcrClient` has not, and what to use instead."""


def _check_function(function: object) -> None:
    if not callable(function) or iscoroutinefunction(function):
        hint = "await it without run" if callable(function) else ""
        allowed = "a function of an EcrClient that is no coroutine function"
        problem = ArgumentProblem("function", repr(function), allowed, hint)
        raise EcrRequestError([problem])


def _check_concurrency(concurrency: int) -> None:
    untyped = cast("object", concurrency)
    if not isinstance(untyped, int) or isinstance(untyped, bool) or untyped < 1:
        allowed = "a whole number of at least 1"
        raise EcrRequestError([ArgumentProblem("concurrency", repr(concurrency), allowed)])


def _name_methods_for_the_client() -> None:
    """Let Python's own errors about arguments name the class that users know."""
    for base in AsyncEcrClient.__bases__:
        for name, method in vars(base).items():
            if callable(method) and not name.startswith("_"):
                method.__qualname__ = f"AsyncEcrClient.{name}"


_name_methods_for_the_client()
