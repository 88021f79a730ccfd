"""What Python prints of an error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import boto3
import pytest

import ecr_typed
from ecr_typed import (
    EcrClient,
    EcrError,
    RepositoryNotFoundException,
    RetryPolicy,
    ServiceUnavailableException,
)
from tests.support.samples import page
from tests.support.wire import Wire, refusal

ONCE = RetryPolicy(max_attempts=1)


def frames(printed: str) -> list[str]:
    """The files of a printed traceback, in the order of its frames."""
    return [
        Path(path).name if "ecr_typed" in path or path == __file__ else path
        for path in re.findall(r'File "([^"]+)"', printed)
    ]


def printed_traceback(call: Callable[[], Any]) -> str:
    """What Python prints of the error of a call."""
    try:
        call()
    except EcrError:
        return traceback.format_exc()
    raise AssertionError("the call succeeded")


def test_refusal_prints_a_screen_at_most(ecr: EcrClient, wire: Wire) -> None:
    """The traceback of a refused call: the user's line, three of ours, the service's error."""
    wire.will(refusal("RepositoryNotFoundException", "The repository does not exist"))

    printed = printed_traceback(lambda: ecr.delete_repository("team/app"))

    assert frames(printed) == [Path(__file__).name] * 2 + ["repositories.py"] + ["runner.py"] * 2
    assert printed.splitlines()[-2].startswith(
        "ecr_typed.RepositoryNotFoundException: DeleteRepository: The repository does not exist"
    )
    assert printed.splitlines()[-1] == "Called with repository_name='team/app'"
    # Python 3.13 prints all lines of a statement, older ones its first.
    assert len(printed.splitlines()) <= (25 if sys.version_info < (3, 13) else 30)


def test_retried_call_prints_no_retries(ecr: EcrClient, wire: Wire, monkeypatch: Any) -> None:
    """The traceback of a call that failed three times is that of one that failed once."""
    monkeypatch.setattr("ecr_typed._calls.retry.TRANSIENT_BASE_DELAY", 0.0)
    wire.will(*[refusal("ServiceUnavailable", "busy", status=503)] * 3)

    printed = printed_traceback(lambda: ecr.delete_repository("team/app"))

    assert len(wire.sent) == 3
    assert frames(printed) == [Path(__file__).name] * 2 + ["repositories.py"] + ["runner.py"] * 2
    assert f"ecr_typed.{ServiceUnavailableException.__name__}: " in printed
    assert "tenacity" not in printed
    assert "This was the last of 3 attempts." in printed


def test_iteration_prints_the_pager_alone(ecr: EcrClient, wire: Wire) -> None:
    """The traceback of an iteration goes through the pager, and through nothing below it."""
    wire.will(page("a", token="t"), refusal("InvalidParameterException"))

    printed = printed_traceback(lambda: ecr.describe_repositories().to_list())

    assert set(frames(printed)[2:]) == {"paging.py"}


def test_lost_connection_prints_its_causes_without_frames(session: boto3.Session) -> None:
    """A connection that is refused prints what botocore and the system said, a line each."""
    ecr = EcrClient(session=session, endpoint_url="http://127.0.0.1:1", retry=ONCE)

    printed = printed_traceback(lambda: ecr.delete_repository("team/app"))

    assert "ConnectionRefusedError" in printed
    assert "botocore.exceptions.EndpointConnectionError" in printed
    assert frames(printed) == [Path(__file__).name] * 2 + ["repositories.py"] + ["runner.py"] * 2


def test_client_that_can_not_be_made_prints_no_botocore() -> None:
    """The traceback of a client without its profile has no frames of botocore."""
    printed = printed_traceback(lambda: EcrClient(profile_name="nobody"))

    assert frames(printed) == [Path(__file__).name] * 2 + ["_client.py", "_composition.py"]


def test_unexpected_causes_keep_their_frames(once: EcrClient, wire: Wire) -> None:
    """What a user's own handler raises is printed with the way there."""

    def handler(**_: object) -> None:
        raise KeyError("a bug")

    once.boto3_client.meta.events.register_first("before-send.ecr", cast("Any", handler))

    with pytest.raises(KeyError) as caught:
        once.delete_repository("team/app")

    printed = "".join(traceback.format_exception(caught.value))
    assert "in handler" in printed
    assert "KeyError: 'a bug'" in printed


def test_what_the_program_was_handling_keeps_its_frames(ecr: EcrClient, wire: Wire) -> None:
    """An error of the user's own, before the call, is printed as ever."""

    def fail() -> None:
        raise LookupError("not in the cache")

    wire.will(refusal("RepositoryNotFoundException"))
    user_error = LookupError()
    try:
        fail()
    except LookupError as handled:
        user_error = handled
        with pytest.raises(RepositoryNotFoundException):
            ecr.delete_repository("team/app")

    assert [frame.name for frame in traceback.extract_tb(user_error.__traceback__)][-1] == "fail"


PROGRAM = """
from botocore.stub import Stubber
from ecr_typed import EcrClient

def test_of_a_user():
    ecr = EcrClient(region_name="us-east-1")
    with Stubber(ecr.boto3_client) as stubber:
        stubber.add_client_error("delete_repository", "RepositoryNotFoundException")
        {call}
"""


@pytest.mark.parametrize(
    "call", ['ecr.delete_repository("team/app")', "ecr.describe_repositories().to_list()"]
)
def test_pytest_ends_at_the_line_of_the_user(tmp_path: Path, call: str) -> None:
    """What pytest prints of a failed call is the user's line and the error, and none of our code."""
    program = PROGRAM.format(call=call).replace("delete_repository", call[4:].partition("(")[0], 1)
    (tmp_path / "test_program.py").write_text(program, "utf-8")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(ecr_typed.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )

    last = run.stdout.partition("The above exception was the direct cause")[2]
    assert re.search(rf"^> +{re.escape(call)}$", last, re.MULTILINE)
    assert "RepositoryNotFoundException" in last
    assert not re.search(r"^\S*ecr_typed/\S+:\d+:", last, re.MULTILINE)
