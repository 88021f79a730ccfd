"""Whatever replaces a part of botocore is used, from the moment on at which it is there."""

from __future__ import annotations

import functools
import sys
from importlib import import_module
from typing import Any, Final, cast

import botocore.auth
import botocore.endpoint
import botocore.handlers
import pytest
from botocore.awsrequest import AWSHTTPConnection, AWSHTTPConnectionPool
from botocore.compat import HTTPHeaders

from ecr_typed import EcrClient, EcrConnectionError
from tests.support.recorder import Recorder
from tests.support.ways import by_botocore, ways


@pytest.fixture
def ecr(direct: EcrClient) -> EcrClient:
    """Give the client that sends directly as long as nobody else takes part."""
    return direct


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


def test_a_mock_of_a_method_is_called(
    ecr: EcrClient, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests replace methods of the boto3 client itself: its own, or the one below all."""
    client: Any = ecr.boto3_client

    def answer(*_: object, **__: object) -> dict[str, Any]:
        return {"registryId": "1", "replicationConfiguration": {"rules": []}}

    ecr.describe_registry()
    with monkeypatch.context() as patch:
        patch.setattr(client, "describe_registry", answer)
        assert ecr.describe_registry().registry_id == "1"
    with monkeypatch.context() as patch:
        patch.setattr(client, "_make_api_call", answer)
        assert ecr.describe_registry().registry_id == "1"
    ecr.describe_registry()
    assert ways(log) == ["directly", "by botocore", "by botocore", "directly"]


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
