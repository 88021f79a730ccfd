"""What is known of an operation besides its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

import attrs


class ResponsePage(attrs.AttrsInstance, Protocol):
    """The response of a paged operation."""

    @property
    def next_token(self) -> str | None:
        """The token of the next page."""


Response = TypeVar("Response", bound=attrs.AttrsInstance)
Item = TypeVar("Item")
Page = TypeVar("Page", bound=ResponsePage)


class Effect(Enum):
    """What a repeated request does where the first one was applied and its response was lost."""

    READ = "changes nothing"
    IDEMPOTENT_WRITE = "leaves the same state and returns the same response"
    CREATE = "fails, because what it creates exists"
    DELETE = "fails, because what it deletes is gone"


class Operation(Generic[Response]):
    """An operation of the service, by the names of its request's and response's models."""

    def __init__(
        self,
        name: str,
        *,
        method_name: str,
        request: str,
        response: str,
        effect: Effect,
        errors: frozenset[str],
        repeat_meets: frozenset[str] = frozenset(),
        splits: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.method_name = method_name
        self.request = request
        self.response = response
        self.effect = effect

        self.errors = errors
        """The codes of its modelled exceptions."""

        self.repeat_meets = repeat_meets
        """The codes of the exceptions that a repeated request may meet."""

        self.splits: Mapping[str, int] = splits or {}
        """Lists that are sent in parts, and how many items a request may carry of each."""

    @property
    def is_write(self) -> bool:
        """Whether it changes anything."""
        return self.effect is not Effect.READ


class PagedOperation(Operation[Page], Generic[Item, Page]):
    """An operation that responds in pages."""

    def __init__(
        self,
        name: str,
        *,
        method_name: str,
        request: str,
        response: str,
        effect: Effect,
        errors: frozenset[str],
        items: tuple[str, ...],
        largest_page: int,
        refuses_paging_with: frozenset[str] = frozenset(),
        splits: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(
            name,
            method_name=method_name,
            request=request,
            response=response,
            effect=effect,
            errors=errors,
            splits=splits,
        )

        self.items = items
        """Where in a page its items are: paths of attributes."""

        self.largest_page = largest_page

        self.refuses_paging_with = refuses_paging_with
        """Arguments that can't be sent together with a page size or a token."""


AnyOperation = Operation[Any]
