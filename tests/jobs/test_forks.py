"""A process may fork in the middle of a job: the child hangs in nothing, and ends nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Final

import pytest

from ecr_typed.testing import EcrEmulator
from ecr_typed.testing._emulator.http.messages import HttpResponse
from ecr_typed.testing.faults import CarryOut, Fault, LateResponse

_START: Final = """
import asyncio, os, sys, threading, time, warnings
from contextlib import closing

from ecr_typed import ClientClosedError, EcrClient, EcrError, RetryPolicy
from ecr_typed.aio import AsyncEcrClient
from ecr_typed.jobs import Logins, each

warnings.simplefilter("ignore")
ecr = EcrClient(endpoint_url=sys.argv[1], retry=RetryPolicy(max_attempts=1))

def is_done_by_child(function):
    child = os.fork()
    if not child:
        try:
            function()
        except BaseException as error:
            print(f"the child: {error!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        process, status = os.waitpid(child, os.WNOHANG)
        if process:
            return status == 0
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return False

def is_refused(function):
    try:
        function()
    except EcrError as error:
        assert "forked" in str(error), error
    else:
        raise AssertionError("the child goes on with what its parent began")
"""

_ASYNCIO: Final = """
async_ecr = AsyncEcrClient.from_client(ecr, concurrency=1)
async def names():
    return [each.repository_name async for each in async_ecr.describe_repositories()]
assert len(asyncio.run(names())) == 3
assert is_done_by_child(lambda: asyncio.run(names()))
assert len(asyncio.run(names())) == 3
"""

_ASYNCIO_CLOSED: Final = """
async_ecr = AsyncEcrClient.from_client(ecr)
async def close_early():
    call = asyncio.ensure_future(async_ecr.describe_registry())
    await asyncio.sleep(0.5)
    await async_ecr.aclose()
    try:
        await call
    except ClientClosedError:
        return
    raise AssertionError("the call went on")
assert is_done_by_child(lambda: asyncio.run(close_early()))
"""

_JOB: Final = """
begun = []
def look(number):
    begun.append(number)
    return ecr.describe_registry()
def is_left_to_the_parent():
    before = [*begun]
    is_refused(lambda: next(outcomes))
    assert begun == before, begun
with closing(each(look, range(9), threads=3)) as outcomes:
    first = next(outcomes)
    assert is_done_by_child(is_left_to_the_parent)
    assert is_done_by_child(outcomes.close)
    ecr.get_registry_scanning_configuration()
    assert [one.error for one in (first, *outcomes)] == [None] * 9
"""

_JOB_OF_THE_CHILD: Final = """
outcomes = each(lambda _: ecr.describe_registry(), range(3), threads=3)
def close_early():
    next(outcomes)
    outcomes.close()
assert is_done_by_child(close_early)
outcomes = each(lambda _: time.sleep(0.5), range(3), threads=3)
def has_done_all():
    assert [one.error for one in outcomes] == [None] * 3
assert is_done_by_child(has_done_all)
"""

_PAGES: Final = """
with closing(ecr.describe_repositories(page_size=1).pages(prefetch=2)) as pages:
    next(pages)
    assert is_done_by_child(lambda: is_refused(lambda: next(pages)))
    assert is_done_by_child(pages.close)
    ecr.get_registry_scanning_configuration()
    assert len(list(pages)) == 2
"""

_LOGINS: Final = """
logins = Logins(ecr)
thread = threading.Thread(target=logins.current)
thread.start()
time.sleep(0.3)
assert is_done_by_child(logins.current)
thread.join()
"""


_ready: Final = threading.Event()
"""Set when the program wants the responses that are held back."""


@dataclass(frozen=True, slots=True)
class HeldResponse(Fault):
    """The true response, once the program asks for the scanning configuration."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Wait, and return the true response."""
        response = carry_out()
        _ready.wait(timeout=90.0)
        return response


@dataclass(frozen=True, slots=True)
class Releasing(Fault):
    """The true response, with which all that are held back are sent."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return the true response."""
        _ready.set()
        return carry_out()


AT_ONCE, LATE, NEVER = (LateResponse(delay=seconds) for seconds in (0.0, 2.0, 60.0))
HELD: Final = HeldResponse()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize(
    ("body", "operation_name", "faults"),
    [
        pytest.param(_ASYNCIO, "DescribeRegistry", [], id="asyncio"),
        pytest.param(
            _ASYNCIO_CLOSED, "DescribeRegistry", [NEVER], id="asyncio that the child closes"
        ),
        pytest.param(_JOB, "DescribeRegistry", [HELD, HELD], id="job"),
        pytest.param(
            _JOB_OF_THE_CHILD, "DescribeRegistry", [NEVER, NEVER], id="job that the child begins"
        ),
        pytest.param(_PAGES, "DescribeRepositories", [AT_ONCE, HELD], id="pages"),
        pytest.param(_LOGINS, "GetAuthorizationToken", [LATE], id="logins"),
    ],
)
def test_a_child_hangs_in_nothing_and_ends_nothing(
    emulator: EcrEmulator, body: str, operation_name: str, faults: list[Fault]
) -> None:
    """It is refused what its parent goes on with, and whose calls it leaves alone."""
    with emulator.client() as ecr:
        for name in "abc":
            ecr.create_repository(name * 3)
    _ready.clear()
    emulator.faults.inject(Releasing(), operation_name="GetRegistryScanningConfiguration")
    for fault in faults:
        emulator.faults.inject(fault, operation_name=operation_name)
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    done = subprocess.run(
        [sys.executable, "-c", _START + body, emulator.endpoint_url],
        env={**os.environ, **keys, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert (done.returncode, done.stderr) == (0, "")
