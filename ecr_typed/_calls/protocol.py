"""What a client and its methods need to make calls.

The methods depend on this, and not on the runner of calls, so that a type checker that checks a
program reads nothing of how calls are made: that would take it longer than everything it does read
of this package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ecr_typed._calls.events import CallEvent
from ecr_typed._calls.operation import Item, Operation, Page, PagedOperation, Response
from ecr_typed._calls.paging import Pager, Paging
from ecr_typed._calls.policy import RetryPolicy

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


class Calls(Protocol):
    """The calls of a client."""

    @property
    def client(self) -> ECRClient:
        """The boto3 client that they are made on."""
        ...

    def call(self, operation: Operation[Response], /, **arguments: object) -> Response:
        """Run a call that is one request."""
        ...

    def call_in_parts(self, operation: Operation[Response], /, **arguments: object) -> Response:
        """Run a call whose lists may be longer than one request may carry."""
        ...

    def paged(
        self, operation: PagedOperation[Item, Page], paging: Paging, /, **arguments: object
    ) -> Pager[Item, Page]:
        """Prepare a listing; its pages are calls of their own, made when they are needed."""
        ...

    def shared(
        self, policy: RetryPolicy | None, on_call: Callable[[CallEvent], None] | None
    ) -> Calls:
        """Return calls with other options on the same connection."""
        ...

    def bounded(self, seconds: float) -> Calls:
        """Return calls that take no longer than that, nor than their own policy allows."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, unless the client is closed meanwhile."""
        ...

    def close(self) -> None:
        """End the calls in flight, and the connections if the client is ours."""
        ...
