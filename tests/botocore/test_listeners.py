"""Whoever takes part in botocore's calls gets every call, from the moment on at which they do."""

from __future__ import annotations

import copy
import functools
import logging
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final, cast

import boto3
import botocore.auth
import botocore.endpoint
import botocore.handlers
import botocore.session
import pytest
from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool
from botocore.compat import HTTPHeaders
from botocore.history import get_global_history_recorder
from botocore.stub import Stubber
from urllib3.util import SKIP_HEADER

from ecr_typed import EcrClient, EcrConnectionError
from tests.support.recorder import Recorder
from tests.support.ways import by_botocore, listener, ways


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as recorder:
        yield recorder


def test_adopted_clients_send_by_themselves(
    recorder: Recorder, log: pytest.LogCaptureFixture
) -> None:
    """A boto3 client of the user's does what it always does."""
    session = botocore.session.Session()
    client: Any = session.create_client("ecr", "us-east-1", endpoint_url=recorder.url)
    EcrClient.from_boto3(client).describe_registry()
    recorder.requests.clear()
    assert ways(log) == ["by botocore"]


@pytest.fixture
def ecr(recorder: Recorder) -> Iterator[EcrClient]:
    """Give a client that sends directly."""
    with EcrClient(endpoint_url=recorder.url) as ecr:
        yield ecr
    recorder.requests.clear()


RULES: Final[dict[str, Any]] = {"replicationConfiguration": {"rules": []}}

EVENTS: Final = (
    "provide-client-params.ecr.DescribeRegistry",
    "before-parameter-build.ecr.DescribeRegistry",
    "before-endpoint-resolution.ecr",
    "before-call.ecr",
    "before-call.*.*",
    "request-created.ecr.DescribeRegistry",
    "choose-signer.ecr.*",
    "before-sign.ecr",
    "before-send",
    "before-parse.ecr",
    "response-received.ecr.DescribeRegistry",
    "needs-retry.ecr",
    "after-call.ecr",
    "after-call-error.ecr",
)


@pytest.mark.parametrize("event", EVENTS)
def test_a_handler_gets_its_turn_from_the_next_call_on(
    ecr: EcrClient, log: pytest.LogCaptureFixture, event: str
) -> None:
    """Whenever somebody listens, botocore makes the calls; and no longer."""
    events = ecr.boto3_client.meta.events
    ecr.describe_registry()
    events.register(event, listener)
    ecr.describe_registry()
    ecr.with_options().describe_registry()
    events.unregister(event, listener)
    ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore", "by botocore", "directly"]


def test_a_handler_gets_the_response_as_botocore_parses_it(ecr: EcrClient) -> None:
    """Recorders of responses take them at `after-call`, and what one changes is returned."""
    recorded: list[str] = []

    def record(parsed: dict[str, Any], **_: object) -> None:
        recorded.append(parsed["registryId"])
        parsed["registryId"] = "000000000000"

    ecr.describe_registry()
    ecr.boto3_client.meta.events.register("after-call.*.*", record)
    assert ecr.describe_registry().registry_id == "000000000000"
    assert recorded == ["text"]


def test_a_handler_may_leave_out_a_header_of_the_http_library(
    ecr: EcrClient, recorder: Recorder
) -> None:
    """urllib3 has a value for headers that it shall not add by itself."""

    def leave_out(request: Any, **_: object) -> None:
        request.headers["Accept-Encoding"] = SKIP_HEADER

    ecr.boto3_client.meta.events.register("before-send.ecr", leave_out)
    ecr.describe_registry()
    assert b"accept-encoding" not in recorder.taken().lower()


def test_a_handler_of_another_operation_is_nobody(
    ecr: EcrClient, log: pytest.LogCaptureFixture
) -> None:
    """Who listens to one operation only leaves the others alone."""
    ecr.boto3_client.meta.events.register("before-send.ecr.PutImage", listener)
    ecr.describe_registry()
    ecr.put_image("team/app", "{}")
    assert ways(log) == ["directly", "by botocore"]


def test_a_handler_of_the_session_is_heard(
    recorder: Recorder, log: pytest.LogCaptureFixture
) -> None:
    """Handlers that were there before the client take part from its first call on."""
    session: Any = boto3.Session()
    heard: list[str] = []

    def hear(**_: object) -> None:
        heard.append("heard")

    session.events.register("before-send.ecr", hear)
    with EcrClient(session=session, endpoint_url=recorder.url) as ecr:
        ecr.describe_registry()
    recorder.requests.clear()
    assert (ways(log), heard) == (["by botocore"], ["heard"])


def test_a_stubber_is_asked(ecr: EcrClient, log: pytest.LogCaptureFixture) -> None:
    """A `Stubber` answers as long as it is active, and the service after that."""
    ecr.describe_registry()
    with Stubber(ecr.boto3_client) as stubber:
        stubber.add_response("describe_registry", {"registryId": "999999999999", **RULES})
        assert ecr.describe_registry().registry_id == "999999999999"
    assert ecr.describe_registry().registry_id == "text"
    assert ways(log) == ["directly", "by botocore", "directly"]


STEPS: Final = (
    "botocore.client.BaseClient._make_api_call",
    "botocore.client.BaseClient._convert_to_request_dict",
    "botocore.endpoint.Endpoint.make_request",
    "botocore.endpoint.Endpoint.prepare_request",
    "botocore.endpoint.Endpoint._send",
    "botocore.httpsession.URLLib3Session.send",
    "botocore.signers.RequestSigner.sign",
    "botocore.auth.SigV4Auth.add_auth",
    "botocore.awsrequest.AWSRequest.prepare",
    "botocore.hooks.HierarchicalEmitter._emit",
    "botocore.serialize.JSONSerializer.serialize_to_request",
    "botocore.validate.ParamValidationDecorator.serialize_to_request",
)


def function_with(original: Any, seen: list[object]) -> Any:
    """A wrapper as a decorator makes it."""

    @functools.wraps(original)
    def traced(*arguments: Any, **named: Any) -> Any:
        seen.append(original)
        return original(*arguments, **named)

    return traced


class Proxy:
    """Stands in for a function as the proxies of most tracers do: it claims to be the function."""

    def __init__(self, original: Any, seen: list[object], instance: object = None) -> None:
        self._original = original
        self._seen = seen
        self._instance = instance

    @property  # type: ignore[misc]  # nobody sets it
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # nor here
        """The class that it pretends to have."""
        return cast("object", type(self._original))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)

    def __eq__(self, other: object) -> bool:
        return bool(self._original == other)

    def __hash__(self) -> int:
        return hash(self._original)

    def __get__(self, instance: object, owner: object) -> Proxy:
        return Proxy(self._original, self._seen, instance)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._seen.append(self._original)
        return self._original(self._instance, *arguments, **named)


@pytest.mark.parametrize("wrapper", [function_with, Proxy])
@pytest.mark.parametrize("step", STEPS)
def test_instrumentation_of_botocore_is_called(
    ecr: EcrClient,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    wrapper: Any,
) -> None:
    """Tracers replace methods of botocore's classes: they see every call from then on."""
    module, owner, name = step.rsplit(".", 2)
    kind: Any = getattr(import_module(module), owner)
    original: Any = getattr(kind, name)
    seen: list[object] = []
    ecr.describe_registry()
    with monkeypatch.context() as patch:
        patch.setattr(kind, name, wrapper(original, seen))
        ecr.describe_registry()
    ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore", "directly"]
    assert original in seen


def test_a_function_of_a_module_that_was_replaced_is_called(
    ecr: EcrClient, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What records responses takes the place of the function that makes them."""
    seen: list[object] = []
    original = botocore.endpoint.convert_to_response_dict
    ecr.describe_registry()
    with monkeypatch.context() as patch:
        wrapper = function_with(original, seen)
        patch.setattr(botocore.endpoint, "convert_to_response_dict", wrapper)
        ecr.describe_registry()
    ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore", "directly"]
    assert original in seen


def test_another_class_of_signatures_signs(
    ecr: EcrClient,
    log: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    recorder: Recorder,
) -> None:
    """botocore's C library signs where it is installed: it gives the request new headers."""

    class WithNewHeaders(botocore.auth.SigV4Auth):
        def add_auth(self, request: Any) -> None:
            super().add_auth(request)
            headers, request.headers = request.headers, HTTPHeaders()
            for name, value in headers.items():
                request.headers[name] = value
            request.headers["X-Signed"] = "elsewhere"

    ecr.describe_registry()
    recorder.requests.clear()
    with monkeypatch.context() as patch:
        patch.setitem(botocore.auth.AUTH_TYPE_MAPS, "v4", WithNewHeaders)
        ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore"]
    request = recorder.taken()
    assert b"\r\nX-Signed: elsewhere" in request
    assert b"\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" in request


def test_another_signer_that_listens_signs(
    ecr: EcrClient, log: pytest.LogCaptureFixture, recorder: Recorder
) -> None:
    """A handler that is a method of botocore's, but of another object, is somebody."""
    client: Any = ecr.boto3_client
    other = copy.copy(client._request_signer)
    other._region_name = "eu-north-1"
    client.meta.events.unregister("request-created.ecr", client._request_signer.handler)
    client.meta.events.register("request-created.ecr", other.handler)
    ecr.describe_registry()
    assert ways(log) == ["by botocore"]


@pytest.mark.parametrize("logger", ["botocore", "botocore.endpoint", "botocore.parsers"])
def test_who_reads_the_log_of_botocore_reads_of_every_call(
    ecr: EcrClient, log: pytest.LogCaptureFixture, logger: str
) -> None:
    """At level `DEBUG` botocore tells of each request and response."""
    ecr.describe_registry()
    assert ways(log) == ["directly"]
    with log.at_level(logging.DEBUG, logger):
        ecr.describe_registry()
    assert any(record.name.startswith(logger) for record in log.records)
    assert ways(log) == ["by botocore"]
    ecr.describe_registry()
    assert ways(log) == ["directly"]


def test_a_log_of_everything_is_no_listener(ecr: EcrClient, log: pytest.LogCaptureFixture) -> None:
    """Who sets the root logger to `DEBUG`, say to see which way calls take, asks botocore nothing."""
    with log.at_level(logging.DEBUG):
        ecr.describe_registry()
    assert ways(log) == ["directly"]


def test_a_mock_of_a_method_is_called(
    ecr: EcrClient, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests replace methods of the boto3 client itself: its own, or the one below all."""
    client: Any = ecr.boto3_client

    def answer(*_: object, **__: object) -> dict[str, Any]:
        return {"registryId": "1", **RULES}

    ecr.describe_registry()
    with monkeypatch.context() as patch:
        patch.setattr(client, "describe_registry", answer)
        assert ecr.describe_registry().registry_id == "1"
    with monkeypatch.context() as patch:
        patch.setattr(client, "_make_api_call", answer)
        assert ecr.describe_registry().registry_id == "1"
    ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore", "by botocore", "directly"]


def test_the_recorder_of_history_records(ecr: EcrClient, log: pytest.LogCaptureFixture) -> None:
    """AWS's command line records what is sent: then botocore tells of everything."""
    history = get_global_history_recorder()
    history.enable()
    try:
        ecr.describe_registry()
    finally:
        history.disable()
    ecr.describe_registry()
    assert ways(log) == ["by botocore", "directly"]


def test_an_http_session_of_ones_own_is_used(
    ecr: EcrClient, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program may give the client another HTTP session."""
    endpoint: Any = vars(ecr.boto3_client)["_endpoint"]
    ecr.describe_registry()
    with monkeypatch.context() as patch:
        patch.setattr(endpoint, "http_session", type(endpoint.http_session)())
        ecr.describe_registry()
    ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore", "directly"]


@pytest.mark.parametrize("is_heard", [False, True], ids=["directly", "by botocore"])
def test_connections_of_another_class_are_used(
    ecr: EcrClient, monkeypatch: pytest.MonkeyPatch, is_heard: bool
) -> None:
    """Recorders of cassettes put a class of connections in the place of botocore's."""
    seen: list[str] = []

    class Recording(AWSHTTPConnection):
        def request(self, method: str, *arguments: Any, **options: Any) -> Any:
            seen.append(method)
            return super().request(method, *arguments, **options)

        def getresponse(self, *arguments: Any, **options: Any) -> Any:
            if len(seen) > 1:
                raise ConnectionResetError
            return super().getresponse(*arguments, **options)

    if is_heard:
        by_botocore(ecr)
    ecr.describe_registry()
    ecr.boto3_client.close()
    with monkeypatch.context() as patch:
        patch.setattr(AWSHTTPConnectionPool, "ConnectionCls", Recording)
        ecr.describe_registry()
        with pytest.raises(EcrConnectionError) as caught:
            ecr.put_image("team/app", "{}")
    # What it wrote is not known.
    assert caught.value.maybe_applied
    assert set(seen) == {"POST"}


def test_an_emitter_that_hides_its_handlers_is_believed(
    ecr: EcrClient, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it can't be told who listens, botocore makes the calls."""
    events: Any = ecr.boto3_client.meta.events

    class Opaque:
        emit = events._emitter.emit
        emit_until_response = events._emitter.emit_until_response

    with monkeypatch.context() as patch:
        patch.setattr(events, "_emitter", Opaque())
        ecr.describe_registry()
    ecr.describe_registry()
    assert ways(log) == ["by botocore", "directly"]


def test_a_botocore_without_the_parts_that_are_needed(
    recorder: Recorder, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a part of botocore has moved, clients work as they did before there was a direct way."""
    with monkeypatch.context() as patch:
        patch.delitem(sys.modules, "ecr_typed._botocore.direct")
        patch.delattr(botocore.handlers, "add_recursion_detection_header")
        ecr = EcrClient(endpoint_url=recorder.url)
    with ecr:
        ecr.describe_registry()
    recorder.requests.clear()
    assert ways(log) == ["by botocore"]


@pytest.mark.parametrize("closes", ["the client", "its boto3 client"])
def test_closing_ends_the_connections_and_the_next_call_makes_new_ones(
    recorder: Recorder, log: pytest.LogCaptureFixture, closes: str
) -> None:
    """Connections that are kept alive end with the client; boto3's connects again, as ever."""
    with EcrClient(endpoint_url=recorder.url) as ecr:
        ecr.describe_registry()
        recorder.ended.clear()
        if closes == "the client":
            ecr.close()
        else:
            ecr.boto3_client.close()
        assert recorder.ended.wait(10)
        if closes == "its boto3 client":
            ecr.describe_registry()
            assert ways(log) == ["directly", "directly"]
    recorder.requests.clear()
