"""What repository creation templates are for: the repositories that ECR creates by itself.

The template with the longest prefix that fits decides alone: if it is not for the scenario at
hand, no shorter one takes its place. ROOT decides where no prefix fits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ecr_typed.testing._emulator.registry.prefixes import ByPrefix
from ecr_typed.testing._emulator.registry.repositories import DEFAULT_SETTINGS
from ecr_typed.testing._emulator.topics.encryption import with_resolved_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.clock import Clock
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend, EcrRepository

Scenario: TypeAlias = Literal["CREATE_ON_PUSH", "PULL_THROUGH_CACHE", "REPLICATION"]


class CreationTemplates(ByPrefix):
    """The repository creation templates of a registry."""


def create_from_template(
    registry: EcrBackend, repository_name: str, scenario: Scenario, clock: Clock
) -> EcrRepository | None:
    """Create a repository that is not there yet, as ECR does when it needs one.

    A replica, or what is pulled through, gets a repository in any case: without a template it has
    the default settings. A push gets one only by a template.

    Returns:
        The new repository; `None` if there is no template that lets a push create one, or if the
        template would need a role (for tags or a key) and has none.
    """
    template: Mapping[str, Any] | None = registry.state(CreationTemplates).covering(repository_name)
    if template is None or scenario not in template["appliedFor"]:
        if scenario == "CREATE_ON_PUSH":
            return None
        template = DEFAULT_SETTINGS
    if _needs_role(template) and "customRoleArn" not in template:
        return None
    encryption = with_resolved_key(template["encryptionConfiguration"], registry)
    repository = registry.add_repository(
        repository_name,
        created_at=clock.now(),
        settings={**template, "encryptionConfiguration": encryption},
    )
    repository.policy = template.get("repositoryPolicy")
    repository.lifecycle_policy = template.get("lifecyclePolicy")
    registry.tagger.tag_resource(repository.arn, template.get("resourceTags", []))
    return repository


def repository_for_push(registry: EcrBackend, repository_name: str, clock: Clock) -> EcrRepository:
    """Find the repository of a push; one that is not there may come into being by a template."""
    if repository_name not in registry.repositories:
        create_from_template(registry, repository_name, "CREATE_ON_PUSH", clock)
    return registry.repository(repository_name)


def _needs_role(template: Mapping[str, Any]) -> bool:
    return "resourceTags" in template or "kmsKey" in template["encryptionConfiguration"]
