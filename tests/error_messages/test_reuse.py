"""What is used a second time, after its end, or as with boto3."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest

from ecr_typed import ClientClosedError, EcrClient
from tests.support.errors import error_of
from tests.support.samples import page
from tests.support.wire import Wire


def test_pager_can_be_iterated_twice(ecr: EcrClient, wire: Wire) -> None:
    """The second iteration asks the service anew and gives what is there by then."""
    wire.will(page("a", "b"), page("b", "c", "d"))
    repositories = ecr.describe_repositories()

    assert [item.repository_name for item in repositories] == ["a", "b"]
    assert [item.repository_name for item in repositories] == ["b", "c", "d"]


def test_closed_client_says_what_to_do(ecr: EcrClient, wire: Wire) -> None:
    """A call after the end names the operation, and says to call before it or anew."""
    with ecr:
        repositories = ecr.describe_repositories()

    error = error_of(repositories.first)

    assert isinstance(error, ClientClosedError)
    assert "DescribeRepositories: the client was closed" in str(error)
    assert "`with` block" in str(error)
    assert wire.sent == []


MISUSES: list[tuple[Callable[[Any], object], str]] = [
    (len, "describe_repositories(...).to_list() has one"),
    (lambda pager: pager[0], "use describe_repositories(...).first(), or"),
    (next, "use describe_repositories(...).first()"),
]


@pytest.mark.parametrize(("misuse", "instead"), MISUSES)
def test_pager_says_what_to_use_instead(
    ecr: EcrClient, misuse: Callable[[Any], object], instead: str
) -> None:
    """What a list or an iterator would do, a Pager refuses by naming what does it."""
    with pytest.raises(TypeError, match=re.escape(instead)):
        misuse(ecr.describe_repositories())


HOLDERS: list[Callable[[EcrClient], object]] = [
    lambda ecr: ecr,
    lambda ecr: ecr.create_repository,
    lambda ecr: ecr.describe_repositories(),
]


@pytest.mark.parametrize("what", HOLDERS, ids=["client", "method", "pager"])
def test_clients_are_not_pickled(ecr: EcrClient, what: Callable[[EcrClient], object]) -> None:
    """What holds a client says to make the client where it is used."""
    with pytest.raises(TypeError, match=r"where (it is|they are) used"):
        pickle.dumps(what(ecr))


def test_python_itself_names_the_client(ecr: EcrClient) -> None:
    """An unknown keyword is refused in the name of the class that users know."""
    untyped: Any = ecr
    with pytest.raises(TypeError, match=r"^EcrClient\.create_repository\(\)"):
        untyped.create_repository(repositoryName="team/app")


def test_pager_is_neither_true_nor_false(ecr: EcrClient, wire: Wire) -> None:
    """Whoever asks whether there is anything is told how to ask."""
    with pytest.raises(TypeError, match=r"describe_images\(\.\.\.\)\.first\(\) is not None"):
        bool(ecr.describe_images("team/app"))
    assert wire.sent == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("get_paginator", "iterate over what its method returns"),
        ("get_waiter", "wait_until_image_scan_complete"),
        ("exceptions", "ecr_typed.RepositoryNotFoundException"),
        ("meta", "boto3_client.meta"),
    ],
)
def test_habits_of_boto3_are_led_on(ecr: EcrClient, name: str, hint: str) -> None:
    """What only a client of boto3 has says what there is instead."""
    with pytest.raises(AttributeError, match=f"has no attribute '{name}': ") as caught:
        getattr(ecr, name)
    assert hint in str(caught.value)


def test_misspelt_method_is_an_attribute_error(ecr: EcrClient) -> None:
    """Python itself suggests what may have been meant, for which the error has what it takes."""
    client: Any = ecr
    with pytest.raises(
        AttributeError, match=r"'EcrClient' object has no attribute '\w+'$"
    ) as caught:
        client.describe_repositoris()
    assert (caught.value.name, caught.value.obj) == ("describe_repositoris", ecr)
