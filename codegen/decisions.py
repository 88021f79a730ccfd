"""What a person decided: the TOML files of `curation/`, a file a topic."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import attrs
from cattrs import Converter, transform_error

Decision = TypeVar("Decision")

_CONVERTER = Converter(forbid_extra_keys=True)

CURATION = Path(__file__).parent / "curation"

SAME_WORDS = "="
"""Instead of a member's words: those of `shared.toml` for this name, or for the name after it."""


class CurationError(Exception):
    """The curation and the model disagree, or the curation can't be read."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@attrs.frozen
class OperationDecision:
    """How an operation becomes a method."""

    words: str
    effect: Literal["read", "idempotent_write", "create", "delete"]
    returns: str
    """A member of the response, or `response`, or `nothing`."""

    returned: str = ""
    """What comes back, in words."""

    repeat_meets: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    refuses_paging_with: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    """Lists that are sent in parts where they are longer than a request may carry."""


@attrs.frozen
class StructureDecision:
    """How a structure becomes a model."""

    members: Mapping[str, str]
    words: str = ""
    always: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Members that are in every answer though the model does not say so, with the evidence."""

    shared: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()


@attrs.frozen
class EnumDecision:
    """How an enum becomes a class."""

    words: str
    values: Mapping[str, str]


@attrs.frozen
class ErrorDecision:
    """How an exception becomes a class. `when` completes "raised when ..."."""

    when: str
    members: Mapping[str, str] = attrs.field(factory=dict[str, str])
    codes: tuple[str, ...] = ()
    """Other codes that mean the same."""


@attrs.frozen
class ScalarDecision:
    """What a pattern allows, in words; and a pattern that matches the same without backtracking."""

    allowed: str
    equivalent: str | None = None


@attrs.frozen
class TopicDecision:
    """A topic: a module of models and one of operations."""

    words: str
    operations: Mapping[str, OperationDecision] = attrs.field(factory=dict[str, OperationDecision])
    structures: Mapping[str, StructureDecision] = attrs.field(factory=dict[str, StructureDecision])
    enums: Mapping[str, EnumDecision] = attrs.field(factory=dict[str, EnumDecision])


@attrs.frozen
class ErrorDecisions:
    """The exceptions of the model, and the common ones that no service's model lists."""

    modelled: Mapping[str, ErrorDecision]
    common: Mapping[str, ErrorDecision]
    throttling_codes: tuple[str, ...]
    transient_codes: tuple[str, ...]


@attrs.frozen
class SharedDecisions:
    """What holds in all topics."""

    members: Mapping[str, str]
    """Words for names that mean the same wherever they stand."""

    scalars: Mapping[str, ScalarDecision]
    same_structures: Mapping[str, str]
    """Structures that are another one under a second name."""

    pending: tuple[str, ...] = ()
    """Operations that wait for their curation."""


@attrs.frozen
class Decisions:
    """All of it."""

    topics: Mapping[str, TopicDecision]
    errors: ErrorDecisions
    shared: SharedDecisions


def load_decisions(folder: Path = CURATION) -> Decisions:
    """Read the files of a curation."""
    problems: list[str] = []
    topics = {
        path.stem: _read(path, TopicDecision, problems)
        for path in sorted(folder.glob("*.toml"))
        if path.stem not in {"errors", "shared"}
    }
    errors = _read(folder / "errors.toml", ErrorDecisions, problems)
    shared = _read(folder / "shared.toml", SharedDecisions, problems)
    if errors is None or shared is None or problems:
        raise CurationError(problems)
    return Decisions({name: topic for name, topic in topics.items() if topic}, errors, shared)


def _read(path: Path, kind: type[Decision], problems: list[str]) -> Decision | None:
    try:
        return _CONVERTER.structure(tomllib.loads(path.read_text("utf-8")), kind)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path.name}: {error}")
    except Exception as error:  # noqa: BLE001  # cattrs raises groups of whatever was wrong
        problems += [f"{path.name}: {problem}" for problem in transform_error(error)]
    return None
