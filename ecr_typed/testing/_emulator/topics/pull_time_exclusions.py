"""Principals whose pulls are not recorded: register, deregister, list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.pages import paginate
from ecr_typed.testing._emulator.topics.pull_times import MOST_EXCLUSIONS, PullTimeExclusions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation


def register_pull_time_update_exclusion(call: Call) -> Answer:
    """Exclude a principal."""
    exclusions = call.registry.state(PullTimeExclusions).created_at
    principal: str = call.parameters["principalArn"]
    if principal in exclusions:
        raise ServiceError(
            "ExclusionAlreadyExistsException",
            f"The pull time update exclusion for '{principal}' already exists in the registry "
            f"with id '{call.account_id}'",
        )
    if len(exclusions) >= MOST_EXCLUSIONS:
        raise ServiceError(
            "LimitExceededException",
            f"A registry can have {MOST_EXCLUSIONS} pull time update exclusions",
        )
    exclusions[principal] = call.clock.now()
    return {"principalArn": principal, "createdAt": exclusions[principal]}


def deregister_pull_time_update_exclusion(call: Call) -> Answer:
    """Exclude a principal no more."""
    principal: str = call.parameters["principalArn"]
    if call.registry.state(PullTimeExclusions).created_at.pop(principal, None) is None:
        raise ServiceError(
            "ExclusionNotFoundException",
            f"The pull time update exclusion for '{principal}' does not exist in the registry "
            f"with id '{call.account_id}'",
        )
    return {"principalArn": principal}


def list_pull_time_update_exclusions(call: Call) -> Answer:
    """List the excluded principals by page."""
    exclusions = call.registry.state(PullTimeExclusions).created_at
    page, next_token = paginate(call, exclusions, key=str)
    return {"pullTimeUpdateExclusions": page, **next_token}


OPERATIONS: Mapping[str, Operation] = {
    "RegisterPullTimeUpdateExclusion": register_pull_time_update_exclusion,
    "DeregisterPullTimeUpdateExclusion": deregister_pull_time_update_exclusion,
    "ListPullTimeUpdateExclusions": list_pull_time_update_exclusions,
}
