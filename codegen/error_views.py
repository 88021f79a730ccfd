"""Prepares the data for the template of the service's exceptions."""

from __future__ import annotations

import attrs

from codegen.decisions import Decisions, ErrorDecision
from codegen.docstrings import docstring
from codegen.names import attribute_name
from codegen.records import ErrorRecord, MemberRecord, ServiceRecord
from codegen.shape_views import ShapeViews


@attrs.frozen
class ErrorMemberView:
    """A member of an exception besides its message."""

    name: str
    wire_name: str
    type: str
    docstring: str


@attrs.frozen
class ErrorView:
    """The class of an exception."""

    name: str
    docstring: str
    members: tuple[ErrorMemberView, ...]


def error_views(service: ServiceRecord, decisions: Decisions) -> list[ErrorView]:
    """Return the views of the modelled exceptions, then of the common ones."""
    shapes = ShapeViews(decisions.shared)
    curated = {**decisions.errors.modelled, **decisions.errors.common}
    return [
        _view(shapes, service.errors.get(name, ErrorRecord(name, ())), decision)
        for name, decision in curated.items()
    ]


def _view(shapes: ShapeViews, record: ErrorRecord, decision: ErrorDecision) -> ErrorView:
    def member(member: MemberRecord) -> ErrorMemberView:
        return ErrorMemberView(
            attribute_name(member.name),
            member.name,
            shapes.attribute_type(member.shape),
            docstring(decision.members[member.name], 8),
        )

    when = f"{decision.when[0].upper()}{decision.when[1:]}."
    return ErrorView(record.name, docstring(when, 4), tuple(map(member, record.members)))


def codes(decisions: Decisions) -> dict[str, str]:
    """Return the name of the class for each code."""
    curated = {**decisions.errors.modelled, **decisions.errors.common}
    return {code: name for name, decision in curated.items() for code in (name, *decision.codes)}
