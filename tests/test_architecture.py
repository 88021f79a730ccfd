"""The rooms of the package and what each may import: read from the source, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import ecr_typed

PACKAGE = Path(ecr_typed.__file__).parent
LAYERS = {"aio", "documents", "jobs", "testing"}
"""Houses of their own: they use the client as any program does."""

PRIVATE_USES = {
    "ecr_typed.aio": {
        "ecr_typed._botocore.in_flight": "a call that is cancelled is cut off",
        "ecr_typed._calls.paging": "a listing is iterated over page by page",
        "ecr_typed._threads": "calls run on threads that don't keep the program from ending",
    },
    "ecr_typed.aio._operations": {
        "ecr_typed._lazy": "type hints name documents, which few programs load",
    },
    "ecr_typed.jobs": {
        "ecr_typed._threads": "jobs run on threads that don't keep the program from ending",
        "ecr_typed._composition": "a download ends with the client that it goes through",
        "ecr_typed._botocore.downloads": "layers come from S3 through the client's HTTP session",
        "ecr_typed._botocore.in_flight": "a job that ends cuts off its calls",
        "ecr_typed._botocore.roles": "a registry's role is assumed with botocore's provider",
        "ecr_typed._labels": "outcomes are shown as the client shows them",
        "ecr_typed._errors": "refused values are shown without passwords, as the client shows them",
    },
}
"""What a layer uses of the client's private rooms, and why."""

BOTOCORE_USES = {
    "ecr_typed._errors": {"botocore.exceptions": "service errors are ClientErrors, too"},
    "ecr_typed.testing._emulator.clients": {
        "botocore.config": "calls to loopback go past a proxy",
        "botocore.loaders": "the sessions of an emulator load the service's model once",
        "botocore.session": "the sessions of an emulator have no profile",
    },
}
"""Which modules besides `_botocore` import botocore, and why. Imports for checkers are free."""


MACHINERY = (
    "ecr_typed._botocore",
    "ecr_typed._calls.explain",
    "ecr_typed._calls.retry",
    "ecr_typed._calls.runner",
    "ecr_typed._calls.validation",
    "ecr_typed._composition",
    "ecr_typed._conversion.careful",
    "ecr_typed._conversion.compiled",
    "ecr_typed._conversion.convert",
    "ecr_typed._conversion.rows",
    "ecr_typed._conversion.scalars",
    "ecr_typed._conversion.shapes",
    "ecr_typed._lazy",
    "ecr_typed.documents._lifecycle_checks",
    "ecr_typed.documents._lifecycle_decisions",
    "ecr_typed.documents._manifest_checks",
    "ecr_typed.documents._policy_actions",
    "ecr_typed.documents._policy_checks",
    "ecr_typed.documents._policy_meaning",
)
"""How calls are made and documents checked: for a checker it would be as much to read as all public
types together."""


class When(Enum):
    """When an import is executed."""

    WITH_THE_MODULE = auto()
    UNSEEN_BY_CHECKERS = auto()
    """With the module, where a checker is told that it does not run."""
    IN_A_FUNCTION = auto()
    FOR_CHECKERS = auto()


RUNS_AT_ONCE = {When.WITH_THE_MODULE, When.UNSEEN_BY_CHECKERS}
SEEN_BY_CHECKERS = {When.WITH_THE_MODULE, When.FOR_CHECKERS}


class Import(NamedTuple):
    """One module imports another."""

    importer: str
    imported: str
    when: When


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def statements(nodes: Iterable[ast.AST], when: When) -> Iterator[tuple[ast.AST, When]]:
    for node in nodes:
        unseen = When.UNSEEN_BY_CHECKERS if when is When.WITH_THE_MODULE else when
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=orelse):
                yield from statements(body, When.FOR_CHECKERS)
                yield from statements(orelse, unseen)
                continue
            case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id="TYPE_CHECKING"))):
                yield from statements(node.body, unseen)
                continue
            case _:
                pass
        yield node, when
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        inside = When.IN_A_FUNCTION if is_function and when is not When.FOR_CHECKERS else when
        yield from statements(ast.iter_child_nodes(node), inside)


def imports(module: str) -> Iterator[Import]:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    for node, when in statements([tree], When.WITH_THE_MODULE):
        match node:
            case ast.Import(names=names):
                yield from (Import(module, alias.name, when) for alias in names)
            case ast.ImportFrom(module=str(source), names=names):
                for alias in names:
                    member = f"{source}.{alias.name}"
                    yield Import(module, member if member in MODULES else source, when)
            case _:
                pass


IMPORTS = [found for module in MODULES for found in imports(module)]


def layer(module: str) -> str:
    """Return the layer that a module belongs to: one of `LAYERS`, or the client."""
    room = module.split(".")[1:2]
    return room[0] if room and room[0] in LAYERS else "the client"


def is_private(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))


def test_layers_import_only_what_is_public() -> None:
    private = {
        (found.importer.rsplit(".", 1)[0], found.imported)
        for found in IMPORTS
        if found.imported.partition(".")[0] == "ecr_typed"
        and is_private(found.imported)
        and layer(found.importer) != layer(found.imported)
    }
    assert private == {(room, module) for room, uses in PRIVATE_USES.items() for module in uses}


def test_only_one_room_imports_botocore() -> None:
    users = {
        (found.importer, found.imported)
        for found in IMPORTS
        if found.imported.partition(".")[0] == "botocore"
        and found.when is not When.FOR_CHECKERS
        and not found.importer.startswith("ecr_typed._botocore.")
    }
    assert users == {(user, module) for user, uses in BOTOCORE_USES.items() for module in uses}


def test_modules_are_imported_without_circles() -> None:
    graph: dict[str, set[str]] = {module: set() for module in MODULES}
    for found in IMPORTS:
        if found.when in RUNS_AT_ONCE and found.imported in MODULES:
            graph[found.importer].add(found.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_type_checkers_read_nothing_of_how_calls_are_made() -> None:
    """What a program imports leads a checker to types alone, not to botocore's room or the runner.

    Checkers follow no imports in functions of an installed package.
    """
    read: set[str] = set()
    found = {"ecr_typed"}
    while found:
        read |= found
        found = {
            each.imported
            for each in IMPORTS
            if each.importer in read and each.imported in MODULES and each.when in SEEN_BY_CHECKERS
        } - read
    assert {module for module in read if module.startswith(MACHINERY)} == set()


def test_no_module_is_longer_than_400_lines() -> None:
    texts = {module: path.read_text("utf-8") for module, path in MODULES.items()}
    lengths = {
        module: len(text.splitlines())
        for module, text in texts.items()
        if not text.startswith("# Generated by")
    }
    assert {module: length for module, length in lengths.items() if length > 400} == {}
