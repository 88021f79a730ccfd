"""Listings for asyncio."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from ecr_typed import Pager
from ecr_typed._calls.paging import Fetch, Item_co, Page_co, check_prefetch, fetches
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
            PaginationError: The service returned a page token twice. It can't be resumed.
            EcrError: A call failed. To resume, pass the error's `next_token` as `starting_token`;
                all items before it were returned.
        """
        async for item in self._items(0):
            yield item

    def items(self, *, prefetch: int = 0) -> AsyncIterator[Item_co]:
        """Iterate over the items of all pages, as a loop over the pager does.

        Args:
            prefetch: How many pages to fetch ahead, while the program works on the items of a page.
                Default: none. The end of the loop, however it comes, cancels what is in flight.

        Returns:
            An asynchronous iterator that fetches each page when it is needed, or ahead of that.

        Raises:
            PaginationError: The service returned a page token twice. It can't be resumed.
            EcrRequestError: `prefetch` is not a whole number of at least 0.
            EcrError: A call failed. To resume, pass the error's `next_token` as `starting_token`;
                all items before it were returned.
        """
        check_prefetch(prefetch)
        return self._items(prefetch)

    def pages(self, *, prefetch: int = 0) -> AsyncIterator[Page_co]:
        """Iterate over the pages: the operation's responses, whole.

        To go on after a page, pass its `next_token` as `starting_token`; the last one has none.

        Args:
            prefetch: How many pages to fetch ahead, while the program works on a page.
                Default: none. The end of the loop, however it comes, cancels what is in flight.

        Returns:
            An asynchronous iterator that fetches each page when it is asked for, or ahead of that.

        Raises:
            PaginationError: The service returned a page token twice. It can't be resumed.
            EcrRequestError: `prefetch` is not a whole number of at least 0.
            EcrError: A call failed. To resume, pass the error's `next_token` as `starting_token`.
        """
        check_prefetch(prefetch)
        return self._fetched(Fetch[Item_co, Page_co].page, prefetch)

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

    async def _items(self, prefetch: int) -> AsyncGenerator[Item_co, None]:
        async with aclosing(self._fetched(Fetch[Item_co, Page_co].items, prefetch)) as batches:
            async for items in batches:
                for item in items:
                    yield item

    async def _fetched(
        self, take: Callable[[Fetch[Item_co, Page_co]], Value], prefetch: int
    ) -> AsyncGenerator[Value, None]:
        """Fetch page after page on the client's threads, and yield what is taken of each."""
        requests = fetches(self._pager)
        if not prefetch:
            for fetch in requests:
                yield await self._take(fetch, take)
            return
        coming: deque[asyncio.Task[list[Value]]] = deque()
        try:
            while True:
                while len(coming) <= prefetch:
                    before = coming[-1] if coming else None
                    coming.append(asyncio.create_task(self._step(requests, take, before)))
                    coming[-1].add_done_callback(_look_at_error)
                step = await coming[0]
                coming.popleft()
                if not step:
                    return
                yield step.pop()
        finally:
            for task in coming:
                task.cancel()
            # An error that ends this would keep itself, in the frame that it came through.
            coming.clear()

    async def _step(
        self,
        requests: Iterator[Fetch[Item_co, Page_co]],
        take: Callable[[Fetch[Item_co, Page_co]], Value],
        before: asyncio.Task[list[Value]] | None,
    ) -> list[Value]:
        """Return what is taken of the next page, or nothing at the end, after the step before."""
        if before is not None:
            await asyncio.wait([before])
            if before.cancelled() or before.exception() is not None:
                return []
        for fetch in requests:
            return [await self._take(fetch, take)]
        return []

    async def _take(
        self,
        fetch: Fetch[Item_co, Page_co],
        take: Callable[[Fetch[Item_co, Page_co]], Value],
    ) -> Value:
        return await self._calls.run(lambda _: take(fetch))

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


def _look_at_error(task: asyncio.Task[Any]) -> None:
    # asyncio would log it as lost where the program left the loop before.
    if not task.cancelled():
        task.exception()
