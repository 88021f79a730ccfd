"""One call of an operation, as the modules that carry it out see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.downloads import LayerDownloads
    from ecr_typed.testing._emulator.registry.clock import Clock
    from ecr_typed.testing._emulator.registry.page_tokens import PageTokens
    from ecr_typed.testing._emulator.registry.repositories import (
        EcrBackend,
        EcrRepository,
        Registries,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Checked parameters, the caller, and the registries they act on."""

    operation_name: str
    parameters: Mapping[str, Any]
    account_id: str
    principal_arn: str | None
    region_name: str
    endpoint_url: str
    registries: Registries
    tokens: PageTokens
    downloads: LayerDownloads
    clock: Clock

    @property
    def registry(self) -> EcrBackend:
        """The registry that `registryId` names, else the caller's."""
        return self.registry_of(self.parameters.get("registryId", self.account_id))

    def registry_of(self, account_id: str) -> EcrBackend:
        """Give an account's registry in the region of the call."""
        return self.registries.of(account_id, self.region_name)

    def repository(self) -> EcrRepository:
        """Find the repository that `repositoryName` names, or fail as the service does."""
        return self.registry.repository(self.parameters["repositoryName"])


Answer: TypeAlias = dict[str, Any]
Operation: TypeAlias = Callable[[Call], Answer]
