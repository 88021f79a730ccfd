"""`python -m ecr_typed.testing`, run as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from ecr_typed import AccessDeniedException, EcrClient, EcrConnectionError, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "ecr_typed.testing"]


@contextmanager
def serving(*options: str, output: int = subprocess.PIPE) -> Generator[subprocess.Popen[str]]:
    """Serve for the time of a `with` block."""
    with subprocess.Popen(
        [*COMMAND, *options], stdout=output, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str]) -> tuple[str, dict[str, str]]:
    """Read the address, and the variables of the line that follows it."""
    assert process.stdout is not None
    address = process.stdout.readline().rstrip("\n")
    export, *variables = process.stdout.readline().split()
    assert export == "export"
    return address, dict(variable.split("=", 1) for variable in variables)


def stop(process: subprocess.Popen[str], number: int) -> tuple[int, str, str]:
    """Send a signal; give the exit code and what else was printed."""
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    return process.returncode, output, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """The variables that it prints lead any client to it; Ctrl-C and SIGTERM end it quietly."""
    with serving() as process:
        address, variables = lines(process)
        assert variables["AWS_ENDPOINT_URL_ECR"] == address
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with EcrClient(session=boto3.Session()) as ecr:
            repository = ecr.create_repository("app")
        assert repository.repository_arn == "arn:aws:ecr:us-east-1:123456789012:repository/app"
        assert stop(process, number) == (0, "", "")


def test_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """Port, region, account and latency are as asked for, and it listens on loopback only."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    options = ["--host-port", str(port), "--region-name", "eu-west-1"]
    options += ["--account-id", "999999999999", "--latency", "60"]
    with serving(*options) as process:
        address, variables = lines(process)
        url = urlsplit(address)
        assert (url.hostname, url.port) == ("127.0.0.1", port)
        assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "eu-west-1"
        assert variables["AWS_ACCESS_KEY_ID"] == "999999999999"
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        ecr = EcrClient(
            session=boto3.Session(),
            config=Config(read_timeout=0.1),
            retry=RetryPolicy(max_attempts=1),
        )
        with ecr, pytest.raises(EcrConnectionError):
            ecr.create_repository("app")
        assert stop(process, signal.SIGTERM)[0] == 0


def test_a_port_that_is_taken() -> None:
    """A port in use is told in one line, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--host-port", str(port)], capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"can't listen on 127.0.0.1, port {port}: ")
    assert done.stderr.count("127.0.0.1") == done.stderr.count("\n") == 1


def test_a_host_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A name without an address is told in one line, too."""
    from ecr_typed.testing.__main__ import main

    assert main(["--host", "no-such-host.invalid"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("can't listen on no-such-host.invalid, port any: ")
    assert error.count("\n") == 1


def test_moto_that_is_not_installed() -> None:
    """A missing extra is named in one line."""
    program = """
import sys
sys.modules["moto"] = None
from ecr_typed.testing.__main__ import main
sys.exit(main(["--moto"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "install ecr_typed[moto]" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--account-id", "12"],
        ["--port", "65536"],
        ["--port", "-1"],
        ["--port", "http"],
        ["--latency", "-1"],
        ["--latency", "nan"],
        ["--latency", "soon"],
        ["--region", ""],
        ["--region", "us east 1"],
        ["--registry-host", ""],
        ["--registry-host", "http://localhost"],
    ],
)
def test_options_that_make_no_sense(capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    """What can't be an account, a port, a time, a region or a host is refused by the name of its option."""
    from ecr_typed.testing.__main__ import main

    with pytest.raises(SystemExit) as caught:
        main(options)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert options[0] in error
    assert repr(options[1]) in error
    assert "invalid _" not in error


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "can't be read"),
        ("no json", "can't be read"),
        ("[]", "must have an object of policies by ARN"),
        ('{"arn:aws:iam::123456789012:role/ci": {}}', "role/ci' is no identity policy"),
    ],
)
def test_policies_that_make_no_sense(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str | None, why: str
) -> None:
    """A file that is missing, or has no policies, is refused in one sentence."""
    from ecr_typed.testing.__main__ import main

    file = tmp_path / "iam.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SystemExit) as caught:
        main(["--iam", str(file)])
    assert caught.value.code == 2
    assert why in capsys.readouterr().err


def test_roles_have_the_policies_of_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--iam` gives roles identity policies."""
    role = "arn:aws:iam::123456789012:role/ci"
    allowed = {"Effect": "Allow", "Action": "ecr:Describe*", "Resource": "*"}
    file = tmp_path / "iam.json"
    file.write_text(json.dumps({role: {"Version": "2012-10-17", "Statement": [allowed]}}))
    with serving("--iam", str(file)) as process:
        address, variables = lines(process)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        session: Any = boto3.Session()
        sts = session.client("sts")
        issued: Any = sts.assume_role(RoleArn=role, RoleSessionName="build")["Credentials"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", issued["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", issued["SecretAccessKey"])
        monkeypatch.setenv("AWS_SESSION_TOKEN", issued["SessionToken"])
        with EcrClient(session=boto3.Session(), endpoint_url=address) as ci:
            assert ci.describe_repositories().to_list() == []
            with pytest.raises(AccessDeniedException, match="no identity-based policy allows"):
                ci.create_repository("app")


def test_nobody_has_to_read_on() -> None:
    """A reader that takes the first line and leaves doesn't end it."""
    reading, writing = os.pipe()
    with serving(output=writing) as process:
        os.close(writing)
        with os.fdopen(reading) as output:
            url = urlsplit(output.readline().rstrip("\n"))
        socket.create_connection((url.hostname, url.port)).close()
        assert stop(process, signal.SIGTERM)[::2] == (0, "")


def test_the_control_api_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it prints leads other languages to the control API, too."""
    with serving("--region", "eu-west-1") as process:
        address, _ = lines(process)
        with urllib.request.urlopen(f"{address}/.ecr-emulator/") as response:
            assert json.loads(response.read())["regionName"] == "eu-west-1"
        assert stop(process, signal.SIGTERM)[0] == 0


def test_another_host_has_a_warning() -> None:
    """Listening on all addresses works where it is asked for, and says what that means."""
    with serving("--host", "0.0.0.0") as process:
        address, _ = lines(process)
        assert address.startswith("http://127.0.0.1:")
        _, _, errors = stop(process, signal.SIGTERM)
    assert errors.startswith("warning: listening on 0.0.0.0: whoever reaches it")
    assert errors.count("\n") == 1


def test_moto_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--moto` has moto's services on the same port, and the variables lead there."""
    with serving("--moto") as process:
        _, variables = lines(process)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        session: Any = boto3.Session()
        assert "Keys" in session.client("kms").list_keys()
        assert stop(process, signal.SIGTERM)[0] == 0


def test_container_tools_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--registry-host local`, repository URIs lead to the emulator."""
    with serving("--registry-host", "local") as process:
        address, variables = lines(process)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with EcrClient(session=boto3.Session()) as ecr:
            uri = ecr.create_repository("app").repository_uri
        assert uri == f"{address.removeprefix('http://')}/app"
        assert stop(process, signal.SIGTERM)[0] == 0
