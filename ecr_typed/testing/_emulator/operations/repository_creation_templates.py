"""Repository creation templates: create, describe, update, delete.

A prefix with and without a slash at its end means the same repositories, so `prod` and `prod/`
are one template. A template that needs a role and has none is accepted: what fails is the
creation of repositories by it. Describing an unknown prefix gives no template and no error.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.encryption import check_encryption
from ecr_typed.testing._emulator.errors import ServiceError, breach
from ecr_typed.testing._emulator.paging import paginate
from ecr_typed.testing._emulator.prefixes import prefix_key
from ecr_typed.testing._emulator.tag_mutability import allows_filters, check_tag_mutability
from ecr_typed.testing._emulator.tag_rules import MOST_TAGS, check_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.call import Answer, Call, Operation

_FILTERS = "imageTagMutabilityExclusionFilters"
DEFAULTS: Mapping[str, Any] = {
    "imageTagMutability": "MUTABLE",
    "encryptionConfiguration": {"encryptionType": "AES256"},
}
# Two updates in a row must show, however coarse the clock.
_TICK = timedelta(milliseconds=1)


def create_repository_creation_template(call: Call) -> Answer:
    """Create the template of a prefix, or the one of ROOT."""
    templates, key = call.registry.templates, prefix_key(call.parameters["prefix"])
    if key in templates:
        raise ServiceError(
            "TemplateAlreadyExistsException",
            f"The repository creation template with prefix '{call.parameters['prefix']}' already "
            f"exists in the registry with id '{call.account_id}'",
        )
    now = call.clock.now()
    template = _checked({**DEFAULTS, **call.parameters})
    templates[key] = {**template, "createdAt": now, "updatedAt": now}
    return _answer(call, templates[key])


def describe_repository_creation_templates(call: Call) -> Answer:
    """List templates by page: all, or those of the prefixes asked for."""
    templates, prefixes = call.registry.templates, call.parameters.get("prefixes")
    keys = set(templates)
    if prefixes is not None:
        keys &= {prefix_key(prefix) for prefix in prefixes}
    page, next_token = paginate(call, keys, key=str)
    return {
        "registryId": call.account_id,
        "repositoryCreationTemplates": [templates[key] for key in page],
        **next_token,
    }


def update_repository_creation_template(call: Call) -> Answer:
    """Change the members that are given; an empty text or list clears its member."""
    key = _existing_key(call)
    template = call.registry.templates[key]
    changes = {name: value for name, value in call.parameters.items() if name != "prefix"}
    if not allows_filters(changes.get("imageTagMutability", template["imageTagMutability"])):
        # The filters of a kind that had them don't outlive it.
        changes.setdefault(_FILTERS, [])
    updated_at = max(call.clock.now(), template["updatedAt"] + _TICK)
    changed = {**_checked({**template, **changes}), "updatedAt": updated_at}
    call.registry.templates[key] = changed
    return _answer(call, changed)


def delete_repository_creation_template(call: Call) -> Answer:
    """Delete a template, and answer with what it was."""
    return _answer(call, call.registry.templates.pop(_existing_key(call)))


def _existing_key(call: Call) -> str:
    key = prefix_key(call.parameters["prefix"])
    if key not in call.registry.templates:
        raise ServiceError(
            "TemplateNotFoundException",
            f"The repository creation template with prefix '{call.parameters['prefix']}' does "
            f"not exist in the registry with id '{call.account_id}'",
        )
    return key


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
