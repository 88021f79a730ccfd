"""What the package says of itself: docstrings, and the strings below attributes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import attrs

import ecr_typed

PACKAGE = Path(ecr_typed.__file__).parent


@attrs.frozen
class Docstring:
    """A docstring as it stands in a module."""

    place: str
    """Module and dotted name."""

    text: str
    """The text, without indentation."""

    lines: tuple[str, ...]
    """The lines of the module that it is on."""


def docstrings() -> tuple[Docstring, ...]:
    """All docstrings of the package, save those of the emulator."""
    return tuple(
        found
        for path in sorted(PACKAGE.rglob("*.py"))
        if "testing" not in path.relative_to(PACKAGE).parts
        for found in _in_module(path)
    )


def _in_module(path: Path) -> Iterator[Docstring]:
    source = path.read_text("utf-8")
    lines = source.splitlines()
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for place, node in _nodes(ast.parse(source), name):
        on = tuple(lines[node.lineno - 1 : node.end_lineno])
        yield Docstring(place, inspect.cleandoc(ast.literal_eval(node)), on)


def _nodes(scope: ast.AST, name: str) -> Iterator[tuple[str, ast.expr]]:
    """The strings that document a scope, its attributes, and the scopes in it."""
    body: list[ast.stmt] = getattr(scope, "body", [])
    documented = name
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str()) as text):
                yield documented, text
            case ast.ClassDef() | ast.FunctionDef():
                yield from _nodes(statement, f"{name}.{statement.name}")
            case ast.AnnAssign(target=target) | ast.Assign(targets=[target]):
                documented = f"{name}.{ast.unparse(target)}"
            case _:
                pass


@cache
def texts() -> Mapping[str, str]:
    """The text of each docstring by its place; attributes of `self` are their class's."""
    return {found.place.replace(".__init__.self.", "."): found.text for found in docstrings()}


def attribute_text(owner: type[Any], name: str) -> str:
    """The words below an attribute, where its class or a base of it says them."""
    for base in owner.__mro__:
        module = getattr(inspect.getmodule(base), "__name__", "")
        # The module that users see is not always the one that it is written in.
        for place in (f"{base.__module__}.{base.__qualname__}", f"{module}.{base.__qualname__}"):
            if found := texts().get(f"{place}.{name}"):
                return found
        matches = [
            text for place, text in texts().items() if place.endswith(f".{base.__name__}.{name}")
        ]
        if base.__module__ in {"ecr_typed", "ecr_typed.jobs"} and matches:
            return matches[0]
    return ""


@attrs.frozen
class Sections:
    """A docstring of a function, by Google's sections."""

    words: str
    args: Mapping[str, str]
    returns: str
    raises: Mapping[str, str]
    link: str


def sections(text: str) -> Sections:
    """The sections of a docstring."""
    found: dict[str, list[str]] = {"": []}
    title = ""
    for line in inspect.cleandoc(text).splitlines():
        if line in {"Args:", "Returns:", "Raises:"}:
            title = line[:-1]
        elif line.startswith("https://"):
            title = "link"
        elif line and not line.startswith(" ") and title:
            raise AssertionError(f"a line that is in no section: {line}")
        found.setdefault(title, []).append(line)
    return Sections(
        words="\n".join(found[""]).strip(),
        args=_entries(found.get("Args", [])),
        returns=" ".join(line.strip() for line in found.get("Returns", [])[1:]).strip(),
        raises=_entries(found.get("Raises", [])),
        link=" ".join(found.get("link", [])).strip(),
    )


def _entries(lines: list[str]) -> dict[str, str]:
    entries: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        if begun := re.fullmatch(r" {4}(\w+): (.+)", line):
            name, entries[begun[1]] = begun[1], begun[2]
        elif line:
            entries[name] += f" {line.strip()}"
    return entries


def sentences(text: str) -> Iterator[str]:
    """The paragraphs and entries of a docstring, each a text that has to end as one."""
    try:
        parts = sections(text)
    except AssertionError:
        parts = Sections(text, {}, "", {}, "")
    yield from (" ".join(part.split()) for part in parts.words.split("\n\n"))
    yield from parts.args.values()
    yield from parts.raises.values()
    if parts.returns:
        yield parts.returns
