"""What a type checker pays for the types of each library."""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from bench.measures import child_cpu
from bench.peers.programs import CHECKED

_ROUNDS = 3
_WARM_RUNS = 3  # they are short, so that a disturbance is a large part of one


def checkers(pythons: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """CPU of mypy and pyright over a program with each library, to that with mypy_boto3_ecr.

    The checkers are installed here only, and look into the environment of each library. The
    quickest of some rounds counts: what else runs on the machine only adds to it.
    """
    quickest: dict[str, dict[str, float]] = defaultdict(dict)
    for _ in range(_ROUNDS):
        for name, python in (("boto3", sys.executable), *pythons.items()):
            for title, seconds in _check(CHECKED[name], python).items():
                before = quickest[title].get(name, seconds)
                quickest[title][name] = min(seconds, before)
    return {
        title: {name: seconds / taken["boto3"] for name, seconds in taken.items()}
        for title, taken in quickest.items()
    }


def _check(program: str, python: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "program.py").write_text(program, "utf-8")
        mypy = ["-m", "mypy", "--strict", f"--python-executable={python}", "program.py"]
        pyright = ["-m", "pyright", f"--pythonpath={python}", "program.py"]
        # The first run fills the cache that the others find.
        return {
            "CPU, mypy, cold, to mypy_boto3_ecr": child_cpu([sys.executable, *mypy], cwd=folder),
            "CPU, mypy, warm, to mypy_boto3_ecr": min(
                child_cpu([sys.executable, *mypy], cwd=folder) for _ in range(_WARM_RUNS)
            ),
            "CPU, pyright, to mypy_boto3_ecr": child_cpu([sys.executable, *pyright], cwd=folder),
        }
