"""The README's examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecr_typed.testing import EcrEmulator
from tests.support.pages import Block, blocks_of

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = list(blocks_of(README))


def variables_of(example: Block, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What an example has made when it ends."""
    names: dict[str, object] = {}
    # `boto3.client` sets boto3's session up, with the emulator's credentials, for all later tests.
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    with EcrEmulator() as emulator:
        emulator.boto3_client().create_repository(repositoryName="team/app")
        emulator.push_image("team/app", tags=["v1"])
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        exec(compile(example.numbered, "README.md", "exec", dont_inherit=True), names)
    return names


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"line {example.line}")
def test_examples_run(example: Block, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of Python in the README runs against the emulator."""
    variables_of(example, monkeypatch)


def test_comparison_with_boto3_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """The misspelt key of the first example finds nothing; the second finds what is there."""
    with_boto3, with_ecr_typed = EXAMPLES[:2]
    assert variables_of(with_boto3, monkeypatch)["names"] == []
    assert variables_of(with_ecr_typed, monkeypatch)["names"] == ["team/app"]


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
