"""What became of the items of a job, and the error of those that failed."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from ecr_typed import (
    ClientClosedError,
    EcrClient,
    EcrConnectionError,
    EcrError,
    EcrRequestError,
    RepositoryNotFoundException,
)
from ecr_typed.jobs import (
    CopyReport,
    JobFailedError,
    Outcome,
    Registry,
    Status,
    each,
    raise_failures,
)
from tests.support.untyped import untyped


def failure(item: str, *, maybe_applied: bool = False) -> Outcome[str, None]:
    """The outcome of an item that failed."""
    error = EcrConnectionError(f"no answer about {item}", maybe_applied=maybe_applied)
    error.attempts = 3
    return Outcome[str, None].of_error(item, error)


def test_errors_that_may_have_been_applied_are_unknown() -> None:
    """Whether an item failed for sure shows in its status."""
    assert failure("a").status is Status.FAILED
    assert failure("a", maybe_applied=True).status is Status.UNKNOWN


def test_no_failure_raises_nothing() -> None:
    """A job whose items all went well is run to its end, and no more."""
    raise_failures(iter([Outcome("a", Status.DONE, 1), Outcome[str, int]("b", Status.SKIPPED)]))


def test_failures_are_one_group() -> None:
    """The errors of all failed items are raised together, with the outcomes they are from."""
    done = Outcome("a", Status.DONE, 1)
    failed = [failure("b"), failure("c", maybe_applied=True)]

    with pytest.raises(JobFailedError) as caught:
        raise_failures([done, *failed])

    assert isinstance(caught.value, EcrError)
    assert caught.value.exceptions == tuple(one.error for one in failed)
    assert caught.value.outcomes == tuple(failed)
    assert caught.value.maybe_applied
    assert caught.value.attempts == 6
    assert str(caught.value).splitlines() == [
        "2 items failed:",
        "- b: FAILED: no answer about b",
        "- c: UNKNOWN: no answer about c",
    ]


def test_what_ends_a_job_tells_of_the_failures_before_it() -> None:
    """Nobody gets the outcomes that were collected until then."""

    def outcomes() -> Iterator[Outcome[str, None]]:
        yield failure("a")
        yield Outcome("b", Status.DONE)
        raise ClientClosedError("the client was closed")

    with pytest.raises(ClientClosedError) as caught:
        raise_failures(outcomes())
    assert caught.value.__notes__ == ["Before this, 1 item failed:\n- a: FAILED: no answer about a"]


def test_text_lists_ten_failures() -> None:
    """The text of an error over thousands of items stays short."""
    with pytest.raises(JobFailedError) as caught:
        raise_failures(failure(f"item-{number}") for number in range(1_000))

    lines = str(caught.value).splitlines()
    assert len(lines) == 12
    assert "990 more" in lines[-1]
    assert len(caught.value.exceptions) == 1_000


def test_groups_are_taken_apart_by_class(ecr: EcrClient) -> None:
    """`except*` picks errors by their class, and the outcomes go with them."""
    missing = list(each(ecr.delete_repository, ["no/such"]))
    picked: list[BaseException] = []
    try:
        raise_failures([*missing, failure("b")])
    except* RepositoryNotFoundException as group:
        picked.append(group)
    except* EcrConnectionError:
        pass

    (caught,) = picked
    assert isinstance(caught, JobFailedError)
    assert [outcome.item for outcome in caught.outcomes] == ["no/such"]


def test_the_error_of_a_job_is_pickled_whole() -> None:
    """A failed job can be told of in another process."""
    with pytest.raises(JobFailedError) as caught:
        raise_failures([failure("b", maybe_applied=True)])

    copy = pickle.loads(pickle.dumps(caught.value))

    assert type(copy) is JobFailedError
    assert str(copy) == str(caught.value)
    assert copy.maybe_applied
    assert [str(error) for error in copy.exceptions] == ["no answer about b"]
    assert copy.outcomes[0].item == "b"


def test_outcomes_name_item_and_registry() -> None:
    """The text of an outcome is what a log wants to have."""
    registry = Registry("eu-west-1", account_id="123456789012")

    assert str(Outcome("team/app", Status.DONE, 1)) == "team/app: DONE"
    assert (
        str(Outcome[str, None]("team/app", Status.SKIPPED, registry=registry))
        == "123456789012/eu-west-1 team/app: SKIPPED"
    )
    assert str(Outcome(registry, Status.DONE, 1, registry=registry)) == f"{registry}: DONE"


def test_what_is_no_outcome_is_refused(ecr: EcrClient) -> None:
    """It is not taken for an item that did not fail."""
    report = CopyReport(digest="sha256:0", outcomes=(), bytes_copied=0, bytes_present=0)

    for wrong, message in [
        (None, "outcomes: expected the outcomes of a job, got None"),
        (report, "outcomes: .*; pass its outcomes"),
        ([failure("a"), "b"], r"outcomes\[1\]: expected an Outcome, got 'b'"),
        (ecr.describe_repositories, "outcomes: expected the outcomes of a job"),
    ]:
        with pytest.raises(EcrRequestError, match=message):
            untyped(raise_failures)(wrong)
