"""The requests of all operations, as the emulator's description has them."""

from __future__ import annotations

import attrs

from codegen.records import (
    EnumRecord,
    ListRecord,
    MapRecord,
    ScalarRecord,
    ServiceRecord,
    ShapeRecord,
    StructureRecord,
)

_CLASSES = {"string": "Text", "integer": "Integer", "long": "Integer", "blob": "Blob"}


@attrs.frozen
class RequestViews:
    """What the template of the description shows."""

    shapes: dict[str, str]
    """The shapes inside of requests, as Python, each after those that it holds."""
    requests: dict[str, str]
    """The requests by their operations, as Python."""
    without_output: list[str]
    """The operations whose responses have no members."""


def request_views(service: ServiceRecord) -> RequestViews:
    """The requests of a service."""
    shapes: dict[str, str] = {}
    return RequestViews(
        requests={
            operation.name: _structure(operation.input, shapes)
            for operation in sorted(service.operations.values(), key=lambda each: each.name)
        },
        shapes=shapes,
        without_output=sorted(
            operation.name
            for operation in service.operations.values()
            if not operation.output.members
        ),
    )


def _name(record: ShapeRecord, shapes: dict[str, str]) -> str:
    """The name of a shape, which is described first."""
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
        case ScalarRecord(kind="boolean"):
            return _call("Boolean")
        case ScalarRecord(kind="string"):
            return _call("Text", min=record.min, max=record.max, pattern=record.pattern)
        case ScalarRecord() if record.kind in _CLASSES:
            return _call(_CLASSES[record.kind], min=record.min, max=record.max)
        case ScalarRecord() | MapRecord():
            raise ValueError(f"{record.name}: the emulator can't read such a shape in requests yet")


def _structure(record: StructureRecord, shapes: dict[str, str]) -> str:
    members = ", ".join(f"{m.name!r}: {_name(m.shape, shapes)}" for m in record.members)
    required = tuple(member.name for member in record.members if member.is_required)
    return _call("Structure", "{" + members + "}", required=required)


def _call(name: str, *arguments: str, **options: object) -> str:
    given = [f"{key}={value!r}" for key, value in options.items() if value not in (None, ())]
    return f"{name}({', '.join([*arguments, *given])})"
