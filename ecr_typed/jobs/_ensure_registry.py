"""Setting up creation templates and pull through cache rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from ecr_typed import (
    EcrClient,
    EcrError,
    EncryptionConfiguration,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    PullThroughCacheRule,
    PullThroughCacheRuleAlreadyExistsException,
    PullThroughCacheRuleNotFoundException,
    RCTAppliedFor,
    RepositoryCreationTemplate,
    Tag,
    TemplateAlreadyExistsException,
    TemplateNotFoundException,
    UpstreamRegistry,
)
from ecr_typed.documents import LifecyclePolicy, PolicyDocument
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._done import say_what_was_done
from ecr_typed.jobs._ensure_policies import document_of
from ecr_typed.jobs._ensured import (
    WITH_EXCLUSION,
    Ensured,
    EnsureStatus,
    is_same_encryption,
    tags_by_key,
)

Value = TypeVar("Value")

_MUTABILITY: Final = {"image_tag_mutability", "image_tag_mutability_exclusion_filters"}

_WORDS: Final = {
    "upstream_registry_url": "upstream registry",
    "upstream_registry": "kind of upstream",
    "upstream_repository_prefix": "prefix at the upstream",
}
"""What can't be changed of a rule, in words."""


def ensure_creation_template(
    ecr: EcrClient,
    prefix: str,
    applied_for: Sequence[RCTAppliedFor],
    *,
    description: str | None = None,
    encryption_configuration: EncryptionConfiguration | None = None,
    image_tag_mutability: ImageTagMutability | None = None,
    image_tag_mutability_exclusion_filters: (
        Sequence[ImageTagMutabilityExclusionFilter] | None
    ) = None,
    repository_policy: PolicyDocument | str | None = None,
    lifecycle_policy: LifecyclePolicy | str | None = None,
    resource_tags: Mapping[str, str] | Sequence[Tag] | None = None,
    custom_role_arn: str | None = None,
    dry_run: bool = False,
) -> Ensured[RepositoryCreationTemplate]:
    """Create a repository creation template, or change its settings that differ.

    Args:
        ecr: The client.
        prefix: The prefix of the repositories that it is for, or `ROOT`.
        applied_for: The scenarios that it is for.
        description: What it is for. None leaves it unchanged, as for all settings that follow.
        encryption_configuration: How the repositories are encrypted.
        image_tag_mutability: Whether their tags can be moved.
        image_tag_mutability_exclusion_filters: Which of their tags are exempt from the mutability.
        repository_policy: Their permissions policy.
        lifecycle_policy: Their lifecycle policy.
        resource_tags: Their tags, all of them, by key or as a sequence of `Tag`.
        custom_role_arn: The role that ECR uses to set tags and a KMS key.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The template, and what was done.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepositoryCreationTemplate.html
    """
    scenarios = check.as_tuple(applied_for)
    resource_tags = tags_by_key(resource_tags)
    check.refuse_unfit(
        check.client("ecr", ecr),
        check.text("prefix", prefix, "the prefix of repositories' names, or 'ROOT'"),
        *check.texts("applied_for", scenarios, "of RCTAppliedFor"),
        check.optional("description", description, str, "text"),
        check.optional(
            "encryption_configuration",
            encryption_configuration,
            EncryptionConfiguration,
            "an EncryptionConfiguration",
        ),
        check.optional("image_tag_mutability", image_tag_mutability, str, "an ImageTagMutability"),
        check.items(
            "image_tag_mutability_exclusion_filters",
            image_tag_mutability_exclusion_filters or (),
            "a list of ImageTagMutabilityExclusionFilter, or None",
        ),
        *check.text_map(
            "resource_tags",
            resource_tags,
            "a mapping of keys to values, as in {'team': 'payments'}",
        ),
        check.optional("custom_role_arn", custom_role_arn, str, "the ARN of a role"),
        check.flag("dry_run", dry_run),
    )
    if repository_policy:
        document_of(PolicyDocument, "repository_policy", repository_policy)
    if lifecycle_policy:
        document_of(LifecyclePolicy, "lifecycle_policy", lifecycle_policy)
    options: dict[str, Any] = {
        "description": description,
        "encryption_configuration": encryption_configuration,
        "image_tag_mutability": image_tag_mutability,
        "image_tag_mutability_exclusion_filters": image_tag_mutability_exclusion_filters,
        "repository_policy": repository_policy,
        "lifecycle_policy": lifecycle_policy,
        "resource_tags": resource_tags,
        "custom_role_arn": custom_role_arn,
    }
    given = {name: value for name, value in options.items() if value is not None}
    known = _find_template(ecr, prefix)
    if known is None and not dry_run:
        try:
            made = ecr.create_repository_creation_template(prefix, scenarios, **given)
        except TemplateAlreadyExistsException:
            # Another program created it since it was looked for.
            known = _find_template(ecr, prefix)
            if known is None:
                raise
        else:
            return _created(made, given)
    if known is None:
        return _created(None, given)
    wanted: dict[str, Any] = {"applied_for": scenarios, **given}
    changes = {name: value for name, value in wanted.items() if _differs(known, name, value)}
    if not changes:
        return Ensured(value=known, status=EnsureStatus.UNCHANGED)
    if not dry_run:
        pair = _mutability(known, given) if _MUTABILITY & changes.keys() else {}
        known = ecr.update_repository_creation_template(prefix, **{**changes, **pair})
    return Ensured(value=known, status=EnsureStatus.CHANGED, differences=tuple(changes))


def _created(made: Value | None, given: Mapping[str, object]) -> Ensured[Value]:
    """Return what is there after it was created, or would be in a dry run."""
    return Ensured(value=made, status=EnsureStatus.CREATED, differences=tuple(given))


def _find_template(ecr: EcrClient, prefix: str) -> RepositoryCreationTemplate | None:
    try:
        return ecr.describe_repository_creation_templates(prefixes=[prefix]).first()
    except TemplateNotFoundException:
        return None


def _mutability(known: RepositoryCreationTemplate, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mutability and its exclusion filters, which belong together."""
    both = {name: given.get(name, getattr(known, name)) for name in sorted(_MUTABILITY)}
    return both if both["image_tag_mutability"] in WITH_EXCLUSION else {}


def _differs(known: RepositoryCreationTemplate, name: str, wanted: Any) -> bool:
    there: Any = getattr(known, name)
    match name:
        case "applied_for":
            return set(there or ()) != set(wanted)
        case "resource_tags":
            return {tag.key: tag.value for tag in there or ()} != dict(wanted)
        case "encryption_configuration":
            return not is_same_encryption(there, wanted)
        case "image_tag_mutability_exclusion_filters":
            return set(there or ()) != set(wanted)
        case "repository_policy" | "lifecycle_policy" if there and wanted:
            kind: Any = PolicyDocument if name == "repository_policy" else LifecyclePolicy
            return not kind.from_text(there).is_same(wanted)
        case _:
            # Empty text removes a setting.
            return (there or None) != (wanted or None)


def ensure_pull_through_cache_rule(
    ecr: EcrClient,
    ecr_repository_prefix: str,
    upstream_registry_url: str,
    *,
    upstream_registry: UpstreamRegistry | None = None,
    upstream_repository_prefix: str | None = None,
    credential_arn: str | None = None,
    custom_role_arn: str | None = None,
    dry_run: bool = False,
) -> Ensured[PullThroughCacheRule]:
    """Create a pull through cache rule, or change its settings that differ.

    Args:
        ecr: The client.
        ecr_repository_prefix: The prefix of the repositories that cache the upstream's images.
        upstream_registry_url: The upstream registry. It can't be changed later.
        upstream_registry: The kind of the upstream registry. It can't be changed later. None leaves
            it unchanged, as for all settings that follow.
        upstream_repository_prefix: The prefix of the upstream's repositories, for an upstream that
            is ECR. It can't be changed later.
        credential_arn: The ARN of the secret with the upstream's credentials.
        custom_role_arn: The ARN of the role by which ECR reaches an upstream that is ECR.
        dry_run: Whether to write nothing, and return what would be done.

    Returns:
        The rule, what was changed, and what differs but can't be changed.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        EcrError: A call failed.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
    """
    changeable = {"credential_arn": credential_arn, "custom_role_arn": custom_role_arn}
    fixed = {
        "upstream_registry": upstream_registry,
        "upstream_repository_prefix": upstream_repository_prefix,
    }
    check.refuse_unfit(
        check.client("ecr", ecr),
        check.text("ecr_repository_prefix", ecr_repository_prefix, "a prefix, or 'ROOT'"),
        check.text("upstream_registry_url", upstream_registry_url, "a host, such as 'quay.io'"),
        *(
            check.text(name, value, "text that is not empty, or None", is_optional=True)
            for name, value in {**fixed, **changeable}.items()
        ),
        check.flag("dry_run", dry_run),
    )
    given: dict[str, Any] = {
        name: value for name, value in {**fixed, **changeable}.items() if value is not None
    }
    asked: dict[str, Any] = {"upstream_registry_url": upstream_registry_url, **given}
    known = _find_rule(ecr, ecr_repository_prefix)
    if known is None and not dry_run:
        try:
            ecr.create_pull_through_cache_rule(ecr_repository_prefix, **asked)
        except PullThroughCacheRuleAlreadyExistsException:
            # Another program created it since it was looked for.
            known = _find_rule(ecr, ecr_repository_prefix)
            if known is None:
                raise
        else:
            made = _written_rule(ecr, ecr_repository_prefix, "it was created")
            return _created(made, asked)
    if known is None:
        return _created(None, asked)
    differing = {name: value for name, value in asked.items() if getattr(known, name) != value}
    changes = {name: value for name, value in differing.items() if name in changeable}
    unfixable = tuple(
        f"the rule's {_WORDS[name]} is {getattr(known, name)}, which can't be changed"
        for name in differing
        if name in _WORDS
    )
    if changes and not dry_run:
        ecr.update_pull_through_cache_rule(ecr_repository_prefix, **changes)
        set_now = " and ".join(f"its {name} was set" for name in changes)
        known = _written_rule(ecr, ecr_repository_prefix, set_now) or known
    return Ensured(
        value=known,
        status=EnsureStatus.CHANGED if changes else EnsureStatus.UNCHANGED,
        differences=tuple(changes),
        unfixable=unfixable,
    )


def _written_rule(ecr: EcrClient, prefix: str, done: str) -> PullThroughCacheRule | None:
    """Return the rule as it is now; an error says what was done."""
    try:
        return _find_rule(ecr, prefix)
    except EcrError as error:
        say_what_was_done(error, [f"the rule for {prefix}: {done}"])
        raise


def _find_rule(ecr: EcrClient, prefix: str) -> PullThroughCacheRule | None:
    try:
        return ecr.describe_pull_through_cache_rules(ecr_repository_prefixes=[prefix]).first()
    except PullThroughCacheRuleNotFoundException:
        return None
