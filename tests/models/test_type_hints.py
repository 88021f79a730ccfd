"""What `typing.get_type_hints` says of everything public."""

from __future__ import annotations

from types import NoneType
from typing import Any, get_type_hints

import attrs
import pytest

import ecr_typed
from ecr_typed import (
    ArgumentProblem,
    BotoSession,
    EcrClient,
    EcrError,
    EcrRequestError,
    RetryPolicy,
)
from tests.support.service import METHODS, MODELS, Method

CLASSES = {
    name: item
    for module in (ecr_typed, ecr_typed.models)
    for name in module.__all__
    if isinstance(item := getattr(module, name), type)
}


@pytest.mark.parametrize("name", CLASSES)
def test_hints_of_public_classes_are_found(name: str) -> None:
    """Tools that go by annotations can use each class: models, enums, errors and the others."""
    hints = get_type_hints(CLASSES[name])

    assert str not in map(type, hints.values())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_hints_of_constructors_are_those_of_the_attributes(
    model: type[attrs.AttrsInstance],
) -> None:
    """The constructor of a model has a hint for each attribute, and returns None."""
    assert get_type_hints(model.__init__) == {**get_type_hints(model), "return": NoneType}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_hints_of_methods_are_found(method: Method) -> None:
    """Each operation's method has hints for its result and its parameters."""
    assert "return" in get_type_hints(getattr(EcrClient, method.name))


def test_hints_of_the_client_are_found() -> None:
    """How a client is made, and what it gives besides operations, has hints, too."""
    assert get_type_hints(EcrClient.__init__)["retry"] == RetryPolicy | None
    assert get_type_hints(EcrClient.__init__)["session"] == BotoSession | None
    assert get_type_hints(EcrClient.from_boto3)["retry"] == RetryPolicy | None
    assert get_type_hints(EcrClient.with_options)["retry"] == RetryPolicy | None
    boto3_client: Any = vars(EcrClient)["boto3_client"]
    assert "return" in get_type_hints(boto3_client.fget)


def test_hints_are_the_types() -> None:
    """What errors declare is what they hold."""
    assert get_type_hints(EcrError)["attempts"] is int
    assert get_type_hints(EcrError)["partial"] is Any
    assert get_type_hints(EcrRequestError)["problems"] == tuple[ArgumentProblem, ...]
    assert get_type_hints(ecr_typed.to_boto3)["return"] == dict[str, Any]
