"""The model's patterns can't be made to hang."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from botocore.model import Shape

from ecr_typed import EcrClient, InvalidParameterException
from tests.support.patterns import patterns
from tests.support.service import METHODS, SERVICE_MODEL
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
    lines = ran.stdout.splitlines()
    assert lines == [*(f"begins {name}" for name in PATTERNS), "done"]


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_are_the_models(name: str) -> None:
    """Each pattern has the length and the name of a shape of the service."""
    shape: Shape = SERVICE_MODEL.shape_for(name)

    assert shape.type_name == "string"
    assert "pattern" in shape.metadata or name in str(SERVICE_MODEL.shape_names)
    assert re.compile(PATTERNS[name])


def test_patterns_are_there() -> None:
    """Operations with a pattern in their input have one here, so that there is something to match."""
    assert "RepositoryName" in PATTERNS
    assert len(PATTERNS) >= len({method.name.split("_")[0] for method in METHODS}) // 3


@pytest.mark.parametrize("piece", ["a-", "a_", "a__", "a/", "-", "aa"])
def test_a_refused_text_is_explained_in_good_time(once: EcrClient, wire: Wire, piece: str) -> None:
    """A name of the full length that almost fits ends in its note."""
    wire.will(refusal("InvalidParameterException"))

    with pytest.raises(InvalidParameterException) as caught:
        once.create_repository(f"a{piece * (250 // len(piece))}!")

    assert len(caught.value.__notes__) == 1
