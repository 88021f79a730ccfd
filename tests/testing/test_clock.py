"""The emulator's time, set by a test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ecr_typed import RCTAppliedFor
from ecr_typed.testing import EcrEmulator

if TYPE_CHECKING:
    from ecr_typed import EcrClient

LONG_AGO = datetime(2016, 5, 4, 3, 2, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
"""How exact a time is in an answer."""


def test_it_goes_on_from_the_time_set(fresh: EcrEmulator) -> None:
    """A clock that was set goes on from there."""
    fresh.clock.set(LONG_AGO)
    first, second = fresh.clock.now(), fresh.clock.now()
    assert LONG_AGO <= first <= second < LONG_AGO + timedelta(hours=1)


def test_it_advances(fresh: EcrEmulator) -> None:
    """Time passes at once, as much as is asked for."""
    fresh.clock.set(LONG_AGO)
    fresh.clock.advance(timedelta(days=90))
    assert fresh.clock.now() >= LONG_AGO + timedelta(days=90)


def test_its_time_has_a_zone(fresh: EcrEmulator) -> None:
    """The time is told in UTC; one without a zone is refused, one of another zone understood."""
    assert fresh.clock.now().tzinfo is UTC
    with pytest.raises(TypeError, match="naive"):
        fresh.clock.set(datetime(2016, 5, 4))  # noqa: DTZ001 - that is the mistake
    fresh.clock.set(LONG_AGO.astimezone())
    assert fresh.clock.now() >= LONG_AGO


@pytest.mark.parametrize(
    "time", [datetime(1969, 12, 31, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
)
def test_it_can_be_set_to_times_of_aws(fresh: EcrEmulator, time: datetime) -> None:
    """What a response could not name is refused, and the clock goes on as before."""
    with pytest.raises(ValueError, match="from 1970 to the year 8999"):
        fresh.clock.set(time)
    with pytest.raises(ValueError, match="from 1970 to the year 8999"):
        fresh.clock.advance(time - fresh.clock.now())
    assert abs(fresh.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_repositories_are_created_by_it(fresh: EcrEmulator, typed: EcrClient) -> None:
    """createdAt of a repository is the emulator's time."""
    fresh.clock.set(LONG_AGO)
    created_at = typed.create_repository("app").created_at
    assert LONG_AGO <= created_at <= fresh.clock.now() + MILLISECOND


def test_templates_are_created_and_updated_by_it(fresh: EcrEmulator, typed: EcrClient) -> None:
    """createdAt and updatedAt of a template are the emulator's time at its creation and update."""
    fresh.clock.set(LONG_AGO)
    template = typed.create_repository_creation_template("prod", [RCTAppliedFor.REPLICATION])
    assert template.created_at
    assert template.created_at == template.updated_at
    assert LONG_AGO <= template.created_at <= fresh.clock.now() + MILLISECOND
    fresh.clock.advance(timedelta(days=1))
    updated = typed.update_repository_creation_template("prod")
    assert updated.updated_at
    assert updated.created_at == template.created_at
    assert updated.updated_at >= template.created_at + timedelta(days=1)


def test_an_update_shows_on_a_clock_that_was_set_back(fresh: EcrEmulator, typed: EcrClient) -> None:
    """updatedAt moves forward even if the clock went back."""
    typed.create_repository_creation_template("prod", [RCTAppliedFor.REPLICATION])
    fresh.clock.set(LONG_AGO)
    template = typed.update_repository_creation_template("prod")
    assert template.created_at
    assert template.updated_at
    assert template.updated_at > template.created_at


def test_it_can_be_set_before_the_start(fresh: EcrEmulator) -> None:
    """A clock that is set before the emulator starts stays set, and belongs to that emulator."""
    emulator = EcrEmulator()
    emulator.clock.set(LONG_AGO)
    with emulator, emulator.client() as client:
        assert client.create_repository("app").created_at < LONG_AGO + timedelta(hours=1)
    assert fresh.clock.now() > datetime(2026, 1, 1, tzinfo=UTC)


def test_reset_ends_it(fresh: EcrEmulator) -> None:
    """After a reset the time is the machine's again."""
    fresh.clock.set(LONG_AGO)
    fresh.reset()
    assert fresh.clock.now() > datetime(2026, 1, 1, tzinfo=UTC)
