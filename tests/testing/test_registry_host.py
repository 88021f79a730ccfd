"""The host in repository URIs and proxy endpoints: AWS's, the emulator's, or another."""

from __future__ import annotations

import signal
from urllib.parse import urlsplit

import boto3
import pytest

from ecr_typed import EcrClient
from ecr_typed.testing import EcrEmulator

from .test_main import lines, serving, stop


def hosts(emulator: EcrEmulator, repository_name: str = "app") -> tuple[str, str]:
    """Give the URI of a new repository, and the proxy endpoint of a new token."""
    with emulator.client() as ecr:
        uri = ecr.create_repository(repository_name).repository_uri
        return uri, ecr.get_authorization_token()[0].proxy_endpoint


def test_by_default_the_host_is_that_of_aws(resettable: EcrEmulator) -> None:
    resettable.reset()
    host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    assert hosts(resettable) == (f"{host}/app", f"https://{host}")


def test_a_local_host_is_where_the_emulator_listens() -> None:
    with EcrEmulator(registry_host="local") as emulator:
        address = urlsplit(emulator.endpoint_url).netloc
        assert address.startswith("127.0.0.1:")
        assert hosts(emulator) == (f"{address}/app", f"http://{address}")
        emulator.reset()
        assert hosts(emulator) == (f"{address}/app", f"http://{address}")


def test_another_host_can_be_named() -> None:
    with EcrEmulator(registry_host="emulator:4566") as emulator:
        assert hosts(emulator) == ("emulator:4566/app", "http://emulator:4566")


def test_the_command_line_has_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("--registry-host", "local") as process:
        address, variables = lines(process)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with EcrClient(session=boto3.Session()) as ecr:
            uri = ecr.create_repository("app").repository_uri
        assert uri == f"{urlsplit(address).netloc}/app"
        assert stop(process, signal.SIGTERM)[0] == 0
