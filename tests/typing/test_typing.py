"""Type checkers accept the programs that are right, and say of the wrong ones what is wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from ecr_typed import EcrClient

from .checkers import OTHERS, ROOT, STRICT, Checker, Codes, codes_by_line, completeness

FOLDER = Path(__file__).parent.resolve()
WRONG = FOLDER / "wrong_programs.py"
RIGHT = sorted(
    path
    for path in FOLDER.glob("*.py")
    if path != WRONG and path.stem not in {"__init__", "checkers"} and path.stem[:5] != "test_"
)

CHECKERS: Mapping[str, Checker] = {**STRICT, **OTHERS}


@cache
def errors_of(checker: str) -> Codes:
    """What a checker says of all programs: it is asked once."""
    return codes_by_line(CHECKERS[checker]([*RIGHT, WRONG], ROOT))


@cache
def expected_errors() -> Mapping[int, Mapping[str, frozenset[str]]]:
    """What checkers must say of the wrong programs, by lines: `nothing` is no code."""
    lines = WRONG.read_text("utf-8").splitlines()
    expected: dict[int, dict[str, frozenset[str]]] = {}
    for number, line in enumerate(lines, 1):
        if marked := re.fullmatch(r" *# wrong: (.+)", line):
            parts = [part.split() for part in marked[1].split(", ")]
            expected[number + 1] = {
                checker: frozenset(codes) - {"nothing"} for checker, *codes in parts
            }
    return expected


def methods_that_are_asserted(path: Path) -> set[str]:
    """The methods of `ecr` whose results a program asserts the types of."""
    return {
        call.args[0].func.attr
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "assert_type"
        and isinstance(call.args[0], ast.Call)
        and isinstance(call.args[0].func, ast.Attribute)
        and isinstance(call.args[0].func.value, ast.Name)
        and call.args[0].func.value.id == "ecr"
    }


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_programs_have_no_errors(checker: str) -> None:
    """Every type that a program asserts is the one that the checker sees."""
    found = errors_of(checker)
    assert {path.name: dict(found[path]) for path in RIGHT if path in found} == {}


@pytest.mark.parametrize("checker", STRICT)
def test_wrong_programs_have_the_errors_that_they_say(checker: str) -> None:
    """mypy and pyright find every wrong line for the right reason, and nothing else."""
    expected = {line: codes[checker] for line, codes in expected_errors().items() if codes[checker]}
    assert errors_of(checker).get(WRONG) == expected


@pytest.mark.parametrize("checker", OTHERS)
def test_wrong_programs_are_refused_by_the_others(checker: str) -> None:
    """ty and pyrefly find every wrong line but those that say that they can't, and nothing else."""
    expected = {line for line, codes in expected_errors().items() if checker not in codes}
    assert set(errors_of(checker).get(WRONG, {})) == expected


def test_wrong_programs_say_what_both_must_find() -> None:
    """Each wrong line names an error of mypy or pyright, almost each one of both."""
    expected = expected_errors()
    assert len(expected) > 80
    for line, codes in expected.items():
        assert set(codes) <= CHECKERS.keys(), line
        assert codes["mypy"] | codes["pyright"], line
    missed = [line for line, codes in expected.items() if not all(codes[c] for c in STRICT)]
    assert len(missed) <= 6


def test_every_method_of_the_client_is_asserted() -> None:
    """A method that is new has to have its lines in these programs."""
    methods = {
        name
        for name in dir(EcrClient)
        if not name.startswith("_") and name not in {"boto3_client", "from_boto3"}
    }
    asserted = [name for path in RIGHT for name in methods_that_are_asserted(path)]
    assert methods - {*asserted} == set()


def test_all_public_types_are_known() -> None:
    """pyright knows the type of everything that can be imported: completeness is 100 %."""
    found = completeness()
    unknown = sorted(
        symbol["name"]
        for symbol in found["symbols"]
        if symbol["isExported"] and (not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"])
    )
    assert unknown == []
    assert found["completenessScore"] == 1
