"""What a call says of its outcome is the truth, whatever the user's own code does inside it."""

from __future__ import annotations

import contextvars
import ctypes
import multiprocessing
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from types import FrameType
from typing import Any, Final

import boto3
import botocore.client
import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import EndpointConnectionError

from ecr_typed import (
    ClientClosedError,
    EcrClient,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    RetryPolicy,
)
from tests.support.clients import KINDS, boto3_client
from tests.support.fault_server import PATIENCE, TIMED_OUT, Fault, FaultServer
from tests.support.wire import refusal

pytestmark = pytest.mark.usefixtures("interruptions")

ONCE: Final = RetryPolicy(max_attempts=1)

BEFORE_SENDING: Final = (
    "provide-client-params",
    "before-parameter-build",
    "before-call",
    "before-sign",
    "request-created",
    "before-send",
)
AFTER_SENDING: Final = ("response-received", "before-parse", "needs-retry", "after-call")


class TimeLimit(Exception):
    """What a task queue raises when a task takes too long."""


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def client(
    kind: str,
    server: FaultServer,
    session: boto3.Session,
    retry: RetryPolicy | None = None,
    *,
    patience: float = 60.0,
) -> EcrClient:
    """A client of one kind, which only a fault that needs it has lose its patience."""
    options: dict[str, Any] = {"read_timeout": patience, "max_pool_connections": 64}
    if kind == "made":
        config = Config(**options)
        return EcrClient(session=session, config=config, endpoint_url=server.url, retry=retry)
    config = Config(retries={"total_max_attempts": 1}, **options)
    adopted = boto3_client(session, config=config, endpoint_url=server.url)
    return EcrClient.from_boto3(adopted, retry=retry)


def outcome(call: Callable[[], object]) -> BaseException | None:
    """Return what a call raises, if it does."""
    try:
        call()
    except BaseException as error:  # noqa: BLE001  # whatever it is, the test looks at it
        return error
    return None


def has_note(error: BaseException | None) -> bool:
    """Whether an exception says that the write may have been applied."""
    notes: list[str] = getattr(error, "__notes__", [])
    return any("may have been applied" in note for note in notes)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("event", [*BEFORE_SENDING, *AFTER_SENDING])
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_handler_raises_surfaces_as_itself(
    kind: str, event: str, first: bool, server: FaultServer, session: boto3.Session
) -> None:
    """A handler's exception comes out, with a note where the write may have been applied."""
    for fault in (None, Fault.DROPPED, Fault.FAILED):
        if fault is None:
            server.begin(Fault.DROPPED, times=0)
        else:
            server.begin(fault)
        own = TimeLimit("enough")

        def fail(own: TimeLimit = own, **_: object) -> None:
            raise own

        ecr = client(kind, server, session, ONCE)
        events = ecr.boto3_client.meta.events
        register = events.register_first if first else events.register
        register(f"{event}.ecr", fail)
        if event in {"before-parse", "after-call"} and fault is Fault.DROPPED:
            continue
        with ecr, pytest.raises(TimeLimit) as caught:
            ecr.delete_repository("team/app")
        assert caught.value is own
        was_sent = event in AFTER_SENDING
        assert bool(server.received["DeleteRepository"]) == was_sent
        assert has_note(own) or not was_sent
        if kind == "made" and (event in BEFORE_SENDING[:4] or (first and not was_sent)):
            # `before-send` and what follows may send in the transport's place.
            assert has_note(own) == (event == "before-send")


def _fail(_: object) -> None:
    raise TimeLimit("enough")


def test_callback_that_fails_does_not_hide_a_lost_attempt(
    server: FaultServer, session: boto3.Session
) -> None:
    """What is raised between two attempts has the note, too."""
    server.begin(Fault.FAILED)
    with (
        client("made", server, session, RetryPolicy(on_retry=_fail)) as ecr,
        pytest.raises(TimeLimit) as caught,
    ):
        ecr.delete_repository("team/app")
    # An error 500 may come from behind the service, too.
    assert has_note(caught.value)


def test_throttled_write_that_is_interrupted_was_not_applied(made: EcrClient, wire: Any) -> None:
    """What the service refused before the interruption is not called "maybe applied"."""
    wire.will(refusal("ThrottlingException"))
    ecr = made.with_options(retry=RetryPolicy(on_retry=_fail))
    with pytest.raises(TimeLimit) as caught:
        ecr.delete_repository("team/app")
    assert not has_note(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_handler_that_repeats_a_request_is_counted(
    kind: str, server: FaultServer, session: boto3.Session
) -> None:
    """A `needs-retry` handler of the user's makes attempts of its own: the first may be applied."""
    server.begin(Fault.DROPPED)
    ecr = client(kind, server, session, ONCE)

    events: Any = ecr.boto3_client.meta.events
    gone = f"http://127.0.0.1:{_closed_port()}/"

    def redirect(request: Any, **_: object) -> None:
        request.url = gone

    def again(attempts: int, **_: object) -> float | None:
        if attempts > 1:
            return None
        events.register("request-created.ecr", redirect)
        return 0.01

    events.register("needs-retry.ecr", again)
    with ecr, pytest.raises(EcrConnectionError) as caught:
        ecr.delete_repository("team/app")
    assert server.applied["DeleteRepository"] == 1
    assert caught.value.maybe_applied
    assert caught.value.attempts == 2


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    "error", [ValueError("no"), EndpointConnectionError(endpoint_url="https://sts")], ids=str
)
@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_credentials_that_fail_at_a_request(
    kind: str, failing: int, error: Exception, server: FaultServer
) -> None:
    """Requests of a credentials provider are none of this call's."""
    server.begin(Fault.DROPPED)
    loads = 0

    def load() -> dict[str, str]:
        nonlocal loads
        loads += 1
        if loads >= failing:
            raise error
        long_ago = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
        return {"access_key": "A", "secret_key": "B", "token": "C", "expiry_time": long_ago}

    inner = botocore.session.Session()
    private: Any = inner
    private._credentials = RefreshableCredentials(
        "A", "B", "C", datetime.now(UTC) - timedelta(1), load, "my-provider"
    )
    session = boto3.Session(botocore_session=inner, region_name="us-east-1")
    ecr = client(kind, server, session, RetryPolicy(max_attempts=2))
    with ecr, pytest.raises(EcrCredentialsError, match="my-provider") as caught:
        ecr.create_repository("team/app")
    assert caught.value.provider == "my-provider"
    assert caught.value.maybe_applied == (failing == 2) == bool(server.applied)


@pytest.mark.parametrize("way", ["itself", "a copy", "twice", "twice, a copy", "on a thread"])
@pytest.mark.parametrize("kind", KINDS)
def test_hook_that_passes_calls_on(
    kind: str, way: str, server: FaultServer, session: boto3.Session, monkeypatch: Any
) -> None:
    """Instrumentation around botocore's method may change, repeat or move the call."""
    original: Any = vars(botocore.client.BaseClient)["_make_api_call"]
    pool = ThreadPoolExecutor(1)

    def hook(self: Any, operation: str, parameters: Any) -> Any:
        if "copy" in way:
            parameters = dict(parameters)
        if way == "on a thread":
            run = contextvars.copy_context().run
            return pool.submit(run, original, self, operation, parameters).result()
        try:
            return original(self, operation, parameters)
        except Exception:
            if "twice" not in way:
                raise
            return original(self, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", hook)
    with pool:
        for fault, operation in (
            (fault, operation)
            for fault in (Fault.DROPPED, Fault.LATE, Fault.FAILED_LATER, Fault.CUT)
            for operation in ("DeleteRepository", "PutRegistryPolicy")
        ):
            server.begin(fault)
            patience = PATIENCE if fault in TIMED_OUT else 60.0
            ecr = client(kind, server, session, ONCE, patience=patience)
            with ecr:
                error = outcome(
                    partial(ecr.delete_repository, "team/app")
                    if operation == "DeleteRepository"
                    else partial(ecr.put_registry_policy, "text")
                )
            # On a busy machine, the server may read a request after the client's patience has ended.
            ends = time.monotonic() + 10
            while not server.applied[operation] and time.monotonic() < ends:
                time.sleep(0.01)
            assert server.applied[operation]
            # Repetitions that nothing tells of are a hook's own affair on adopted clients.
            if isinstance(error, EcrError) and (kind == "made" or "twice" not in way):
                assert error.maybe_applied, (fault, operation)


@pytest.mark.parametrize("kind", KINDS)
def test_hook_that_calls_back_changes_nothing(
    kind: str, server: FaultServer, session: boto3.Session, monkeypatch: Any
) -> None:
    """A hook's own calls on the same client, on any thread, are not taken for ours."""
    original: Any = vars(botocore.client.BaseClient)["_make_api_call"]
    inside = threading.local()
    pool = ThreadPoolExecutor(1)
    seen: list[Any] = []

    def call_back(self: Any) -> None:
        inside.is_on = True
        try:
            seen.append(self.describe_registry())
        finally:
            inside.is_on = False

    def hook(self: Any, operation: str, parameters: Any) -> Any:
        if not getattr(inside, "is_on", False):
            call_back(self)
            pool.submit(contextvars.copy_context().run, call_back, self).result()
        return original(self, operation, parameters)

    def handler(**_: object) -> None:
        if not getattr(inside, "is_on", False):
            call_back(ecr.boto3_client)

    server.begin(Fault.DROPPED, times=0)
    ecr = client(kind, server, session)
    for event in (*BEFORE_SENDING, *AFTER_SENDING):
        ecr.boto3_client.meta.events.register(f"{event}.ecr", handler)
    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", hook)
    with pool, ecr:
        assert ecr.create_repository("team/app").repository_name == "text"
        server.begin(Fault.DROPPED)
        with pytest.raises(EcrError) as caught:
            ecr.delete_repository("team/app")
    assert caught.value.maybe_applied
    assert len(seen) >= 20
    assert all("replicationConfiguration" in one for one in seen)


def test_time_limits_surface_as_themselves(session: boto3.Session) -> None:
    """An exception that is raised in the thread from outside comes out, and denies nothing."""
    rolls = random.Random(7)
    ends: Counter[str] = Counter()
    for _ in range(60):
        # What an earlier round left on its way would count for this one.
        with FaultServer() as server, client("made", server, session) as ecr:
            server.begin(Fault.FAILED)
            result: list[BaseException | None] = []

            def run(ecr: EcrClient = ecr, result: list[BaseException | None] = result) -> None:
                result.append(outcome(partial(ecr.delete_repository, "team/app")))

            thread = threading.Thread(target=run)
            thread.start()
            time.sleep(rolls.random() * 0.012)
            ident = ctypes.c_ulong(thread.ident or 0)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(TimeLimit))
            thread.join()
            error = result[0] if result else None
            ends[type(error).__name__] += 1
            if isinstance(error, TimeLimit):
                assert has_note(error) or not server.applied
            else:
                # It came before or after the call, or where Python can't raise it.
                assert error is None
    assert ends["TimeLimit"] > 10


@pytest.mark.parametrize("raised", [TimeLimit, TimeoutError, OSError, KeyboardInterrupt])
def test_signals_surface_as_themselves(raised: type[BaseException], session: boto3.Session) -> None:
    """What the handler of a signal raises comes out, whatever urllib3 makes of its class."""
    rolls = random.Random(7)
    count = 0

    def handler(signum: int, frame: FrameType | None) -> None:
        # Elsewhere it would end the test.
        while frame is not None:
            if frame.f_code is method:
                raise raised("enough")
            frame = frame.f_back

    method = EcrClient.delete_repository.__code__

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for number in range(30):
            with FaultServer() as server:
                ecr = client("made", server, session, patience=PATIENCE)
                server.begin(Fault.LATE if number % 2 else Fault.DROPPED)
                signal.setitimer(signal.ITIMER_REAL, 0.0002 + rolls.random() * 0.012)
                error = outcome(partial(ecr.delete_repository, "team/app"))
                signal.setitimer(signal.ITIMER_REAL, 0)
                if isinstance(error, EcrError):
                    # It ended before the alarm.
                    assert error.maybe_applied
                else:
                    count += type(error) is raised
                    assert has_note(error) or not server.applied
                ecr.close()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert count > 10


@pytest.mark.parametrize("is_lost", [True, False])
def test_signal_in_a_callback_surfaces_as_itself(
    is_lost: bool, server: FaultServer, session: boto3.Session, caplog: pytest.LogCaptureFixture
) -> None:
    """A time limit inside `on_call` is no failure of the callback, and the write is done."""

    def handler(signum: int, frame: FrameType | None) -> None:
        raise TimeLimit("enough")

    def on_call(_: object) -> None:
        signal.raise_signal(signal.SIGALRM)

    server.begin(Fault.DROPPED, times=int(is_lost))
    before = signal.signal(signal.SIGALRM, handler)
    try:
        with client("made", server, session, ONCE) as made:
            ecr = made.with_options(on_call=on_call)
            with pytest.raises(TimeLimit) as caught:
                ecr.delete_repository("team/app")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert has_note(caught.value)
    assert "on_call failed" not in caplog.text


@pytest.mark.parametrize("kind", KINDS)
def test_many_threads(kind: str, server: FaultServer, session: boto3.Session) -> None:
    """The facts of one thread's request are not taken for another's."""

    def delete(number: int) -> EcrError | None:
        try:
            ecr.delete_repository("team/app")
        except EcrError as error:
            return error
        return None

    server.begin(Fault.FAILED_LATER, times=1)
    ecr = client(kind, server, session, patience=30)
    with ecr, ThreadPoolExecutor(64) as pool:
        errors = list(filter(None, pool.map(delete, range(256))))
    # One was applied, without a response. No other call can have been: they were refused.
    assert len(errors) == 256
    assert sum(error.maybe_applied for error in errors) == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_children_tell_the_truth(server: FaultServer, session: boto3.Session) -> None:
    """A child process has requests of its own, and knows what became of them."""
    server.begin(Fault.DROPPED, times=3)
    fork = multiprocessing.get_context("fork")
    told = fork.Queue()
    with client("made", server, session, ONCE) as ecr:
        ecr.describe_registry()

        def delete() -> None:
            try:
                ecr.delete_repository("team/app")
            except EcrError as error:
                told.put(error.maybe_applied)

        children = [fork.Process(target=delete) for _ in range(3)]
        for child in children:
            child.start()
        assert [told.get(timeout=10) for _ in children] == [True, True, True]
        for child in children:
            child.join()


@pytest.mark.parametrize("kind", KINDS)
def test_close_in_the_middle_tells_the_truth(kind: str, session: boto3.Session) -> None:
    """Of calls that a `close()` ends, those that may have been applied say so."""
    rolls = random.Random(7)
    for number in range(20):
        with FaultServer() as server:
            ecr = client(kind, server, session, patience=PATIENCE)
            server.begin(Fault.LATE if number % 2 else Fault.DROPPED)
            timer = threading.Timer(rolls.random() * 0.012, ecr.close)
            timer.start()
            with pytest.raises(EcrError) as caught:
                ecr.delete_repository("team/app")
            timer.join()
            if kind == "made":
                assert isinstance(caught.value, ClientClosedError) or server.received
            assert caught.value.maybe_applied or not server.applied
