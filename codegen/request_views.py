"""The requests of all operations, as the emulator's description has them."""

from __future__ import annotations

import attrs

from codegen.decisions import Decisions
from codegen.records import (
    EnumRecord,
    ListRecord,
    MapRecord,
    ScalarRecord,
    ServiceRecord,
    ShapeRecord,
    StructureRecord,
)

_CLASSES = {
    "string": "Text",
    "integer": "Integer",
    "long": "Integer",
    "float": "Number",
    "double": "Number",
    "boolean": "Boolean",
    "blob": "Blob",
    "timestamp": "Timestamp",
}


@attrs.frozen
class RequestViews:
    """What the template of the description shows."""

    shapes: dict[str, str]
    """The shapes inside of requests, as Python, each after those that it holds."""
    requests: dict[str, str]
    """The requests by their operations, as Python."""
    without_output: list[str]
    """The operations whose responses have no members."""


def request_views(service: ServiceRecord, decisions: Decisions) -> RequestViews:
    """Return the requests of all operations that the curation knows."""
    shapes: dict[str, str] = {}
    operations = [
        service.operations[name]
        for name in sorted(name for topic in decisions.topics.values() for name in topic.operations)
    ]
    return RequestViews(
        requests={each.name: _structure(each.input, shapes) for each in operations},
        shapes=shapes,
        without_output=[each.name for each in operations if not each.output.members],
    )


def _name(record: ShapeRecord, shapes: dict[str, str]) -> str:
    """Return the name of a shape, which is described first."""
    if record.name not in shapes:
        shapes[record.name] = _description(record, shapes)
    return record.name


def _description(record: ShapeRecord, shapes: dict[str, str]) -> str:
    match record:
        case StructureRecord():
            return _structure(record, shapes)
        case ListRecord():
            return _call("List", _name(record.item, shapes), min=record.min, max=record.max)
        case EnumRecord():
            return _call("Text", values=record.values)
        case MapRecord():
            return _call("Map", _name(record.key, shapes), _name(record.value, shapes))
        case ScalarRecord():
            limits = {"min": record.min, "max": record.max, "pattern": record.pattern}
            return _call(_CLASSES[record.kind], **limits)


def _structure(record: StructureRecord, shapes: dict[str, str]) -> str:
    members = ", ".join(f"{m.name!r}: {_name(m.shape, shapes)}" for m in record.members)
    required = tuple(member.name for member in record.members if member.is_required)
    return _call("Structure", "{" + members + "}", required=required)


def _call(name: str, *arguments: str, **options: object) -> str:
    given = [f"{key}={value!r}" for key, value in options.items() if value not in (None, ())]
    return f"{name}({', '.join([*arguments, *given])})"
