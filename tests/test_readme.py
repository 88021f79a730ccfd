"""The README's examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ecr_typed.testing import EcrEmulator

README = Path(__file__).parent.parent / "README.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.strip().splitlines()[-1])
def test_examples_run(example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of Python in the README runs against the emulator."""
    names: dict[str, object] = {}
    if example is EXAMPLES[0]:
        # The comparison with boto3 leaves its imports out.
        exec("import boto3\nfrom ecr_typed import EcrClient, EncryptionType", names)
    with EcrEmulator() as emulator:
        emulator.boto3_client().create_repository(repositoryName="there/before")
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
        exec(compile(example, "README.md", "exec"), names)


def test_links_lead_to_files_of_the_project() -> None:
    """A link in the README is a file here, or a page of AWS's or a library's documentation."""
    links = re.findall(r"\]\(([^)]+)\)", README.read_text("utf-8"))
    assert links
    missing = [link for link in links if "://" not in link and not (README.parent / link).exists()]
    assert missing == []
