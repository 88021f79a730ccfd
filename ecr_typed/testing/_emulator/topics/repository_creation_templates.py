"""Repository creation templates: create, describe, update, delete.

A template that needs a role and has none is accepted: what fails is the
creation of repositories by it. Describing an unknown prefix gives no template and no error.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach
from ecr_typed.testing._emulator.registry.pages import paginate
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.topics.encryption import check_encryption
from ecr_typed.testing._emulator.topics.tag_mutability import allows_filters, check_tag_mutability
from ecr_typed.testing._emulator.topics.tag_rules import MOST_TAGS, check_tags
from ecr_typed.testing._emulator.topics.template_application import CreationTemplates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation

_FILTERS = "imageTagMutabilityExclusionFilters"
# Two updates in a row must show, however coarse the clock.
_TICK = timedelta(milliseconds=1)


def create_repository_creation_template(call: Call) -> Answer:
    """Create the template of a prefix, or the one of ROOT."""
    templates, prefix = call.registry.state(CreationTemplates), call.parameters["prefix"]
    if prefix in templates:
        raise ServiceError(
            "TemplateAlreadyExistsException",
            f"The repository creation template with prefix '{prefix}' already exists in the "
            f"registry with id '{call.account_id}'",
        )
    now = call.clock.now()
    template = _checked({**DEFAULT_SETTINGS, **call.parameters})
    templates[prefix] = {**template, "createdAt": now, "updatedAt": now}
    return _answer(call, templates[prefix])


def describe_repository_creation_templates(call: Call) -> Answer:
    """List templates by page: all, or those of the prefixes asked for."""
    templates, prefixes = call.registry.state(CreationTemplates), call.parameters.get("prefixes")
    chosen = templates if prefixes is None else templates.only(prefixes)
    page, next_token = paginate(call, chosen, key=str)
    return {
        "registryId": call.account_id,
        "repositoryCreationTemplates": [templates[prefix] for prefix in page],
        **next_token,
    }


def update_repository_creation_template(call: Call) -> Answer:
    """Change the members that are given; an empty text or list clears its member."""
    template = _template(call)
    changes = {name: value for name, value in call.parameters.items() if name != "prefix"}
    if not allows_filters(changes.get("imageTagMutability", template["imageTagMutability"])):
        # The filters of a kind that had them don't outlive it.
        changes.setdefault(_FILTERS, [])
    updated_at = max(call.clock.now(), template["updatedAt"] + _TICK)
    changed = {**_checked({**template, **changes}), "updatedAt": updated_at}
    call.registry.state(CreationTemplates)[template["prefix"]] = changed
    return _answer(call, changed)


def delete_repository_creation_template(call: Call) -> Answer:
    """Delete a template, and answer with what it was."""
    template = _template(call)
    del call.registry.state(CreationTemplates)[template["prefix"]]
    return _answer(call, template)


def _template(call: Call) -> dict[str, Any]:
    prefix: str = call.parameters["prefix"]
    template = call.registry.state(CreationTemplates).get(prefix)
    if template is None:
        raise ServiceError(
            "TemplateNotFoundException",
            f"The repository creation template with prefix '{prefix}' does not exist in the "
            f"registry with id '{call.account_id}'",
        )
    return template


def _checked(template: dict[str, Any]) -> dict[str, Any]:
    """Check the members of a template against each other, and leave out the empty ones."""
    check_tag_mutability(template["imageTagMutability"], template.get(_FILTERS))
    tags: list[dict[str, str]] = template.get("resourceTags", [])
    # The template operations list neither of the tag errors.
    check_tags(tags, member="resourceTags", code="InvalidParameterException")
    if len(tags) > MOST_TAGS:
        raise breach("resourceTags", f"Member must have length less than or equal to {MOST_TAGS}")
    encryption = _without_empty(template["encryptionConfiguration"])
    check_encryption(encryption)
    return _without_empty({**template, "encryptionConfiguration": encryption})


def _without_empty(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in ("", [])}


def _answer(call: Call, template: dict[str, Any]) -> Answer:
    return {"registryId": call.account_id, "repositoryCreationTemplate": template}


OPERATIONS: Mapping[str, Operation] = {
    "CreateRepositoryCreationTemplate": create_repository_creation_template,
    "DescribeRepositoryCreationTemplates": describe_repository_creation_templates,
    "UpdateRepositoryCreationTemplate": update_repository_creation_template,
    "DeleteRepositoryCreationTemplate": delete_repository_creation_template,
}
