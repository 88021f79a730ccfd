"""Outcomes: what became of each item of a job."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final, Generic, Self, TypeVar, cast

import attrs

from ecr_typed import EcrError
from ecr_typed._labels import label
from ecr_typed.jobs import _checks as check
from ecr_typed.jobs._module import show_in_jobs
from ecr_typed.jobs._registries import Registry

Item_co = TypeVar("Item_co", covariant=True)
Value_co = TypeVar("Value_co", covariant=True)

_SHOWN: Final = 10
"""How many failures the text of an error lists."""


class Status(enum.StrEnum):
    """What became of an item."""

    DONE = "DONE"
    """It was done."""

    UNCHANGED = "UNCHANGED"
    """There was nothing to do."""

    PLANNED = "PLANNED"
    """It would be done: this was a dry run, which sends no write."""

    SKIPPED = "SKIPPED"
    """It was left out, because it is not there any more or has changed meanwhile."""

    FAILED = "FAILED"
    """It failed."""

    UNKNOWN = "UNKNOWN"
    """It failed, but a write may have been applied."""


@attrs.frozen
class Outcome(Generic[Item_co, Value_co]):
    """What became of one item of a job."""

    item: Item_co
    """The item."""

    status: Status
    """What became of it."""

    value: Value_co | None = None
    """What the function returned for it; None if it failed or was not called."""

    error: EcrError | None = None
    """Why it failed; None unless the status is `FAILED` or `UNKNOWN`."""

    registry: Registry | None = None
    """The registry it is in, for a job over several; else None."""

    @classmethod
    def of_error(cls, item: Item_co, error: EcrError, registry: Registry | None = None) -> Self:  # type: ignore[misc]  # an alternative constructor reads no item
        """Return the outcome of an item that failed.

        Args:
            item: The item.
            error: What it raised. With `maybe_applied` the status is `UNKNOWN`, else `FAILED`.
            registry: The registry it is in, for a job over several.

        Returns:
            The outcome.
        """
        status = Status.UNKNOWN if error.maybe_applied else Status.FAILED
        return cls(item, status, error=error, registry=registry)

    def __str__(self) -> str:
        text = f"{label(self.item)}: {self.status}"
        if self.registry is not None and self.registry != self.item:
            text = f"{self.registry} {text}"
        # The other lines of an error explain it: a list of failures would be hard to read.
        headline = str(self.error).partition("\n")[0]
        return text if self.error is None else f"{text}: {headline}"


class JobFailedError(EcrError, ExceptionGroup[EcrError]):
    """Items of a job failed: the group of their errors, which `except*` takes apart.

    Its `maybe_applied` says whether that of any of them is true; `attempts` is their sum.
    """

    outcomes: tuple[Outcome[Any, Any], ...]
    """The outcomes of the items that failed, in the order of the errors."""

    def __new__(
        cls,
        message: str,
        errors: Sequence[EcrError],
        outcomes: Iterable[Outcome[Any, Any]] = (),  # noqa: ARG004  # the constructor takes it
    ) -> Self:
        return super().__new__(cls, message, errors)

    def __init__(
        self,
        message: str,
        errors: Sequence[EcrError],
        outcomes: Iterable[Outcome[Any, Any]] = (),
    ) -> None:
        super().__init__(message, maybe_applied=any(error.maybe_applied for error in errors))
        # pickle makes it anew from these; the outcomes come with its attributes.
        self.args: tuple[Any, ...] = (message, list(errors))
        self.attempts: int = sum(error.attempts for error in errors)
        self.outcomes = tuple(outcomes)

    def __str__(self) -> str:
        # Without the number of errors that Python adds: the first line has it.
        return str(self.args[0])

    def derive(self, excs: Sequence[EcrError]) -> JobFailedError:  # type: ignore[override]  # of errors of ours alone
        """Return a group of some of the errors, as `except*` and `split` ask for.

        Args:
            excs: The errors.

        Returns:
            The group, with their outcomes.
        """
        chosen = {id(error) for error in excs}
        return _failure([one for one in self.outcomes if id(one.error) in chosen], excs)


show_in_jobs(JobFailedError)


def raise_failures(outcomes: Iterable[Outcome[Any, Any]]) -> None:
    """Run a job to its end, and raise the errors of all items that failed.

    Only the failures are kept in memory meanwhile.

    Args:
        outcomes: A job's outcomes, or those that were collected from one.

    Raises:
        JobFailedError: Items failed, or their outcome is `UNKNOWN`. Its text lists the first ten.
            What ends the job before its end has this text as a note.
        EcrRequestError: What is passed are no outcomes.
    """
    failed: list[Outcome[Any, Any]] = []
    try:
        failed.extend(outcome for outcome in _checked(outcomes) if outcome.error is not None)
    except BaseException as error:
        if failed:
            # What ends the job is raised, and tells of what nobody would else be told of.
            with suppress(Exception):  # it may refuse attributes
                error.add_note(f"Before this, {_text(failed, len(failed))}")
        raise
    if failed:
        raise _failure(failed)


def _checked(outcomes: Iterable[Outcome[Any, Any]]) -> Iterator[Outcome[Any, Any]]:
    allowed = "the outcomes of a job"
    if not isinstance(cast("object", outcomes), Iterable):
        hint = "pass its outcomes" if hasattr(outcomes, "outcomes") else ""
        check.refuse_unfit(check.Check("outcomes", outcomes, False, allowed, hint))  # noqa: FBT003  # it does not fit
    for position, outcome in enumerate(outcomes):
        if not isinstance(cast("object", outcome), Outcome):
            place = f"outcomes[{position}]"
            check.refuse_unfit(check.Check(place, outcome, False, "an Outcome"))  # noqa: FBT003  # it does not fit
        yield outcome


def _failure(
    failed: Sequence[Outcome[Any, Any]], errors: Sequence[EcrError] | None = None
) -> JobFailedError:
    if errors is None:
        errors = [one.error for one in failed if one.error is not None]
    text = _text(failed, len(errors), ": see `outcomes` of this error")
    return JobFailedError(text, errors, failed)


def _text(failed: Sequence[Outcome[Any, Any]], count: int, where_all_are: str = "") -> str:
    lines = [f"{count} {'item' if count == 1 else 'items'} failed:"]
    lines += [f"- {outcome}" for outcome in failed[:_SHOWN]]
    if len(failed) > _SHOWN:
        lines.append(f"- and {len(failed) - _SHOWN} more{where_all_are}")
    return "\n".join(lines)
