"""Names of repositories and tags that tests push to, checked as PutImage checks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.http.service_description import REQUESTS
from ecr_typed.testing._emulator.registry.images import check_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecr_typed.testing._emulator.registry.repositories import Registry


def check_names(registry: Registry, repository_name: str, tags: Iterable[str]) -> None:
    """Refuse a repository that no push can make, and tags that no push can have.

    A repository that was seeded may have a name that the service would refuse.

    Raises:
        TypeError: One of them is no text.
        ValueError: There is a tag twice.
        ServiceError: The service would refuse one of them.
    """
    members = REQUESTS["PutImage"].members
    check_type("repository_name", repository_name, str, "the name of a repository")
    if repository_name not in registry.repositories:
        members["repositoryName"].check(repository_name, "repositoryName")
    given: set[str] = set()
    for tag in tags:
        check_type("each of tags", tag, str, "a tag")
        members["imageTag"].check(tag, "imageTag")
        check_tag(tag)
        if tag in given:
            raise ValueError(f"tags has {tag!r} more than once")
        given.add(tag)
