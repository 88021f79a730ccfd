"""The README's examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecr_typed.testing import EcrEmulator

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
IMPORTS_LEFT_OUT = "import boto3\nfrom ecr_typed import EcrClient, ImageTagMutability"
"""Those of the comparison with boto3."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.strip().splitlines()[-1])
def test_examples_run(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of Python in the README runs against the emulator."""
    names: dict[str, object] = {}
    if example is EXAMPLES[0]:
        exec(IMPORTS_LEFT_OUT, names)
    with EcrEmulator() as emulator:
        emulator.boto3_client().create_repository(repositoryName="there/before")
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
        exec(compile(example, "README.md", "exec"), names)


def test_comparison_with_boto3_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """The misspelt key of the first example finds nothing, its second half finds what is there."""
    halves = EXAMPLES[0].split("\n\n")
    found: list[object] = []
    with EcrEmulator() as emulator:
        emulator.boto3_client().create_repository(repositoryName="there/before")
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
        for half in halves:
            variables: dict[str, object] = {}
            exec(f"{IMPORTS_LEFT_OUT}\n{half}", variables)
            found.append(variables["names"])

    assert found == [[], ["there/before"]]


def test_tests_that_are_named_are_there() -> None:
    """A link that has the name of a test leads to the file of that test."""
    named = re.findall(r"\[`(test_\w+)`\]\(([^)]+)\)", README.read_text("utf-8"))
    assert named
    missing = [
        name
        for name, path in named
        if f"\ndef {name}(" not in (README.parent / path).read_text("utf-8")
    ]
    assert missing == []


def test_links_lead_to_files_of_the_project() -> None:
    """A link in the README is a file here, or a page of AWS's or a library's documentation."""
    links = re.findall(r"\]\(([^)]+)\)", README.read_text("utf-8"))
    assert links
    missing = [link for link in links if "://" not in link and not (README.parent / link).exists()]
    assert missing == []
