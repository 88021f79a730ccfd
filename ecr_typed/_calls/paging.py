"""Listings: responses that come in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar, cast

from ecr_typed._calls.operation import PagedOperation, ResponsePage
from ecr_typed._errors import (
    ArgumentProblem,
    EcrError,
    EcrRequestError,
    PaginationError,
    shortened,
)

__tracebackhide__ = True  # pytest ends at the caller's line

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)
Value = TypeVar("Value")
Page = TypeVar("Page", bound=ResponsePage)
if TYPE_CHECKING:
    # Type checkers know this module, whether it is installed or not.
    import typing_extensions

    Page_co = typing_extensions.TypeVar(
        "Page_co", bound=ResponsePage, default=ResponsePage, covariant=True
    )
else:
    Page_co = TypeVar("Page_co", bound=ResponsePage, covariant=True)


class Paging(NamedTuple):
    """The paging options of a call, as boto3 names them."""

    page_size: int | None = None
    max_items: int | None = None
    starting_token: str | None = None


class Fetch(Generic[Item_co, Page_co]):
    """The request of one page, and its response once it was made."""

    def __init__(
        self,
        request: Callable[[], Page_co],
        items: Callable[[Page_co], Sequence[Item_co]],
        most: int | None,
    ) -> None:
        self._request = request
        self._items = items
        self._most = most
        self.response: Page_co | None = None

    def page(self) -> Page_co:
        """Make the request, and return the page."""
        self.response = self._request()
        return self.response

    def items(self) -> Sequence[Item_co]:
        """Make the request, and return the items: no more than there may be."""
        items = self._items(self.page())
        return items if self._most is None else items[: self._most]


class Pager(Iterable[Item_co], Generic[Item_co, Page_co]):
    """What a paged operation lists: iterate over its items, or over its `pages()`.

    Pages are fetched as they are needed. Each iteration starts anew, and nothing is kept.
    """

    def __init__(
        self,
        operation: PagedOperation[Item_co, Page_co],
        requests: Sequence[Callable[[Mapping[str, object]], Page_co]],
        paging: Paging,
        *,
        sends_paging: bool,
    ) -> None:
        self._operation = operation
        self._requests = requests
        self._paging = paging
        self._sends_paging = sends_paging

    def __iter__(self) -> Iterator[Item_co]:
        """Iterate over the items of all pages.

        Raises:
            PaginationError: The service returned a page token twice. It can't be resumed.
            EcrError: A call failed. To resume, pass the error's `next_token` as `starting_token`;
                all items before it were returned.
        """
        return _flat(self._batches())

    def items(self, *, prefetch: int = 0) -> Iterator[Item_co]:
        """Iterate over the items of all pages, as a loop over the pager does.

        Args:
            prefetch: How many pages to fetch ahead, on a thread of the iteration, while the program
                works on the items of a page. Default: none. The end of the loop, however it
                comes, ends the thread and its request.

        Returns:
            An iterator that fetches each page when it is needed, or ahead of that.

        Raises:
            PaginationError: The service returned a page token twice. It can't be resumed.
            EcrRequestError: `prefetch` is not a whole number of at least 0.
            EcrError: A call failed. To resume, pass the error's `next_token` as `starting_token`;
                all items before it were returned.
        """
        check_prefetch(prefetch)
        return _flat(_ahead(self._batches(), prefetch))

    def pages(self, *, prefetch: int = 0) -> Iterator[Page_co]:
        """Iterate over the pages: the operation's responses, whole.

        To go on after a page, pass its `next_token` as `starting_token`; the last one has none.

        Args:
            prefetch: How many pages to fetch ahead, on a thread of the iteration, while the program
                works on a page. Default: none. The end of the loop, however it comes, ends the
                thread and its request.

        Returns:
            An iterator that fetches each page when it is asked for, or ahead of that.

        Raises:
            PaginationError: The service returned a page token twice. It can't be resumed.
            EcrRequestError: `prefetch` is not a whole number of at least 0.
            EcrError: A call failed. To resume, pass the error's `next_token` as `starting_token`.
        """
        check_prefetch(prefetch)
        return _ahead(self._pages(self._paging), prefetch)

    def first(self) -> Item_co | None:
        """Fetch the first item, asking the service for no more than that.

        Returns:
            The item, or `None` if there is none.
        """
        for page in self._pages(self._paging._replace(max_items=1)):
            for item in self._items(page):
                return item
        return None

    def to_list(self) -> list[Item_co]:
        """Fetch all items.

        Returns:
            The items of all pages, in the service's order.
        """
        return list(self)

    def __repr__(self) -> str:
        return f"<Pager of {self._operation.method_name}: {self._paging}>"

    if not TYPE_CHECKING:

        def __class_getitem__(cls, parameters: Any) -> Any:
            # `Pager[Repository]` is a type, too: the page's has a default.
            if not isinstance(parameters, tuple):
                parameters = (parameters, ResponsePage)
            return super().__class_getitem__(parameters)

        # To a checker, what follows `bool(pager)` would never be reached.
        def __bool__(self) -> bool:
            raise self._refusal("is neither true nor false", "{}.first() is not None")

        def __len__(self) -> int:
            raise self._refusal("has no length", "{}.to_list() has one")

        def __getitem__(self, index: object) -> NoReturn:
            raise self._refusal("has no index", "use {}.first(), or {}.to_list()[...]")

        def __next__(self) -> NoReturn:
            raise self._refusal("is no iterator", "use {}.first(), or iter({})")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "Pager can't be pickled, as it calls through a client: make client and listing where "
            "they are used"
        )

    def _refusal(self, what: str, instead: str) -> TypeError:
        way = instead.replace("{}", f"{self._operation.method_name}(...)")
        return TypeError(f"a Pager {what}, as nothing is fetched yet: {way}")

    def _batches(self) -> Iterator[Sequence[Item_co]]:
        for fetch in self._fetches(self._paging):
            yield fetch.items()

    def _items(self, page: ResponsePage) -> Sequence[Item_co]:
        lists = [_list_at(page, path) for path in self._operation.items]
        return lists[0] if len(lists) == 1 else [item for items in lists for item in items]

    def _pages(self, paging: Paging) -> Iterator[Page_co]:
        for fetch in self._fetches(paging):
            yield fetch.page()

    def _fetches(self, paging: Paging) -> Iterator[Fetch[Item_co, Page_co]]:
        """Iterate over the requests. Each has to be made before the next is asked for."""
        left = paging.max_items
        for request in self._requests:
            token = paging.starting_token
            tokens = {token}
            while left is None or left > 0:
                fetch = Fetch(partial(self._fetch, request, token, left), self._items, left)
                yield fetch
                page = fetch.response
                if page is None:
                    raise AssertionError("the next page was asked for before this one came")
                if left is not None:
                    left -= len(self._items(page))
                if not page.next_token:
                    break
                token = page.next_token
                if token in tokens:
                    raise self._endless(token)
                tokens.add(token)

    def _fetch(
        self,
        request: Callable[[Mapping[str, object]], Page_co],
        token: str | None,
        left: int | None,
    ) -> Page_co:
        parameters: dict[str, object] = {}
        if self._sends_paging:
            size = self._paging.page_size or self._operation.largest_page
            parameters["maxResults"] = size if left is None else min(size, left)
        # A token that the service gave for names of its own accord is followed, too.
        if token is not None:
            parameters["nextToken"] = token
        try:
            return request(parameters)
        except EcrError as error:
            error.next_token = token
            raise error.with_traceback(None) from error.__cause__

    def _endless(self, token: str) -> PaginationError:
        # Without a `next_token`: who went on from this one would be given items twice.
        name = self._operation.name
        return PaginationError(
            f"{name}: the service returned the page token {shortened(token)} twice",
            operation_name=name,
        )


def _flat(batches: Iterator[Sequence[Item]]) -> Iterator[Item]:
    for items in batches:
        yield from items


def _ahead(values: Iterator[Value], count: int) -> Iterator[Value]:
    if not count:
        return values
    # Only programs that fetch ahead load it.
    from ecr_typed._calls.prefetch import ahead

    return ahead(values, count)


def fetches(pager: Pager[Item, Page]) -> Iterator[Fetch[Item, Page]]:
    """Iterate over the requests of a listing, for a caller that makes them on other threads.

    To ask for the next one makes no request, and costs next to nothing.
    """
    paging = pager._paging  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # of this module
    return pager._fetches(paging)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _list_at(page: object, path: str) -> Sequence[Any]:
    found: Any = page
    for name in path.split("."):
        # Where a structure is absent, so are its lists.
        found = getattr(found, name, None)
    return found or ()


def check_prefetch(prefetch: object) -> None:
    """Refuse what is no number of pages to fetch ahead."""
    if not _is_whole(prefetch, least=0):
        problem = ArgumentProblem("prefetch", shortened(prefetch), "a whole number of at least 0")
        raise EcrRequestError([problem])


def paging_problems(
    operation: PagedOperation[Any, Any], paging: Paging, without_token: Sequence[str]
) -> Iterator[ArgumentProblem]:
    """The paging options that can't be sent; `without_token` are arguments that refuse a token."""
    size, most = paging.page_size, paging.max_items
    token = cast("object", paging.starting_token)
    if size is not None and not _is_whole(size, operation.largest_page):
        allowed = f"a whole number from 1 to {operation.largest_page:,}"
        yield ArgumentProblem("page_size", repr(size), allowed)
    if most is not None and not _is_whole(most):
        yield ArgumentProblem("max_items", repr(most), "a whole number of at least 1")
    if token is None:
        return
    if not isinstance(token, str) or not token:
        yield ArgumentProblem("starting_token", repr(token), "a page's next_token, or None")
    elif without_token:
        allowed = f"None together with {without_token[0]}, as the response has no pages"
        yield ArgumentProblem("starting_token", shortened(token), allowed)


def _is_whole(value: object, most: int | None = None, *, least: int = 1) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= least and (most is None or value <= most)
