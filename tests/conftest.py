"""Fixtures: the environment closed off, and clients whose requests are answered from memory."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import boto3
import botocore
import pytest
from botocore.handlers import BUILTIN_HANDLERS
from hypothesis import HealthCheck, settings

from ecr_typed import CallEvent, EcrClient, RetryPolicy
from tests.support.clients import KINDS, MakeEcr, PlainRig, Rig, make_ecr
from tests.support.newer import lacking
from tests.support.ways import listener
from tests.support.wire import Wire

settings.register_profile(
    "ecr_typed",
    deadline=None,
    max_examples=25,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ecr_typed")

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "", None}
"""Where sockets may go: hosts of this machine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests that go over HTTP run on the other way, too."""
    parser.addoption(
        "--by-botocore",
        action="store_true",
        help="have botocore send all requests; leaves out the tests for which it does so anyway",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse every socket that would leave the machine."""
    sys.addaudithook(_loopback_only)
    if config.getoption("--by-botocore"):
        # As each new client has a listener now, none of them sends directly.
        BUILTIN_HANDLERS.append(("before-send.ecr", listener))


def pytest_collection_finish() -> None:
    """Take out the handler that `import moto` gives to all new sessions: it listens to everything.

    A test that wants it asks for `motos_handler`.
    """
    BUILTIN_HANDLERS[:] = [entry for entry in BUILTIN_HANDLERS if not _is_motos(entry)]


def _is_motos(entry: Any) -> bool:
    return type(entry[1]).__module__.startswith("moto.")


@pytest.fixture
def motos_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new sessions have moto's handler, as in a program that imports moto."""
    from moto.core.models import botocore_stubber

    monkeypatch.setattr(
        "botocore.handlers.BUILTIN_HANDLERS", [*BUILTIN_HANDLERS, ("before-send", botocore_stubber)]
    )


@pytest.fixture
def interruptions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let exceptions land anywhere, even in a finalizer or as a thread ends.

    urllib3 leaves the socket of a request that is interrupted to the garbage collector: it is
    collected here, where it is no surprise. Python tells of exceptions that have no caller by
    hooks. pytest's are Python code, in which a second exception may land, and pytest calls that
    a failure of the test. Python's own are not.
    """
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    yield
    gc.collect()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose clients have listeners of their own, and those about the ways."""
    if not config.getoption("--by-botocore"):
        return
    alike = [item for item in items if _goes_by_botocore(item)]
    config.hook.pytest_deselected(items=alike)
    items[:] = [item for item in items if item not in set(alike)]


def _goes_by_botocore(item: pytest.Item) -> bool:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    is_about_ways = item.path.stem in {"test_direct_way", "test_listeners", "test_replacements"}
    return is_about_ways or not {"wire", "rigs", "plain"}.isdisjoint(fixtures)


def _loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    match event, arguments:
        case ("socket.connect" | "socket.sendto", (_, (host, *_))) if host not in LOOPBACK:
            pytest.fail(f"a test would have connected to {host}")
        case ("socket.getaddrinfo", (host, *_)) if host not in LOOPBACK:
            pytest.fail(f"a test would have looked up {host}")
        case _:
            pass


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip what the installed botocore is too old for, with the reason."""
    report = yield
    if report.failed and (name := lacking(report.longreprtext)):
        path, line, _ = item.location
        reason = f"botocore {botocore.__version__} does not know {name}"
        report.outcome, report.longrepr = "skipped", (path, line or 0, reason)
    return report


@pytest.fixture(scope="session", autouse=True)
def closed_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Close off the environment: nothing of AWS is configured but what tests configure."""
    nowhere = tmp_path_factory.mktemp("aws") / "missing"
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "BOTO_")) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        patch.setenv("AWS_CONFIG_FILE", str(nowhere))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "of no account")
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield


@pytest.fixture(scope="session")
def session(closed_environment: None) -> boto3.Session:
    """Give a boto3 session that all tests share, as it loads the service's model once."""
    return boto3.Session(region_name="us-east-1")


@pytest.fixture
def wire() -> Wire:
    """Give the wire that answers the requests of a test's clients."""
    return Wire()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Give each kind of client in turn: made by us, or adopted."""
    return str(request.param)


@pytest.fixture
def make(kind: str, session: boto3.Session, wire: Wire) -> MakeEcr:
    """Give a maker of clients of each kind."""
    return partial(make_ecr, kind, session, wire)


@pytest.fixture
def make_made(session: boto3.Session, wire: Wire) -> MakeEcr:
    """Give a maker of clients that make their boto3 client."""
    return partial(make_ecr, "made", session, wire)


@pytest.fixture
def events() -> list[CallEvent]:
    """Give the list that the events of the clients' calls go to."""
    return []


@pytest.fixture
def ecr(make: MakeEcr, events: list[CallEvent]) -> EcrClient:
    """Give a client of each kind."""
    return make(on_call=events.append)


@pytest.fixture
def made(make_made: MakeEcr, events: list[CallEvent]) -> EcrClient:
    """Give a client that made its boto3 client."""
    return make_made(on_call=events.append)


@pytest.fixture
def once(make: MakeEcr, events: list[CallEvent]) -> EcrClient:
    """Give a client of each kind that makes one attempt a call."""
    return make(retry=RetryPolicy(max_attempts=1), on_call=events.append)


@pytest.fixture(scope="session")
def rigs(session: boto3.Session) -> dict[str, Rig]:
    """Give a rig for each kind of client, for tests that make many examples."""
    return {kind: Rig.of(kind, session) for kind in KINDS}


@pytest.fixture(scope="session")
def plain(session: boto3.Session) -> PlainRig:
    """Give a plain boto3 client, for tests that make many examples."""
    return PlainRig.of(session)
