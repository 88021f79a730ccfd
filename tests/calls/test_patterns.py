"""The model's patterns can't be made to hang."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys

import pytest
from botocore.model import Shape

from ecr_typed import EcrClient, InvalidParameterException
from tests.support.newer import holds_the_model
from tests.support.patterns import patterns
from tests.support.service import SERVICE_MODEL
from tests.support.wire import Wire, refusal

PATTERNS = patterns()


def test_no_text_makes_a_pattern_hang() -> None:
    """Long texts made to be backtracked over are matched against every pattern, in good time."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.patterns"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.stderr == ""
    assert len(PATTERNS) > 5
    lines = ran.stdout.splitlines()
    assert lines == [*(f"begins {name}" for name in PATTERNS), "done"]


@holds_the_model
@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_the_models(name: str) -> None:
    """A pattern is the service's own, or matches the same texts without backtracking."""
    shape: Shape = SERVICE_MODEL.shape_for(name)
    ours, theirs = re.compile(PATTERNS[name]), re.compile(shape.metadata["pattern"])

    texts = [""]
    if ours.pattern != theirs.pattern:
        texts = ["".join(text) for n in range(6) for text in itertools.product("a0*./-A", repeat=n)]
    differing = [t for t in texts if bool(ours.fullmatch(t)) != bool(theirs.fullmatch(t))]
    assert differing == []


@pytest.mark.parametrize("piece", ["a-", "a_", "a__", "a/", "-", "aa"])
def test_a_refused_text_is_explained_in_good_time(once: EcrClient, wire: Wire, piece: str) -> None:
    """A name of the full length that almost fits ends in its note."""
    wire.will(refusal("InvalidParameterException"))

    with pytest.raises(InvalidParameterException) as caught:
        once.create_repository(f"a{piece * (250 // len(piece))}!")

    assert "lower-case letters" in caught.value.explanations[-1]
