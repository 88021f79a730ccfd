"""Registries and their repositories: the state of the emulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from ecr_typed.testing._emulator.registry.clock import Clock, Scheduler
from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.images import ImageStore, StoredImage, unusable_id
from ecr_typed.testing._emulator.registry.layers import LayerStore, LayerUrls
from ecr_typed.testing._emulator.registry.names import partition_of, registry_host, repository_arn
from ecr_typed.testing._emulator.registry.pages import PageTokens
from ecr_typed.testing._emulator.registry.states import States
from ecr_typed.testing._emulator.registry.tokens import RegistryTokens
from ecr_typed.testing._emulator.texts import refusals
from ecr_typed.testing._emulator.texts.text import Message

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.accounts import Accounts

DEFAULT_SETTINGS: Final[Mapping[str, Any]] = {
    "imageTagMutability": "MUTABLE",
    "encryptionConfiguration": {"encryptionType": "AES256"},
}
"""The settings of a repository, or of a template, that a request leaves out."""


@dataclass(slots=True, eq=False, kw_only=True)
class Repository:
    """A repository: its settings, its tags, and what it holds."""

    registry: Registry
    name: str
    arn: str
    created_at: datetime
    tag_mutability: str
    tag_mutability_filters: list[dict[str, str]]
    scanning_configuration: dict[str, bool]
    encryption_configuration: dict[str, str]
    stated_uri: str | None = None
    """The URI that a test has set, in place of the one by its registry's host."""
    tags: dict[str, str] = field(default_factory=dict[str, str])
    policy: str | None = None
    lifecycle_policy: str | None = None
    lifecycle_evaluated_at: datetime | None = None
    images: ImageStore = field(default_factory=ImageStore)
    layers: LayerStore = field(default_factory=LayerStore)
    states: States = field(default_factory=States)

    @property
    def uri(self) -> str:
        """The name by which container tools push to it and pull from it."""
        return self.stated_uri or f"{self.registry.host}/{self.name}"

    @property
    def registry_id(self) -> str:
        """The id of the registry: the account's."""
        return self.registry.account_id

    @property
    def names(self) -> dict[str, str]:
        """The members by which responses name the registry and the repository."""
        return {"registryId": self.registry_id, "repositoryName": self.name}

    @property
    def place(self) -> Message:
        """The words by which messages name the repository."""
        return refusals.PLACE(name=self.name, registry_id=self.registry_id)

    def add_tags(self, tags: list[dict[str, str]]) -> None:
        """Add tags as requests spell them; a key that exists gets the new value."""
        self.tags.update((tag["Key"], tag["Value"]) for tag in tags)

    def image(self, image_id: Mapping[str, str], *, member: str = "imageId") -> StoredImage:
        """Return the image that an identifier names, or fail as the service does."""
        found = self.images.look_up(image_id)
        if not isinstance(found, str):
            return found
        if found not in {"ImageNotFound", "ImageTagDoesNotMatchDigest"}:
            raise unusable_id(found, member)
        digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
        raise ServiceError(
            "ImageNotFoundException",
            refusals.IMAGE_NOT_FOUND(digest=digest, tag=tag, place=self.place),
        )


class Registry:
    """The registry of one account in one region."""

    def __init__(self, account_id: str, region_name: str, registries: Registries) -> None:
        self.account_id = account_id
        self.region_name = region_name
        self.partition: str = partition_of(region_name).name
        self.registries = registries
        self.policy: str | None = None
        self.settings: dict[str, str] = {}
        self.repositories: dict[str, Repository] = {}
        self.states: States = States()

    @property
    def host(self) -> str:
        """The host that container tools push to and pull from: AWS's, or one that is reachable."""
        chosen = self.registries.options.registry_host.text
        return chosen or registry_host(self.account_id, self.region_name)

    @property
    def url(self) -> str:
        """The URL of the host. The emulator speaks no TLS."""
        scheme = "https" if self.registries.options.registry_host.text is None else "http"
        return f"{scheme}://{self.host}"

    def repository(self, name: str) -> Repository:
        """Return a repository, or fail as the service does."""
        found = self.repositories.get(name)
        if found is None:
            raise ServiceError(
                "RepositoryNotFoundException",
                refusals.REPOSITORY_NOT_FOUND(name=name, registry_id=self.account_id),
            )
        return found

    def add_repository(
        self, name: str, *, created_at: datetime, settings: Mapping[str, Any]
    ) -> Repository:
        """Add a repository with settings, which are spelled as the members of a request."""
        repository = Repository(
            registry=self,
            name=name,
            arn=repository_arn(self.account_id, self.region_name, name),
            created_at=created_at,
            tag_mutability=settings["imageTagMutability"],
            tag_mutability_filters=settings.get("imageTagMutabilityExclusionFilters") or [],
            scanning_configuration=settings.get("imageScanningConfiguration")
            or {"scanOnPush": False},
            encryption_configuration=settings["encryptionConfiguration"],
        )
        self.repositories[name] = repository
        return repository


LOCAL: Final = "local"
"""The name of the address that the emulator listens on, where a registry's host is chosen."""


@dataclass(slots=True)
class RegistryHost:
    """The host that stands in for those of all registries; `None` for AWS's."""

    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The behaviour that a test chooses, where reports of AWS differ or AWS needs more time."""

    repeated_scan_error: str = "LimitExceededException"
    registry_host: RegistryHost = field(default_factory=RegistryHost)


class Registries:
    """All registries of an emulator, and what they share."""

    def __init__(self, clock: Clock, accounts: Accounts, options: Options) -> None:
        self.clock = clock
        self.options = options
        self.now: datetime = clock.now()
        """The time of the call that runs: the same from its beginning to its end."""
        self.accounts = accounts
        self.scheduler: Scheduler = Scheduler()
        self.page_tokens: PageTokens = PageTokens()
        self.layer_urls: LayerUrls = LayerUrls()
        self.registry_tokens: RegistryTokens = RegistryTokens()
        self._registries: dict[tuple[str, str], Registry] = {}

    def __iter__(self) -> Iterator[Registry]:
        return iter(self._registries.values())

    def of(self, account_id: str, region_name: str) -> Registry:
        """Return the registry of an account in a region, which its first use creates."""
        key = (account_id, region_name)
        registry = self._registries.get(key)
        if registry is None:
            registry = self._registries[key] = Registry(account_id, region_name, self)
        return registry
