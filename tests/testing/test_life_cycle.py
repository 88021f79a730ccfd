"""Starting, stopping, and living beside others in one process."""

from __future__ import annotations

import copy
import os
import pickle
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from ecr_typed.testing import EcrEmulator
from tests.support.newer import needs
from tests.support.untyped import untyped

from .answers import code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


def test_it_listens_on_loopback_only(emulator: EcrEmulator) -> None:
    """The emulator serves plain HTTP on 127.0.0.1, on a port the system chose."""
    url = urlsplit(emulator.endpoint_url)
    assert (url.scheme, url.hostname) == ("http", "127.0.0.1")
    assert url.port


def test_stopping_leaves_no_thread_and_no_port() -> None:
    """Stopping ends the server's thread, those of open connections, and frees the port."""
    before = set(threading.enumerate())
    with EcrEmulator() as emulator:
        clients = [emulator.boto3_client() for _ in range(3)]
        for client in clients:
            client.describe_repositories()
        address = urlsplit(emulator.endpoint_url)
        assert len(set(threading.enumerate()) - before) == 4
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=1)
    for client in clients:
        client.close()


def test_start_and_stop_without_a_with_block() -> None:
    """An emulator can be started, stopped, and started anew with empty registries."""
    emulator = EcrEmulator()
    emulator.start()
    client = emulator.boto3_client()
    client.create_repository(repositoryName="app")
    client.close()
    emulator.stop()
    emulator.stop()
    emulator.start()
    client = emulator.boto3_client()
    assert client.describe_repositories()["repositories"] == []
    client.close()
    emulator.stop()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_leaves_the_emulator_alone() -> None:
    """It calls the emulator of its parent; leaving the `with` block ends, and stops nothing."""
    program = """
import os
from ecr_typed.testing import EcrEmulator

with EcrEmulator() as emulator:
    child = os.fork()
    with emulator.client() as ecr:
        ecr.create_repository("parent" if child else "child")
    if child:
        os.waitpid(child, 0)
        with emulator.client() as ecr:
            print([repository.repository_name for repository in ecr.describe_repositories()])
"""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "['child', 'parent']\n"), done.stderr


@pytest.mark.parametrize("send", [pickle.dumps, copy.deepcopy])
def test_it_stays_in_its_process(emulator: EcrEmulator, send: Callable[[Any], Any]) -> None:
    """The error says what another process needs in its place."""
    with pytest.raises(TypeError, match=r"its endpoint_url, or the variables of environment\(\)"):
        send(emulator)


def test_misuse_is_told() -> None:
    """A second start, and the address of an emulator that doesn't run, are errors."""
    emulator = EcrEmulator()
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.endpoint_url
    with emulator, pytest.raises(RuntimeError, match="running already"):
        emulator.start()


def test_two_emulators_share_no_repositories() -> None:
    """Emulators of one process hold registries of their own and refuse each other's tokens."""
    with EcrEmulator() as one, EcrEmulator() as other:
        here, there = one.boto3_client(), other.boto3_client()
        for name in ("aa", "bb"):
            here.create_repository(repositoryName=name)
            there.create_repository(repositoryName=name)
        here.delete_repository(repositoryName="aa")
        assert len(there.describe_repositories()["repositories"]) == 2
        token = there.describe_repositories(maxResults=1).get("nextToken")
        assert token
        here.create_repository(repositoryName="aa")
        assert code_of(here.describe_repositories, nextToken=token) == "InvalidParameterException"
        here.close()
        there.close()


def test_twelve_threads_create_repositories(emulator: EcrEmulator, boto3_ecr: ECRClient) -> None:
    """Calls from twelve threads lose nothing, and one of twelve creations of a name succeeds."""

    def create(thread: int) -> bool:
        for number in range(10):
            boto3_ecr.create_repository(repositoryName=f"thread/{thread}-{number}")
        try:
            boto3_ecr.create_repository(repositoryName="contested")
        except boto3_ecr.exceptions.RepositoryAlreadyExistsException:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(create, range(12))) == 1
    assert len(boto3_ecr.describe_repositories(maxResults=1000)["repositories"]) == 121


def test_connections_stay_open() -> None:
    """Calls one after another travel on one connection."""
    before = set(threading.enumerate())
    with EcrEmulator() as emulator:
        client = emulator.boto3_client()
        for _ in range(20):
            client.describe_repositories()
        connections = set(threading.enumerate()) - before
        assert len(connections) == 2
        client.describe_repositories()
        assert set(threading.enumerate()) - before == connections
        client.close()


def test_the_environment_does_not_lead_clients_astray(
    emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a proxy nor a profile of the environment keeps a client from the emulator."""
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", "http://127.0.0.1:9")
    client: Any = emulator.boto3_client(config=Config(user_agent_extra="mine"))
    assert client.meta.config.user_agent_extra == "mine"
    assert "repositories" in client.describe_repositories()


def test_nothing_is_printed(emulator: EcrEmulator, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither good, nor bad, nor failing requests write to the terminal."""
    emulator.boto3_client().describe_repositories()
    with pytest.raises(OSError, match="400"):
        urllib.request.urlopen(
            urllib.request.Request(
                emulator.endpoint_url,
                b"{}",
                {"Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/r/no-such/aws4_request"},
            )
        )
    assert capfd.readouterr() == ("", "")


def test_client_is_typed(emulator: EcrEmulator, account_id: str) -> None:
    """`client` gives an EcrClient of the account and region asked for."""
    with emulator.client(account_id=account_id, region_name="us-gov-west-1") as ecr:
        repository = ecr.create_repository("team/app")
        assert repository.registry_id == account_id
        assert repository.repository_arn.startswith("arn:aws-us-gov:ecr:us-gov-west-1:")
        assert [each.repository_name for each in ecr.describe_repositories()] == ["team/app"]


def test_client_takes_the_options_of_ecr_client(emulator: EcrEmulator, account_id: str) -> None:
    """`client` passes options on to EcrClient."""
    calls: list[str] = []
    with emulator.client(
        account_id=account_id, on_call=lambda event: calls.append(event.operation_name)
    ) as ecr:
        ecr.create_repository("app")
    assert calls == ["CreateRepository"]


def test_without_werkzeug_the_import_names_the_extra() -> None:
    """Without its only dependency the import says what to install."""
    program = """
import sys
sys.modules["werkzeug"] = None
try:
    import ecr_typed.testing
except ImportError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "the extra 'testing'" in done.stdout


def test_starting_loads_no_sdk() -> None:
    """An emulator starts without boto3, botocore and moto, whose import would take longer."""
    program = """
import sys
from ecr_typed.testing import EcrEmulator
with EcrEmulator():
    print(sorted({name.partition(".")[0] for name in sys.modules} & {"boto3", "botocore", "moto"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@needs("DescribeRepositoryCreationTemplatesRequest")
def test_its_environment_leads_every_sdk_to_it(emulator: EcrEmulator) -> None:
    """A child process with `environment()` talks to the emulator, ECR and STS, past proxies."""
    program = """
import boto3
print(boto3.client("ecr").describe_repository_creation_templates()["registryId"])
print(boto3.client("sts").get_caller_identity()["Account"])
"""
    environment = {
        **os.environ,
        "HTTP_PROXY": "http://127.0.0.1:9",
        "AWS_SESSION_TOKEN": "of another account",
        **emulator.environment(),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{emulator.account_id}\n" * 2, "")


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "127.0.0.1"),
        ("::1", "[::1]"),
        ("localhost", "localhost"),
    ],
)
def test_it_listens_where_it_is_told(host: str, named: str) -> None:
    """Another address than 127.0.0.1 has to be named, and the URL is one that works."""
    with EcrEmulator(host=host) as emulator:
        assert emulator.endpoint_url.startswith(f"http://{named}:")
        client = emulator.boto3_client()
        assert client.describe_repositories()["repositories"] == []
        client.close()
        # Its own host needs no proxy, either.
        assert host in {"0.0.0.0", "::", *emulator.environment()["NO_PROXY"].split(",")}


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this system has no such sockets")
def test_all_addresses_are_those_of_ipv4_too() -> None:
    """Policies that name the addresses of callers find them as they are written."""
    role = "arn:aws:iam::123456789012:role/local"
    condition = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}
    allowed = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*", "Condition": condition}
    with EcrEmulator(host="::", iam={role: {"Statement": [allowed]}}) as emulator:
        sts = untyped(boto3.Session()).client(
            "sts",
            endpoint_url=emulator.endpoint_url,
            region_name=emulator.region_name,
            aws_access_key_id=emulator.account_id,
            aws_secret_access_key="secret",
        )
        issued = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
        session = boto3.Session(
            issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]
        )
        ecr = untyped(session).client(
            "ecr", endpoint_url=emulator.endpoint_url, region_name=emulator.region_name
        )
        assert ecr.describe_repositories()["repositories"] == []
        sts.close()
        ecr.close()


def test_what_is_kept_from_proxies_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of the emulator adds its address to the program's own exceptions."""
    monkeypatch.setenv("NO_PROXY", "internal.example,localhost")
    with EcrEmulator() as emulator:
        unproxied = emulator.environment()["NO_PROXY"].split(",")
    assert unproxied == ["127.0.0.1", "localhost", "internal.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("latency", -1.0),
        ("latency", float("nan")),
        ("region_name", ""),
        ("region_name", "us-east-1/"),
        ("port", -1),
        ("port", 65536),
        ("registry_host", "http://127.0.0.1"),
        ("registry_host", ""),
        ("repeated_scan_error", "ServerException"),
    ],
)
def test_what_can_not_be_right_is_refused(name: str, value: Any) -> None:
    """An argument that can't be right is named, with what it may be."""
    with pytest.raises(ValueError, match=f"{name} has to be "):
        EcrEmulator(**{name: value})
