"""The repositories of one registry: listed page by page as a job over them goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

from ecr_typed import (
    EcrClient,
    EcrError,
    PaginationError,
    Repository,
    RepositoryNotFoundException,
)
from ecr_typed.jobs._attempts import ItemGoneError, is_lost
from ecr_typed.jobs._clients import client_of_process
from ecr_typed.jobs._registries import Registry
from ecr_typed.jobs._window import Task


class Page(NamedTuple):
    """A page of a registry's repositories."""

    repositories: tuple[Repository, ...]
    next_token: str | None


def list_page(ecr: EcrClient, registry_id: str | None, token: str | None) -> Page:
    """List a page of repositories."""
    pager = ecr.describe_repositories(registry_id=registry_id, starting_token=token)
    for page in pager.pages():
        return Page(page.repositories or (), page.next_token or None)
    return Page((), None)


def apply(function: Callable[..., Any], ecr: EcrClient, repository: Repository) -> Any:
    """Call a function for a repository, and see whether that is still there if it is said not to
    be.

    What the function misses may be another repository, to which it copies.
    """
    try:
        return function(ecr, repository)
    except RepositoryNotFoundException as error:
        if _is_gone(ecr, repository):
            raise ItemGoneError from error
        raise


def _is_gone(ecr: EcrClient, repository: Repository) -> bool:
    try:
        ecr.describe_repositories(
            repository_names=[repository.repository_name], registry_id=repository.registry_id
        ).first()
    except RepositoryNotFoundException:
        return True
    except EcrError:
        return False
    return False


class Way:
    """The way to a registry on the threads of this process: its client, made when it is needed."""

    def __init__(self, source: EcrClient | Registry) -> None:
        self._source = source
        self._client = source if isinstance(source, EcrClient) else None
        self._lock = Lock()

    def list_page(self, registry_id: str | None, token: str | None) -> Page:
        """List a page of repositories."""
        return list_page(self._connected(), registry_id, token)

    def apply(self, function: Callable[..., Any], repository: Repository) -> Any:
        """Call a function for a repository."""
        return apply(function, self._connected(), repository)

    def close(self) -> None:
        """Close the client, unless it is the user's."""
        if self._client is not None and self._client is not self._source:
            self._client.close()

    def _connected(self) -> EcrClient:
        with self._lock:
            if self._client is None and isinstance(self._source, Registry):
                self._client = self._source.connect()
        if self._client is None:
            raise AssertionError("a way to neither a client nor a registry")
        return self._client


class WayElsewhere:
    """The way to a registry in another process, where the client is made."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def list_page(self, registry_id: str | None, token: str | None) -> Page:
        """List a page of repositories."""
        with client_of_process(self._registry) as ecr:
            return list_page(ecr, registry_id, token)

    def apply(self, function: Callable[..., Any], repository: Repository) -> Any:
        """Call a function for a repository."""
        with client_of_process(self._registry) as ecr:
            return apply(function, ecr, repository)

    def close(self) -> None:
        """Leave the client to its process."""


class Listing:
    """How far a job has come with the repositories of a registry."""

    def __init__(self, way: Way | WayElsewhere, registry: Registry | None) -> None:
        self.way = way
        self.registry = registry
        """The registry, None for the user's own client."""
        self.error: EcrError | None = None
        """What ended it early."""
        self.waiting: deque[Repository] = deque()
        """The repositories that were listed and are not begun."""
        self.in_flight = 0
        self.page_task: Task | None = None
        """The task that lists, if one is in flight."""
        self.is_listed = False
        """Whether there are no more pages."""
        self._token: str | None = None
        self._tokens: set[str | None] = set()
        self._is_lost = False

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to do, and nothing is in flight."""
        return self.is_listed and not (self.waiting or self.in_flight or self.page_task)

    def next_page(self) -> Task:
        """Return a task that lists the next page."""
        registry_id = None if self.registry is None else self.registry.account_id
        item = self.registry or "the list of repositories"
        task = Task(item, self.way.list_page, (registry_id, self._token), owner=self)
        self.page_task = task
        return task

    def next_repository(self, function: Callable[..., Any]) -> Task:
        """Return a task for the next repository."""
        repository = self.waiting.popleft()
        self.in_flight += 1
        return Task(repository, self.way.apply, (function, repository), owner=self)

    def take(self, page: Page, chosen: list[Repository]) -> None:
        """Take a page that was listed, and those of its repositories that are chosen."""
        if self._is_lost:
            return
        self.waiting.extend(chosen)
        self._tokens.add(self._token)
        self._token = page.next_token
        self.is_listed = self.is_listed or self._token is None
        if not self.is_listed and self._token in self._tokens:
            self.end(
                PaginationError(
                    f"DescribeRepositories: the service returned the page token {self._token!r} "
                    "for a second time",
                    operation_name="DescribeRepositories",
                )
            )

    def end(self, error: EcrError) -> None:
        """List no more because of an error, and begin no more if every call would meet it."""
        self.error = self.error or error
        self.is_listed = True
        if is_lost(error):
            self._is_lost = True
            self.waiting.clear()
