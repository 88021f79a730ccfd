"""The state of one registry: moto's ECR backend, extended, for one account in one region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Self, TypeVar, cast

from moto.ecr.models import ECRBackend, Repository

from ecr_typed.testing._emulator.registry.contents import RepositoryContents
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.names import partition_of, registry_host, repository_arn
from ecr_typed.testing._emulator.registry.scheduler import Agenda

State = TypeVar("State")

DEFAULT_SETTINGS: Mapping[str, Any] = {
    "imageTagMutability": "MUTABLE",
    "encryptionConfiguration": {"encryptionType": "AES256"},
}
"""What a repository, or a template, has where nothing else is said."""


class EcrRepository(Repository):
    """moto's repository, with names that fit the partition and contents of our own."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ARG004 - those of __init__
        """Make an instance that moto doesn't keep for its dashboard, from where none is freed."""
        return object.__new__(cls)

    def __init__(
        self,
        account_id: str,
        region_name: str,
        name: str,
        *,
        created_at: datetime,
        settings: Mapping[str, Any],
    ) -> None:
        super().__init__(
            account_id=account_id,
            region_name=region_name,
            repository_name=name,
            registry_id=account_id,
            # moto would make up a key for KMS without one: it is given what it leaves alone.
            encryption_config=None,
            # moto declares another type than it keeps.
            image_scan_config=cast("Any", settings.get("imageScanningConfiguration")),
            image_tag_mutability=settings["imageTagMutability"],
            image_tag_mutability_exclusion_filters=settings.get(
                "imageTagMutabilityExclusionFilters"
            ),
        )
        self.encryption_configuration = settings["encryptionConfiguration"]
        self.arn = repository_arn(account_id, region_name, name)
        self.uri = f"{registry_host(account_id, region_name)}/{name}"
        self.created_at = created_at
        self.contents = RepositoryContents()

    @property
    def names(self) -> dict[str, str]:
        """The members by which answers say whose they are."""
        return {"registryId": self.registry_id, "repositoryName": self.name}

    @property
    def place(self) -> str:
        """How messages call it."""
        return f"repository with name '{self.name}' in the registry with id '{self.registry_id}'"


class EcrBackend(ECRBackend):
    """moto's backend and what moto has no room for."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.partition = partition_of(region_name)
        self._states: dict[type, Any] = {}

    def state(self, kind: type[State]) -> State:
        """The state that a topic keeps of the registry; it is made when it is first asked for."""
        if kind not in self._states:
            self._states[kind] = kind()
        state: State = self._states[kind]
        return state

    def repository(self, name: str) -> EcrRepository:
        """Find a repository, or fail as the service does."""
        found = self.repositories.get(name)
        if not isinstance(found, EcrRepository):
            raise ServiceError(
                "RepositoryNotFoundException",
                f"The repository with name '{name}' does not exist in the registry "
                f"with id '{self.account_id}'",
            )
        return found

    def add_repository(
        self, name: str, *, created_at: datetime, settings: Mapping[str, Any]
    ) -> EcrRepository:
        """Make a repository with settings, which are members of a request, and keep it."""
        repository = EcrRepository(  # type: ignore[abstract]  # moto does CloudFormation in part
            self.account_id, self.region_name, name, created_at=created_at, settings=settings
        )
        self.repositories[name] = repository
        return repository


class Registries:
    """All registries of an emulator.

    No `BackendDict` of moto's: those are listed once a process, and a test that begins or ends a
    `mock_aws` empties all of them.
    """

    def __init__(self) -> None:
        self._backends: dict[tuple[str, str], EcrBackend] = {}
        self.agenda = Agenda()

    def __iter__(self) -> Iterator[EcrBackend]:
        return iter(self._backends.values())

    def of(self, account_id: str, region_name: str) -> EcrBackend:
        """Give the registry of an account in a region; it exists as soon as it is asked for."""
        key = (account_id, region_name)
        if key not in self._backends:
            self._backends[key] = EcrBackend(region_name, account_id)
        return self._backends[key]
