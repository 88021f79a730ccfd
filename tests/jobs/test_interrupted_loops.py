"""An interrupt between two rounds of a loop ends what the loop is for, as at any other place.

From CPython 3.12 on, what is raised at a jump back to the head of a loop passes by the handlers
that are around the loop in the same frame.
"""

from __future__ import annotations

import dis
import inspect
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from ecr_typed import EcrClient
from ecr_typed.jobs import each

OURS = ("ecr_typed-job", "ecr_typed-prefetch")


def interrupt(run: Callable[[], object], number: int) -> bool:
    """Run something, and interrupt it at the jump of that number; return whether it came so far.

    Jumps are counted in generators of the package, which are what has to be cleaned up.
    """
    left = iter(range(number))

    def trace(frame: FrameType, event: str, _: object) -> Any:
        is_package = str(frame.f_globals.get("__name__")).startswith("ecr_typed.")
        if not (is_package and frame.f_code.co_flags & inspect.CO_GENERATOR):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            name = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            is_jump = "JUMP_BACKWARD" in name and "NO_INTERRUPT" not in name
            if is_jump and next(left, None) is None:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def running() -> list[str]:
    """The threads of jobs and of pages that are fetched ahead."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(OURS)]


@pytest.mark.parametrize("kind", ["each", "pages"])
def test_an_interrupt_between_two_rounds_leaves_no_thread(ecr: EcrClient, kind: str) -> None:
    """Wherever it comes, the threads end."""
    for name in "abcd":
        ecr.create_repository(name * 3)

    def run() -> None:
        if kind == "pages":
            list(ecr.describe_repositories(page_size=1).pages(prefetch=2))
        else:
            list(each(abs, range(5), threads=2))

    def jumps() -> Iterator[int]:
        number = 0
        while interrupt(run, number):
            yield number
            number += 1

    count = 0
    for count in jumps():
        ends = time.monotonic() + 20.0
        while running():
            assert time.monotonic() < ends, f"after jump {count}, {running()} are left"
            time.sleep(0.005)
    assert count > 3
