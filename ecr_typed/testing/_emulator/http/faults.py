"""`EcrEmulator.faults`: which calls meet which faults."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from threading import Lock
from time import monotonic

from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.http.service_description import REQUESTS
from ecr_typed.testing.faults import THROTTLED, Fault, InjectedFault


@dataclass(slots=True, eq=False)
class _Rule:
    fault: Fault
    operation_name: str | None
    calls_before: int
    times_left: int | None
    share: float | None

    def concerns(self, operation_name: str) -> bool:
        return self.operation_name in {None, operation_name}

    def lets_pass(self) -> bool:
        """Count a call, and return whether it comes before those that the fault is for."""
        if self.calls_before == 0:
            return False
        self.calls_before -= 1
        return True


@dataclass(slots=True)
class _TokenBucket:
    """Lets calls through at a rate: each takes a token, and tokens come back with time."""

    per_second: float
    burst: float
    tokens: float
    filled_at: float

    def lets_through(self, now: float) -> bool:
        gained = (now - self.filled_at) * self.per_second
        self.tokens = min(self.burst, self.tokens + gained)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Faults:
    """The faults that calls of an emulator meet. It can be shared between threads."""

    random: Random
    """The source of chance for shares. Every emulator begins with the same seed; set your own with
    `random.seed()`.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def inject(
        self,
        fault: Fault,
        *,
        operation_name: str | None = None,
        after: int = 0,
        times: int | None = None,
        share: float | None = None,
    ) -> None:
        """Let calls meet a fault: the next call, unless `after`, `times` or `share` say otherwise.

        Of several faults that are due, a call meets the fault that was injected first.

        Args:
            fault: The fault that they meet.
            operation_name: The operation, as AWS names it; default: any operation of ECR.
            after: How many calls come before the first one that meets it; with 2, that is the
                third. Default: none. Calls above a `limit` do not count.
            times: How many calls meet it; default: one, with `share` any number.
            share: The share of calls that meet it, by chance: 0.25 is a quarter, 1 is every call.
                Shares of several faults add up, to 1 at most.
        """
        _check_fault(fault)
        if operation_name is not None:
            _check_name(operation_name)
        check_type("after", after, int, "a number of calls")
        if times is not None:
            check_type("times", times, int, "a number of calls, or None")
        if share is not None:
            check_type("share", share, int | float, "a number up to 1, or None")
        if after < 0:
            raise ValueError(f"after must be 0 or more, not {after}")
        if times is not None and times < 1:
            raise ValueError(f"times must be 1 or more, not {times}")
        if share is None:
            times = times or 1
        elif not 0 < share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, not {share}")
        with self._lock:
            self._rules.append(_Rule(fault, operation_name, after, times, share))

    def limit(self, operation_name: str, *, per_second: float, burst: float | None = None) -> None:
        """Throttle an operation above a rate, as the service does: with a token bucket.

        A call above the rate gets `THROTTLED`: a ThrottlingException, HTTP 400, and the operation
        does not run. The rate counts real time, not the emulator's clock. A second limit of the
        same operation replaces the first one.

        See [Amazon ECR service
        quotas](https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html) for the
        rates of AWS.

        Args:
            operation_name: The operation, as AWS names it.
            per_second: How many calls a second run in the long run; above 0.
            burst: How many calls run at once after a pause, 1 or more; default: `per_second`, and
                at least 1.
        """
        _check_name(operation_name)
        check_type("per_second", per_second, int | float, "a number of calls")
        if burst is not None:
            check_type("burst", burst, int | float, "a number of calls, or None")
        if not per_second > 0:
            raise ValueError(f"per_second must be above 0, not {per_second}")
        burst = max(1.0, per_second) if burst is None else burst
        if not burst >= 1:
            raise ValueError(f"burst must be 1 or more, not {burst}")
        with self._lock:
            self._limits[operation_name] = _TokenBucket(per_second, burst, burst, monotonic())

    def clear(self) -> None:
        """Remove all faults and limits; `injected` stays."""
        with self._lock:
            self._rules.clear()
            self._limits.clear()

    def reset(self) -> None:
        """Remove all faults and limits, empty `injected`, and seed `random` anew."""
        with self._lock:
            self._rules: list[_Rule] = []
            self._limits: dict[str, _TokenBucket] = {}
            self._injected: list[InjectedFault] = []
            self.random = Random(0)  # noqa: S311 - tests need chances that repeat

    @property
    def injected(self) -> tuple[InjectedFault, ...]:
        """The faults that calls met so far, in order."""
        with self._lock:
            return tuple(self._injected)

    def draw(self, operation_name: str) -> Fault | None:
        """Decide whether a call meets a fault, and count that. The emulator asks at each call.

        Args:
            operation_name: The operation that is called, as AWS names it.

        Returns:
            The fault, or `None` if the call meets none.
        """
        with self._lock:
            limit = self._limits.get(operation_name)
            if limit is not None and not limit.lets_through(monotonic()):
                self._injected.append(InjectedFault(operation_name, THROTTLED))
                return THROTTLED
            rules = [rule for rule in self._rules if rule.concerns(operation_name)]
            rules = [rule for rule in rules if not rule.lets_pass()]
            rule = self._due(rules)
            if rule is None:
                return None
            if rule.times_left is not None:
                rule.times_left -= 1
                if rule.times_left == 0:
                    self._rules.remove(rule)
            self._injected.append(InjectedFault(operation_name, rule.fault))
            return rule.fault

    def _due(self, rules: list[_Rule]) -> _Rule | None:
        # One chance decides for all shares: drawn one by one, later shares would get too few calls.
        chance: float | None = None
        for rule in rules:
            if rule.share is None:
                return rule
            chance = (self.random.random() if chance is None else chance) - rule.share
            if chance < 0:
                return rule
        return None


def _check_name(operation_name: str) -> None:
    if operation_name not in REQUESTS:
        raise ValueError(f"operation_name: ECR has no operation {operation_name!r}")


def _check_fault(fault: object) -> None:
    if not isinstance(fault, Fault):
        raise TypeError(
            f"fault must be one of ecr_typed.testing.faults, such as THROTTLED, not {fault!r}"
        )
