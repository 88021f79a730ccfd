"""Pull time update exclusions: principals whose pulls are not recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.texts import refusals

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import StoredImage

MOST_EXCLUSIONS: Final = 100


@dataclass(slots=True)
class PullTimeExclusions:
    """The principals that a registry excludes, and the times of their exclusion."""

    created_at: dict[str, datetime] = field(default_factory=dict[str, datetime])


def register_pull_time_update_exclusion(call: Call) -> Response:
    """Exclude a principal from now on."""
    exclusions = call.registry.states.of(PullTimeExclusions).created_at
    principal: str = call.parameters["principalArn"]
    if principal in exclusions:
        raise ServiceError(
            "ExclusionAlreadyExistsException",
            refusals.EXCLUSION_EXISTS(principal=principal, registry_id=call.account_id),
        )
    if len(exclusions) >= MOST_EXCLUSIONS:
        raise ServiceError(
            "LimitExceededException",
            refusals.TOO_MANY_EXCLUSIONS(most=MOST_EXCLUSIONS),
        )
    exclusions[principal] = call.now
    return {"principalArn": principal, "createdAt": exclusions[principal]}


def deregister_pull_time_update_exclusion(call: Call) -> Response:
    """End the exclusion of a principal."""
    principal: str = call.parameters["principalArn"]
    if call.registry.states.of(PullTimeExclusions).created_at.pop(principal, None) is None:
        raise ServiceError(
            "ExclusionNotFoundException",
            refusals.EXCLUSION_NOT_FOUND(principal=principal, registry_id=call.account_id),
        )
    return {"principalArn": principal}


def list_pull_time_update_exclusions(call: Call) -> Response:
    """List the excluded principals by page."""
    exclusions = call.registry.states.of(PullTimeExclusions).created_at
    page, next_token = call.paginate(exclusions, key=str)
    return {"pullTimeUpdateExclusions": page, **next_token}


def record_pull(call: Call, image: StoredImage) -> None:
    """Record that the caller pulled an image, unless the registry excludes the caller."""
    exclusions = call.registry.states.of(PullTimeExclusions).created_at
    if call.caller.principal_arn not in exclusions:
        image.last_pulled_at = call.now
