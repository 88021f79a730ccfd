"""The service as botocore's model has it, and what of it the client has."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, cast

import attrs
import botocore.session
from botocore import xform_name
from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)
from botocore.parsers import create_parser

import ecr_typed.models
from ecr_typed import EcrClient, OpenEnum

SERVICE_MODEL: ServiceModel = botocore.session.Session().get_service_model("ecr")

_ALIASES = {"EncryptionConfigurationForRepositoryCreationTemplate": "EncryptionConfiguration"}
"""Shapes that have another's class."""

_PAGING_MEMBERS = {"nextToken", "maxResults"}


@attrs.frozen(eq=False)
class Method:
    """A method of the client, with the service's model of its operation."""

    name: str
    model: OperationModel

    @property
    def operation(self) -> str:
        """The operation, as AWS names it."""
        return self.model.name

    @property
    def input(self) -> StructureShape:
        """What it takes."""
        return cast("StructureShape", self.model.input_shape)

    @property
    def output(self) -> StructureShape:
        """What it gives."""
        return cast("StructureShape", self.model.output_shape)

    @property
    def is_paged(self) -> bool:
        """Whether it answers in pages."""
        return "nextToken" in self.input.members

    @property
    def parameters(self) -> set[str]:
        """The members that a caller gives."""
        return set(self.input.members) - (_PAGING_MEMBERS if self.is_paged else set())

    def result(self, response: Any) -> Any:
        """What it returns of its response's model."""
        own = [name for name in self.output.members if name not in {"registryId", "nextToken"}]
        # `describe_registry` is called for the registry's id.
        if len(own) == 1 and self.operation != "DescribeRegistry":
            is_model = isinstance(self.output.members[own[0]], StructureShape | ListShape)
            return getattr(response, xform_name(own[0])) if is_model else response
        return response if own else None

    def call(self, ecr: EcrClient, arguments: dict[str, Any]) -> Any:
        """Call it; of a paged one, fetch the first page and give its items."""
        result = getattr(ecr, self.name)(**arguments)
        return self.result(next(result.pages())) if self.is_paged else result


def _methods() -> tuple[Method, ...]:
    names = {xform_name(name): name for name in SERVICE_MODEL.operation_names}
    return tuple(
        Method(name, SERVICE_MODEL.operation_model(operation))
        for name, operation in sorted(names.items())
        if hasattr(EcrClient, name)
    )


METHODS = _methods()
"""The operations that the client has."""

ERRORS = {
    shape.metadata.get("error", {}).get("code", shape.name): shape
    for shape in SERVICE_MODEL.error_shapes
}
"""The modelled exceptions by their codes."""


def class_of(shape: Shape) -> type[Any] | None:
    """Our class for a structure or an enum, if there is one yet."""
    name = _ALIASES.get(shape.name, shape.name)
    return getattr(ecr_typed.models, name, None)


def shapes_of(model: type[attrs.AttrsInstance]) -> list[StructureShape]:
    """The structures that a class of ours is for."""
    names = [model.__name__, *(name for name, ours in _ALIASES.items() if ours == model.__name__)]
    known = [name for name in names if name in SERVICE_MODEL.shape_names]
    return [cast("StructureShape", SERVICE_MODEL.shape_for(name)) for name in known]


def _exported() -> list[type[Any]]:
    known = set(SERVICE_MODEL.shape_names)
    return [getattr(ecr_typed.models, name) for name in ecr_typed.models.__all__ if name in known]


MODELS: list[type[attrs.AttrsInstance]] = [item for item in _exported() if attrs.has(item)]
"""Our classes for structures that the installed botocore knows."""

ENUMS: list[type[OpenEnum]] = [item for item in _exported() if issubclass(item, OpenEnum)]
"""Our classes for enums that the installed botocore knows."""


@cache
def always_present(shape_name: str) -> frozenset[str]:
    """The members that every answer has: required ones, and those our class has no default for."""
    shape = cast("StructureShape", SERVICE_MODEL.shape_for(shape_name))
    model = class_of(shape)
    fields = attrs.fields(model) if model is not None else ()
    without_default = {field.name for field in fields if field.default is attrs.NOTHING}
    return frozenset(
        name
        for name in shape.members
        if name in shape.required_members or xform_name(name) in without_default
    )


def as_boto3(shape: Shape, body: bytes) -> dict[str, Any]:
    """What botocore's parser makes of the body of a good answer."""
    answer: dict[str, Any] = {"body": body, "headers": {}, "status_code": 200}
    parsed: dict[str, Any] = create_parser("json").parse(answer, shape)
    del parsed["ResponseMetadata"]
    return parsed


def as_model(shape: Shape, value: Any) -> Any:
    """Our value for a value of boto3, made by the constructors of our classes alone."""
    match shape:
        case StructureShape():
            model: Any = class_of(shape)
            return model(
                **{
                    xform_name(name): as_model(shape.members[name], item)
                    for name, item in value.items()
                }
            )
        case ListShape():
            return tuple(as_model(shape.member, item) for item in value)
        case MapShape():
            return {
                as_model(shape.key, key): as_model(shape.value, item) for key, item in value.items()
            }
        case StringShape() if shape.enum:
            enum: Any = class_of(shape)
            return enum(value)
        case _:
            return value


def parsed_json(body: bytes) -> Any:
    """The value of a JSON text."""
    return json.loads(body)
