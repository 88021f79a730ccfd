"""Wildcards of tag filters and tag patterns."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from ecr_typed.testing._emulator.registry.matching import matches


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_a_star_matches_any_run_of_characters(pattern: str, text: str) -> None:
    """The result is that of the regular expression that the pattern stands for."""
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert matches(pattern, text) == bool(re.fullmatch(expression, text))


def test_many_stars_take_little_time() -> None:
    """The time grows with the text, not with the ways to split it."""
    began = time.process_time()
    assert not matches("*" + "a*" * 60, "a" * 59)
    assert matches("*" + "a*" * 60, "a" * 60)
    assert time.process_time() - began < 0.1
