"""Models of ecr_typed put into a registry: what a test begins with.

They are put there as they are. Nothing but the place is checked, so that a test can begin with what
the service wouldn't let it create: a repository of 2016, a key that nobody knows, an encryption of
tomorrow. What a model leaves out is as the service creates it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ecr_typed import to_boto3
from ecr_typed.models.repositories import Repository
from ecr_typed.models.repository_creation_templates import RepositoryCreationTemplate
from ecr_typed.testing._emulator.registry.names import repository_arn
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.topics.template_application import CreationTemplates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.repositories import EcrBackend

Seed: TypeAlias = Repository | RepositoryCreationTemplate
"""What a registry can begin with."""


def put_model(registry: EcrBackend, model: Seed, now: datetime) -> None:
    """Put a model into a registry, or raise `ValueError` where it has no place there."""
    match model:
        case Repository():
            _put_repository(registry, model)
        case RepositoryCreationTemplate():
            _put_template(registry, model, now)


def put_tags(registry: EcrBackend, repository_name: str, tags: Mapping[str, str]) -> None:
    """Add tags to a repository of a registry, or raise `ValueError` if it is not there."""
    repository = registry.repositories.get(repository_name)
    if repository is None:
        raise ValueError(f"there is no repository {repository_name!r} to tag")
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    registry.tagger.tag_resource(repository.arn, pairs)


def _put_repository(registry: EcrBackend, model: Repository) -> None:
    name = model.repository_name
    expected = repository_arn(registry.account_id, registry.region_name, name)
    if model.repository_arn != expected or model.registry_id != registry.account_id:
        raise ValueError(
            f"{model.repository_arn} in registry {model.registry_id} is not {expected}: say where "
            "it belongs with account_id and region_name"
        )
    if name in registry.repositories:
        raise ValueError(f"there is a repository {name!r} already")
    settings = {**DEFAULT_SETTINGS, **to_boto3(model)}
    repository = registry.add_repository(name, created_at=model.created_at, settings=settings)
    repository.uri = model.repository_uri


def _put_template(registry: EcrBackend, model: RepositoryCreationTemplate, now: datetime) -> None:
    templates = registry.state(CreationTemplates)
    if model.prefix in templates:
        raise ValueError(f"there is a template for {model.prefix!r} already")
    templates[model.prefix] = {
        **DEFAULT_SETTINGS,
        "appliedFor": [],
        "createdAt": now,
        "updatedAt": now,
        **to_boto3(model),
    }
