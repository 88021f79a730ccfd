"""The reference's pages list everything, in tables that need no building."""

from __future__ import annotations

import re

import pytest

from codegen.records import ServiceRecord
from codegen.reference import render_reference, summary

from .conftest import Curation


@pytest.fixture
def pages(service: ServiceRecord, curation: Curation) -> dict[str, str]:
    """The pages of the sample service."""
    return render_reference(service, curation.load())


def rows(page: str) -> dict[str, str]:
    """The rows of a page's tables that begin with a name."""
    return dict(re.findall(r"^\| `([\w.]+)` \| ([^|]+) \|", page, re.MULTILINE))


def test_a_page_lists_the_methods_models_and_enums_of_a_topic(pages: dict[str, str]) -> None:
    """Each has a line with its first sentence, and its docstring below."""
    assert rows(pages["boxes.md"])["create_box"] == "Make a box."
    assert rows(pages["boxes.md"])["CreateBoxResponse"] == "The response of `create_box`."
    assert ".. automethod:: ecr_typed.EcrClient.create_box\n" in pages["boxes.md"]
    assert ".. autoclass:: ecr_typed.models.Colour\n" in pages["common.md"]


def test_request_models_are_not_in_the_table(pages: dict[str, str]) -> None:
    """They are documented at the end of the page, because few people need them."""
    assert "CreateBoxRequest" not in rows(pages["boxes.md"])
    end = pages["boxes.md"].index("## Request models")
    assert pages["boxes.md"].index(".. autoclass:: ecr_typed.models.CreateBoxRequest") > end


def test_all_operations_are_on_one_page(pages: dict[str, str]) -> None:
    """The page counts and lists the operations of all topics."""
    details = "".join(text for name, text in pages.items() if name != "operations.md")
    names = set(re.findall(r"automethod:: ecr_typed\.EcrClient\.(\w+)", details))
    assert rows(pages["operations.md"]).keys() == names
    assert f"{len(names)} in all" in pages["operations.md"]


def test_calls_are_shown_as_in_boto3(pages: dict[str, str]) -> None:
    """A row has boto3's call with its key, the method, and the type of what it returns."""
    assert "| `ecr.create_box(box_name" in pages["boto3.md"]
    assert '["box"]` | ' in pages["boto3.md"]
    assert "| `Pager[Box]` |" in pages["boto3.md"]


def test_errors_say_when_they_are_raised(pages: dict[str, str]) -> None:
    """Each error of the service has a row."""
    assert rows(pages["service_errors.md"])["BoxExistsException"] == "There is such a box."


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Make a box. It is empty.", "Make a box."),
        ("Make a box\nof wood.\n\nIt is empty.", "Make a box of wood."),
        (
            "Version 1.2 of a box: `box.1`. `None` is none.",
            "Version 1.2 of a box: `box.1`.",
        ),
    ],
)
def test_the_first_sentence_is_the_summary(text: str, first: str) -> None:
    """It ends with a full stop before the next sentence, not within a number."""
    assert summary(repr(text)) == first
