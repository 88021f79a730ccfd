"""Put repositories, templates, images and tags into a registry as they are.

Only their place is checked. So a test can begin with what the service would not let it create: a
repository of 2016, a key that nobody knows, a type of encryption of tomorrow, an image that was
pulled last year. A setting that a model leaves out gets its default.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from ecr_typed import to_boto3
from ecr_typed.models import (
    ImageDetail,
    ImageIdentifier,
    Repository,
    RepositoryCreationTemplate,
)
from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.registry.images import StorageHistory, StoredImage
from ecr_typed.testing._emulator.registry.manifests import (
    INDEXES,
    OCI_MANIFEST,
    Descriptor,
    Manifest,
    digest_of,
)
from ecr_typed.testing._emulator.registry.names import repository_arn
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.topics.repository_creation_templates import CreationTemplates

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.repositories import Registry
    from ecr_typed.testing._emulator.registry.repositories import Repository as StoredRepository

Seed: TypeAlias = Repository | RepositoryCreationTemplate | ImageDetail
"""What a registry can begin with."""

_CONFIG = b"{}"
_CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"


def check_seed(model: object, position: int) -> None:
    """Refuse what is no seed, by its place among the arguments."""
    if not isinstance(model, Repository | RepositoryCreationTemplate | ImageDetail):
        raise TypeError(
            f"models[{position}] is of type {type(model).__name__}. seed takes models: Repository, "
            "RepositoryCreationTemplate, ImageDetail. from_boto3 and from_json make them of dicts "
            "and JSON"
        )
    for name, value in attrs.asdict(model, recurse=False).items():
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"models[{position}].{name} must be timezone-aware, not {value}")


def check_tags(tags: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse what are no tags by the names of repositories."""
    check_type("tags", tags, Mapping, "tags by the names of repositories")
    for repository_name, its_tags in tags.items():
        place = f"tags[{repository_name!r}]"
        check_type(place, its_tags, Mapping, "values by key")
        for key, value in its_tags.items():
            check_type(f"each key of {place}", key, str, "a text")
            check_type(f"{place}[{key!r}]", value, str, "a text")


def put_model(registry: Registry, model: Seed) -> None:
    """Put a model into a registry, or raise `ValueError` if it does not belong there."""
    match model:
        case Repository():
            _put_repository(registry, model)
        case RepositoryCreationTemplate():
            _put_template(registry, model)
        case ImageDetail():
            _put_image(registry, model)


def put_tags(registry: Registry, repository_name: str, tags: Mapping[str, str]) -> None:
    """Add tags to a repository of a registry, or raise `ValueError` if it does not exist."""
    repository_in(registry, repository_name).tags.update(tags)


def repository_in(registry: Registry, repository_name: str) -> StoredRepository:
    """Return a repository, or raise `ValueError`."""
    repository = registry.repositories.get(repository_name)
    if repository is None:
        raise ValueError(
            f"there is no repository {repository_name!r} in the registry {registry.account_id} "
            f"in {registry.region_name}"
        )
    return repository


def image_in(registry: Registry, repository_name: str, image: str | ImageIdentifier) -> StoredImage:
    """Return the image of a digest, a tag or an identifier, or raise `ValueError`."""
    images = repository_in(registry, repository_name).images
    name = image if isinstance(image, str) else image.image_digest or image.image_tag or ""
    # A tag has no colon.
    stored = images.by_digest.get(name) if ":" in name else images.by_tag.get(name)
    if stored is None:
        raise ValueError(f"there is no image {image!r} in {repository_name!r}")
    return stored


def _put_repository(registry: Registry, model: Repository) -> None:
    name = model.repository_name
    expected = repository_arn(registry.account_id, registry.region_name, name)
    if model.repository_arn != expected or model.registry_id != registry.account_id:
        raise ValueError(
            f"{model.repository_arn} in registry {model.registry_id} is not {expected}: name its "
            "registry with account_id and region_name"
        )
    if name in registry.repositories:
        raise ValueError(f"there is a repository {name!r} already")
    settings = {**DEFAULT_SETTINGS, **to_boto3(model)}
    repository = registry.add_repository(name, created_at=model.created_at, settings=settings)
    repository.stated_uri = model.repository_uri


def _put_template(registry: Registry, model: RepositoryCreationTemplate) -> None:
    templates = registry.states.of(CreationTemplates)
    if model.prefix in templates:
        raise ValueError(f"there is a template for {model.prefix!r} already")
    templates[model.prefix] = {
        **DEFAULT_SETTINGS,
        "appliedFor": [],
        "createdAt": registry.registries.now,
        "updatedAt": registry.registries.now,
        **to_boto3(model),
    }


def _put_image(registry: Registry, model: ImageDetail) -> None:
    if model.registry_id != registry.account_id:
        raise ValueError(
            f"the image is of registry {model.registry_id}, not {registry.account_id}: name its "
            "registry with account_id"
        )
    for name in ("image_scan_status", "image_scan_findings_summary"):
        if getattr(model, name) is not None:
            raise ValueError(f"{name} can't be seeded: use set_scan_findings")
    repository = repository_in(registry, model.repository_name)
    images = repository.images
    tags = list(model.image_tags or ())
    taken = [tag for tag in tags if tag in images.by_tag]
    if model.image_digest in images.by_digest:
        raise ValueError(f"{model.repository_name!r} has the image {model.image_digest} already")
    if taken:
        raise ValueError(f"{model.repository_name!r} has the tag {taken[0]!r} already")
    repeated = [tag for tag, count in Counter(tags).items() if count > 1]
    if repeated:
        raise ValueError(f"image_tags has the tag {repeated[0]!r} more than once")
    status = model.image_status or "ACTIVE"
    if status not in {"ACTIVE", "ARCHIVED"}:
        raise ValueError(f"image_status must be ACTIVE or ARCHIVED, not {status}")
    image = StoredImage(
        _made_up_manifest(model),
        model.image_pushed_at,
        tags,
        model.last_recorded_pull_time,
        StorageHistory.seeded(
            is_archived=status == "ARCHIVED",
            archived_at=model.last_archived_at,
            activated_at=model.last_activated_at,
        ),
        model.image_size_in_bytes,
    )
    images.add(image)
    repository.layers.content[digest_of(_CONFIG)] = _CONFIG


def _made_up_manifest(model: ImageDetail) -> Manifest:
    """Return a manifest under the digest of the model, which is not the digest of its text."""
    media_type = model.image_manifest_media_type or OCI_MANIFEST
    config = Descriptor(
        digest=digest_of(_CONFIG),
        size=len(_CONFIG),
        media_type=model.artifact_media_type or _CONFIG_TYPE,
    )
    members: dict[str, Any] = {"schemaVersion": 2, "mediaType": media_type}
    if media_type in INDEXES:
        members["manifests"] = []
    else:
        described = {"mediaType": config.media_type, "digest": config.digest, "size": config.size}
        members |= {"config": described, "layers": []}
    return Manifest(
        text=json.dumps(members),
        digest=model.image_digest,
        media_type=media_type,
        config=None if media_type in INDEXES else config,
        layers=(),
        children=(),
        subject=model.subject_manifest_digest,
        artifact_type=None,
        annotations={},
    )
