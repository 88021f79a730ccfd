"""Answers that tests read: as few members as fit."""

from __future__ import annotations

import json
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from tests.support.service import METHODS, Method, always_present, as_boto3, as_model

CREATED_AT = 1_700_000_000.5

_SCALARS: dict[str, Any] = {
    "string": "text",
    "boolean": True,
    "integer": 1,
    "long": 1,
    "float": 1.5,
    "double": 1.5,
    "timestamp": CREATED_AT,
    "blob": "Ynl0ZXM=",
}


def least(shape: Shape) -> Any:
    """A value of a shape over the wire, with nothing that may be absent."""
    match shape:
        case StructureShape():
            names = always_present(shape.name)
            return {name: least(shape.members[name]) for name in shape.members if name in names}
        case ListShape():
            return [least(shape.member)]
        case MapShape():
            return {}
        case StringShape() if shape.enum:
            return shape.enum[0]
        case _:
            return _SCALARS[shape.type_name]


def repository(name: str = "team/app", **members: Any) -> dict[str, Any]:
    """A repository over the wire."""
    account = "123456789012"
    return {
        "repositoryArn": f"arn:aws:ecr:us-east-1:{account}:repository/{name}",
        "registryId": account,
        "repositoryName": name,
        "repositoryUri": f"{account}.dkr.ecr.us-east-1.amazonaws.com/{name}",
        "createdAt": CREATED_AT,
        **members,
    }


def page(*names: str, token: str | None = None, **members: Any) -> dict[str, Any]:
    """A page of repositories over the wire."""
    content: dict[str, Any] = {"repositories": [repository(name) for name in names], **members}
    return content if token is None else {**content, "nextToken": token}


def template(prefix: str = "team", **members: Any) -> dict[str, Any]:
    """The answer of a call that gives a template."""
    return {"repositoryCreationTemplate": {"prefix": prefix, **members}}


def answer_of(operation: str, **members: Any) -> dict[str, Any]:
    """The least answer of an operation, with members besides."""
    [output] = [method.output for method in METHODS if method.operation == operation]
    return {**least(output), **members}


def least_arguments(method: Method) -> dict[str, Any]:
    """The required arguments of a method, with values that can be sent."""
    shape = method.input
    values = as_boto3(shape, json.dumps(least(shape)).encode())
    if "lifecyclePolicyText" in values:
        values["lifecyclePolicyText"] *= 25  # the least that the model allows
    return {
        xform_name(name): as_model(shape.members[name], values[name])
        for name in values
        if name in method.parameters
    }
