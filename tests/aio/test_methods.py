"""The asynchronous client has what the blocking one has, under the same names."""

from __future__ import annotations

import asyncio
import inspect
import typing
from collections.abc import Callable
from typing import Any

import pytest

from ecr_typed import EcrClient, EcrRequestError, Pager
from ecr_typed.aio import AsyncEcrClient, AsyncPager
from tests.support.untyped import untyped

LIFE_CYCLE = {"boto3_client", "close", "from_boto3", "with_options"}


def methods(client: type[Any]) -> dict[str, Callable[..., Any]]:
    """The public methods of a client, those of its life cycle apart."""
    found = inspect.getmembers(client, inspect.isfunction)
    return {n: m for n, m in found if not n.startswith("_") and n not in LIFE_CYCLE}


BLOCKING, ASYNC = methods(EcrClient), methods(AsyncEcrClient)


def test_no_method_is_missing() -> None:
    """Every operation and every waiter is there."""
    assert set(BLOCKING) == set(ASYNC) - {"aclose", "run"}
    assert len(BLOCKING) == 64


@pytest.mark.parametrize("name", BLOCKING)
def test_methods_have_the_same_signature(name: str) -> None:
    """Names, order, kinds, defaults and types of the parameters are the same."""
    blocking, other = inspect.signature(BLOCKING[name]), inspect.signature(ASYNC[name])
    assert blocking.parameters == other.parameters


@pytest.mark.parametrize("name", BLOCKING)
def test_methods_return_the_same(name: str) -> None:
    """What a method returns is awaited; what is paged is iterated over asynchronously."""
    blocking = typing.get_type_hints(BLOCKING[name])["return"]
    other = typing.get_type_hints(ASYNC[name])["return"]
    if typing.get_origin(blocking) is Pager:
        assert typing.get_origin(other) is AsyncPager
        assert typing.get_args(other) == typing.get_args(blocking)
        assert not inspect.iscoroutinefunction(ASYNC[name])
    else:
        assert other == blocking
        assert inspect.iscoroutinefunction(ASYNC[name])


@pytest.mark.parametrize("name", BLOCKING)
def test_methods_are_documented(name: str) -> None:
    """Whoever hovers over a method reads what the blocking one says, and who it belongs to."""
    assert ASYNC[name].__doc__
    if not name.startswith("wait_until"):
        assert ASYNC[name].__doc__ == BLOCKING[name].__doc__
        assert ASYNC[name].__qualname__ == f"AsyncEcrClient.{name}"


def test_run_takes_blocking_functions_alone() -> None:
    """A coroutine would be made on a thread, and awaited nowhere."""

    async def program() -> None:
        async with AsyncEcrClient(region_name="us-east-1") as ecr:
            for wrong, message in [
                (5, "function: expected a function of an EcrClient .*, got 5"),
                (asyncio.sleep, "await it without run"),
                (ecr.describe_registry, "await it without run"),
            ]:
                with pytest.raises(EcrRequestError, match=message):
                    await untyped(ecr).run(wrong)

    asyncio.run(program())


@pytest.mark.parametrize(
    ("name", "instead"),
    [("close", "await its aclose"), ("boto3_client", "client.boto3_client is it"), ("other", "$")],
)
def test_names_of_the_blocking_client_say_what_to_use(name: str, instead: str) -> None:
    """They are called otherwise here."""
    ecr = AsyncEcrClient(region_name="us-east-1")
    with pytest.raises(AttributeError, match=f"no attribute '{name}'.*{instead}"):
        getattr(ecr, name)
    asyncio.run(ecr.aclose())
