"""What a function of a job raises: the outcome of its item, and what may have been applied."""

from __future__ import annotations

import threading

import pytest

from ecr_typed import (
    EcrClient,
    EcrError,
    RetryPolicy,
)
from ecr_typed.jobs import JobFailedError, Outcome, Status, each, raise_failures
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support.fleet import fail_on_odd


def test_lost_answers_of_writes_are_unknown(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A write whose answer did not come may have been applied, and its outcome says so."""
    once = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    emulator.faults.inject(DROPPED, operation_name="CreateRepository")

    (outcome,) = each(once.create_repository, ["team/a"])

    assert outcome.status is Status.UNKNOWN
    assert [repository.repository_name for repository in ecr.describe_repositories()] == ["team/a"]


def test_writes_behind_other_errors_are_unknown(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A function that raises an error of its own does not hide that a write may be applied."""
    once = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    emulator.faults.inject(DROPPED, operation_name="CreateRepository")

    def create(name: str) -> None:
        try:
            once.create_repository(name)
        except EcrError as error:
            raise RuntimeError("no repository") from error

    (outcome,) = each(create, ["team/a"])
    assert outcome.status is Status.UNKNOWN


def test_other_errors_are_causes() -> None:
    """What a user's function raises of its own ends no job, and is the cause of our error."""
    outcomes = list(each(fail_on_odd, range(10)))

    failed = [one for one in outcomes if one.error is not None]
    assert {one.item for one in failed} == {1, 3, 5, 7, 9}
    assert all(isinstance(one.error.__cause__, KeyError) for one in failed if one.error)
    with pytest.raises(JobFailedError, match="KeyError: 'no 1'"):
        raise_failures(each(fail_on_odd, [1]))


def test_writes_behind_groups_of_errors_are_unknown(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """What a `TaskGroup` or a job inside raises holds the errors of calls."""
    emulator.faults.inject(DROPPED, operation_name="CreateRepository")
    once = ecr.with_options(retry=RetryPolicy(max_attempts=1))

    def create(name: str) -> None:
        try:
            once.create_repository(name)
        except EcrError as error:
            raise ExceptionGroup("of tasks", [KeyError("another"), error]) from KeyError("why")

    (outcome,) = each(create, ["app"], threads=1)
    assert outcome.status is Status.UNKNOWN


def test_errors_and_items_that_can_not_be_shown_are_outcomes() -> None:
    """Code of the user's that fails while an outcome is described takes nothing along."""

    class UnshownError(Exception):
        def __str__(self) -> str:
            raise ValueError("an error that can't be shown")

    class Unshown:
        def __repr__(self) -> str:
            raise ValueError("an item that can't be shown")

    def fail(_: Unshown) -> None:
        raise UnshownError

    outcomes = list(each(fail, [Unshown(), Unshown()], threads=1))

    assert [str(one.error) for one in outcomes] == ["UnshownError", "UnshownError"]
    with pytest.raises(JobFailedError, match=r"Unshown object at .*: FAILED: UnshownError"):
        raise_failures(outcomes)


def test_errors_that_cause_each_other_are_outcomes() -> None:
    """A chain of causes that has no end is looked at once."""

    def fail(_: int) -> None:
        first, second = KeyError("first"), KeyError("second")
        first.__cause__, second.__cause__ = second, first
        raise first

    found: list[Outcome[int, None]] = []
    job = threading.Thread(target=lambda: found.extend(each(fail, [1])), daemon=True)
    job.start()
    job.join(timeout=30.0)
    assert [str(one.error) for one in found] == ["KeyError: 'first'"]


def test_what_ends_a_program_names_its_item() -> None:
    """A function that leaves the program ends the job, which says for which item."""

    def leave(item: str) -> None:
        raise SystemExit(f"no {item}")

    with pytest.raises(SystemExit) as caught:
        list(each(leave, ["team/app"]))
    assert any("team/app" in note for note in caught.value.__notes__)
