"""State that tests set without a call: repositories, templates, tags, and findings of scans.

Models are put into a registry as they are, and only their place is checked. So a test can begin
with what the service would not let it create: a repository of 2016, a key that nobody knows, a type
of encryption of tomorrow. A setting that a model leaves out gets its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from ecr_typed import from_boto3, to_boto3
from ecr_typed.models import (
    EnhancedImageScanFinding,
    ImageIdentifier,
    ImageScanFinding,
    Repository,
    RepositoryCreationTemplate,
)
from ecr_typed.testing._emulator.registry.names import repository_arn
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.topics.repository_creation_templates import CreationTemplates
from ecr_typed.testing._emulator.topics.scanning.scans import FindingsSet, ImageScans

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.repositories import Registry

Seed: TypeAlias = Repository | RepositoryCreationTemplate
"""What a registry can begin with."""

Finding: TypeAlias = ImageScanFinding | EnhancedImageScanFinding | Mapping[str, Any]
"""A finding: a model, or a dict as boto3 returns it."""


def put_model(registry: Registry, model: Seed, now: datetime) -> None:
    """Put a model into a registry, or raise `ValueError` if it does not belong there."""
    match model:
        case Repository():
            _put_repository(registry, model)
        case RepositoryCreationTemplate():
            _put_template(registry, model, now)


def put_tags(registry: Registry, repository_name: str, tags: Mapping[str, str]) -> None:
    """Add tags to a repository of a registry, or raise `ValueError` if it does not exist."""
    repository = registry.repositories.get(repository_name)
    if repository is None:
        raise ValueError(f"there is no repository {repository_name!r} to tag")
    repository.tags.update(tags)


def set_findings(
    registry: Registry,
    repository_name: str,
    image: str | ImageIdentifier,
    findings: Iterable[Finding],
    status: str | None,
    description: str | None,
    now: datetime,
) -> None:
    """Set the findings of an image, or raise `ValueError` if there is no such image or finding."""
    repository = registry.repositories.get(repository_name)
    if repository is None:
        raise ValueError(f"there is no repository {repository_name!r}")
    images = repository.images
    name = image if isinstance(image, str) else image.image_digest or image.image_tag or ""
    # A tag has no colon.
    stored = images.by_digest.get(name) if ":" in name else images.by_tag.get(name)
    if stored is None:
        raise ValueError(f"there is no image {image!r} in {repository_name!r}")
    plain = [_plain(finding) for finding in findings]
    stored.states.of(ImageScans).findings = FindingsSet(
        now,
        tuple(finding for is_enhanced, finding in plain if not is_enhanced),
        tuple(finding for is_enhanced, finding in plain if is_enhanced),
        status,
        description,
    )


def _put_repository(registry: Registry, model: Repository) -> None:
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


def _put_template(registry: Registry, model: RepositoryCreationTemplate, now: datetime) -> None:
    templates = registry.states.of(CreationTemplates)
    if model.prefix in templates:
        raise ValueError(f"there is a template for {model.prefix!r} already")
    templates[model.prefix] = {
        **DEFAULT_SETTINGS,
        "appliedFor": [],
        "createdAt": now,
        "updatedAt": now,
        **to_boto3(model),
    }


def _plain(finding: Finding) -> tuple[bool, dict[str, Any]]:
    """Return whether a finding is an enhanced one, and its members."""
    if isinstance(finding, ImageScanFinding | EnhancedImageScanFinding):
        return isinstance(finding, EnhancedImageScanFinding), to_boto3(finding)
    for is_enhanced, kind in ((False, ImageScanFinding), (True, EnhancedImageScanFinding)):
        if finding.keys() <= to_boto3(from_boto3(kind, finding)).keys():
            return is_enhanced, dict(finding)
    raise ValueError(f"neither kind of finding has all of these members: {sorted(finding)}")
