"""botocore's description of the service, which the emulator is checked and driven by."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.loaders import create_loader
from botocore.model import ServiceModel, StructureShape

if TYPE_CHECKING:
    from botocore.model import OperationModel

TARGET_PREFIX = "AmazonEC2ContainerRegistry_V20150921."


@cache
def service_model() -> ServiceModel:
    """Give the service model of the botocore that is installed."""
    description: dict[str, Any] = create_loader().load_service_model("ecr", "service-2")
    return ServiceModel(description, service_name="ecr")


@cache
def operation_model(operation_name: str) -> OperationModel:
    """Give one operation's model, with its shapes resolved once."""
    return service_model().operation_model(operation_name)


def input_shape(operation_name: str) -> StructureShape:
    """Give the shape of an operation's request; every ECR operation has one."""
    shape = operation_model(operation_name).input_shape
    if shape is None:
        raise LookupError(f"{operation_name} has no request")
    return shape


def has_output_members(operation_name: str) -> bool:
    """Tell whether an operation answers with anything at all."""
    shape = operation_model(operation_name).output_shape
    return shape is not None and bool(shape.members)


def structure_members(shape_name: str) -> frozenset[str]:
    """Name the members of a structure."""
    shape = service_model().shape_for(shape_name)
    if not isinstance(shape, StructureShape):
        raise TypeError(f"{shape_name} is no structure")
    return frozenset(shape.members)
