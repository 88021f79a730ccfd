"""Which calls meet which faults."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import ecr_typed
from ecr_typed import EcrClient
from ecr_typed.testing._emulator.http import faults as fault_plan
from ecr_typed.testing._emulator.http.faults import Faults
from ecr_typed.testing.faults import (
    BROKEN_JSON,
    CUT,
    DROPPED,
    GARBLED,
    RESET,
    SERVER_EXCEPTION,
    THROTTLED,
    UNAVAILABLE,
    USUAL_FAULTS,
    Fault,
    InjectedFault,
)

from .test_faults import names

if TYPE_CHECKING:
    from ecr_typed.testing import EcrEmulator


def test_the_next_calls_of_an_operation(fresh: EcrEmulator, typed: EcrClient) -> None:
    """`times` and `operation_name` choose the calls; others pass; what happened is in `injected`."""
    fresh.faults.inject(SERVER_EXCEPTION, operation_name="CreateRepository", times=2)
    fresh.faults.inject(THROTTLED, operation_name="CreateRepository")
    assert names(typed) == []
    for expected in (ecr_typed.ServerException,) * 2 + (ecr_typed.ThrottlingException,):
        with pytest.raises(expected):
            typed.create_repository("app")
    assert typed.create_repository("app")
    assert fresh.faults.injected == (
        InjectedFault("CreateRepository", SERVER_EXCEPTION),
        InjectedFault("CreateRepository", SERVER_EXCEPTION),
        InjectedFault("CreateRepository", THROTTLED),
    )


def test_retries_get_past_faults(fresh: EcrEmulator) -> None:
    """A client with retries succeeds when the faults are used up, and counts its attempts."""
    fresh.faults.inject(UNAVAILABLE)
    fresh.faults.inject(RESET)
    attempts: list[int] = []
    with fresh.client(on_call=lambda call: attempts.append(call.attempts)) as client:
        client.create_repository("app")
    assert attempts == [3]


def test_a_share_of_all_calls() -> None:
    """Each fault meets its share of the calls, also when several are due, and no call meets two."""
    faults = Faults()
    faults.inject(DROPPED, share=0.1)
    faults.inject(RESET, share=0.2, operation_name="PutImage")
    faults.inject(CUT, share=0.3)
    drawn = [faults.draw("PutImage") for _ in range(10_000)]
    for fault, share in ((DROPPED, 0.1), (RESET, 0.2), (CUT, 0.3), (None, 0.4)):
        assert abs(drawn.count(fault) / 10_000 - share) < 0.02
    others = [faults.draw("ListImages") for _ in range(10_000)]
    for fault, share in ((DROPPED, 0.1), (RESET, 0), (CUT, 0.3)):
        assert abs(others.count(fault) / 10_000 - share) < 0.02
    assert len(faults.injected) == 20_000 - drawn.count(None) - others.count(None)


def test_a_share_of_everything() -> None:
    """A share of 1 is every call; together with `times`, it ends."""
    faults = Faults()
    faults.inject(CUT, share=1, times=3)
    faults.inject(DROPPED, share=1)
    assert [faults.draw("ListImages") for _ in range(5)] == [CUT] * 3 + [DROPPED] * 2


def test_a_fault_may_come_later() -> None:
    """With `after`, calls of the operation come before, whatever other fault they meet."""
    faults = Faults()
    faults.inject(DROPPED, operation_name="PutImage", after=2, times=2)
    faults.inject(CUT)
    faults.inject(RESET, after=4, share=1)
    calls = ["ListImages", *["PutImage"] * 5]
    assert [faults.draw(name) for name in calls] == [CUT, None, None, DROPPED, DROPPED, RESET]


def test_chance_can_be_repeated() -> None:
    """The same calls meet the same faults each time; another seed of `random` changes that."""

    def drawn(seed: int | None = None) -> list[Fault | None]:
        faults = Faults()
        faults.inject(CUT, share=0.5)
        if seed is not None:
            faults.random.seed(seed)
        return [faults.draw("ListImages") for _ in range(64)]

    assert drawn() == drawn()
    assert drawn(7) == drawn(7) != drawn()


def test_a_certain_fault_goes_before_chance() -> None:
    """What was injected first is met first; a share that isn't due leaves the call to the next."""
    faults = Faults()
    faults.inject(CUT, share=1e-9)
    faults.inject(DROPPED)
    assert [faults.draw("ListImages"), faults.draw("ListImages")] == [DROPPED, None]


def test_clear_and_reset() -> None:
    """`clear` ends the faults and keeps what happened; `reset` forgets that as well."""
    faults = Faults()
    faults.inject(CUT, share=1)
    faults.draw("ListImages")
    faults.clear()
    assert faults.draw("ListImages") is None
    assert faults.injected == (InjectedFault("ListImages", CUT),)
    faults.reset()
    assert len(faults.injected) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"operation_name": "create_repository"},
        {"after": -1},
        {"times": 0},
        {"share": 0},
        {"share": 1.5},
    ],
)
def test_what_can_never_be_met_is_refused(options: dict[str, Any]) -> None:
    """A misspelt operation, impossible numbers and an impossible share are ValueErrors."""
    with pytest.raises(ValueError, match=r"ECR has no|[01] or more|at most 1"):
        Faults().inject(CUT, **options)


def test_the_name_of_a_fault_is_none(fresh: EcrEmulator) -> None:
    """It is refused where it is injected; a call that met it could not be responded to."""
    name: Any = "THROTTLED"
    with pytest.raises(TypeError, match="such as THROTTLED, not 'THROTTLED'"):
        fresh.faults.inject(name)


def test_a_fault_of_ones_own(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A subclass of Fault decides itself what is carried out and sent."""

    class Twice(Fault):
        def respond(self, carry_out: Any) -> Any:
            carry_out()
            return carry_out()

    fresh.faults.inject(Twice(), operation_name="CreateRepository")
    with pytest.raises(ecr_typed.RepositoryAlreadyExistsException):
        typed.create_repository("app")


def test_faults_under_many_threads(fresh: EcrEmulator, typed: EcrClient) -> None:
    """With twelve threads and a third of faults, each call fails by a fault or was applied."""
    for fault in USUAL_FAULTS:
        fresh.faults.inject(fault, operation_name="CreateRepository", share=0.3 / len(USUAL_FAULTS))

    def create(number: int) -> str | None:
        try:
            return typed.create_repository(f"app-{number}").repository_name
        except ecr_typed.EcrError:
            return None

    with ThreadPoolExecutor(12) as pool:
        created = list(pool.map(create, range(300)))
    injected = [each.fault for each in fresh.faults.injected]
    assert created.count(None) == len(injected)
    applied = sum(injected.count(fault) for fault in (DROPPED, CUT, BROKEN_JSON, GARBLED))
    assert len(names(typed)) == 300 - len(injected) + applied


def test_a_limit_lets_a_burst_through_and_then_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit throttles calls beyond its burst, and lets one more through for each token."""
    now = 0.0
    monkeypatch.setattr(fault_plan, "monotonic", lambda: now)
    faults = Faults()
    faults.limit("PutImage", per_second=10, burst=3)
    assert [faults.draw("PutImage") for _ in range(4)] == [None, None, None, THROTTLED]
    assert faults.draw("DescribeImages") is None
    now = 0.1
    assert [faults.draw("PutImage") for _ in range(2)] == [None, THROTTLED]
    now = 60
    assert [faults.draw("PutImage") for _ in range(4)] == [None, None, None, THROTTLED]
    assert faults.injected == (InjectedFault("PutImage", THROTTLED),) * 3


def test_a_limit_holds_over_time(fresh: EcrEmulator, typed: EcrClient) -> None:
    """Calls of a loop get through at the rate of the limit; the others don't run."""
    fresh.faults.limit("CreateRepository", per_second=50, burst=1)
    created, began = 0, time.monotonic()
    while time.monotonic() - began < 0.4:
        with suppress(ecr_typed.ThrottlingException):
            typed.create_repository(f"app-{created}")
            created += 1
    assert len(names(typed)) == created
    assert created <= 0.4 * 50 + 2


def test_a_limit_is_replaced_cleared_and_reset() -> None:
    """The last limit of an operation holds, until `clear` or `reset` removes all of them."""
    faults = Faults()
    faults.limit("PutImage", per_second=0.001)
    faults.limit("PutImage", per_second=0.001, burst=2)
    assert [faults.draw("PutImage") for _ in range(3)] == [None, None, THROTTLED]
    faults.clear()
    assert faults.draw("PutImage") is None
    faults.limit("PutImage", per_second=0.001)
    assert [faults.draw("PutImage") for _ in range(2)] == [None, THROTTLED]
    faults.reset()
    assert [faults.draw("PutImage") for _ in range(3)] == [None] * 3
    assert faults.injected == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation_name": "PutImages", "per_second": 1}, "no operation 'PutImages'"),
        ({"operation_name": "PutImage", "per_second": 0}, "per_second must be above 0, not 0"),
        ({"operation_name": "PutImage", "per_second": float("nan")}, "above 0, not nan"),
        ({"operation_name": "PutImage", "per_second": 1, "burst": 0.5}, "burst must be 1 or more"),
    ],
)
def test_a_limit_that_makes_no_sense(arguments: Any, message: str) -> None:
    """A limit names an operation and lets calls through."""
    with pytest.raises(ValueError, match=message):
        Faults().limit(**arguments)
