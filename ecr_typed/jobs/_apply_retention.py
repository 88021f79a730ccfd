"""Carry out the plan of a retention."""

from __future__ import annotations

import enum
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar, cast

from ecr_typed import EcrClient
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._outcomes import Outcome, Status
from ecr_typed.jobs._progress import Progress, ProgressCounter
from ecr_typed.jobs._removal import Archiving, Deletion
from ecr_typed.jobs._retention_plan import Decision, RetentionPlan

Item = TypeVar("Item")


class RetentionAction(enum.StrEnum):
    """What is done with images that are not kept."""

    DELETE = "DELETE"
    """They are deleted."""

    ARCHIVE = "ARCHIVE"
    """They are archived: charged for at least 90 days, and not to be pulled until restored."""


def apply_retention(
    ecr: EcrClient,
    plan: RetentionPlan,
    *,
    dry_run: bool = True,
    action: RetentionAction = RetentionAction.DELETE,
    on_progress: Callable[[Progress], None] | None = None,
) -> Generator[Outcome[Decision, None], None, None]:
    """Remove the images that a plan does not keep, and yield an outcome for each.

    Indexes are deleted before their children, and images before what refers to them. Each image is
    looked at again before its batch of up to 100: one with a tag that the plan does not know is
    `SKIPPED`, and so is one that was pushed again, archived or restored since, and all that they
    need. A tagged image is deleted by its tags, so that a tag saves it up to the last moment. An
    untagged image is deleted by its digest: a tag that it gets after it was looked at comes too
    late.

    An image that is not there is `DONE`. An image is `FAILED` if an index that was pushed after the
    plan was made lists it; the error names the index. Run the job again to do what is left.

    Args:
        ecr: The client.
        plan: The plan, from `plan_retention`.
        dry_run: Whether to send nothing, so that each outcome is `PLANNED`. Default: True.
        action: Whether images are deleted or archived. One that is archived is `UNCHANGED`, and
            one that is not there is `SKIPPED`. Default: they are deleted.
        on_progress: Called on the caller's thread after each image.

    Returns:
        An iterator of an outcome for each image in `plan.remove`. Closing it ends the job.

    Raises:
        EcrRequestError: An argument is wrong. Nothing was sent.
        RepositoryNotFoundException: The repository was deleted.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
    """
    actions = {RetentionAction.DELETE: Deletion, RetentionAction.ARCHIVE: Archiving}
    is_plan = isinstance(cast("object", plan), RetentionPlan)
    check.refuse_unfit(
        check.client("ecr", ecr),
        check.Check("plan", plan, is_plan, "a RetentionPlan"),
        check.flag("dry_run", dry_run),
        check.Check("action", action, action in actions, "DELETE or ARCHIVE"),
        check.progress(on_progress),
    )
    counter = ProgressCounter(on_progress, len(plan.remove))
    if dry_run:
        return counted((Outcome(one, Status.PLANNED) for one in plan.remove), counter)
    removal = actions[action](ecr, plan.repository_name, plan.registry_id, plan.planned_at)
    return counted(removal.outcomes(plan.remove), counter)


def counted(
    outcomes: Iterable[Outcome[Item, None]], counter: ProgressCounter
) -> Generator[Outcome[Item, None], None, None]:
    """Yield outcomes, and count them."""
    try:
        for outcome in outcomes:
            counter.add(outcome)
            yield outcome
    finally:
        counter.close()
