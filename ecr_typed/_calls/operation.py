"""What is known of an operation besides its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

import attrs

from ecr_typed._frozen_map import FrozenMap


class ResponsePage(attrs.AttrsInstance, Protocol):
    """The response of a paged operation."""

    @property
    def next_token(self) -> str | None:
        """The token of the next page."""


Response = TypeVar("Response", bound=attrs.AttrsInstance)
Item = TypeVar("Item")
Page = TypeVar("Page", bound=ResponsePage)


class Effect(Enum):
    """What a repetition does after a first attempt that was applied, its answer lost."""

    READ = "changes nothing"
    IDEMPOTENT_WRITE = "leaves the same state and gives the same answer"
    CREATE = "meets an error, because what it makes is there"
    DELETE = "meets an error, because what it deletes is gone"


@attrs.frozen(kw_only=True)
class Operation(Generic[Response]):
    """An operation of the service, by the names of its request's and response's models."""

    name: str = attrs.field(kw_only=False)
    method_name: str
    request: str
    response: str
    effect: Effect
    errors: frozenset[str]
    """The codes of its modelled exceptions."""

    repeat_meets: frozenset[str] = frozenset()
    """The codes of the exceptions that a repetition may meet."""

    splits: Mapping[str, int] = attrs.field(default=FrozenMap[str, int]())
    """Lists that are sent in parts, and how many items a request takes of each."""


@attrs.frozen(kw_only=True)
class PagedOperation(Operation[Page], Generic[Item, Page]):
    """An operation that answers in pages."""

    items: tuple[str, ...]
    """Where in a page its items are: paths of attributes."""

    largest_page: int
    refuses_paging_with: frozenset[str] = frozenset()
    """Arguments that can't be sent together with a page size or a token."""


AnyOperation = Operation[Any]
