"""The pace of throttled operations, in simulations: no call is lost, and little time is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecr_typed._calls.pace import FIRST_RATE, LOWEST_RATE, LearnedRate
from ecr_typed._calls.turns import FORGOTTEN_AFTER, Paces, Turn, Turns, backoff
from tests.support.throttling import FixedWindows, Simulation, TokenBucket

SCENARIOS = [
    # calls a second, threads, calls
    (50, 64, 1200),
    (200, 64, 4000),
    (10, 16, 200),
    (5, 16, 100),
]


@pytest.mark.parametrize("latency", [0.005, 0.05, 0.2])
@pytest.mark.parametrize(("rate", "threads", "calls"), SCENARIOS)
def test_no_call_is_lost_and_little_time(
    rate: int, threads: int, calls: int, latency: float
) -> None:
    """Calls of many threads all succeed, in at most 1.15 times what the service's rate allows."""
    result = Simulation(TokenBucket(rate, rate), latency=latency).run(threads=threads, calls=calls)

    assert result.lost == 0
    assert len(result.passed_at) == calls
    assert result.seconds <= 1.15 * (calls - rate) / rate


@settings(max_examples=100)
@given(
    rate=st.integers(2, 150),
    burst=st.floats(0.2, 10),
    threads=st.integers(1, 80),
    latency=st.floats(0.002, 0.2),
    seed=st.integers(0, 1000),
)
def test_any_limit_is_learned(
    rate: int, burst: float, threads: int, latency: float, seed: int
) -> None:
    """Whatever a service's rate and bucket, no call is lost, and the time stays near the ideal."""
    tokens = max(1.0, rate * burst)
    calls = int(tokens) + 10 * rate
    result = Simulation(TokenBucket(rate, tokens), latency=latency, seed=seed).run(
        threads=threads, calls=calls
    )

    assert result.lost == 0
    # What the threads can do, be it throttled or not: a round trip, its CPU, and waking up.
    unthrottled = calls / threads * (1.25 * latency + 0.004)
    assert result.seconds <= 2 * max((calls - tokens) / rate, unthrottled) + 5


@pytest.mark.parametrize(("rate", "threads", "calls"), SCENARIOS)
def test_limits_by_the_second_are_learned(rate: int, threads: int, calls: int) -> None:
    """A service that counts the requests of each second loses no call, either."""
    result = Simulation(FixedWindows(rate)).run(threads=threads, calls=calls)

    assert result.lost == 0
    assert result.seconds <= 1.25 * (calls - rate) / rate


@pytest.mark.parametrize("latency", [0.02, 0.2])
def test_changed_limits_are_followed(latency: float) -> None:
    """A limit that is raised tenfold, and lowered again, is reached within ten seconds."""

    def rate(now: float) -> float:
        return 200 if 20 <= now < 50 else 20

    service = TokenBucket(rate)
    result = Simulation(service, latency=latency, ends_after=80).run(threads=64, calls=100_000)

    assert result.lost == 0
    assert result.per_second(10, 20) == pytest.approx(20, rel=0.1)
    assert result.per_second(30, 50) == pytest.approx(200, rel=0.1)
    assert result.per_second(60, 80) == pytest.approx(20, rel=0.1)
    # Nor is the service overrun meanwhile: one request in five is in vain at most.
    assert result.requests <= 1.2 * len(result.passed_at)


@pytest.mark.parametrize(("rate", "threads", "calls"), [(50, 32, 600), (10, 16, 100)])
@pytest.mark.parametrize("seed", range(3))
def test_processes_share_a_limit(rate: int, threads: int, calls: int, seed: int) -> None:
    """Two processes that know nothing of each other lose no call."""
    simulation = Simulation(TokenBucket(rate, rate), seed=seed)
    result = simulation.run(threads=threads, calls=calls, processes=2)

    assert result.lost == 0
    assert len(result.passed_at) == 2 * calls
    assert result.seconds <= 1.5 * (2 * calls - rate) / rate


def test_turns_are_fair() -> None:
    """No attempt waits much longer than others: each thread has its turn."""
    result = Simulation(TokenBucket(20, 20)).run(threads=40, calls=600)

    settled = result.waits[200:]
    assert max(settled) <= 2 * sum(settled) / len(settled)


def test_turns_are_taken_in_the_order_of_asking() -> None:
    """First come, first served, at the rate."""
    queue = Turns("Operation", 0.0)
    turns = [Turn() for _ in range(5)]
    order: list[int] = []
    now = 0.0
    while len(order) < len(turns):
        for number, turn in enumerate(turns):
            if number not in order and not queue.seconds_until_turn(turn, now):
                order.append(number)
        now += 0.01

    assert order == [0, 1, 2, 3, 4]
    assert now == pytest.approx(5 / FIRST_RATE, abs=0.05)


def test_turn_that_is_given_up_delays_nobody() -> None:
    """Who leaves the queue makes room for those behind."""
    queue = Turns("Operation", 0.0)
    first, second = Turn(), Turn()
    queue.seconds_until_turn(first, 0.0)
    before = queue.seconds_until_turn(second, 0.0)

    queue.leave(first)
    queue.leave(first)

    assert queue.seconds_until_turn(second, 0.0) == pytest.approx(before / 2)


def test_asking_takes_no_place() -> None:
    """How long a new attempt would wait can be asked without waiting."""
    queue = Turns("Operation", 0.0)
    queue.seconds_until_turn(Turn(), 0.0)

    asked = [queue.seconds_until_turn(None, 0.0) for _ in range(3)]

    assert asked == [pytest.approx(2 / FIRST_RATE)] * 3


def test_unused_turns_are_not_saved_up() -> None:
    """After a pause, one attempt goes at once, and the next waits."""
    queue = Turns("Operation", 0.0)

    assert queue.seconds_until_turn(Turn(), 50.0) == 0.0
    assert queue.seconds_until_turn(Turn(), 50.0) == pytest.approx(1 / FIRST_RATE)


def test_one_cut_is_for_all_in_flight() -> None:
    """Of attempts that were made at one rate, the first ones that are throttled cut it."""
    rate = LearnedRate(0.0)
    cuts = [rate.record_throttled(began=0.5, now=1.0) for _ in range(50)]

    assert cuts.count(True) == 1
    assert rate.per_second == FIRST_RATE / 2


def test_attempts_from_before_are_no_news() -> None:
    """What was in flight when an operation was throttled for the first time cuts nothing."""
    rate = LearnedRate(1.0)

    assert not any(rate.record_throttled(began=0.9, now=1.1) for _ in range(50))
    assert rate.per_second == FIRST_RATE


def test_rate_has_a_floor() -> None:
    """However much is throttled, an attempt is made every few seconds."""
    rate = LearnedRate(0.0)
    for number in range(1, 1000):
        rate.record_throttled(began=number / 10, now=number / 10)

    assert rate.per_second == LOWEST_RATE


def test_rate_does_not_grow_unused() -> None:
    """Where no attempt waits, there is nothing to learn."""
    rate = LearnedRate(0.0)
    rate.record_passed(0.0)
    for second in range(100):
        rate.advance(float(second), is_wanted=False)

    assert rate.per_second == FIRST_RATE


def test_backoff_begins_with_the_second_throttling_of_a_call() -> None:
    """The first only costs a new turn; then a call waits, each time longer."""
    assert backoff(1, 1.0) == 0.0
    assert [backoff(times, 1.0) for times in range(2, 6)] == [1.0, 2.0, 4.0, 8.0]
    assert [backoff(times, 0.0) for times in range(2, 6)] == [0.5, 1.0, 2.0, 4.0]
    assert backoff(1000, 1.0) == 20.0


def test_operations_are_forgotten() -> None:
    """An operation that was not throttled for long goes at once again, but not while calls wait."""
    paces = Paces()
    assert paces.get("Operation", 0.0) is None
    turns = paces.begin("Operation", 0.0)
    assert paces.begin("Operation", 1.0) is turns
    waiting = Turn()
    turns.seconds_until_turn(waiting, 0.0)

    assert paces.get("Operation", FORGOTTEN_AFTER + 1) is turns
    assert paces.get("Other", 0.0) is None
    turns.leave(waiting)
    assert paces.get("Operation", FORGOTTEN_AFTER + 1) is None
    assert paces.begin("Operation", FORGOTTEN_AFTER + 2) is not turns
