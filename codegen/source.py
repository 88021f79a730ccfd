"""Reads botocore's files of a service into records."""

from __future__ import annotations

from typing import Any

import botocore
from botocore import xform_name
from botocore.loaders import Loader

from codegen.records import (
    EnumRecord,
    ErrorRecord,
    ListRecord,
    MapRecord,
    MemberRecord,
    OperationRecord,
    ScalarRecord,
    ServiceRecord,
    ShapeRecord,
    StructureRecord,
)

TOKEN, LIMIT = "nextToken", "maxResults"

_DOCUMENTATION = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_{}.html"


def load_service() -> ServiceRecord:
    """Return the installed botocore's model of ECR."""
    # The default paths are left out, because files in ~/.aws/models would replace botocore's own.
    loader = Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    return read_service(loader.load_service_model("ecr", "service-2"), botocore.__version__)


def read_service(model: dict[str, Any], botocore_version: str) -> ServiceRecord:
    """Return the records of a `service-2` model."""
    reader = _Reader(model["shapes"])
    operations = {name: reader.operation(model["operations"][name]) for name in model["operations"]}
    return ServiceRecord(
        botocore_version=botocore_version,
        operations=operations,
        structures=reader.structures,
        enums=reader.enums,
        errors=reader.errors(model["operations"].values()),
    )


class _Reader:
    """Makes one record for each shape that operations use."""

    def __init__(self, shapes: dict[str, Any]) -> None:
        self._shapes = shapes
        self._records: dict[str, ShapeRecord] = {}
        self._under_way: list[str] = []

    @property
    def structures(self) -> dict[str, StructureRecord]:
        return {n: r for n, r in self._records.items() if isinstance(r, StructureRecord)}

    @property
    def enums(self) -> dict[str, EnumRecord]:
        return {n: r for n, r in self._records.items() if isinstance(r, EnumRecord)}

    def operation(self, operation: dict[str, Any]) -> OperationRecord:
        name: str = operation["name"]
        request = self._structure_of(operation, "input", f"{name}Request")
        return OperationRecord(
            name=name,
            method_name=xform_name(name),
            input=request,
            output=self._structure_of(operation, "output", f"{name}Response"),
            errors=tuple(sorted(error["shape"] for error in operation.get("errors", []))),
            is_paged=any(member.name == TOKEN for member in request.members),
            documentation_url=_DOCUMENTATION.format(name),
        )

    def _structure_of(self, operation: dict[str, Any], key: str, name: str) -> StructureRecord:
        shape = operation.get(key, {}).get("shape")
        if shape is None:
            return StructureRecord(name, ())
        record = self._shape(shape)
        if not isinstance(record, StructureRecord):
            raise TypeError(f"{shape}: the {key} of {operation['name']} is no structure")
        return record

    def errors(self, operations: Any) -> dict[str, ErrorRecord]:
        names = {
            error["shape"] for operation in operations for error in operation.get("errors", [])
        }
        return {
            name: ErrorRecord(
                name,
                tuple(
                    MemberRecord(member, self._shape(reference["shape"]), is_required=False)
                    for member, reference in self._shapes[name]["members"].items()
                    if member.lower() != "message"
                ),
            )
            for name in sorted(names)
        }

    def _shape(self, name: str) -> ShapeRecord:
        if name not in self._records:
            if name in self._under_way:
                raise ValueError(f"{name}: a shape that holds itself can't be generated yet")
            self._under_way.append(name)
            self._records[name] = self._read(name, self._shapes[name])
            self._under_way.pop()
        return self._records[name]

    def _read(self, name: str, shape: dict[str, Any]) -> ShapeRecord:
        kind: str = shape["type"]
        least, most = shape.get("min"), shape.get("max")
        match kind:
            case "structure":
                required = shape.get("required", [])
                return StructureRecord(
                    name,
                    tuple(
                        MemberRecord(member, self._shape(reference["shape"]), member in required)
                        for member, reference in shape["members"].items()
                    ),
                )
            case "list":
                return ListRecord(name, self._shape(shape["member"]["shape"]), least, most)
            case "map":
                key, value = shape["key"]["shape"], shape["value"]["shape"]
                return MapRecord(name, self._shape(key), self._shape(value))
            case "string" if "enum" in shape:
                return EnumRecord(name, tuple(shape["enum"]))
            case (
                "string"
                | "integer"
                | "long"
                | "float"
                | "double"
                | "boolean"
                | "blob"
                | "timestamp"
            ):
                return ScalarRecord(name, kind, least, most, shape.get("pattern"))
            case _:
                raise ValueError(f"{name}: no shape of the kind {kind!r} is known")
