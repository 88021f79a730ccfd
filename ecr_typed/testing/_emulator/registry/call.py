"""One call of an operation, as the topics see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.accounts import Caller
    from ecr_typed.testing._emulator.registry.repositories import Registries, Registry, Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Checked parameters, the caller, and the registries that the call acts on."""

    operation_name: str
    parameters: Mapping[str, Any]
    caller: Caller
    region_name: str
    endpoint_url: str
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


Response: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Call], Response]
