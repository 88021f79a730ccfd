"""The Pythons that are supported: the classifiers name them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import noxfile

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_each_python_with_a_classifier_is_tested() -> None:
    classifiers = "\n".join(PROJECT["classifiers"])
    named = re.findall(r"^Programming Language :: Python :: (3\.\d+)$", classifiers, re.MULTILINE)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    matrix = re.search(r"^ +python: \[(.*)\]$", workflow, re.MULTILINE)
    assert matrix is not None
    assert re.findall(r'"(.*?)"', matrix[1]) == noxfile.PYTHONS == named
    assert PROJECT["requires-python"] == f">={named[0]}"
