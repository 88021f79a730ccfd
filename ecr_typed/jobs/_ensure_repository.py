"""Setting up repositories: describe first, create what is missing, change only what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    Repository,
    RepositoryAlreadyExistsException,
    RepositoryNotFoundException,
)
from ecr_typed.documents import LifecyclePolicy, PolicyDocument
from ecr_typed.jobs._ensure_policies import ensure_lifecycle_policy, ensure_repository_policy
from ecr_typed.jobs._ensured import Ensured, EnsureStatus


@attrs.frozen(kw_only=True)
class RepositorySettings:
    """How a repository has to be. What is None is left as it is."""

    tags: Mapping[str, str] | None = None
    """Tags that it has to have; others are left."""

    image_tag_mutability: ImageTagMutability | None = None
    """Whether tags can be moved."""

    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = (
        None
    )
    """Which tags are exempt from the mutability."""

    image_scanning_configuration: ImageScanningConfiguration | None = None
    """Whether images are scanned when they are pushed."""

    encryption_configuration: EncryptionConfiguration | None = None
    """How images are encrypted. It can't be changed after the creation."""

    lifecycle_policy: LifecyclePolicy | str | None = None
    """The lifecycle policy."""

    repository_policy: PolicyDocument | str | None = None
    """The permissions policy."""


def ensure_repository(
    ecr: EcrClient, repository_name: str, settings: RepositorySettings, *, dry_run: bool = False
) -> Ensured[Repository]:
    """Let a repository exist with some settings.

    It is described first: a caller that may not create repositories can use those that are there.
    Documents are compared by meaning, as the service lays them out anew.

    Args:
        ecr: The client.
        repository_name: The repository.
        settings: How it has to be. What is None is left as it is.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The repository, what was changed, and what differs but can't be changed.

    Raises:
        EcrError: A call failed. Running it again does what is left.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
    """
    there = _find_repository(ecr, repository_name)
    is_missing = there is None
    if there is None and not dry_run:
        there = _create_repository(ecr, repository_name, settings)
    differences: list[str] = []
    if there is None:
        differences += [name for name, value in _given(settings).items() if value is not None]
    else:
        differences += _ensure_settings(ecr, there, settings, dry_run=dry_run)
        differences += _ensure_documents(ecr, repository_name, settings, dry_run=dry_run)
        if differences and not dry_run:
            there = _find_repository(ecr, repository_name) or there
    status = EnsureStatus.CREATED if is_missing else EnsureStatus.UNCHANGED
    if differences and not is_missing:
        status = EnsureStatus.CHANGED
    return Ensured(
        value=there,
        status=status,
        differences=tuple(differences),
        unfixable=() if there is None else tuple(_unfixable(there, settings)),
    )


def _given(settings: RepositorySettings) -> dict[str, object]:
    return {field.name: getattr(settings, field.name) for field in attrs.fields(type(settings))}


def _find_repository(ecr: EcrClient, name: str) -> Repository | None:
    try:
        return ecr.describe_repositories(repository_names=[name]).first()
    except RepositoryNotFoundException:
        return None


def _create_repository(ecr: EcrClient, name: str, settings: RepositorySettings) -> Repository:
    try:
        return ecr.create_repository(
            name,
            tags=settings.tags,
            image_tag_mutability=settings.image_tag_mutability,
            image_tag_mutability_exclusion_filters=settings.image_tag_mutability_exclusion_filters,
            image_scanning_configuration=settings.image_scanning_configuration,
            encryption_configuration=settings.encryption_configuration,
        )
    except RepositoryAlreadyExistsException:
        # Another program created it since it was looked for.
        found = _find_repository(ecr, name)
        if found is None:
            raise
        return found


def _ensure_settings(
    ecr: EcrClient, there: Repository, settings: RepositorySettings, *, dry_run: bool
) -> list[str]:
    name, differences = there.repository_name, list[str]()
    mutability = settings.image_tag_mutability
    filters = settings.image_tag_mutability_exclusion_filters
    known_filters = there.image_tag_mutability_exclusion_filters or ()
    if (mutability is not None and mutability != there.image_tag_mutability) or (
        filters is not None and set(filters) != set(known_filters)
    ):
        differences.append("image_tag_mutability")
        if not dry_run:
            ecr.put_image_tag_mutability(
                name,
                mutability or there.image_tag_mutability or ImageTagMutability.MUTABLE,
                image_tag_mutability_exclusion_filters=filters,
            )
    scanning = settings.image_scanning_configuration
    if scanning is not None and bool(scanning.scan_on_push) != _scans(there):
        differences.append("image_scanning_configuration")
        if not dry_run:
            ecr.put_image_scanning_configuration(name, scanning)
    if settings.tags:
        known = {tag.key: tag.value for tag in ecr.list_tags_for_resource(there.repository_arn)}
        missing = {key: value for key, value in settings.tags.items() if known.get(key) != value}
        if missing:
            differences.append("tags")
            if not dry_run:
                ecr.tag_resource(there.repository_arn, missing)
    return differences


def _scans(there: Repository) -> bool:
    known = there.image_scanning_configuration
    return bool(known is not None and known.scan_on_push)


def _ensure_documents(
    ecr: EcrClient, name: str, settings: RepositorySettings, *, dry_run: bool
) -> list[str]:
    found: list[str] = []
    if settings.lifecycle_policy is not None:
        lifecycle = ensure_lifecycle_policy(ecr, name, settings.lifecycle_policy, dry_run=dry_run)
        found += ["lifecycle_policy"] if lifecycle.differences else []
    if settings.repository_policy is not None:
        policy = ensure_repository_policy(ecr, name, settings.repository_policy, dry_run=dry_run)
        found += ["repository_policy"] if policy.differences else []
    return found


def _unfixable(there: Repository, settings: RepositorySettings) -> list[str]:
    asked = settings.encryption_configuration
    if asked is None:
        return []
    default = EncryptionConfiguration(encryption_type=EncryptionType.AES256)
    known = there.encryption_configuration or default
    if asked.encryption_type != known.encryption_type:
        return [f"the repository is encrypted with {known.encryption_type}, which can't be changed"]
    key = asked.kms_key
    is_same_key = key is None or key.partition("alias/")[1] or (known.kms_key or "").endswith(key)
    if not is_same_key:
        return [f"the repository is encrypted with the key {known.kms_key}, which can't be changed"]
    return []
