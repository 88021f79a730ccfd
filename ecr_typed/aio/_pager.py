"""Listings for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from typing import TYPE_CHECKING, Generic, NoReturn, TypeVar

from ecr_typed import Pager
from ecr_typed._calls.paging import Item_co, Page_co, batches
from ecr_typed.aio._calls import AsyncCalls

__tracebackhide__ = True  # pytest's tracebacks end at the caller's line.

Value = TypeVar("Value")


class AsyncPager(AsyncIterable[Item_co], Generic[Item_co, Page_co]):
    """The items of a paged operation: `async for` iterates over them, or over its `pages()`.

    Pages are fetched when they are needed. Each iteration starts anew, and nothing is kept.
    """

    def __init__(self, calls: AsyncCalls, pager: Pager[Item_co, Page_co]) -> None:
        self._calls = calls
        self._pager = pager

    async def __aiter__(self) -> AsyncIterator[Item_co]:
        """Iterate over the items of all pages.

        Raises:
            PaginationError: The service returned a page token twice; nothing can go on.
            EcrError: Its `next_token` says where `starting_token` goes on; all items before were
                given.
        """
        async for items in self._on_threads(batches(self._pager)):
            for item in items:
                yield item

    def pages(self) -> AsyncIterator[Page_co]:
        """Iterate over the pages: the operation's responses, whole.

        To go on after a page, pass its `next_token` as `starting_token`; the last one has none.

        Returns:
            An asynchronous iterator that fetches each page when it is asked for.

        Raises:
            PaginationError: The service returned a page token twice; nothing can go on.
            EcrError: Its `next_token` says where `starting_token` goes on.
        """
        return self._on_threads(self._pager.pages())

    async def first(self) -> Item_co | None:
        """Fetch the first item, asking the service for no more than that.

        Returns:
            The item, or `None` if there is none.
        """
        return await self._calls.run(lambda _: self._pager.first())

    async def to_list(self) -> list[Item_co]:
        """Fetch all items.

        Returns:
            The items of all pages, in the service's order.
        """
        return [item async for item in self]

    async def _on_threads(self, values: Iterator[Value]) -> AsyncIterator[Value]:
        """Take the steps of an iterator on the client's threads, one after the other."""
        while True:
            step: list[Value] = await self._calls.run(lambda _: [*_next(values)])
            if not step:
                return
            yield step[0]

    def __repr__(self) -> str:
        return f"<Async{repr(self._pager)[1:]}"

    if not TYPE_CHECKING:  # To a checker, a program with one of these mistakes would be right.

        def __await__(self) -> NoReturn:
            raise TypeError("an AsyncPager is not awaited: use `async for`, or await its to_list()")

        def __iter__(self) -> NoReturn:
            raise TypeError("an AsyncPager is iterated over with `async for`")

        def __bool__(self) -> NoReturn:
            raise TypeError(
                "an AsyncPager is neither true nor false, as nothing is fetched yet: "
                "await its first() and compare it with None"
            )


def _next(values: Iterator[Value]) -> Iterator[Value]:
    """Return the next value of an iterator, or none; a coroutine can't raise StopIteration."""
    for value in values:
        yield value
        return
