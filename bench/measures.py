"""Ratios of what two functions cost in one process."""

from __future__ import annotations

import gc
import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import attrs

Function = Callable[[], object]


@attrs.frozen
class Measure:
    """A ratio, or seconds, that have to stay within a bound."""

    name: str
    value: float
    bound: float | None = None
    """None: it is there for comparison."""

    @property
    def is_kept(self) -> bool:
        return self.bound is None or self.value <= self.bound


def cpu_ratio(ours: Function, theirs: Function, *, calls: int, rounds: int = 15) -> float:
    """The median of CPU time against CPU time, taken in turn, so that noise meets both."""
    for function in (ours, theirs):
        function()
    ratios = [_cpu(ours, calls) / _cpu(theirs, calls) for _ in range(rounds)]
    return statistics.median(ratios)


def _cpu(function: Function, calls: int) -> float:
    gc.collect()
    began = time.process_time()
    for _ in range(calls):
        function()
    return time.process_time() - began


def bytecodes(function: Function) -> int:
    """How much Python executes: the same on every machine, whatever else runs there."""
    # The first calls fill caches.
    function()
    function()
    return _traced(function) if sys.version_info < (3, 12) else _monitored(function)


def _traced(function: Function) -> int:
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def _monitored(function: Function) -> int:
    # From 3.12 on, a trace function misses most bytecodes of the frames below the first. Checkers
    # that check for Python 3.11 don't know the module.
    monitoring: Any = vars(sys)["monitoring"]
    count, tool, executed = 0, monitoring.PROFILER_ID, monitoring.events.INSTRUCTION

    def on_instruction(*_: object) -> None:
        nonlocal count
        count += 1

    monitoring.use_tool_id(tool, "bench")
    monitoring.register_callback(tool, executed, on_instruction)
    try:
        monitoring.set_events(tool, executed)
        function()
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)
    return count


def child_cpu(command: Sequence[str], **options: Any) -> float:
    """The CPU time of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def quickest_ratio(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> float:
    """What two processes cost, run in turn: the quickest of each, as others only add to it."""
    taken = [(ours(), theirs()) for _ in range(rounds)]
    return min(cost for cost, _ in taken) / min(cost for _, cost in taken)


def memory_ratio(ours: Function, theirs: Function) -> float:
    """What the results hold in memory, against each other."""
    return _memory(ours) / _memory(theirs)


def _memory(function: Function) -> int:
    function()
    gc.collect()
    tracemalloc.start()
    kept = function()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size
