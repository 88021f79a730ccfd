"""Calls that are not allowed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ecr_typed import AccessDeniedException
from tests.support.errors import error_of
from tests.support.service import METHODS, Method, as_model
from tests.support.wire import refusal


def least_arguments(method: Method) -> dict[str, Any]:
    """The required arguments of a method, with values that are as short as they may be."""

    def least(shape: Any) -> Any:
        match shape.type_name:
            case "structure":
                return {name: least(shape.members[name]) for name in shape.required_members}
            case "list":
                return [least(shape.member)]
            case "string":
                length = max(1, int(shape.metadata.get("min", 1)))
                return shape.enum[0] if shape.enum else "x" * length
            case kind:
                return {"integer": 1, "long": 1, "boolean": True, "blob": b"x"}[kind]

    model = as_model(method.input, least(method.input))
    given = {name: getattr(model, name) for name in dir(model) if name[0] != "_"}
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_denied_call_names_its_action(rigs: dict[str, Any], method: Method) -> None:
    """A call that is not allowed names the IAM action that it needs."""
    special = {
        "ListImageReferrers": ["ecr:BatchGetImage"],
        "CreateRepositoryCreationTemplate": [
            "ecr:CreateRepositoryCreationTemplate",
            "ecr:CreateRepository",
        ],
    }
    for rig in rigs.values():
        rig.reset()
        rig.wire.will(refusal("AccessDeniedException", "not authorized"))

        error = error_of(method.call, rig.ecr, least_arguments(method))

        assert isinstance(error, AccessDeniedException)
        found = re.findall(r"ecr:\w+", error.explanations[-1])
        assert found == special.get(method.operation, [f"ecr:{method.operation}"])
