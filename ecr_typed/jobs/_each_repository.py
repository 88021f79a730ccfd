"""A job over repositories: of one registry, or of many."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor
from fnmatch import fnmatchcase
from typing import Any, TypeAlias, TypeVar, cast, overload

from ecr_typed import ArgumentProblem, EcrClient, EcrRequestError, Repository
from ecr_typed.jobs._arguments import check_arguments, is_in_this_process
from ecr_typed.jobs._attempts import Attempt, is_lost
from ecr_typed.jobs._each import outcome_of
from ecr_typed.jobs._each_registry import checked
from ecr_typed.jobs._listing import Listing, Page, Way, WayElsewhere
from ecr_typed.jobs._outcomes import Outcome
from ecr_typed.jobs._progress import Progress, ProgressCounter
from ecr_typed.jobs._registries import Registry
from ecr_typed.jobs._window import Reaction, Task, Window

Value = TypeVar("Value")

Select: TypeAlias = str | Iterable[str] | Callable[[Repository], bool]
"""Which repositories a job is about: patterns of their names, or a function that says it."""


@overload
def each_repository(
    function: Callable[[EcrClient, Repository], Value],
    ecr: EcrClient,
    *,
    select: Select | None = None,
    threads: int = 8,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Generator[Outcome[Repository, Value], None, None]: ...
@overload
def each_repository(
    function: Callable[[EcrClient, Repository], Value],
    ecr: Iterable[Registry],
    *,
    select: Select | None = None,
    threads: int = 8,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Generator[Outcome[Repository | Registry, Value], None, None]: ...
def each_repository(
    function: Callable[[EcrClient, Repository], Value],
    ecr: EcrClient | Iterable[Registry],
    *,
    select: Select | None = None,
    threads: int = 8,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Generator[Outcome[Repository | Registry, Value], None, None]:
    """Call a function with a client for each repository of a registry, or of many registries.

    Repositories are listed as the job goes on; up to `threads` registries are worked on at the same
    time, so that each is asked at its own pace. A repository that was deleted meanwhile is
    `SKIPPED`. A registry that can't be listed, or whose credentials are lost, is an outcome whose
    item is the `Registry`; it comes after those of the calls in flight there, and the other
    registries go on. With a client of your own, such an error ends the job. Otherwise, this is as
    in `each`.

    Args:
        function: The function to call with a client and a repository, on several threads.
        ecr: The client of a registry, or the registries. A registry with an `account_id` is listed
            by that id, so that repositories of another account can be worked on without a role.
        select: Patterns of names, in which `*` stands for any characters, as in `team/*`; or a
            function that says whether a repository is chosen. Default: all repositories.
        threads: How many calls of the function run at the same time; at least 1. Default: 8.
        executor: Where they run. Default: threads of the job's own. In other processes, the
            clients are made there, one for each registry and process: pass registries.
        on_progress: Called on the caller's thread after each repository. The total is known once
            all are listed.

    Returns:
        An iterator of an outcome for each repository, as they are finished. `registry` says where
        it is, if there are several.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was called.
    """
    is_here = is_in_this_process(executor)
    is_client = isinstance(ecr, EcrClient)
    check_arguments(
        function=function,
        items=() if is_client else ecr,
        items_name="ecr",
        items_allowed="an EcrClient, or an iterable of registries",
        threads=threads,
        executor=executor,
        on_progress=on_progress,
    )
    if is_client and not is_here:
        allowed = "registries, as the clients are made where the executor runs them"
        problem = ArgumentProblem("ecr", repr(ecr), allowed, "pass [Registry(...)]")
        raise EcrRequestError([problem])
    source = _Repositories(
        function,
        _listings(ecr, is_here=is_here),
        _selected(select),
        threads,
        ProgressCounter(on_progress, None),
    )
    window = Window[Repository | Registry, Value](source, threads=threads, executor=executor)
    return window.outcomes()


def _listings(ecr: EcrClient | Iterable[Registry], *, is_here: bool) -> Iterator[Listing]:
    if isinstance(ecr, EcrClient):
        yield Listing(Way(ecr), None)
        return
    for registry in checked(ecr):
        yield Listing(Way(registry) if is_here else WayElsewhere(registry), registry)


def _selected(select: Select | None) -> Callable[[Repository], bool]:
    if select is None:
        return lambda _: True
    if callable(select):
        return select
    patterns = [select] if isinstance(select, str) else _texts(select)
    if patterns is None:
        allowed = "patterns of names, as 'team/*', or a function of a Repository"
        raise EcrRequestError([ArgumentProblem("select", repr(select), allowed)])
    return lambda repository: any(fnmatchcase(repository.repository_name, p) for p in patterns)


def _texts(values: object) -> list[str] | None:
    """The texts of an iterable; None if it is none, or has something else."""
    found = list(cast("Iterable[object]", values)) if isinstance(values, Iterable) else [None]
    texts = [one for one in found if isinstance(one, str) and one]
    return texts if len(texts) == len(found) else None


class _Repositories:
    """Where the tasks of `each_repository` come from: several listings, in turns."""

    def __init__(
        self,
        function: Callable[..., Any],
        listings: Iterator[Listing],
        is_chosen: Callable[[Repository], bool],
        threads: int,
        counter: ProgressCounter,
    ) -> None:
        self._function = function
        self._left = listings
        self._next: Listing | None = None
        self._is_chosen = is_chosen
        self._threads = threads
        self._counter = counter
        self._open: deque[Listing] = deque()

    def take(self) -> Task | None:
        """Return a task that lists a page if repositories run short, else one of a repository."""
        self._begin_more()
        for listing in self._open:
            if not (listing.is_listed or listing.page_task or self._has_plenty(listing)):
                return listing.next_page()
        for _ in range(len(self._open)):
            self._open.rotate(-1)
            if self._open[-1].waiting:
                return self._open[-1].next_repository(self._function)
        return None

    def finish(self, task: Task, done: Attempt) -> Reaction:
        """Take a page, or the outcome of a repository."""
        listing: Listing = task.owner
        outcomes: list[Outcome[Any, Any]] = []
        own: BaseException | None = None
        if task is listing.page_task:
            own = self._take_page(listing, done)
        else:
            listing.in_flight -= 1
            outcomes.append(outcome_of(task.item, done, listing.registry))
            if done.error is not None and is_lost(done.error):
                listing.end(done.error)
        ending = self._close_if_over(listing, outcomes)
        self._count(outcomes)
        return Reaction(outcomes, own or ending)

    def close(self) -> None:
        """Close the clients that were made, and end the progress bar."""
        self._counter.close()
        for listing in self._open:
            listing.way.close()

    def _begin_more(self) -> None:
        while len(self._open) < self._threads:
            if self._next is not None:
                self._open.append(self._next)
            # Whether there are more is known before there is room for them, for the total.
            self._next = next(self._left, None)
            if self._next is None:
                return

    def _has_plenty(self, listing: Listing) -> bool:
        return len(listing.waiting) > 2 * self._threads

    def _take_page(self, listing: Listing, done: Attempt) -> Exception | None:
        """Take a page; return what the user's function raised for a repository of it, if any."""
        listing.page_task = None
        if done.error is not None:
            listing.end(done.error)
            return None
        page: Page = done.value
        try:
            chosen = [one for one in page.repositories if self._is_chosen(one)]
        except Exception as error:  # noqa: BLE001  # it is raised when the rest has ended
            return error
        listing.take(page, chosen)
        return None

    def _close_if_over(
        self, listing: Listing, outcomes: list[Outcome[Any, Any]]
    ) -> BaseException | None:
        """Close a listing that is over; return the error of the user's own client, if any."""
        if not listing.is_over:
            return None
        self._open.remove(listing)
        listing.way.close()
        if listing.registry is None or listing.error is None:
            return listing.error
        outcomes.append(
            Outcome[Any, Any].of_error(listing.registry, listing.error, listing.registry)
        )
        return None

    def _count(self, outcomes: list[Outcome[Any, Any]]) -> None:
        for number, outcome in enumerate(outcomes, start=1):
            if self._next is None and all(listing.is_listed for listing in self._open):
                left = sum(len(one.waiting) + one.in_flight for one in self._open)
                self._counter.total = self._counter.done + left + len(outcomes) - number + 1
            self._counter.add(outcome)
