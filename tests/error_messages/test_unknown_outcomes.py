"""What an error says where it is not known whether the call was applied."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecr_typed import EcrClient, EcrConnectionError, RetryPolicy
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED
from tests.support.errors import error_of


@pytest.fixture
def lossy() -> Iterator[EcrClient]:
    """A client whose next call is applied, and whose response is lost for good."""
    with EcrEmulator() as emulator, emulator.client() as ecr:
        ecr.create_repository("team/app")
        emulator.faults.inject(DROPPED)
        yield ecr.with_options(retry=RetryPolicy(max_attempts=1))


def test_a_create_says_to_look_before_it_is_repeated(lossy: EcrClient) -> None:
    """A repetition would meet the error of what the first attempt created."""
    error = error_of(lossy.create_repository, "team/web")

    assert isinstance(error, EcrConnectionError)
    assert error.maybe_applied
    assert "may have been done: look at what is there before you repeat it" in str(error)


def test_a_write_that_may_be_repeated_says_so(lossy: EcrClient) -> None:
    """The same setting can be put twice."""
    error = error_of(lossy.put_image_tag_mutability, "team/app", "IMMUTABLE")

    assert error.maybe_applied
    assert "may have been done. To repeat it does no harm" in str(error)


def test_a_read_says_nothing_of_it(lossy: EcrClient) -> None:
    """A read changes nothing."""
    error = error_of(lossy.get_repository_policy, "team/app")

    assert not error.maybe_applied
    assert "may have been done" not in str(error)
