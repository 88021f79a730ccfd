"""Throttled calls take turns: what a call does, attempt by attempt, on a clock of the tests' own."""

from __future__ import annotations

import logging
from typing import Any

import attrs
import pytest

from ecr_typed import (
    DeadlineExceededError,
    EcrConnectionError,
    EcrError,
    EcrServiceError,
    RetryEvent,
    RetryPolicy,
    ThrottlingException,
)
from ecr_typed._calls.deadline import Deadline
from ecr_typed._calls.pace import FIRST_RATE
from ecr_typed._calls.retry import Retrier, RetryQuota
from ecr_typed._calls.turns import Turn
from ecr_typed._wire.operations import DELETE_REPOSITORY, PUT_IMAGE


def throttled(retry_after: float | None = None) -> EcrError:
    """An error by which the service asks for fewer requests."""
    response = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
    error = ThrottlingException(response, "DeleteRepository")
    error.is_throttling = True
    error.retry_after = retry_after
    return error


def lost() -> EcrError:
    """An error after which another attempt may succeed."""
    return EcrConnectionError("lost", is_transient=True)


def refused() -> EcrError:
    """An error that says that the service let the request through."""
    return EcrServiceError({"Error": {"Code": "RepositoryNotFoundException"}}, "DeleteRepository")


@attrs.define
class Rig:
    """A client's retries on a clock that sleeping moves on."""

    now: float = 1000.0
    slept: list[float] = attrs.field(factory=list[float])
    quota: RetryQuota = attrs.field(factory=RetryQuota)
    told: list[RetryEvent] = attrs.field(factory=list[RetryEvent])
    retrier: Retrier = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.retrier = Retrier(
            RetryPolicy(), self.quota, jitter=lambda: 1.0, sleep=self.sleep, clock=self.clock
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now

    def call(self, *errors: EcrError, operation: Any = DELETE_REPOSITORY, **policy: Any) -> Call:
        """Make a call whose attempts fail in that way, then succeed."""
        retry = RetryPolicy(on_retry=self.told.append, **policy)
        call = Call(list(errors), Deadline(retry.deadline, self.clock), operation)
        retrier = self.retrier.with_policy(retry, self.retrier.sleep)
        began = self.now
        try:
            retrier.run(call)  # type: ignore[arg-type]  # as much of a call as is needed
        except EcrError as error:
            call.error = error
        call.elapsed = self.now - began
        return call

    def throttle(self, operation: Any = DELETE_REPOSITORY) -> None:
        """Let an operation be throttled once."""
        self.call(throttled(), operation=operation)
        self.slept.clear()
        self.told.clear()


@attrs.define
class Call:
    """A call whose attempts fail in a given way."""

    errors: list[EcrError]
    deadline: Deadline
    operation: Any
    attempts: int = 0
    waited: float = 0.0
    elapsed: float = 0.0
    error: EcrError | None = None

    def attempt(self) -> Any:
        self.attempts += 1
        if self.errors:
            raise self.errors.pop(0)
        return None


@pytest.fixture
def rig() -> Rig:
    """Give the retries of a client that was never throttled."""
    return Rig()


def left(quota: RetryQuota) -> int:
    """What a quota has left; it is empty afterwards."""
    return sum(1 for _ in range(500) if quota.spend(1))


def test_nothing_waits_until_it_is_throttled(rig: Rig) -> None:
    """Calls that are not throttled never wait, however many there are."""
    for _ in range(1000):
        assert rig.call().attempts == 1
    assert rig.slept == []


def test_throttled_operation_takes_turns_and_others_do_not(rig: Rig) -> None:
    """From the first throttling on, the attempts of that operation wait for their turns."""
    assert rig.call(throttled()).waited == pytest.approx(1 / FIRST_RATE)

    assert rig.call().waited > 0
    assert rig.call(operation=PUT_IMAGE).waited == 0


@pytest.mark.parametrize(("max_attempts", "attempts"), [(1, 1), (2, 6), (3, 6), (6, 6), (9, 9)])
def test_call_that_is_only_throttled_ends(rig: Rig, max_attempts: int, attempts: int) -> None:
    """After six attempts, or more by the policy, the service's error is raised; 1 is no retry."""
    errors = [throttled() for _ in range(20)]

    call = rig.call(*errors, max_attempts=max_attempts)

    assert call.attempts == attempts
    assert call.error is errors[attempts - 1]


def test_throttled_attempts_wait_longer_each_time(rig: Rig) -> None:
    """A call that is throttled again and again comes back ever later."""
    call = rig.call(*[throttled() for _ in range(20)])

    assert call.waited == pytest.approx(call.elapsed)
    assert 15 < call.waited < 30
    waits = [event.sleep for event in rig.told]
    assert waits == sorted(waits)


def test_throttling_spends_no_quota(rig: Rig) -> None:
    """A quota that is used up ends no call that is throttled, and throttling uses up none."""
    for _ in range(200):
        assert rig.call(throttled(), throttled()).error is None
    assert left(rig.quota) == 500

    assert rig.call(throttled()).error is None


def test_other_failures_spend_quota_and_attempts_as_before(rig: Rig) -> None:
    """Of a paced operation, too, lost connections are counted by `max_attempts` and cost quota."""
    rig.throttle()
    call = rig.call(lost(), lost(), lost(), lost())

    assert call.attempts == 3
    assert left(rig.quota) == 500 - 2 * 14
    assert isinstance(rig.call(lost()).error, EcrConnectionError)


def test_throttled_attempts_do_not_count_for_other_failures(rig: Rig) -> None:
    """A call that was throttled thrice may still lose a connection."""
    assert rig.call(throttled(), throttled(), throttled(), lost()).error is None
    assert rig.call(throttled(), lost(), lost(), lost()).attempts == 4


def test_without_pace_it_is_botocores_standard_mode(rig: Rig) -> None:
    """With `pace=False` nothing takes turns: three attempts, its waits, and the quota."""
    call = rig.call(throttled(), throttled(), throttled(), throttled(), pace=False)

    assert call.attempts == 3
    assert rig.slept == pytest.approx([1.0, 2.0])
    assert left(rig.quota) == 500 - 2 * 5


def test_without_pace_the_quota_ends_calls(rig: Rig) -> None:
    """With `pace=False` a program that is throttled for long loses calls at their first attempt."""
    attempts = [
        rig.call(throttled(), throttled(), throttled(), pace=False).attempts for _ in range(60)
    ]

    assert attempts == [3] * 50 + [1] * 10


def test_call_without_pace_is_not_held_up_by_others(rig: Rig) -> None:
    """A client with `pace=False` neither waits for turns nor tells what it met."""
    rig.throttle()

    assert rig.call(pace=False).waited == 0
    assert rig.call(throttled(), pace=False).waited == pytest.approx(1.0)


def test_service_may_ask_for_a_longer_wait(rig: Rig) -> None:
    """`x-amz-retry-after` is honoured, up to five seconds beyond our own wait."""
    assert rig.call(throttled(retry_after=3.0)).waited == pytest.approx(3.0, abs=0.2)
    assert Rig().call(throttled(retry_after=60.0)).waited == pytest.approx(5.0, abs=0.2)


def queue_up(rig: Rig, seconds: float) -> None:
    """Let others wait for so many seconds of turns."""
    turns = rig.retrier.paces.begin("DeleteRepository", rig.now)
    while turns.seconds_until_turn(None, rig.now) < seconds:
        turns.seconds_until_turn(Turn(), rig.now)


def test_turn_after_the_deadline_is_not_waited_for(rig: Rig) -> None:
    """Where the first turn would come too late, the call ends at once, and says why."""
    queue_up(rig, 10)

    call = rig.call(deadline=5)

    assert (call.attempts, call.waited) == (0, 0)
    assert isinstance(call.error, DeadlineExceededError)
    assert str(call.error).startswith("DeleteRepository: the service throttles this operation")
    assert call.error.operation_name == "DeleteRepository"


def test_retry_whose_turn_is_after_the_deadline_ends_with_the_services_error(rig: Rig) -> None:
    """A call that was throttled, and would be too late for its next turn, ends at once."""
    errors = [throttled() for _ in range(9)]

    call = rig.call(*errors, deadline=0.9 / FIRST_RATE)

    assert (call.attempts, call.waited) == (1, 0)
    assert call.error is errors[0]


def test_deadline_that_is_missed_while_waiting_ends_the_wait(rig: Rig) -> None:
    """When the rate falls while a call waits, it ends as soon as its turn is too far away."""
    queue_up(rig, 3)
    turns = rig.retrier.paces.begin("DeleteRepository", rig.now)
    sleep = rig.sleep

    def sleep_while_it_gets_worse(seconds: float) -> None:
        sleep(seconds)
        for _ in range(10):
            turns.record_throttled(began=rig.now, now=rig.now)

    object.__setattr__(rig.retrier, "sleep", sleep_while_it_gets_worse)
    call = rig.call(deadline=5)

    assert call.attempts == 0
    assert isinstance(call.error, DeadlineExceededError)
    assert call.waited < 2


def test_closed_client_ends_the_wait(rig: Rig) -> None:
    """A sleep that ends early means that the client is closed: the attempt is to say so."""
    queue_up(rig, 60)

    def woken(seconds: float) -> None:
        rig.now += seconds / 10

    object.__setattr__(rig.retrier, "sleep", woken)
    call = rig.call()

    assert call.attempts == 1
    assert call.waited < 1


@pytest.mark.parametrize(("error", "grows"), [(refused(), True), (lost(), False)])
def test_refusals_count_as_let_through(rig: Rig, error: EcrError, grows: bool) -> None:
    """The rate grows by requests that were let through, refused or not; lost ones say nothing."""
    turns = rig.retrier.paces.begin("DeleteRepository", rig.now)
    for _ in range(5):
        assert rig.call(error, max_attempts=1).error is error

    assert (turns.per_second > FIRST_RATE) == grows


def test_callback_hears_of_paced_waits(rig: Rig) -> None:
    """`on_retry` is told whether a call waits for its turn, and about how long."""
    first = throttled()
    call = rig.call(first, lost())

    assert [(event.attempt, event.is_paced) for event in rig.told] == [(1, True), (2, True)]
    assert rig.told[0].error is first
    assert sum(event.sleep for event in rig.told) == pytest.approx(call.waited, abs=0.1)


def test_log_tells_of_the_pace(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """At level DEBUG the log tells when the turns begin, each wait, and each cut."""
    with caplog.at_level(logging.DEBUG, "ecr_typed"):
        rig.call(*[throttled() for _ in range(9)])

    text = caplog.text
    assert "DeleteRepository: throttled; attempts take turns from now on" in text
    assert "DeleteRepository: the next turn is in 0.100 s" in text
    assert "DeleteRepository: throttled; attempts go on at 5 a second" in text
    assert "DeleteRepository: attempt 2 follows in 0.100 s, when it is its turn" in text
