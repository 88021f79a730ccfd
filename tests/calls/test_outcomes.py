"""What a call says of its outcome is the truth, whatever is between it and the service."""

from __future__ import annotations

import logging
import random
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

import boto3
import pytest
from botocore.config import Config

from ecr_typed import (
    EcrClient,
    EcrConnectionError,
    EcrError,
    Repository,
    RepositoryCreationTemplate,
    RetryPolicy,
)
from tests.support.clients import KINDS, boto3_client
from tests.support.fault_server import PATIENCE, TIMED_OUT, WRITES, Fault, FaultServer
from tests.support.samples import least_arguments
from tests.support.service import METHODS
from tests.support.sockets import certificate

_METHODS: Final = {method.operation: method for method in METHODS}

WAYS: Final = (
    "direct",
    "http proxy",
    "connect proxy",
    "adopted",
    "adopted, with retries of its own",
    "adopted, behind a proxy",
)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(pem: Path) -> Iterator[FaultServer]:
    with FaultServer(pem) as server:
        yield server


def client(
    way: str, server: FaultServer, session: boto3.Session, policy: RetryPolicy, patience: float
) -> EcrClient:
    """A client that reaches the server on one of the ways."""
    options: dict[str, Any] = {"read_timeout": patience, "max_pool_connections": len(WRITES)}
    url = server.url
    if "proxy" in way:
        options["proxies"] = {"http": server.url, "https": server.url}
        # A proxy of plain HTTP looks the host up; that of TLS has to match the certificate.
        url = "https://127.0.0.1:1" if way == "connect proxy" else "http://ecr.invalid"
    if not way.startswith("adopted"):
        return EcrClient(session=session, config=Config(**options), endpoint_url=url, retry=policy)
    attempts = 3 if "retries" in way else 1
    config = Config(retries={"total_max_attempts": attempts, "mode": "legacy"}, **options)
    return EcrClient.from_boto3(
        boto3_client(session, config=config, endpoint_url=url), retry=policy
    )


def call(ecr: EcrClient, name: str) -> object:
    """Call a write; return what it raised, or what it returned."""
    method = _METHODS[name]
    try:
        return getattr(ecr, method.name)(**least_arguments(method))
    except EcrError as error:
        return error


def untrue(name: str, result: object, server: FaultServer) -> str:
    """Return what is not true of a result, or nothing."""
    applied, received = server.applied[name], server.received[name]
    told = f"{name}: {result!r} with {applied} applied of {received}"
    if not isinstance(result, EcrError):
        return "" if applied else f"success, and nothing was applied: {told}"
    if applied and not result.maybe_applied:
        return f"applied, and the error denies it: {told}"
    if not received and result.maybe_applied:
        return f"nothing was sent, and the error does not know: {told}"
    return ""


def lies_of(told: Mapping[str, object], server: FaultServer) -> list[str]:
    """Return what is not true of any result.

    On a busy machine, the server may read a request after the client's patience has ended.
    """
    ends = time.monotonic() + 10
    while True:
        lies = [lie for name, result in told.items() if (lie := untrue(name, result, server))]
        if not lies or time.monotonic() > ends:
            return lies
        time.sleep(0.05)


@pytest.mark.parametrize("fault", list(Fault))
@pytest.mark.parametrize("way", WAYS)
def test_every_outcome_is_the_truth(
    way: str,
    fault: Fault,
    server: FaultServer,
    session: boto3.Session,
    pem: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Every write, on every way, with every fault: success was applied, and a denial was not."""
    caplog.set_level(logging.ERROR)
    # botocore's own retries wait for up to a second.
    monkeypatch.setattr(random, "random", lambda: 0.01)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(pem))
    lies: list[str] = []
    for policy in (RetryPolicy(max_attempts=3), RetryPolicy(max_attempts=1)):
        server.begin(fault)
        ecr = client(way, server, session, policy, _patience(fault, policy))
        with ThreadPoolExecutor(len(WRITES)) as pool, ecr:
            results = list(pool.map(partial(call, ecr), WRITES))
        told = dict(zip(WRITES, results, strict=True))
        lies += lies_of(told, server)
        if policy.max_attempts > 1 and fault in _REPEATED:
            # What was lost is found again.
            assert isinstance(told["CreateRepository"], Repository)
            assert isinstance(told["CreateRepositoryCreationTemplate"], RepositoryCreationTemplate)
            assert server.applied["CreateRepository"] == 1
    assert not lies


def _patience(fault: Fault, policy: RetryPolicy) -> float:
    """Return a read time-out that only the fault runs into, where the repetition has to succeed."""
    if fault not in TIMED_OUT:
        return 60.0
    return PATIENCE * 5 if fault in _REPEATED and policy.max_attempts > 1 else PATIENCE


_REPEATED: Final = (Fault.DROPPED, Fault.RESET, Fault.LATE, Fault.FAILED_LATER, Fault.PAGE)
"""The faults after which a creation is repeated, and meets what it created."""


@pytest.mark.parametrize("way", ["refused", "proxy refused", "no tunnel", "untrusted", "unknown"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_never_sent_was_not_applied(
    kind: str,
    way: str,
    server: FaultServer,
    session: boto3.Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where no connection came about, no write may have been applied, and the error says so."""
    closed = "http://127.0.0.1:1"
    proxies, url = {"http": closed, "https": closed}, "http://127.0.0.1:1"
    match way:
        case "proxy refused":
            url = "http://ecr.invalid"
        case "no tunnel":
            url, proxies = "https://127.0.0.1:1", {"https": server.url}
            monkeypatch.setattr(server, "_tls", None)
        case "untrusted":
            url, proxies = "https://127.0.0.1:1", {"https": server.url}
        case "unknown":
            url, proxies = "http://ecr.invalid", {}
            monkeypatch.setattr(socket, "getaddrinfo", _no_such_host)
        case _:
            proxies = {}
    options: dict[str, Any] = {"proxies": proxies, "retries": {"total_max_attempts": 1}}
    if kind == "made":
        del options["retries"]
        ecr = EcrClient(session=session, config=Config(**options), endpoint_url=url)
    else:
        adopted = boto3_client(session, config=Config(**options), endpoint_url=url)
        ecr = EcrClient.from_boto3(adopted)
    with ecr, pytest.raises(EcrConnectionError) as caught:
        ecr.delete_repository("team/app")
    # Of an adopted client's proxy it is not known what it passed on.
    is_known = kind == "made" or way in {"refused", "untrusted", "unknown"}
    assert caught.value.maybe_applied != is_known
    assert caught.value.attempts == (1 if way == "untrusted" else 3)


def _no_such_host(*_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, "no such host")
