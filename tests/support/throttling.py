"""A service that throttles, and a simulation of clients that call it: no time passes in it."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from functools import partial

import attrs

from ecr_typed._calls.turns import LONGEST_SLEEP, Turn, Turns, backoff

MOST_ATTEMPTS = 6

Rate = Callable[[float], float]
"""Requests a second by the time."""


class TokenBucket:
    """Lets requests through at a rate, and as many more at once as it has tokens."""

    def __init__(self, per_second: float | Rate, burst: float | None = None) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = self._largest(0.0)
        self._filled_at = 0.0

    def lets_through(self, now: float) -> bool:
        """Take a token, if there is one."""
        refilled = self._tokens + (now - self._filled_at) * self._rate_at(now)
        self._tokens = min(self._largest(now), refilled)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _largest(self, now: float) -> float:
        return max(1.0, self._rate_at(now)) if self._burst is None else self._burst

    def _rate_at(self, now: float) -> float:
        return self._per_second(now) if callable(self._per_second) else self._per_second


class FixedWindows:
    """Lets so many requests through in each second of the clock."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._second = -1
        self._passed = 0

    def lets_through(self, now: float) -> bool:
        """Count a request, if there is room in this second."""
        if int(now) != self._second:
            self._second, self._passed = int(now), 0
        self._passed += 1
        return self._passed <= self._per_second


@attrs.define
class Result:
    """What came of a simulation."""

    lost: int = 0
    requests: int = 0
    passed_at: list[float] = attrs.field(factory=list[float])
    waits: list[float] = attrs.field(factory=list[float])
    """How long each attempt waited for its turn."""

    @property
    def seconds(self) -> float:
        """When the last call was done."""
        return self.passed_at[-1]

    def per_second(self, begin: float, end: float) -> float:
        """How many calls were done a second in that time."""
        return sum(begin <= when < end for when in self.passed_at) / (end - begin)


class _Client:
    """What the threads of one process share."""

    def __init__(self, calls: int) -> None:
        self.calls_left = calls
        self.turns: Turns | None = None
        self.is_busy_until = 0.0


class Simulation:
    """Threads that make calls one after the other, as quickly as they may."""

    def __init__(
        self,
        service: TokenBucket | FixedWindows,
        *,
        latency: float = 0.02,
        cpu: float = 0.002,
        ends_after: float = 3600.0,
        seed: int = 0,
    ) -> None:
        self.result = Result()
        self._service = service
        self._latency = latency
        self._cpu = cpu
        self._ends_after = ends_after
        self._random = random.Random(seed)
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = itertools.count()

    def run(self, *, threads: int, calls: int, processes: int = 1) -> Result:
        """Make so many calls from so many threads in each process."""
        for _ in range(processes):
            client = _Client(calls)
            for _ in range(threads):
                self._at(self._random.random() / 100, partial(self._next_call, client))
        while self._events:
            now, _, happens = heapq.heappop(self._events)
            if now > self._ends_after:
                break
            happens(now)
        return self.result

    def _at(self, when: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (when, next(self._numbers), happens))

    def _next_call(self, client: _Client, now: float) -> None:
        if client.calls_left:
            client.calls_left -= 1
            self._begin_attempt(client, 0, now)

    def _begin_attempt(self, client: _Client, throttled: int, now: float) -> None:
        if client.turns is None:
            self._send(client, throttled, now)
        else:
            self._await_turn(client, throttled, Turn(), now, now)

    def _await_turn(
        self, client: _Client, throttled: int, turn: Turn, since: float, now: float
    ) -> None:
        assert client.turns is not None
        seconds = client.turns.seconds_until_turn(turn, now)
        if seconds <= 0:
            self.result.waits.append(now - since)
            self._send(client, throttled, now)
            return
        # Threads wake a little late.
        wakes = now + min(seconds, LONGEST_SLEEP) + self._random.random() * 0.002
        self._at(wakes, lambda now: self._await_turn(client, throttled, turn, since, now))

    def _send(self, client: _Client, throttled: int, now: float) -> None:
        self.result.requests += 1
        # Threads of one process have one processor between them.
        client.is_busy_until = max(client.is_busy_until, now) + self._cpu
        arrives = client.is_busy_until + self._half_a_round_trip()
        self._at(arrives, lambda then: self._serve(client, throttled, now, then))

    def _serve(self, client: _Client, throttled: int, began: float, now: float) -> None:
        passes = self._service.lets_through(now)
        self._at(
            now + self._half_a_round_trip(),
            lambda then: self._end_attempt(client, throttled, began, passes, then),
        )

    def _half_a_round_trip(self) -> float:
        return self._latency * self._random.uniform(0.375, 0.625)

    def _end_attempt(
        self, client: _Client, throttled: int, began: float, passes: bool, now: float
    ) -> None:
        if passes:
            if client.turns is not None:
                client.turns.record_passed(began)
            self.result.passed_at.append(now)
            self._next_call(client, now)
            return
        if client.turns is None:
            client.turns = Turns("Simulated", now)
        else:
            client.turns.record_throttled(began, now)
        throttled += 1
        if throttled == MOST_ATTEMPTS:
            self.result.lost += 1
            self._next_call(client, now)
            return
        wait = backoff(throttled, self._random.random())
        self._at(now + wait, lambda then: self._begin_attempt(client, throttled, then))
