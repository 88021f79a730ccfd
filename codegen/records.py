"""The service's model as plain records, independent of botocore's classes."""

from __future__ import annotations

import attrs


@attrs.frozen
class ScalarRecord:
    """A value without parts. `kind` is botocore's: string, integer, long, double, blob ..."""

    name: str
    kind: str
    min: int | None = None
    max: int | None = None
    pattern: str | None = None


@attrs.frozen
class EnumRecord:
    """Text of a set of values."""

    name: str
    values: tuple[str, ...]


@attrs.frozen
class ListRecord:
    """A list."""

    name: str
    item: ShapeRecord
    min: int | None = None
    max: int | None = None


@attrs.frozen
class MapRecord:
    """A map."""

    name: str
    key: ShapeRecord
    value: ShapeRecord


@attrs.frozen
class StructureRecord:
    """A structure."""

    name: str
    members: tuple[MemberRecord, ...]


@attrs.frozen
class MemberRecord:
    """A structure's member."""

    name: str
    shape: ShapeRecord
    is_required: bool


ShapeRecord = ScalarRecord | EnumRecord | ListRecord | MapRecord | StructureRecord


@attrs.frozen
class ErrorRecord:
    """A modelled exception. `members` are those besides its message."""

    name: str
    members: tuple[MemberRecord, ...]


@attrs.frozen
class OperationRecord:
    """An operation."""

    name: str
    method_name: str
    input: StructureRecord
    output: StructureRecord
    errors: tuple[str, ...]
    is_paged: bool
    documentation_url: str

    def list_at(self, path: str) -> ListRecord:
        """Return the list at a path of its output."""
        shape: ShapeRecord = self.output
        for name in path.split("."):
            shape = _member_of(shape, name)
        if not isinstance(shape, ListRecord):
            raise KeyError(f"{path} is no list")
        return shape

    def argument(self, name: str) -> ShapeRecord:
        """Return the shape of a member of its input."""
        return _member_of(self.input, name)

    def list_size(self, name: str) -> int:
        """Return how many items a list of its input may have."""
        shape = self.argument(name)
        if not isinstance(shape, ListRecord) or shape.max is None:
            raise KeyError(f"{name} is no list with a largest size")
        return shape.max


def _member_of(shape: ShapeRecord, name: str) -> ShapeRecord:
    members = shape.members if isinstance(shape, StructureRecord) else ()
    for member in members:
        if member.name == name:
            return member.shape
    raise KeyError(f"{shape.name} has no member {name}")


@attrs.frozen
class ServiceRecord:
    """The service."""

    botocore_version: str
    operations: dict[str, OperationRecord]
    structures: dict[str, StructureRecord]
    enums: dict[str, EnumRecord]
    errors: dict[str, ErrorRecord]
