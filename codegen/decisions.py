"""Reads what a person decided: the TOML files of `curation/`, one for each topic."""

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
"""In place of words: use those of `shared.toml` for this member, or for the name that follows."""


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
    """What the method returns, in words."""

    repeat_meets: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    refuses_paging_with: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """The IAM actions that it needs, if not the one of its own name."""

    splits: tuple[str, ...] = ()
    """Lists that are sent in parts where they are longer than a request may carry."""


@attrs.frozen
class StructureDecision:
    """How a structure becomes a model."""

    members: Mapping[str, str]
    words: str = ""
    always: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Members that are in every response though the model does not say so, with the evidence."""

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
    """What a pattern allows, in words, and an equivalent pattern that does not backtrack."""

    allowed: str
    equivalent: str | None = None


@attrs.frozen
class DocumentDecision:
    """The classes of `ecr_typed.documents` that a method accepts in place of a text."""

    classes: tuple[str, ...]
    implies: Mapping[str, str] = attrs.field(factory=dict[str, str])
    """Arguments whose default is an attribute of the document, with the attribute's name."""


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
    """What applies to all topics."""

    members: Mapping[str, str]
    """Words for names that have one meaning in all structures."""

    scalars: Mapping[str, ScalarDecision]
    same_structures: Mapping[str, str]
    """Structures that duplicate another one, by their names."""

    documents: Mapping[str, DocumentDecision] = attrs.field(factory=dict[str, DocumentDecision])
    """The texts that have typed documents, by the names of their shapes."""

    pending: tuple[str, ...] = ()
    """Operations that are not curated yet."""


@attrs.frozen
class _PublicNames:
    modules: Mapping[str, tuple[str, ...]]


@attrs.frozen
class Decisions:
    """The whole curation."""

    topics: Mapping[str, TopicDecision]
    errors: ErrorDecisions
    shared: SharedDecisions
    public_names: Mapping[str, tuple[str, ...]]
    """The public names that are written by hand, by their modules."""


_OTHER_FILES = {"errors", "public_names", "shared"}
"""The files that do not belong to a topic."""


def load_decisions(folder: Path = CURATION) -> Decisions:
    """Read the files of a curation."""
    problems: list[str] = []
    topics = {
        path.stem: _read(path, TopicDecision, problems)
        for path in sorted(folder.glob("*.toml"))
        if path.stem not in _OTHER_FILES
    }
    errors = _read(folder / "errors.toml", ErrorDecisions, problems)
    shared = _read(folder / "shared.toml", SharedDecisions, problems)
    public_names = _read(folder / "public_names.toml", _PublicNames, problems)
    if errors is None or shared is None or public_names is None or problems:
        raise CurationError(problems)
    curated = {name: topic for name, topic in topics.items() if topic}
    return Decisions(curated, errors, shared, public_names.modules)


def _read(path: Path, kind: type[Decision], problems: list[str]) -> Decision | None:
    try:
        return _CONVERTER.structure(tomllib.loads(path.read_text("utf-8")), kind)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path.name}: {error}")
    except Exception as error:  # noqa: BLE001  # cattrs raises groups of whatever was wrong
        problems += [f"{path.name}: {problem}" for problem in transform_error(error)]
    return None
