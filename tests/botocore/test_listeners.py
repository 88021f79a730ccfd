"""Whoever takes part in botocore's calls gets every call, from the moment on at which they do."""

from __future__ import annotations

import copy
import logging
from typing import Any, Final

import boto3
import botocore.session
import pytest
from botocore.history import get_global_history_recorder
from botocore.stub import Stubber
from urllib3.util import SKIP_HEADER

from ecr_typed import EcrClient
from tests.support.recorder import Recorder
from tests.support.ways import listener, ways


@pytest.fixture
def ecr(direct: EcrClient) -> EcrClient:
    """Give the client that sends directly as long as nobody else takes part."""
    return direct


def test_adopted_clients_send_by_themselves(
    recorder: Recorder, log: pytest.LogCaptureFixture
) -> None:
    """A boto3 client of the user's does what it always does."""
    session = botocore.session.Session()
    client: Any = session.create_client("ecr", "us-east-1", endpoint_url=recorder.url)
    EcrClient.from_boto3(client).describe_registry()
    recorder.requests.clear()
    assert ways(log) == ["by botocore"]


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
