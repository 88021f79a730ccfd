"""Options of a client that can't be right: what to pass instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from ecr_typed._errors import ArgumentProblem
from ecr_typed._options import service_of


def with_hints(
    problems: Iterable[ArgumentProblem], options: Mapping[str, object]
) -> Iterator[ArgumentProblem]:
    """Add to each problem what to do about it, if that is known."""
    for problem in problems:
        hint = _hint(problem.argument, options[problem.argument])
        yield attrs.evolve(problem, hint=hint)


def _hint(name: str, value: object) -> str:
    if name == "config" and getattr(value, "retries", None):
        return "pass retry=RetryPolicy(max_attempts=...)"
    if name == "client" and service_of(value) == "ecr-public":
        return "the private registries are the service 'ecr'"
    return ""
