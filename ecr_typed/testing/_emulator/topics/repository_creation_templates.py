"""Repository creation templates: create, describe, update, delete, and create repositories by them.

The template with the longest prefix that fits decides alone: if it is not for the scenario at
hand, no template with a shorter prefix takes its place. ROOT decides where no prefix fits. A
template that needs a role and has none is accepted: what fails is the creation of repositories by
it. Describing an unknown prefix returns no template and no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.matching import ByPrefix
from ecr_typed.testing._emulator.registry.policy_documents import is_policy
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.registry.rewriting import (
    rewrite_lifecycle_policy_of_template,
    rewrite_policy_of_template,
)
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.topics.encryption import check_encryption, with_resolved_key
from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import is_lifecycle_policy
from ecr_typed.testing._emulator.topics.repositories import (
    FILTERS,
    allows_filters,
    check_tag_mutability,
)
from ecr_typed.testing._emulator.topics.tags import MOST_TAGS, check_tags

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.repositories import Registry, Repository

Scenario: TypeAlias = Literal["CREATE_ON_PUSH", "PULL_THROUGH_CACHE", "REPLICATION"]

# Two updates in a row must differ in their times, however coarse the clock is.
_TICK = timedelta(milliseconds=1)


class CreationTemplates(ByPrefix):
    """The repository creation templates of a registry."""


def create_repository_creation_template(call: Call) -> Response:
    """Create the template of a prefix, or the one of ROOT."""
    templates, prefix = call.registry.states.of(CreationTemplates), call.parameters["prefix"]
    if prefix in templates:
        raise ServiceError(
            "TemplateAlreadyExistsException",
            refusals.TEMPLATE_EXISTS(prefix=prefix, registry_id=call.account_id),
        )
    now = call.now
    template = _checked({**DEFAULT_SETTINGS, **call.parameters}, call.registry.partition)
    templates[prefix] = {**template, "createdAt": now, "updatedAt": now}
    return _response(call, templates[prefix])


def describe_repository_creation_templates(call: Call) -> Response:
    """List templates by page: all, or those of the prefixes asked for."""
    templates, prefixes = (
        call.registry.states.of(CreationTemplates),
        call.parameters.get("prefixes"),
    )
    chosen = templates if prefixes is None else templates.only(prefixes)
    page, next_token = call.paginate(chosen, key=str)
    return {
        "registryId": call.account_id,
        "repositoryCreationTemplates": [templates[prefix] for prefix in page],
        **next_token,
    }


def update_repository_creation_template(call: Call) -> Response:
    """Change the members that are given; an empty text or list clears a member."""
    template = _template(call)
    changes = {name: value for name, value in call.parameters.items() if name != "prefix"}
    if not allows_filters(changes.get("imageTagMutability", template["imageTagMutability"])):
        # A kind without exclusions takes the filters of the kind before away.
        changes.setdefault(FILTERS, [])
    updated_at = max(call.now, template["updatedAt"] + _TICK)
    checked = _checked({**template, **changes}, call.registry.partition)
    changed = {**checked, "updatedAt": updated_at}
    call.registry.states.of(CreationTemplates)[template["prefix"]] = changed
    return _response(call, changed)


def delete_repository_creation_template(call: Call) -> Response:
    """Delete a template, and return it."""
    template = _template(call)
    del call.registry.states.of(CreationTemplates)[template["prefix"]]
    return _response(call, template)


def create_from_template(
    registry: Registry, repository_name: str, scenario: Scenario, now: datetime
) -> Repository | None:
    """Create a repository that does not exist, as ECR does when it needs one.

    Replication and pull through always get a repository: without a template it has the default
    settings. A push gets one only by a template.

    Returns:
        The new repository; `None` if no template lets a push create one, or if the template would
        need a role (for tags or a key) and has none.
    """
    template: Mapping[str, Any] | None = registry.states.of(CreationTemplates).covering(
        repository_name
    )
    if template is None or scenario not in template["appliedFor"]:
        if scenario == "CREATE_ON_PUSH":
            return None
        template = DEFAULT_SETTINGS
    if _needs_role(template) and "customRoleArn" not in template:
        return None
    encryption = with_resolved_key(template["encryptionConfiguration"], registry)
    repository = registry.add_repository(
        repository_name,
        created_at=now,
        settings={**template, "encryptionConfiguration": encryption},
    )
    repository.policy = template.get("repositoryPolicy")
    repository.lifecycle_policy = template.get("lifecyclePolicy")
    repository.add_tags(template.get("resourceTags", []))
    return repository


def repository_for_push(registry: Registry, repository_name: str, now: datetime) -> Repository:
    """Return the repository of a push; a template may create one that does not exist."""
    if repository_name not in registry.repositories:
        create_from_template(registry, repository_name, "CREATE_ON_PUSH", now)
    return registry.repository(repository_name)


def _template(call: Call) -> dict[str, Any]:
    prefix: str = call.parameters["prefix"]
    template = call.registry.states.of(CreationTemplates).get(prefix)
    if template is None:
        raise ServiceError(
            "TemplateNotFoundException",
            refusals.TEMPLATE_NOT_FOUND(prefix=prefix, registry_id=call.account_id),
        )
    return template


def _checked(template: dict[str, Any], partition: str) -> dict[str, Any]:
    """Check the members of a template against each other, and leave out the empty ones."""
    check_tag_mutability(template["imageTagMutability"], template.get(FILTERS))
    tags: list[dict[str, str]] = template.get("resourceTags", [])
    # The template operations list neither of the tag errors.
    check_tags(tags, member="resourceTags", code="InvalidParameterException")
    if len(tags) > MOST_TAGS:
        raise invalid(
            "resourceTags", constraints.TOO_LARGE(must=constraints.MEMBER_LENGTH(), most=MOST_TAGS)
        )
    encryption = _without_empty(template["encryptionConfiguration"])
    check_encryption(encryption)
    return _without_empty(
        {**template, **_documents(template, partition), "encryptionConfiguration": encryption}
    )


def _documents(template: Mapping[str, Any], partition: str) -> dict[str, str]:
    """Return a template's documents as they come back; what is no document is not checked."""
    documents: dict[str, str] = {}
    policy: str | None = template.get("repositoryPolicy")
    if policy is not None and is_policy(policy, "repository"):
        documents["repositoryPolicy"] = rewrite_policy_of_template(policy, partition)
    lifecycle_policy: str | None = template.get("lifecyclePolicy")
    if lifecycle_policy is not None and is_lifecycle_policy(lifecycle_policy):
        documents["lifecyclePolicy"] = rewrite_lifecycle_policy_of_template(lifecycle_policy)
    return documents


def _without_empty(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ("", [])}


def _response(call: Call, template: dict[str, Any]) -> Response:
    return {"registryId": call.account_id, "repositoryCreationTemplate": template}


def _needs_role(template: Mapping[str, Any]) -> bool:
    return "resourceTags" in template or "kmsKey" in template["encryptionConfiguration"]
