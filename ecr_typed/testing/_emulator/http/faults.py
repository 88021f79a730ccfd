"""Which calls meet which faults: `EcrEmulator.faults`."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from threading import Lock

from ecr_typed.testing._emulator.http.service_model import service_model
from ecr_typed.testing.faults import Fault, InjectedFault


@dataclass(slots=True, eq=False)
class _Rule:
    fault: Fault
    operation_name: str | None
    times_left: int | None
    share: float | None

    def concerns(self, operation_name: str) -> bool:
        return self.operation_name in {None, operation_name}


class Faults:
    """The faults that calls of an emulator meet. It can be shared between threads."""

    random: Random
    """What draws the shares. It begins the same for every emulator; `random.seed()` changes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.reset()

    def inject(
        self,
        fault: Fault,
        *,
        operation_name: str | None = None,
        times: int | None = None,
        share: float | None = None,
    ) -> None:
        """Let calls meet a fault: the next one, unless `times` or `share` say otherwise.

        Of several faults that are due, a call meets the one that was injected first.

        Args:
            fault: What they meet.
            operation_name: The operation, as AWS names it; else any of ECR's.
            times: How many calls meet it; else one, and with `share` any number.
            share: The share of calls that meet it, chance decides which: 0.25 is a quarter, 1
                every call. Shares of several faults add up, to 1 at most.
        """
        if operation_name is not None and operation_name not in service_model().operation_names:
            raise ValueError(f"ECR has no operation {operation_name!r}")
        if times is not None and times < 1:
            raise ValueError(f"times is 1 or more, not {times}")
        if share is None:
            times = times or 1
        elif not 0 < share <= 1:
            raise ValueError(f"share is above 0 and at most 1, not {share}")
        with self._lock:
            self._rules.append(_Rule(fault, operation_name, times, share))

    def clear(self) -> None:
        """Let no further call meet a fault; `injected` stays."""
        with self._lock:
            self._rules.clear()

    def reset(self) -> None:
        """Be as new: no faults, none injected, the same chances."""
        with self._lock:
            self._rules: list[_Rule] = []
            self._injected: list[InjectedFault] = []
            self.random = Random(0)  # noqa: S311 - no secret: to repeat is what it is for

    @property
    def injected(self) -> tuple[InjectedFault, ...]:
        """What calls met so far, in order."""
        with self._lock:
            return tuple(self._injected)

    def draw(self, operation_name: str) -> Fault | None:
        """Decide what a call meets."""
        with self._lock:
            rules = [rule for rule in self._rules if rule.concerns(operation_name)]
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
        # One chance for all shares: drawn one by one, the later ones would get less than theirs.
        chance: float | None = None
        for rule in rules:
            if rule.share is None:
                return rule
            chance = (self.random.random() if chance is None else chance) - rule.share
            if chance < 0:
                return rule
        return None
