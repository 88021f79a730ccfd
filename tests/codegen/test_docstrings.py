"""Docstrings are wrapped, and stay valid Python whatever the words are."""

from __future__ import annotations

import ast

import pytest

from codegen.docstrings import docstring, method_docstring, wrapped

LONG = "A sentence that is repeated until it is longer than a line. " * 5


def test_short_words_stay_on_a_line() -> None:
    """A docstring of a few words is one line."""
    assert docstring("A box.", 4) == '"""A box."""'


@pytest.mark.parametrize("indent", [0, 4, 8])
def test_long_words_are_wrapped(indent: int) -> None:
    """No line is wider than 100 columns, and the closing marks are on a line of their own."""
    lines = (" " * indent + docstring(LONG, indent)).splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= 100
    assert lines[-1] == " " * indent + '"""'


def test_paragraphs_are_kept() -> None:
    """Lines are joined, paragraphs are not."""
    assert wrapped("\nOne\nline.\n\nAnother\none.\n", 0) == "One line.\n\nAnother one."


@pytest.mark.parametrize(
    "text",
    [
        'The "last" word is a "quotation"',
        'Three """ marks inside.',
        'Three at the end: """',
        r"A \d+ pattern, and a \ at the end: \\",
        r"A backslash before the mark: \"",
    ],
)
@pytest.mark.parametrize("indent", [0, 4])
def test_words_are_kept_as_they_are(text: str, indent: int) -> None:
    """Quotation marks and backslashes survive."""
    assert ast.literal_eval(docstring(text, indent)) == text


def test_methods_have_the_sections_of_google() -> None:
    """Arguments, result and exceptions follow the words, and the link ends it all."""
    text = method_docstring(
        "Make a box.\n\nIt is empty.",
        {"name": "Its name.", "note": LONG},
        "The box.",
        {"BoxExistsException": "There is such a box."},
        "https://example.com",
    )
    lines = text.splitlines()
    assert lines[:6] == [
        '"""Make a box.',
        "",
        "        It is empty.",
        "",
        "        Args:",
        "            name: Its name.",
    ]
    assert lines[6].startswith("            note: A sentence")
    assert lines[7].startswith("                ")
    assert lines[-8:] == [
        "        Returns:",
        "            The box.",
        "",
        "        Raises:",
        "            BoxExistsException: There is such a box.",
        "",
        "        https://example.com",
        '        """',
    ]
    assert max(map(len, lines)) <= 100


def test_first_line_of_a_parameter_ends_with_a_sentence() -> None:
    """Editors show the first line of a parameter alone: it is not cut within a sentence."""
    text = method_docstring(
        "Do.", {"name": "Its name. " + "Words and words " * 9 + "."}, "", {}, ""
    )
    lines = [line.strip() for line in text.splitlines()]
    assert lines[3] == "name: Its name."
    assert lines[4].startswith("Words and words")
    assert max(map(len, text.splitlines())) <= 100


def test_empty_sections_are_left_out() -> None:
    """A method without arguments, result and exceptions has words and a link."""
    text = method_docstring("Tidy up.", {}, "", {}, "https://example.com")
    assert text == '"""Tidy up.\n\n        https://example.com\n        """'
