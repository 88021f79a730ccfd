"""Acts in the middle of a function, as the handler of a signal does."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any


def lines_of(function: Callable[..., Any], until: str = "") -> list[int]:
    """The lines of a function's body, those from `until` on left out."""
    code = function.__code__
    source, first = inspect.getsourcelines(function)
    ends = next((first + n for n, text in enumerate(source) if until and until in text), None)
    found = {line for *_, line in code.co_lines() if line and line > code.co_firstlineno}
    return sorted(line for line in found if ends is None or line < ends)


@contextmanager
def at_line(function: Callable[..., Any], line: int, act: Callable[[], object]) -> Generator[None]:
    """Act once, when this thread gets to a line of a function."""
    acts = [act]

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code is not function.__code__:
            return trace if event == "call" else None
        if event == "line" and frame.f_lineno == line and acts:
            acts.pop()()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
