"""When a failed attempt is followed by another, and after how long: the pure parts."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from botocore.retries import quota as botocore_quota
from botocore.retries import standard

from ecr_typed import EcrError, EcrRequestError, RetryEvent, RetryPolicy
from ecr_typed._calls import retry as ours
from ecr_typed._calls.deadline import Deadline
from ecr_typed._calls.retry import Retrier, RetryQuota, delay
from ecr_typed._wire.operations import DELETE_REPOSITORY
from tests.support.newer import holds_the_retry_rules


def transient(retry_after: float | None = None) -> EcrError:
    """An error after which another attempt may succeed."""
    error = EcrError("transient", is_transient=True)
    error.retry_after = retry_after
    return error


def throttled(retry_after: float | None = None) -> EcrError:
    """An error by which the service asks for fewer requests."""
    error = EcrError("throttled")
    error.is_throttling = True
    error.retry_after = retry_after
    return error


class Service:
    """Fails in a given way, attempt by attempt, then succeeds."""

    def __init__(self, *errors: EcrError) -> None:
        self.errors = list(errors)
        self.attempts = 0

    def __call__(self) -> str:
        self.attempts += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


@attrs.define
class FakeCall:
    """A call whose attempts are a service's."""

    attempt: Callable[[], str]
    deadline: Deadline
    operation: Any = DELETE_REPOSITORY
    waited: float = 0.0


Run = Callable[[Callable[[], str]], str]
"""Runs the attempts of a call."""


class Time:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    """Give a time that does not pass by itself."""
    return Time()


@pytest.fixture
def retrying(time: Time) -> Callable[..., Run]:
    """Give a maker of functions that run calls on that time by a policy, without chance and pace."""

    def make(quota: RetryQuota | None = None, **options: Any) -> Run:
        options.setdefault("pace", False)
        policy = RetryPolicy(**options)
        retrier = Retrier(policy, quota or RetryQuota(), jitter=lambda: 1.0, sleep=time.sleep)

        def run(service: Callable[[], str]) -> str:
            call: Any = FakeCall(service, Deadline(policy.deadline, time.clock))
            result: Any = retrier.run(call)
            return str(result)

        return run

    return make


@holds_the_retry_rules
def test_figures_are_botocores() -> None:
    """Scales, caps, costs and capacity are those of the `standard` mode at hand."""
    backoff: Any = standard.ExponentialBackoff
    config: dict[str, Any] = backoff._DEFAULT_BACKOFF_CONFIG
    checker: Any = standard.RetryQuotaChecker

    assert sorted(config.values()) == [ours.TRANSIENT_BASE_DELAY, ours.THROTTLING_BASE_DELAY]
    assert backoff._MAX_BACKOFF == ours.LONGEST_DELAY
    assert backoff._RETRY_AFTER_MAX_ADDITIONAL == ours.LONGEST_ADDED_BY_RETRY_AFTER
    assert backoff._BASE == 2
    assert botocore_quota.RetryQuota.INITIAL_CAPACITY == ours.QUOTA_CAPACITY
    assert checker._RETRY_COST == ours.TRANSIENT_RETRY_COST
    assert checker._THROTTLING_RETRY_COST == ours.THROTTLING_RETRY_COST
    assert checker._NO_RETRY_INCREMENT == ours.UNRETRIED_SUCCESS_GAIN
    assert RetryPolicy().max_attempts == standard.DEFAULT_MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("error", "longest"),
    [
        (transient(), [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 20.0, 20.0]),
        (throttled(), [1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]),
    ],
)
def test_delay_doubles_up_to_a_cap(error: EcrError, longest: list[float]) -> None:
    """Each wait may be twice as long as the one before, at most 20 seconds."""
    delays = [delay(error, attempt, 1.0) for attempt in range(1, len(longest) + 1)]

    assert delays == pytest.approx(longest)


def test_delay_of_a_late_attempt_is_capped() -> None:
    """However many attempts a policy allows, the wait has its cap."""
    assert delay(transient(), 1000, 1.0) == 20.0


@pytest.mark.parametrize("jitter", [0.0, 0.25, 0.5, 1.0])
def test_jitter_is_full(jitter: float) -> None:
    """The wait is anywhere between none and the longest."""
    assert delay(transient(), 3, jitter) == pytest.approx(0.2 * jitter)
    assert delay(throttled(), 3, jitter) == pytest.approx(4.0 * jitter)


@pytest.mark.parametrize(
    ("retry_after", "jitter", "expected"),
    [
        (None, 1.0, 0.05),
        (0.0, 1.0, 0.05),
        (0.01, 1.0, 0.05),
        (2.0, 1.0, 2.0),
        (2.0, 0.0, 2.0),
        (5.0, 0.0, 5.0),
        (60.0, 0.0, 5.0),
        (60.0, 1.0, 5.05),
    ],
)
def test_retry_after_is_held_within_bounds(
    retry_after: float | None, jitter: float, expected: float
) -> None:
    """The service's own wait is honoured, if it is longer than ours and not five seconds longer."""
    assert delay(transient(retry_after), 1, jitter) == pytest.approx(expected)


def test_success_at_once_waits_for_nothing(retrying: Callable[..., Run], time: Time) -> None:
    """A call that succeeds makes one attempt and does not sleep."""
    service = Service()

    assert retrying()(service) == "done"
    assert (service.attempts, time.slept) == (1, [])


def test_failure_is_followed_by_another_attempt(retrying: Callable[..., Run], time: Time) -> None:
    """Transient and throttling errors are retried, each on its scale."""
    service = Service(transient(), throttled())

    assert retrying()(service) == "done"
    assert time.slept == pytest.approx([0.05, 2.0])


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_attempts_are_limited(retrying: Callable[..., Run], time: Time, most: int) -> None:
    """After the last attempt its own error is raised, not a wrapper."""
    errors = [transient() for _ in range(10)]
    service = Service(*errors)

    with pytest.raises(EcrError) as caught:
        retrying(max_attempts=most)(service)

    assert caught.value is errors[most - 1]
    assert service.attempts == most
    assert len(time.slept) == most - 1


def test_other_errors_are_not_retried(retrying: Callable[..., Run], time: Time) -> None:
    """What another attempt can't cure is raised, at once or after a retry."""
    final = EcrError("no")

    for errors, attempts in (((final,), 1), ((transient(), final), 2)):
        service = Service(*errors)
        with pytest.raises(EcrError) as caught:
            retrying()(service)
        assert caught.value is final
        assert service.attempts == attempts
    assert len(time.slept) == 1


@pytest.mark.parametrize(
    ("deadline", "slept"),
    [
        (None, [1.0, 2.0, 4.0]),
        (7.0, [1.0, 2.0, 4.0]),
        (6.9, [1.0, 2.0]),
        (3.0, [1.0, 2.0]),
        (2.9, [1.0]),
        (0.9, []),
    ],
)
def test_deadline_begins_no_wait_that_it_can_not_end(
    retrying: Callable[..., Run], time: Time, deadline: float | None, slept: list[float]
) -> None:
    """A wait that would go beyond the deadline is not begun: the error comes at once."""
    service = Service(*[throttled() for _ in range(9)])

    with pytest.raises(EcrError):
        retrying(max_attempts=4, deadline=deadline)(service)

    assert time.slept == slept


def test_deadline_counts_the_attempts_too(retrying: Callable[..., Run], time: Time) -> None:
    """The time that attempts take is part of the call's."""

    def slow() -> str:
        time.now += 2.0
        raise throttled()

    with pytest.raises(EcrError):
        retrying(max_attempts=9, deadline=6.0)(slow)

    assert time.slept == [1.0]


def test_on_retry_is_told_before_each_wait(retrying: Callable[..., Run], time: Time) -> None:
    """An event has operation, attempt, error and the wait to come."""
    first, second = transient(), throttled()
    told: list[tuple[RetryEvent, int]] = []
    service = Service(first, second)

    def tell(event: RetryEvent) -> None:
        told.append((event, len(time.slept)))

    retrying(on_retry=tell)(service)

    assert told == [
        (RetryEvent("DeleteRepository", 1, first, 0.05), 0),
        (RetryEvent("DeleteRepository", 2, second, 2.0), 1),
    ]


def test_on_retry_is_not_told_of_the_last_failure(retrying: Callable[..., Run]) -> None:
    """Where no attempt follows, there is no retry to tell of."""
    told: list[RetryEvent] = []

    with pytest.raises(EcrError):
        retrying(max_attempts=2, on_retry=told.append)(Service(transient(), transient()))

    assert [event.attempt for event in told] == [1]


def left(quota: RetryQuota) -> int:
    """What a quota has left; it is empty afterwards."""
    return sum(1 for _ in itertools.takewhile(lambda _: quota.spend(1), itertools.count()))


def test_quota_is_spent_once_an_attempt(retrying: Callable[..., Run]) -> None:
    """Every retry costs, 14 for a transient error and 5 for throttling."""
    quota = RetryQuota(100)

    with pytest.raises(EcrError):
        retrying(quota)(Service(transient(), throttled(), transient()))

    assert left(quota) == 100 - 14 - 5


def test_quota_is_not_asked_where_no_attempt_follows(retrying: Callable[..., Run]) -> None:
    """The last attempt and a wait beyond the deadline cost nothing."""
    quota = RetryQuota(100)

    for policy in ({"max_attempts": 1}, {"deadline": 0.01}):
        with pytest.raises(EcrError):
            retrying(quota, **policy)(Service(transient()))

    assert left(quota) == 100


def test_empty_quota_ends_a_call(retrying: Callable[..., Run], time: Time) -> None:
    """Without quota there is no retry: the error of the attempt is raised."""
    error = transient()

    with pytest.raises(EcrError) as caught:
        retrying(RetryQuota(13))(Service(error))

    assert caught.value is error
    assert time.slept == []


def test_success_after_retries_gives_the_last_cost_back(
    retrying: Callable[..., Run],
) -> None:
    """As in botocore, what the last retry cost is returned."""
    quota = RetryQuota(100)

    retrying(quota)(Service(transient(), throttled()))

    assert left(quota) == 100 - 14


def test_success_at_once_gives_one_back(retrying: Callable[..., Run]) -> None:
    """An unretried success earns one, and never more than the capacity."""
    quota = RetryQuota(20)
    quota.spend(10)

    for _ in range(3):
        retrying(quota)(Service())
    assert left(quota) == 13

    quota = RetryQuota(20)
    retrying(quota)(Service())
    assert left(quota) == 20


def test_quota_is_safe_between_threads() -> None:
    """Threads that spend at once never spend more than there is."""
    quota = RetryQuota(1000)
    spent: list[int] = []
    barrier = threading.Barrier(8)

    def spend() -> None:
        barrier.wait()
        spent.append(sum(quota.spend(1) for _ in range(500)))

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(spent) == 1000


def test_policy_is_frozen_and_has_defaults() -> None:
    """Three attempts, no deadline, paced; a policy can't be changed, only evolved."""
    policy: Any = RetryPolicy()

    assert (policy.max_attempts, policy.deadline, policy.on_retry) == (3, None, None)
    assert policy.pace is True
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        policy.max_attempts = 5
    assert attrs.evolve(policy, max_attempts=5) == RetryPolicy(max_attempts=5)
    with pytest.raises(TypeError):
        getattr(ours, "RetryPolicy")(5)  # noqa: B009  # it takes keywords only


@pytest.mark.parametrize(
    "options",
    [
        {"max_attempts": 0},
        {"max_attempts": -1},
        {"max_attempts": 1.5},
        {"max_attempts": "3"},
        {"max_attempts": None},
        {"deadline": 0},
        {"deadline": -1.0},
        {"deadline": float("nan")},
        {"deadline": "5"},
        {"deadline": True},
        {"on_retry": "print"},
        {"pace": None},
        {"pace": 1},
    ],
)
def test_senseless_policies_are_refused(options: dict[str, Any]) -> None:
    """A policy says at once what is wrong with it: the argument, its value and what is allowed."""
    ((name, value),) = options.items()
    with pytest.raises(EcrRequestError, match=rf"^{name}: expected .*, got {value!r}$") as caught:
        RetryPolicy(**options)
    assert isinstance(caught.value, ValueError)
