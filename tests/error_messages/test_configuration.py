"""Region, profile and endpoint."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions as botocore_errors
import pytest
from botocore.config import Config

from ecr_typed import (
    EcrClient,
    EcrConfigurationError,
    EcrConnectionError,
    EcrResponseError,
    EcrServiceError,
    RetryPolicy,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import DROPPED, RESET, Fault, LateResponse
from tests.support.clients import boto3_client
from tests.support.errors import error_of
from tests.support.wire import Reply, Wire, refusal

ONCE = RetryPolicy(max_attempts=1)


def test_no_region_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region there is no client, and the error names argument and variable."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    error = error_of(EcrClient, session=boto3.Session())

    assert isinstance(error, EcrConfigurationError)
    assert "region_name" in str(error)
    assert "AWS_DEFAULT_REGION" in str(error)


@pytest.mark.parametrize("in_environment", [True, False])
def test_wrong_profile_names_those_that_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, in_environment: bool
) -> None:
    """A profile that does not exist is named, with the ones that do."""
    config = tmp_path / "config"
    config.write_text("[default]\n[profile payments]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    if in_environment:
        monkeypatch.setenv("AWS_PROFILE", "paymets")

    error = error_of(EcrClient, **({} if in_environment else {"profile_name": "paymets"}))

    assert isinstance(error, EcrConfigurationError)
    assert "paymets" in str(error)
    assert "'default', 'payments'" in str(error)


@pytest.mark.parametrize("kind", ["made", "adopted"])
def test_refused_connection_names_the_endpoint(session: boto3.Session, kind: str) -> None:
    """Where nobody listens, the error has the URL and says where it may come from."""
    url = "http://127.0.0.1:1"
    if kind == "made":
        ecr = EcrClient(session=session, endpoint_url=url, retry=ONCE)
    else:
        ecr = EcrClient.from_boto3(boto3_client(session, endpoint_url=url), retry=ONCE)

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, EcrConnectionError)
    assert url in str(error)
    assert url in error.explanations[-1]
    assert "AWS_ENDPOINT_URL_ECR" in error.explanations[-1]


def test_web_page_is_no_answer(made: EcrClient, wire: Wire) -> None:
    """Where a web server answers, found or not, the error says to look at the endpoint."""
    web_page = b"<html><body>Welcome</body></html>"
    wire.will(Reply(web_page, 404), Reply(web_page, 200))

    for expected in (EcrServiceError, EcrResponseError):
        error = error_of(made.delete_repository, "team/app")
        assert type(error) is expected
        assert "https://api.ecr.us-east-1.amazonaws.com" in error.explanations[-1]


def test_region_in_the_variable_that_boto3_ignores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has set AWS_REGION alone is told that boto3 does not read it."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    assert "AWS_REGION is set, but boto3 does not read it." in str(error_of(EcrClient))


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL"])
def test_closed_port_names_the_variable_that_configured_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where nobody listens, the error says which variable led there."""
    monkeypatch.setenv(name, "http://127.0.0.1:1")

    error = error_of(EcrClient(retry=ONCE).describe_registry)

    url = "http://127.0.0.1:1/"
    assert (
        error.explanations[-1] == f"Check that something listens on {url}, which comes from {name}."
    )


@pytest.mark.parametrize("fault", [DROPPED, RESET])
def test_a_server_that_is_there_is_not_looked_for(fault: Fault) -> None:
    """A connection that breaks shows that something listens."""
    with EcrEmulator() as emulator, emulator.client(retry=ONCE) as ecr:
        emulator.faults.inject(fault)
        last = error_of(ecr.describe_registry).explanations[-1]

        assert last.startswith(f"{emulator.endpoint_url}/ took the connection, and no complete")
        assert "speaks HTTP. It comes from endpoint_url" in last


def test_a_deadline_is_not_looked_for_in_the_network() -> None:
    """The service is there, and slower than the call's deadline."""
    with EcrEmulator() as emulator:
        emulator.faults.inject(LateResponse(delay=30))
        with emulator.client(retry=RetryPolicy(deadline=0.3)) as ecr:
            last = error_of(ecr.describe_registry).explanations[-1]

    assert last.startswith("RetryPolicy(deadline=...) bounds the call")
    assert "responds so late" in last


@pytest.mark.parametrize(
    ("region", "meant"),
    [("us-esat-1", "did you mean 'us-east-1'?"), ("mars-north-1", "check its name.")],
)
def test_misspelt_region_says_what_may_be_meant(
    ecr: EcrClient, wire: Wire, region: str, meant: str
) -> None:
    """A host that can't be found because its region does not exist says so."""
    url = f"https://api.ecr.{region}.amazonaws.com/"
    wire.responder = lambda _: botocore_errors.EndpointConnectionError(endpoint_url=url, error="no")
    once = EcrClient(region_name=region, retry=ONCE)
    wire.attach(once.boto3_client)

    last = error_of(once.describe_registry).explanations[-1]

    assert last.startswith(f"The installed botocore knows no region {region!r}")
    assert last.endswith(meant)


@pytest.mark.parametrize(
    ("options", "region", "host"),
    [
        ({"use_fips_endpoint": True}, "us-east-1", "api.ecr-fips.us-east-1.amazonaws.com"),
        ({"use_dualstack_endpoint": True}, "us-east-1", "ecr.us-east-1.api.aws"),
        ({}, "us-iso-east-1", "api.ecr.us-iso-east-1.c2s.ic.gov"),
        ({}, "cn-north-1", "api.ecr.cn-north-1.amazonaws.com.cn"),
    ],
)
@pytest.mark.parametrize("kind", ["made", "adopted"])
def test_explanation_names_the_host_of_the_request(
    session: boto3.Session,
    wire: Wire,
    options: dict[str, Any],
    region: str,
    host: str,
    kind: str,
) -> None:
    """The endpoint in an explanation is the one that the request went to."""
    config = Config(**options)
    if kind == "made":
        ecr = EcrClient(region_name=region, config=config, retry=ONCE)
    else:
        client = boto3_client(session, region_name=region, config=config)
        ecr = EcrClient.from_boto3(client, retry=ONCE)
    wire.attach(ecr.boto3_client)
    web_pages = [Reply(b"<html>", status, {"Content-Type": "text/html"}) for status in (404, 200)]
    wire.will(refusal("UnknownOperationException"), *web_pages)

    for _ in range(3):
        assert f"https://{host}" in error_of(ecr.describe_registry).explanations[-1]


@pytest.fixture
def proxy_url() -> Iterator[str]:
    """A proxy that lets nobody through without a password."""
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"

    class Refuse(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(refusal)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://user:sesame@127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("kind", ["made", "adopted"])
def test_proxy_that_refuses_is_quoted(session: boto3.Session, proxy_url: str, kind: str) -> None:
    """What the proxy said is shown, and which host it has to let through."""
    config = Config(proxies={"https": proxy_url}, use_fips_endpoint=True)
    if kind == "made":
        ecr = EcrClient(session=session, config=config, region_name="us-gov-west-1", retry=ONCE)
    else:
        client = boto3_client(session, region_name="us-gov-west-1", config=config)
        ecr = EcrClient.from_boto3(client, retry=ONCE)

    error = error_of(ecr.describe_registry)

    assert isinstance(error, EcrConnectionError)
    last = error.explanations[-1]
    assert last.startswith("The proxy responded '407 Proxy Authentication Required': ")
    assert "lets requests to https://api.ecr-fips.us-gov-west-1.amazonaws.com" in last
    assert "sesame" not in str(error)


def test_proxy_that_is_not_there_is_named(session: boto3.Session) -> None:
    """Without a response of the proxy, the proxy and the host are what to check."""
    config = Config(proxies={"https": "http://127.0.0.1:1"})
    ecr = EcrClient(session=session, config=config, retry=ONCE)

    error = error_of(ecr.describe_registry)

    assert "http://127.0.0.1:1" in error.message
    assert error.explanations[-1].startswith("Check the proxy (HTTPS_PROXY")


def test_region_without_the_endpoint_says_which_option_asks_for_it() -> None:
    """Not every partition has dual-stack endpoints."""
    config = Config(use_dualstack_endpoint=True)

    error = error_of(EcrClient, region_name="us-isof-south-1", config=config)

    assert isinstance(error, EcrConfigurationError)
    assert "use_dualstack_endpoint" in str(error)


def test_password_of_an_adopted_endpoint_is_not_explained(
    session: boto3.Session, wire: Wire
) -> None:
    """An explanation that names the endpoint hides the password in its URL."""
    client = boto3_client(session, endpoint_url="http://user:sesame@127.0.0.1:1")
    ecr = EcrClient.from_boto3(client, retry=ONCE)
    wire.attach(client)
    wire.will(*(Reply(b"<html>", status, {"Content-Type": "text/html"}) for status in (404, 200)))

    for _ in range(2):
        error = error_of(ecr.describe_registry)
        assert "http://***@127.0.0.1:1" in error.explanations[-1]
        assert "sesame" not in str(error)
