"""The operations of the service, one module a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing.operations import repositories, repository_creation_templates, tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing.call import Operation

OPERATIONS: Mapping[str, Operation] = {
    **repositories.OPERATIONS,
    **repository_creation_templates.OPERATIONS,
    **tags.OPERATIONS,
}
