"""Setting up creation templates and pull through cache rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    ImageTagMutability,
    PullThroughCacheRule,
    PullThroughCacheRuleAlreadyExistsException,
    PullThroughCacheRuleNotFoundException,
    RCTAppliedFor,
    RepositoryCreationTemplate,
    TemplateAlreadyExistsException,
    TemplateNotFoundException,
)
from ecr_typed.documents import LifecyclePolicy, PolicyDocument
from ecr_typed.jobs._ensured import Ensured, EnsureStatus


def ensure_creation_template(
    ecr: EcrClient,
    prefix: str,
    applied_for: Sequence[RCTAppliedFor],
    *,
    description: str | None = None,
    encryption_configuration: EncryptionConfiguration | None = None,
    image_tag_mutability: ImageTagMutability | None = None,
    repository_policy: PolicyDocument | str | None = None,
    lifecycle_policy: LifecyclePolicy | str | None = None,
    resource_tags: Mapping[str, str] | None = None,
    custom_role_arn: str | None = None,
    dry_run: bool = False,
) -> Ensured[RepositoryCreationTemplate]:
    """Let a repository creation template exist with some settings.

    Args:
        ecr: The client.
        prefix: The prefix of the repositories that it is for, or `ROOT`.
        applied_for: The scenarios that it is for.
        description: What it is for. None leaves it as it is, as for all that follow.
        encryption_configuration: How the repositories are encrypted.
        image_tag_mutability: Whether their tags can be moved.
        repository_policy: Their permissions policy.
        lifecycle_policy: Their lifecycle policy.
        resource_tags: Their tags, all of them.
        custom_role_arn: The role that ECR uses to set tags and a KMS key.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The template, and what was done.

    Raises:
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepositoryCreationTemplate.html
    """
    options: dict[str, Any] = {
        "description": description,
        "encryption_configuration": encryption_configuration,
        "image_tag_mutability": image_tag_mutability,
        "repository_policy": repository_policy,
        "lifecycle_policy": lifecycle_policy,
        "resource_tags": resource_tags,
        "custom_role_arn": custom_role_arn,
    }
    given = {name: value for name, value in options.items() if value is not None}
    known = _find_template(ecr, prefix)
    if known is None:
        made = None
        if not dry_run:
            try:
                made = ecr.create_repository_creation_template(prefix, applied_for, **given)
            except TemplateAlreadyExistsException:
                # Another program created it since it was looked for.
                return ensure_creation_template(ecr, prefix, applied_for, **given)
        return Ensured(value=made, status=EnsureStatus.CREATED, differences=tuple(given))
    wanted: dict[str, Any] = {"applied_for": applied_for, **given}
    changes = {name: value for name, value in wanted.items() if _differs(known, name, value)}
    if not changes:
        return Ensured(value=known, status=EnsureStatus.UNCHANGED)
    if not dry_run:
        known = ecr.update_repository_creation_template(prefix, **changes)
    return Ensured(value=known, status=EnsureStatus.CHANGED, differences=tuple(changes))


def _find_template(ecr: EcrClient, prefix: str) -> RepositoryCreationTemplate | None:
    try:
        return ecr.describe_repository_creation_templates(prefixes=[prefix]).first()
    except TemplateNotFoundException:
        return None


def _differs(known: RepositoryCreationTemplate, name: str, wanted: Any) -> bool:
    there: Any = getattr(known, name)
    match name:
        case "applied_for":
            return set(there or ()) != set(wanted)
        case "resource_tags":
            return {tag.key: tag.value for tag in there or ()} != dict(wanted)
        case "repository_policy":
            return not there or not PolicyDocument.from_text(there).is_same(wanted)
        case "lifecycle_policy":
            return not there or not LifecyclePolicy.from_text(there).is_same(wanted)
        case _:
            return bool(there != wanted)


def ensure_pull_through_cache_rule(
    ecr: EcrClient,
    ecr_repository_prefix: str,
    upstream_registry_url: str,
    *,
    credential_arn: str | None = None,
    dry_run: bool = False,
) -> Ensured[PullThroughCacheRule]:
    """Let a pull through cache rule exist.

    Args:
        ecr: The client.
        ecr_repository_prefix: The prefix of the repositories that cache the upstream's images.
        upstream_registry_url: The upstream registry. It can't be changed later.
        credential_arn: The ARN of the secret with the upstream's credentials. None leaves it as it
            is.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The rule, what was changed, and what differs but can't be changed.

    Raises:
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
    """
    known = _find_rule(ecr, ecr_repository_prefix)
    if known is None:
        if not dry_run:
            try:
                ecr.create_pull_through_cache_rule(
                    ecr_repository_prefix, upstream_registry_url, credential_arn=credential_arn
                )
            except PullThroughCacheRuleAlreadyExistsException:
                # Another program created it since it was looked for.
                return ensure_pull_through_cache_rule(
                    ecr, ecr_repository_prefix, upstream_registry_url, credential_arn=credential_arn
                )
        return Ensured(
            value=_find_rule(ecr, ecr_repository_prefix),
            status=EnsureStatus.CREATED,
            differences=("upstream_registry_url",),
        )
    unfixable: tuple[str, ...] = ()
    if known.upstream_registry_url != upstream_registry_url:
        url = known.upstream_registry_url
        unfixable = (f"the rule's upstream registry is {url}, which can't be changed",)
    if credential_arn is None or credential_arn == known.credential_arn:
        return Ensured(value=known, status=EnsureStatus.UNCHANGED, unfixable=unfixable)
    if not dry_run:
        ecr.update_pull_through_cache_rule(ecr_repository_prefix, credential_arn=credential_arn)
        known = _find_rule(ecr, ecr_repository_prefix) or known
    return Ensured(
        value=known,
        status=EnsureStatus.CHANGED,
        differences=("credential_arn",),
        unfixable=unfixable,
    )


def _find_rule(ecr: EcrClient, prefix: str) -> PullThroughCacheRule | None:
    try:
        return ecr.describe_pull_through_cache_rules(ecr_repository_prefixes=[prefix]).first()
    except PullThroughCacheRuleNotFoundException:
        return None
