"""One call of an operation, as the topics see it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ecr_typed.testing._emulator.registry.errors import invalid
from ecr_typed.testing._emulator.texts import constraints

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.callers import Caller
    from ecr_typed.testing._emulator.registry.repositories import Registries, Registry, Repository

Item = TypeVar("Item")

_PAGING_PARAMETERS = ("nextToken", "maxResults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a call comes from, and by which URL the emulator was reached."""

    endpoint_url: str = ""
    source_ip: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Checked parameters, the caller, and the registries that the call acts on."""

    operation_name: str
    parameters: Mapping[str, Any]
    caller: Caller
    region_name: str
    origin: Origin
    now: datetime
    registries: Registries
    registry: Registry
    """The registry that `registryId` names, else the caller's."""

    @property
    def account_id(self) -> str:
        """The caller's account."""
        return self.caller.account_id

    def registry_of(self, account_id: str) -> Registry:
        """Return an account's registry in the region of the call."""
        return self.registries.of(account_id, self.region_name)

    def repository(self) -> Repository:
        """Return the repository that `repositoryName` names, or fail as the service does."""
        return self.registry.repository(self.parameters["repositoryName"])

    def paginate(
        self, items: Iterable[Item], *, key: Callable[[Item], str], default_size: int = 100
    ) -> tuple[list[Item], dict[str, str]]:
        """Return a page in the order of `key`, and its `nextToken` member if another page follows.

        A token continues the same operation in the same account and region with the same
        arguments; only the page size may change.
        """
        ordered = sorted(items, key=key)
        arguments = {k: v for k, v in self.parameters.items() if k not in _PAGING_PARAMETERS}
        listing = [self.operation_name, self.account_id, self.region_name, arguments]
        token = self.parameters.get("nextToken")
        tokens = self.registries.page_tokens
        start = 0
        if token is not None:
            start = bisect_right(ordered, tokens.last_key(listing, token), key=key)
        end = start + self.parameters.get("maxResults", default_size)
        page = ordered[start:end]
        if end >= len(ordered):
            return page, {}
        return page, {"nextToken": tokens.issue(listing, key(page[-1]))}

    def paginate_as_given(self, items: Iterable[Item]) -> tuple[list[Item], dict[str, str]]:
        """Return a page of items in their own order, and its `nextToken` member if there is one."""
        page, next_token = self.paginate(enumerate(items), key=lambda each: f"{each[0]:09}")
        return [item for _, item in page], next_token

    def refuse_paging(self, choice: str) -> None:
        """Refuse paging parameters together with the parameter that chooses the items."""
        for parameter in _PAGING_PARAMETERS:
            if parameter in self.parameters:
                raise invalid(parameter, constraints.NOT_WITH(choice=choice))


Response: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Call], Response]
