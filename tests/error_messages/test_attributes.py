"""What every error has, whatever its class: what happened, what helps, and which arguments."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

import ecr_typed
from ecr_typed import ArgumentProblem, EcrClient, EcrError, EcrServiceError
from tests.support.errors import error_of
from tests.support.wire import Wire, refusal

RESPONSE = {
    "Error": {"Code": "SomethingException", "Message": "the service's words"},
    "ResponseMetadata": {"RequestId": "id", "HTTPStatusCode": 400},
}


def _classes(base: type[EcrError] = EcrError) -> Iterator[type[EcrError]]:
    yield base
    for one in base.__subclasses__():
        yield from _classes(one)


# The front door loads the classes of the service's errors with the first that is asked for.
assert issubclass(ecr_typed.RepositoryNotFoundException, EcrError)
CLASSES = sorted({one for one in _classes() if one.__module__ == "ecr_typed"}, key=str)


def made(error_class: type[EcrError]) -> EcrError:
    """An error of a class."""
    if issubclass(error_class, EcrServiceError):
        return error_class(RESPONSE, "DescribeRegistry")
    return error_class("what happened")


@pytest.mark.parametrize("error_class", CLASSES, ids=lambda one: one.__name__)
def test_every_error_says_all_by_its_text(error_class: type[EcrError]) -> None:
    """`str` has the headline and a line for each explanation, also after a pickle."""
    error = made(error_class)
    is_services = isinstance(error, EcrServiceError)
    assert error.message == ("the service's words" if is_services else "what happened")
    assert (error.explanations, error.problems) == ((), ())
    headline = str(error)
    assert error.message in headline
    assert "\n" not in headline
    error.explanations = ("Do this.", "Or that.")
    error.problems = (ArgumentProblem("name", "3", "text"),)
    assert str(error) == f"{headline}\nDo this.\nOr that."
    again: EcrError = pickle.loads(pickle.dumps(error))
    assert type(again) is error_class
    assert str(again) == str(error)
    assert (again.explanations, again.problems) == (error.explanations, error.problems)
    assert again.message == error.message
    assert not hasattr(error, "__notes__")


def test_problems_of_a_refused_call(ecr: EcrClient, wire: Wire) -> None:
    """The service refuses, and the argument that breaks a known limit is an attribute, too."""
    wire.will(refusal("InvalidParameterException", "Invalid parameter at 'repositoryName'"))
    error = error_of(ecr.create_repository, "team app")
    assert [problem.argument for problem in error.problems] == ["repository_name"]
    assert error.message == "Invalid parameter at 'repositoryName'"
    assert any("repository_name" in line for line in error.explanations)
    assert str(error).splitlines()[1:] == [
        line for text in error.explanations for line in text.splitlines()
    ]
