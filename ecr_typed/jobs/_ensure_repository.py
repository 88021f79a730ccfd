"""Setting up repositories: describe first, create what is missing, change only what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

import attrs

from ecr_typed import (
    EcrClient,
    EcrError,
    EncryptionConfiguration,
    EncryptionType,
    ImageScanningConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    Repository,
    RepositoryAlreadyExistsException,
    RepositoryNotFoundException,
    Tag,
)
from ecr_typed.documents import LifecyclePolicy, PolicyDocument
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._done import say_what_was_done
from ecr_typed.jobs._ensure_policies import (
    document_of,
    ensure_lifecycle_policy,
    ensure_repository_policy,
)
from ecr_typed.jobs._ensured import (
    WITH_EXCLUSION,
    Ensured,
    EnsureStatus,
    is_same_encryption,
    tags_by_key,
)

_PAUSES: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""How long to wait for a new repository to be found, in seconds."""


def _tags(tags: Mapping[str, str] | Sequence[Tag] | None) -> Mapping[str, str] | None:
    return tags_by_key(tags)


def _filters(
    filters: Sequence[ImageTagMutabilityExclusionFilter] | None,
) -> Sequence[ImageTagMutabilityExclusionFilter] | None:
    return tuple(filters) if isinstance(filters, list) else filters


@attrs.frozen(kw_only=True)
class RepositorySettings:
    """The settings that a repository should have. None leaves a setting unchanged.

    Raises:
        EcrRequestError: A setting is not of its type, or a policy is no JSON.
    """

    tags: Mapping[str, str] | None = attrs.field(default=None, converter=_tags)
    """Tags that it has to have, by key, or as `list_tags_for_resource` returns them; others are
    left.
    """

    image_tag_mutability: ImageTagMutability | None = None
    """Whether tags can be moved."""

    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = (
        attrs.field(default=None, converter=_filters)
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

    def __attrs_post_init__(self) -> None:
        filters = self.image_tag_mutability_exclusion_filters
        check.refuse_unfit(
            *check.text_map(
                "tags", self.tags, "a mapping of keys to values, as in {'team': 'payments'}"
            ),
            check.optional(
                "image_tag_mutability", self.image_tag_mutability, str, "an ImageTagMutability"
            ),
            check.items("image_tag_mutability_exclusion_filters", filters or (), "a list, or None"),
            *(
                check.optional(name, getattr(self, name), kind, f"an {kind.__name__}")
                for name, kind in (
                    ("image_scanning_configuration", ImageScanningConfiguration),
                    ("encryption_configuration", EncryptionConfiguration),
                )
            ),
        )
        if self.lifecycle_policy is not None:
            document_of(LifecyclePolicy, "lifecycle_policy", self.lifecycle_policy)
        if self.repository_policy is not None:
            document_of(PolicyDocument, "repository_policy", self.repository_policy)


def ensure_repository(
    ecr: EcrClient, repository_name: str, settings: RepositorySettings, *, dry_run: bool = False
) -> Ensured[Repository]:
    """Create a repository, or change its settings that differ.

    The repository is described first, so a caller that may not create repositories can use this
    for existing ones. Policies are compared by meaning, because the service rewrites their text.

    Args:
        ecr: The client.
        repository_name: The repository.
        settings: The settings that it should have. None leaves a setting unchanged.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The repository, what was changed, and what differs but can't be changed.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed; it says what was done before. Run it again to do what is left.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
    """
    is_settings = isinstance(cast("object", settings), RepositorySettings)
    check.refuse_unfit(
        *check.place(ecr, repository_name, None),
        check.Check("settings", settings, is_settings, "RepositorySettings"),
        check.flag("dry_run", dry_run),
    )
    asked = [field.name for field in attrs.fields(RepositorySettings)]
    asked = [name for name in asked if getattr(settings, name) is not None]
    there = _find_repository(ecr, repository_name)
    if there is None and dry_run:
        return Ensured(value=None, status=EnsureStatus.CREATED, differences=tuple(asked))
    is_created = False
    if there is None:
        there, is_created = _create_repository(ecr, repository_name, settings)
    changed: dict[str, None] = {}
    pauses = iter(_PAUSES if is_created else ())
    try:
        while not _is_set_up(ecr, there, settings, changed, pauses, dry_run=dry_run):
            pass
        if changed and not dry_run:
            there = _find_repository(ecr, repository_name) or there
    except EcrError as error:
        if not dry_run:
            done = [f"{repository_name} was created"] if is_created else []
            say_what_was_done(error, [*done, *(f"its {one} was set" for one in changed)])
        raise
    unchanged = EnsureStatus.CHANGED if changed else EnsureStatus.UNCHANGED
    return Ensured(
        value=there,
        status=EnsureStatus.CREATED if is_created else unchanged,
        differences=tuple(asked if is_created else changed),
        unfixable=tuple(_unfixable(there, settings)),
    )


def _is_set_up(
    ecr: EcrClient,
    there: Repository,
    settings: RepositorySettings,
    changed: dict[str, None],
    pauses: Iterator[float],
    *,
    dry_run: bool,
) -> bool:
    """Change what differs, and return whether that was done; else wait, so that it is tried again.

    The service may not find a repository that was created a moment ago.
    """
    try:
        for name in _differences(ecr, there, settings, dry_run=dry_run):
            changed[name] = None
    except RepositoryNotFoundException:
        pause = next(pauses, None)
        if pause is None:
            raise
        calls = ecr._calls  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  # the pause ends with the client
        calls.sleep(pause)
        return False
    return True


def _find_repository(ecr: EcrClient, name: str) -> Repository | None:
    try:
        return ecr.describe_repositories(repository_names=[name]).first()
    except RepositoryNotFoundException:
        return None


def _create_repository(
    ecr: EcrClient, name: str, settings: RepositorySettings
) -> tuple[Repository, bool]:
    """Return the repository, and whether it was created here."""
    try:
        made = ecr.create_repository(
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
        return found, False
    return made, True


def _differences(
    ecr: EcrClient, there: Repository, settings: RepositorySettings, *, dry_run: bool
) -> Iterator[str]:
    """Change what differs, and yield its name."""
    name = there.repository_name
    mutability = _mutability(there, settings)
    if mutability is not None:
        if not dry_run:
            ecr.put_image_tag_mutability(
                name, mutability[0], image_tag_mutability_exclusion_filters=mutability[1]
            )
        yield "image_tag_mutability"
    scanning = settings.image_scanning_configuration
    if scanning is not None and bool(scanning.scan_on_push) != _scans(there):
        if not dry_run:
            ecr.put_image_scanning_configuration(name, scanning)
        yield "image_scanning_configuration"
    if settings.tags:
        known = {tag.key: tag.value for tag in ecr.list_tags_for_resource(there.repository_arn)}
        missing = {key: value for key, value in settings.tags.items() if known.get(key) != value}
        if missing:
            if not dry_run:
                ecr.tag_resource(there.repository_arn, missing)
            yield "tags"
    if settings.lifecycle_policy is not None:
        yield from ensure_lifecycle_policy(
            ecr, name, settings.lifecycle_policy, dry_run=dry_run
        ).differences
    if settings.repository_policy is not None:
        yield from ensure_repository_policy(
            ecr, name, settings.repository_policy, dry_run=dry_run
        ).differences


def _mutability(
    there: Repository, settings: RepositorySettings
) -> tuple[ImageTagMutability, Sequence[ImageTagMutabilityExclusionFilter] | None] | None:
    """Return how the mutability has to be set; None if it is as it was asked for."""
    known = there.image_tag_mutability or ImageTagMutability.MUTABLE
    known_filters = there.image_tag_mutability_exclusion_filters or ()
    wanted = settings.image_tag_mutability or known
    filters = settings.image_tag_mutability_exclusion_filters
    if filters is None and wanted in WITH_EXCLUSION:
        # The service takes the two together.
        filters = known_filters
    if wanted == known and (filters is None or set(filters) == set(known_filters)):
        return None
    return wanted, filters or None


def _scans(there: Repository) -> bool:
    known = there.image_scanning_configuration
    return bool(known is not None and known.scan_on_push)


def _unfixable(there: Repository, settings: RepositorySettings) -> list[str]:
    asked, known = settings.encryption_configuration, there.encryption_configuration
    if asked is None or is_same_encryption(known, asked):
        return []
    kind = EncryptionType.AES256 if known is None else known.encryption_type
    if known is None or asked.encryption_type != kind:
        return [f"the repository is encrypted with {kind}, which can't be changed"]
    return [f"the repository is encrypted with the key {known.kms_key}, which can't be changed"]
