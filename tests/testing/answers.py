"""Checks of every answer against the service model, and shorthands for refused calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, OperationModel, StructureShape
from botocore.validate import ParamValidator

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import Shape
    from mypy_boto3_ecr import ECRClient

# Errors that any operation can answer with, and that no operation's model lists.
COMMON_ERRORS = frozenset(
    {"AccessDeniedException", "SerializationException", "UnknownOperationException"}
)


def check_answers(client: ECRClient) -> None:
    """Let a client check each answer that it gets against the model."""
    client.meta.events.register("before-parse.ecr", _check_raw)
    client.meta.events.register("after-call.ecr", _check_parsed)


def _check_raw(operation_model: OperationModel, response_dict: dict[str, Any], **_: object) -> None:
    headers, body = response_dict["headers"], response_dict["body"]
    assert headers["x-amzn-RequestId"]
    if response_dict["status_code"] == 200:
        members: Any = json.loads(body or b"{}")
        assert list(_undeclared(members, operation_model.output_shape, "")) == []
        return
    error = json.loads(body)
    allowed = {shape.name for shape in operation_model.error_shapes} | COMMON_ERRORS
    assert error["__type"] in allowed
    assert error["message"]


def _check_parsed(model: OperationModel, parsed: dict[str, Any], **_: object) -> None:
    if "Error" in parsed or model.output_shape is None:
        return
    members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(members, model.output_shape)
    # The model's minimums are those of requests: a good answer may be shorter.
    breaches = [
        line
        for line in report.generate_report().splitlines()
        if not line.startswith(("Invalid length", "Invalid range"))
    ]
    assert breaches == []


def _undeclared(value: Any, shape: Shape | None, at: str) -> Iterator[str]:
    """Find members that the model doesn't have, which botocore's parser passes over."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            if name in shape.members:
                yield from _undeclared(member, shape.members[name], f"{at}.{name}")
            else:
                yield f"{at}.{name}"
    elif isinstance(shape, ListShape):
        for item in value:
            yield from _undeclared(item, shape.member, f"{at}[]")
    elif isinstance(shape, MapShape):
        for item in value.values():
            yield from _undeclared(item, shape.value, f"{at}{{}}")


def refusal(call: Callable[..., Any], /, **arguments: Any) -> dict[str, Any]:
    """Make a call that the service refuses, and give the error's response."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: dict[str, Any] = dict(caught.value.response)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return response


def code_of(call: Callable[..., Any], /, **arguments: Any) -> str:
    """Make a call that the service refuses, and give the error's code."""
    code: str = refusal(call, **arguments)["Error"]["Code"]
    return code


def message_of(call: Callable[..., Any], /, **arguments: Any) -> str:
    """Make a call that the service refuses for a parameter, and give the error's message."""
    error = refusal(call, **arguments)["Error"]
    assert error["Code"] == "InvalidParameterException"
    message: str = error["Message"]
    return message
