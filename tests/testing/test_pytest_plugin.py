"""The pytest plugin, in projects of others."""

from __future__ import annotations

from pathlib import Path

import pytest

import ecr_typed

pytest_plugins = ["pytester"]

PLUGIN = "ecr_typed.testing.pytest_plugin"
TESTS = """
from datetime import datetime, timedelta, UTC

import pytest

from ecr_typed import EcrClient, ServerException
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import SERVER_EXCEPTION

seen = []

@pytest.mark.parametrize("time", [1, 2])
def test_each_begins_as_new(ecr_emulator: EcrEmulator, ecr: EcrClient, time: int) -> None:
    assert ecr.describe_repositories().to_list() == []
    ecr.create_repository("app")
    ecr_emulator.clock.advance(timedelta(days=9999))
    ecr_emulator.faults.inject(SERVER_EXCEPTION, share=1)
    seen.append((ecr_emulator.endpoint_url, ecr))

def test_the_client_is_closed_and_the_server_is_one() -> None:
    (first, one), (second, other) = seen
    assert first == second
    assert one is not other
    with pytest.raises(Exception, match="closed"):
        one.describe_repositories().first()

def test_the_client_is_the_emulators(ecr_emulator: EcrEmulator, ecr: EcrClient) -> None:
    repository = ecr.create_repository("app")
    assert repository.registry_id == ecr_emulator.account_id
    assert repository.created_at < datetime.now(UTC) + timedelta(days=1)
"""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the other projects find the package, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(Path(ecr_typed.__file__).parents[1]))


def test_the_fixtures(pytester: pytest.Pytester) -> None:
    """Named in a conftest.py, the plugin gives each test an emulator as new and a client of it."""
    pytester.makeconftest(f"pytest_plugins = [{PLUGIN!r}]")
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:randomly")
    result.assert_outcomes(passed=4)


def test_a_nested_conftest_imports_the_fixtures(pytester: pytest.Pytester) -> None:
    """Below the root folder the fixtures are imported; the tests beside the folder lack them."""
    folder = pytester.mkpydir("nested")
    (folder / "conftest.py").write_text(f"from {PLUGIN} import *\n")
    (folder / "test_nested.py").write_text(TESTS)
    pytester.makepyfile("def test_without(request):\n    assert not request.fixturenames[1:]\n")
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:randomly")
    result.assert_outcomes(passed=5)


def test_on_the_command_line_and_told_by_pytest(pytester: pytest.Pytester) -> None:
    """Loaded with -p, `pytest --fixtures` shows both fixtures, each with its sentence."""
    result = pytester.runpytest_subprocess("-p", PLUGIN, "--fixtures")
    result.stdout.fnmatch_lines(
        [
            "ecr_emulator -- *",
            "    An Amazon ECR emulator in its initial state: *",
            "ecr -- *",
            "    A typed client of `ecr_emulator`, closed after the test.",
        ]
    )
    result.stdout.no_fnmatch_line("*_serving_ecr_emulator*")
