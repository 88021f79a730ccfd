"""Writes shapes in Python: their types, their records, and their limits in words."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.decisions import SharedDecisions
from codegen.records import (
    EnumRecord,
    ListRecord,
    MapRecord,
    ScalarRecord,
    ShapeRecord,
    StructureRecord,
)

_TYPES = {
    "string": "str",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "boolean": "bool",
    "blob": "bytes",
    "timestamp": "datetime",
}
_RECORDS = {
    "string": "STRING",
    "integer": "INTEGER",
    "long": "INTEGER",
    "float": "FLOAT",
    "double": "FLOAT",
    "boolean": "BOOLEAN",
    "blob": "BLOB",
    "timestamp": "TIMESTAMP",
}
_LIMITED = {"STRING": "String", "INTEGER": "Integer", "BLOB": "Blob"}
_TAG = "Tag"


class ShapeViews:
    """Writes shapes. A structure that duplicates another one is written as that one."""

    def __init__(self, shared: SharedDecisions) -> None:
        self._same = shared.same_structures
        self._scalars = shared.scalars
        self._documents = shared.documents

    def class_name(self, shape: ShapeRecord) -> str:
        return self._same.get(shape.name, shape.name)

    def attribute_type(self, shape: ShapeRecord) -> str:
        """Return the type of a model's attribute."""
        match shape:
            case ScalarRecord():
                return _TYPES[shape.kind]
            case EnumRecord() | StructureRecord():
                return self.class_name(shape)
            case ListRecord():
                return f"tuple[{self.attribute_type(shape.item)}, ...]"
            case MapRecord():
                return (
                    f"Mapping[{self.attribute_type(shape.key)}, {self.attribute_type(shape.value)}]"
                )

    def parameter_type(self, shape: ShapeRecord) -> str:
        """Return the type of a method's parameter."""
        match shape:
            case ScalarRecord():
                documents = (f"documents.{name}" for name in self.document_classes(shape))
                return " | ".join([_TYPES[shape.kind], *documents])
            case EnumRecord() | StructureRecord():
                return f"models.{self.class_name(shape)}"
            case ListRecord() if self.is_tag_list(shape):
                return f"Mapping[str, str] | Sequence[models.{_TAG}]"
            case ListRecord():
                return f"Sequence[{self.parameter_type(shape.item)}]"
            case MapRecord():
                return (
                    f"Mapping[{self.parameter_type(shape.key)}, {self.parameter_type(shape.value)}]"
                )

    def result_type(self, shape: ShapeRecord) -> str:
        """Return the type of a method's result."""
        match shape:
            case EnumRecord() | StructureRecord():
                return f"models.{self.class_name(shape)}"
            case ListRecord():
                return f"tuple[{self.result_type(shape.item)}, ...]"
            case MapRecord():
                return f"Mapping[{self.result_type(shape.key)}, {self.result_type(shape.value)}]"
            case ScalarRecord():
                return _TYPES[shape.kind]

    def document_classes(self, shape: ShapeRecord) -> tuple[str, ...]:
        """Return the classes of documents that are accepted in place of a text."""
        decision = self._documents.get(shape.name)
        return decision.classes if decision else ()

    def is_tag_list(self, shape: ShapeRecord) -> bool:
        return isinstance(shape, ListRecord) and shape.item.name == _TAG

    def record(self, shape: ShapeRecord, *, has_limits: bool) -> str:
        """Return the expression of a shape's record (see `ecr_typed._conversion.shapes`)."""
        match shape:
            case ScalarRecord() if has_limits and self.is_limited(shape):
                return f"scalars.{shape.name}"
            case ScalarRecord():
                return f"shapes.{_RECORDS[shape.kind]}"
            case EnumRecord():
                return f"shapes.Enum(models.{shape.name})"
            case StructureRecord():
                limits = self._limits_of_second_name(shape) if has_limits else ""
                return f"shapes.Structure(models.{self.class_name(shape)}{limits})"
            case ListRecord():
                item = self.record(shape.item, has_limits=has_limits)
                return f"shapes.ListOf({item}{_bounds(shape) if has_limits else ''})"
            case MapRecord():
                key = self.record(shape.key, has_limits=has_limits)
                value = self.record(shape.value, has_limits=has_limits)
                return f"shapes.MapOf({key}, {value})"

    def _limits_of_second_name(self, shape: StructureRecord) -> str:
        if shape.name not in self._same:
            return ""
        limits = (
            f'"{member.name}": {self.record(member.shape, has_limits=True)}'
            for member in shape.members
            if isinstance(member.shape, ScalarRecord)
        )
        return f", {{{', '.join(limits)}}}"

    def is_limited(self, shape: ScalarRecord) -> bool:
        limits = (shape.min, shape.max, shape.pattern)
        return _RECORDS[shape.kind] in _LIMITED and limits != (None, None, None)

    def scalar_record(self, shape: ScalarRecord) -> str:
        """Return the expression that makes the record of a limited scalar."""
        decision = self._scalars.get(shape.name)
        kind = _LIMITED[_RECORDS[shape.kind]]
        options = [f"{key}={value}" for key, value in _bound_items(shape)]
        if shape.pattern is not None and decision is not None:
            pattern = decision.equivalent or shape.pattern
            options += [f"pattern={pattern!r}", f"allowed={decision.allowed!r}"]
        return f"shapes.{kind}({', '.join(options)})"

    def limits_in_words(self, shape: ShapeRecord) -> str:
        """Return the limits of a shape as a sentence, or an empty text."""
        text = self._limits(shape)
        return f"{text[0].upper()}{text[1:]}." if text else ""

    def _limits(self, shape: ShapeRecord) -> str:
        match shape:
            case ScalarRecord(kind="string"):
                size = _size(shape.min, shape.max, "character")
                decision = self._scalars.get(shape.name)
                return ": ".join(filter(None, (size, decision.allowed if decision else "")))
            case ScalarRecord(kind="blob"):
                return _size(None, shape.max, "byte")
            case ScalarRecord():
                return _size(shape.min, shape.max, "").strip()
            case ListRecord():
                sizes, of_items = _size(shape.min, shape.max, "item"), self._limits(shape.item)
                return ", ".join(filter(None, (sizes, of_items and f"each {of_items}")))
            case _:
                return ""


def _bound_items(shape: ScalarRecord | ListRecord) -> Iterable[tuple[str, int]]:
    return [
        (key, value) for key, value in (("min", shape.min), ("max", shape.max)) if value is not None
    ]


def _bounds(shape: ListRecord) -> str:
    return "".join(f", {key}={value}" for key, value in _bound_items(shape))


def _size(least: int | None, most: int | None, unit: str) -> str:
    if not least and most is None:
        return ""
    units = unit if not unit or (most or least) == 1 else f"{unit}s"
    if least and most is not None:
        return f"{least:,} to {most:,} {units}"
    return f"at least {least:,} {units}" if least else f"at most {most:,} {units}"
