"""What the emulator says: each text has a source, and there is no other text."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ecr_typed.testing._emulator as emulator_package
from ecr_typed.testing._emulator.texts.text import OURS, REWRITES, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

EMULATOR = Path(str(emulator_package.__file__)).parent
ROOMS = ("constraints", "lifecycle_policies", "protocols", "refusals")
# Texts of these rooms reach clients. In others, errors are those of Python.
SPEAKING = ("http", "registry", "topics")
# `owner/name#1`, a page of AWS, a protocol, or where else a text has been seen.
SOURCE = re.compile(
    r"[\w.-]+/[\w.-]+#\d+(, [\w.-]+/[\w.-]+#\d+)*"
    r"|getmoto/moto, \w+/\w+\.py"
    r"|java-json-tools/json-schema-validator, .+"
    r"|(Amazon|AWS|API reference|IAM user guide|OCI|examples of the AWS command line|quoted from).+"
)
# What is prose, but no text for a client.
NO_TEXT = re.compile(
    r"\d{3} [A-Z ]+|HTTP/1\.1 .*|[\w/]+; charset=utf-8|.*\w=\"|.*\"next\""  # parts of HTTP
    r"|\w+\[.*\]|[\w |]+ \| .*",  # types in casts
    re.DOTALL,
)
PYTHONS_ERRORS = {"ValueError", "TypeError", "RuntimeError", "ConnectionError", "check_type"}
"""What raises errors that programmers read; `check_type` raises a `TypeError`."""


def texts() -> Iterator[tuple[str, str, Text]]:
    """Yield the room, the name and the text of all texts."""
    for room in ROOMS:
        module = import_module(f"ecr_typed.testing._emulator.texts.{room}")
        for name, value in vars(module).items():
            if isinstance(value, Text):
                yield room, name, value


TEXTS = {(room, name): text for room, name, text in texts()}


@cache
def modules() -> dict[Path, ast.Module]:
    """Return the parsed modules of the emulator."""
    return {
        path: ast.parse(path.read_text("utf-8"))
        for path in sorted(EMULATOR.rglob("*.py"))
        if path.parent.name != "texts" and path.name != "service_description.py"
    }


def uses() -> Iterator[tuple[str, str, set[str | None]]]:
    """Yield the room, the name and the fields of each text that a module fills in."""
    for tree in modules().values():
        rooms = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("_emulator.texts")
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in rooms:
                    fields = {keyword.arg for keyword in node.keywords}
                    yield rooms[owner.id], node.func.attr, fields


def fields_of(text: Text) -> set[str | None]:
    """Return the names of a text's fields."""
    return {name for _, name, _, _ in string.Formatter().parse(text.template) if name is not None}


def test_each_text_has_a_source() -> None:
    """It is ours, or it says where it has been seen."""
    assert len(TEXTS) > 100
    for key, text in TEXTS.items():
        assert text.source == OURS or SOURCE.fullmatch(text.source), (key, text.source)


def test_each_text_is_used_and_filled_in() -> None:
    """A text that nothing says any more, or whose fields are not filled in, fails here."""
    used = list(uses())
    assert {(room, name) for room, name, _ in used} == TEXTS.keys()
    for room, name, fields in used:
        assert fields == fields_of(TEXTS[room, name]), (room, name)


def test_no_two_texts_are_the_same() -> None:
    """What is said in two places is one text."""
    templates = [text.template for text in TEXTS.values()]
    assert sorted(set(templates)) == sorted(templates)


def prose(tree: ast.Module) -> Iterator[str]:
    """Yield the strings of a module that read like sentences, docstrings and logs apart."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_docstring or (isinstance(node, ast.Call) and is_for_programmers(node)):
            silent.update(id(each) for each in ast.walk(node))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            words = re.findall(r"[A-Za-z']{2,}", node.value)
            if len(words) >= 2 and " " in node.value.strip() and not NO_TEXT.fullmatch(node.value):
                yield node.value


def is_for_programmers(call: ast.Call) -> bool:
    """Return whether a call logs, states a source, or makes one of Python's errors."""
    name = ast.unparse(call.func)
    return name in PYTHONS_ERRORS or name.startswith(("_logger.", "super()", "form_of"))


@pytest.mark.parametrize("room", SPEAKING)
def test_there_is_no_text_without_a_source(room: str) -> None:
    """A sentence that a client may read stands in `texts`, with its source, and nowhere else."""
    for path, tree in modules().items():
        if path.is_relative_to(EMULATOR / room):
            assert list(prose(tree)) == [], path.relative_to(EMULATOR)


def test_the_forms_of_rewritten_documents_have_sources() -> None:
    """So does each function that rewrites a document; previews are returned as they were sent."""
    from ecr_typed.testing._emulator.registry import rewriting

    functions = {name for name in vars(rewriting) if name.startswith("rewrite_")}
    assert functions == REWRITES.keys()
    for name, source in REWRITES.items():
        assert source == OURS or SOURCE.fullmatch(source), (name, source)
    called = {
        node.func.id
        for path, tree in modules().items()
        if path.is_relative_to(EMULATOR / "topics")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert functions <= called
