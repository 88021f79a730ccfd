"""A job that is ended ends its calls: closed iterators, Ctrl-C, the end of the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ecr_typed import ClientClosedError, EcrClient, EcrError
from ecr_typed.jobs import Registry, each, each_registry, each_repository, raise_failures
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import THROTTLED, LateResponse

FIRST = LateResponse()
LATE = LateResponse(delay=30)

SOON = 10.0
"""Far from the half minute of a response, whatever else the machine does, in seconds."""
KINDS = ["each", "each_registry", "each_repository", "each_repository of registries"]


def job(kind: str, ecr: EcrClient, errors: list[EcrError]) -> Generator[Any, None, None]:
    """A job of a kind, which keeps the errors of its calls."""

    def call(client: EcrClient, _: object) -> None:
        try:
            client.list_images("seed").to_list()
        except EcrError as error:
            errors.append(error)
            raise

    def call_own(_: object) -> None:
        call(ecr, _)

    fleet = [Registry("us-east-1", endpoint_url=ecr.boto3_client.meta.endpoint_url)] * 20
    match kind:
        case "each":
            return each(call_own, range(20), threads=4)
        case "each_registry":
            return each_registry(call, fleet, threads=4)
        case "each_repository":
            return each_repository(call, ecr, threads=4)
        case _:
            return each_repository(call, fleet, threads=4)


def wait_for_faults(emulator: EcrEmulator, count: int) -> None:
    """Wait until so many calls have met a fault."""
    until = time.monotonic() + 20
    while len(emulator.faults.injected) < count:
        assert time.monotonic() < until, "the calls did not come"
        time.sleep(0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_closing_the_iterator_cuts_its_calls(
    emulator: EcrEmulator, ecr: EcrClient, kind: str
) -> None:
    """Calls on the wire end when their job is closed, and the user's client goes on to work."""
    ecr.create_repository("seed")
    for number in range(8):
        ecr.create_repository(f"more/{number}")
    emulator.faults.inject(FIRST, operation_name="ListImages")
    emulator.faults.inject(LATE, operation_name="ListImages", share=1)
    errors: list[EcrError] = []

    outcomes = job(kind, ecr, errors)
    next(outcomes)
    wait_for_faults(emulator, 4)
    began = time.monotonic()
    outcomes.close()

    assert time.monotonic() - began < SOON
    assert errors
    assert all(isinstance(error, ClientClosedError) for error in errors)
    emulator.faults.clear()
    assert ecr.list_images("seed").to_list() == []


def test_closing_the_iterator_ends_waits_for_retries(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A call that waits for its next attempt does not keep a closed job waiting."""
    ecr.create_repository("seed")
    emulator.faults.inject(FIRST, operation_name="ListImages")
    emulator.faults.inject(THROTTLED, operation_name="ListImages", share=1)

    outcomes = each(lambda _: ecr.list_images("seed").to_list(), range(20), threads=4)
    next(outcomes)
    wait_for_faults(emulator, 4)
    began = time.monotonic()
    outcomes.close()

    assert time.monotonic() - began < SOON


def test_calls_outside_the_job_go_on(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """Only what the job itself calls is ended with it, on the same client."""
    ecr.create_repository("seed")
    emulator.faults.inject(FIRST, operation_name="ListImages")
    emulator.faults.inject(LATE, operation_name="ListImages", share=1)
    emulator.faults.inject(LateResponse(delay=0.3), operation_name="DescribeRepositories")

    outcomes = job("each", ecr, [])
    next(outcomes)
    with ThreadPoolExecutor(1) as pool:
        outside = pool.submit(ecr.describe_repositories().to_list)
        wait_for_faults(emulator, 6)
        outcomes.close()
        assert len(outside.result()) == 1


def test_a_function_can_end_the_job_that_calls_it() -> None:
    """A job that is closed by its own function, on a thread of the job, waits for no end of it."""
    jobs: list[Generator[Any, None, None]] = []
    is_suspended, is_closed = threading.Event(), threading.Event()

    def work(number: int) -> int:
        if number == 1:
            is_suspended.wait(timeout=10)
            jobs[0].close()
            is_closed.set()
        return number

    outcomes = each(work, range(1_000), threads=1)
    jobs.append(outcomes)
    assert next(outcomes).value == 0
    is_suspended.set()
    assert is_closed.wait(timeout=10)
    assert list(outcomes) == []


def test_a_job_inside_a_job_is_ended_with_it(emulator: EcrEmulator, ecr: EcrClient) -> None:
    """A function may run a job of its own: the calls of that one end, and it goes no further."""
    ecr.create_repository("seed")
    emulator.faults.inject(FIRST, operation_name="ListImages")
    emulator.faults.inject(LATE, operation_name="ListImages", share=1)
    begun: list[int] = []

    def call(number: int) -> None:
        begun.append(number)
        ecr.list_images("seed").to_list()

    def inner(number: int) -> None:
        if number:
            raise_failures(each(call, range(1_000), threads=2))
        else:
            ecr.list_images("seed").to_list()

    outcomes = each(inner, range(10), threads=2)
    next(outcomes)
    wait_for_faults(emulator, 4)
    began = time.monotonic()
    outcomes.close()

    assert time.monotonic() - began < SOON
    assert len(begun) < 20


INTERRUPTED = """
    import signal
    from ecr_typed import EcrClient
    from ecr_typed.jobs import each

    def create(name):
        return ecr.create_repository(name).repository_arn

    # A shell that runs this in the background has it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with EcrClient() as ecr:
        for outcome in each(create, [f"team/{number}" for number in range(100)], threads=4):
            print(outcome.item, flush=True)
            BODY
"""


def started(text: str, emulator: EcrEmulator, folder: Path) -> subprocess.Popen[str]:
    """Start a program on the emulator, whose processes can be interrupted together."""
    program = folder / "program.py"
    program.write_text(textwrap.dedent(text), "utf-8")
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL_ECR": emulator.endpoint_url,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return subprocess.Popen(
        [sys.executable, str(program)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as POSIX has it")


@POSIX
@pytest.mark.parametrize("body", ["pass", "import time; time.sleep(60)"])
def test_an_interrupt_ends_the_program(emulator: EcrEmulator, tmp_path: Path, body: str) -> None:
    """Ctrl-C ends a job, whether it waits or its caller works, and says what was in flight."""
    emulator.faults.inject(FIRST, operation_name="CreateRepository")
    emulator.faults.inject(LATE, operation_name="CreateRepository", share=1)
    with started(INTERRUPTED.replace("BODY", body), emulator, tmp_path) as process:
        wait_for_faults(emulator, 5)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, stderr = process.communicate(timeout=20)
        took = time.monotonic() - began

    assert took < SOON, stderr
    assert "KeyboardInterrupt" in stderr
    assert "In flight when the job was ended: team/" in stderr
    assert "(may have been applied)" in stderr
    assert process.returncode != 0


INTERRUPTED_ELSEWHERE = """
    import multiprocessing
    import signal
    from concurrent.futures import ProcessPoolExecutor
    from ecr_typed.jobs import Registry, each_registry

    def create(ecr, registry):
        return ecr.create_repository("team/app").repository_arn

    if __name__ == "__main__":
        signal.signal(signal.SIGINT, signal.default_int_handler)
        fleet = [Registry(f"eu-west-{number}") for number in (1, 2, 3)]
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            for outcome in each_registry(create, fleet, executor=pool):
                print(outcome)
"""


@POSIX
def test_an_interrupt_ends_what_a_pool_of_processes_has_queued(
    emulator: EcrEmulator, tmp_path: Path
) -> None:
    """A terminal sends Ctrl-C to all processes; the pool would begin the third call after it."""
    emulator.faults.inject(LATE, operation_name="CreateRepository", share=1)
    with started(INTERRUPTED_ELSEWHERE, emulator, tmp_path) as process:
        wait_for_faults(emulator, 2)
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        began = time.monotonic()
        _, stderr = process.communicate(timeout=40)
        took = time.monotonic() - began

    assert took < SOON, stderr
    assert "In flight when the job was ended: eu-west-" in stderr
    assert len(emulator.faults.injected) == 2
