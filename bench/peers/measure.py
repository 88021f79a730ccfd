"""Measures one library against boto3: `python -m bench.peers.measure NAME KIND`.

It runs in the environment of the library, and prints JSON. The versions are those of everything that is installed there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import distributions

from bench.inventory import ratios
from bench.measures import child_cpu, cpu_ratio, memory_ratio
from bench.peers.programs import STARTS
from bench.peers.stacks import STACKS, Repeated, Stack

_ROUNDS = 3
"""New processes of each kind; the quickest counts, as the rest of the machine only adds to it."""


def _calls(stack: Stack, plain: Stack) -> Iterator[tuple[str, float | None]]:
    for title, ours, theirs in (
        ("a page of 1000 repositories", stack.repositories, plain.repositories),
        ("a page of 1000 images", stack.images, plain.images),
    ):
        yield f"CPU, {title}", _cpu(ours, theirs, calls=1, rounds=25, items=1000)
        yield f"memory, {title}", _memory(ours, theirs)
    yield "CPU, a small call", _cpu(stack.tags, plain.tags, calls=50, rounds=41, items=1)


def _cpu(
    ours: Repeated | None, theirs: Repeated | None, *, calls: int, rounds: int, items: int
) -> float | None:
    if ours is None or theirs is None:
        return None
    for repeat in (ours, theirs):
        if (count := len(repeat(1))) != items:
            raise LookupError(f"{count} items came instead of {items}")
    return cpu_ratio(lambda: ours(calls), lambda: theirs(calls), calls=1, rounds=rounds)


def _memory(ours: Repeated | None, theirs: Repeated | None) -> float | None:
    if ours is None or theirs is None:
        return None
    return memory_ratio(lambda: ours(1), lambda: theirs(1))


def _inventories(stack: Stack, plain: Stack) -> Iterator[tuple[str, float | None]]:
    theirs = plain.inventory_on_threads
    for title, ours in (
        ("on threads", stack.inventory_on_threads),
        ("in asyncio", stack.inventory_in_asyncio),
    ):
        both = (None, None) if ours is None or theirs is None else ratios(ours, theirs)
        for kind, ratio in zip(("CPU", "wall time"), both, strict=True):
            yield f"{kind}, 4,002 calls, {title}", ratio


def _starts(name: str) -> Iterator[tuple[str, float]]:
    for title, program in STARTS[name].items():
        taken = [(_start_cpu(program), _start_cpu(STARTS["boto3"][title])) for _ in range(_ROUNDS)]
        ours, theirs = map(min, zip(*taken, strict=True))
        yield f"CPU, {title}", ours / theirs


def _start_cpu(program: str) -> float:
    # botocraft warns of its own fields on each import.
    return child_cpu([sys.executable, "-W", "ignore", "-c", program])


def main() -> None:
    """Measure the library that is named."""
    name, kind = sys.argv[1:]
    with STACKS["boto3"]() as plain, STACKS[name]() as stack:
        values = dict(_calls(stack, plain) if kind == "calls" else _inventories(stack, plain))
    if kind == "calls":
        values |= _starts(name)
    versions = {found.metadata["Name"]: found.version for found in distributions()}
    print(
        json.dumps(
            {
                "versions": dict(sorted(versions.items(), key=lambda item: item[0].lower())),
                "values": values,
            }
        )
    )


if __name__ == "__main__":
    main()
