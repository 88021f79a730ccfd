"""A request that is sent directly is the one that botocore would have sent, byte by byte."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import botocore.auth
import pytest
from botocore.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from ecr_typed import EcrClient, EcrError, EcrServiceError, RetryPolicy
from tests.support.newer import holds_the_model
from tests.support.recorder import Recorder
from tests.support.service import METHODS, Method
from tests.support.sockets import certificate
from tests.support.strategies import Optional, arguments
from tests.support.ways import by_botocore, ways

MOMENT: Final = datetime(2024, 9, 11, 12, 0, tzinfo=UTC)
HOSTS: Final = (
    "api.ecr.us-east-1.amazonaws.com",
    "api.ecr-fips.us-east-1.amazonaws.com",
    "ecr-fips.us-east-1.amazonaws.com",
    "ecr.us-east-1.api.aws",
    "api.ecr.us-east-1.api.aws",
    "api.ecr-fips.us-east-1.api.aws",
    "ecr-fips.us-east-1.api.aws",
    "api.ecr-fips.us-gov-west-1.amazonaws.com",
    "ecr-fips.us-gov-west-1.amazonaws.com",
    "api.ecr.cn-north-1.amazonaws.com.cn",
)


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), *HOSTS)


@pytest.fixture(scope="module")
def recorder(pem: Path) -> Iterator[Recorder]:
    with Recorder(pem) as recorder:
        yield recorder


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all requests be signed at one moment, and have one invocation id."""
    monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=1))
    clock: Any = botocore.auth
    if hasattr(clock, "get_current_datetime"):
        monkeypatch.setattr(clock, "get_current_datetime", lambda: MOMENT.replace(tzinfo=None))
    else:
        monkeypatch.setattr(clock, "datetime", _StoppedClock)


class _StoppedClock:
    """What an older botocore takes for the module `datetime`."""

    class datetime:  # noqa: N801  # the name of the class in the module
        @staticmethod
        def utcnow() -> datetime:
            """The time without a zone, as that botocore takes it."""
            return MOMENT.replace(tzinfo=None)


def both(**options: Any) -> tuple[EcrClient, EcrClient]:
    """Two equal clients: one sends directly, the other by botocore."""
    policy = RetryPolicy(max_attempts=1)
    # The first client of a session says in its user agent where the credentials were found.
    EcrClient(**options).close()
    return EcrClient(retry=policy, **options), by_botocore(EcrClient(retry=policy, **options))


def sent(recorder: Recorder) -> bytes:
    """The request that was sent, with the features of the user agent in order: they are a set."""

    def in_order(found: re.Match[bytes]) -> bytes:
        return b" m/" + b",".join(sorted(found[1].split(b",")))

    return re.sub(rb" m/([\w,]+)", in_order, recorder.taken())


@pytest.fixture(scope="module")
def pair(recorder: Recorder) -> Iterator[tuple[EcrClient, EcrClient]]:
    """Give two equal clients for tests that make many examples."""
    direct, through = both(endpoint_url=recorder.url)
    with direct, through:
        yield direct, through


@holds_the_model
@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.operation)
@settings(max_examples=6)
@given(data=st.data(), optional=st.sampled_from(["none", "some", "all"]))
def test_all_operations_send_the_same_bytes(
    recorder: Recorder,
    pair: tuple[EcrClient, EcrClient],
    method: Method,
    optional: Optional,
    data: st.DataObject,
) -> None:
    """Whatever the arguments: request line, headers in their order, signature and body."""
    drawn = data.draw(arguments(method, optional))
    requests: list[bytes] = []
    for ecr in pair:
        method.call(ecr, drawn.ours)
        requests.append(sent(recorder))
    assert requests[0] == requests[1]
    assert b"\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" in requests[0]


def proxied(recorder: Recorder, **options: Any) -> dict[str, Any]:
    return {"config": Config(proxies={"http": recorder.url, "https": recorder.url}, **options)}


CONFIGURATIONS: Final[dict[str, Callable[[Recorder], dict[str, Any]]]] = {
    "an endpoint of AWS": proxied,
    "FIPS": lambda proxy: proxied(proxy, use_fips_endpoint=True),
    "dual-stack": lambda proxy: proxied(proxy, use_dualstack_endpoint=True),
    "FIPS and dual-stack": lambda proxy: proxied(
        proxy, use_fips_endpoint=True, use_dualstack_endpoint=True
    ),
    "GovCloud": lambda proxy: {
        **proxied(proxy, use_fips_endpoint=True),
        "region_name": "us-gov-west-1",
    },
    "China": lambda proxy: {**proxied(proxy), "region_name": "cn-north-1"},
    "a path in the endpoint": lambda proxy: {"endpoint_url": f"{proxy.url}/some/where"},
    "a path that ends with a slash": lambda proxy: {"endpoint_url": f"{proxy.url}/some/"},
    "a proxy of plain HTTP": lambda proxy: {**proxied(proxy), "endpoint_url": "http://ecr.invalid"},
    "a proxy with a password": lambda proxy: {
        "endpoint_url": "http://ecr.invalid",
        "config": Config(proxies={"http": proxy.url.replace("//", "//user:pass@")}),
    },
    "a user agent of one's own": lambda proxy: {
        "endpoint_url": proxy.url,
        "config": Config(user_agent_extra="deployer/1.0 é"),
    },
    "another user agent": lambda proxy: {
        "endpoint_url": proxy.url,
        "config": Config(user_agent="deployer"),
    },
    "another signing region": lambda proxy: {
        "endpoint_url": proxy.url,
        "region_name": "eu-central-1",
    },
    "short time-outs": lambda proxy: {
        "endpoint_url": proxy.url,
        "config": Config(connect_timeout=5, read_timeout=6.5),
    },
}


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_all_configurations_send_the_same_bytes(
    recorder: Recorder,
    pem: Path,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
    name: str,
) -> None:
    """Endpoints, proxies and options of a client are botocore's on both ways."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(pem))
    requests: list[bytes] = []
    for ecr in both(**CONFIGURATIONS[name](recorder)):
        with ecr:
            ecr.create_repository("team/app", tags={"é": "ü\U0001f600"})
        requests.append(sent(recorder))
    assert requests[0] == requests[1]
    assert ways(log) == ["directly", "by botocore"]


ENVIRONMENTS: Final = {
    "a session token": {"AWS_SESSION_TOKEN": "token/+=="},
    "an account's endpoint": {
        "AWS_ACCOUNT_ID": "123456789012",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "preferred",
    },
    "a trace of AWS Lambda": {
        "AWS_LAMBDA_FUNCTION_NAME": "cleaner",
        "_X_AMZN_TRACE_ID": "Root=1-5759e988;Parent=53995c3f;Sampled=1 é",
    },
    "an execution environment": {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"},
    "compression of requests": {"AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES": "1"},
    "checksums of requests": {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported"},
    "a token of another service": {"AWS_BEARER_TOKEN_BEDROCK": "token"},
    "an application": {"AWS_SDK_UA_APP_ID": "cleaner"},
    "defaults mode": {"AWS_DEFAULTS_MODE": "in-region"},
}


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_all_environments_send_the_same_bytes(
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
    name: str,
) -> None:
    """What botocore takes from the environment, it takes on both ways."""
    for variable, value in ENVIRONMENTS[name].items():
        monkeypatch.setenv(variable, value)
    requests: list[bytes] = []
    for ecr in both(endpoint_url=recorder.url):
        with ecr:
            ecr.put_image("team/app", "{}", image_tag="v1")
        requests.append(sent(recorder))
    assert requests[0] == requests[1]
    assert ways(log) == ["directly", "by botocore"]


@pytest.mark.usefixtures("frozen")
def test_a_large_part_is_written_as_botocore_would(recorder: Recorder) -> None:
    """A part of a layer that is written without copies is the same on both ways."""
    requests: list[bytes] = []
    for ecr in both(endpoint_url=recorder.url):
        with ecr:
            ecr.upload_layer_part("team/app", "id", 0, 3_000_000, b'"\x00\xff' * 1_000_000 + b"1")
        requests.append(sent(recorder))
    assert requests[0] == requests[1]
    assert len(requests[0]) > 4_000_000


@pytest.mark.usefixtures("frozen")
def test_attempts_of_one_call_are_numbered_alike(recorder: Recorder) -> None:
    """The second attempt has the call's id and its number, however it is sent."""
    attempts: list[list[bytes]] = []
    policy = RetryPolicy(max_attempts=2)
    clients = [EcrClient(endpoint_url=recorder.url, retry=policy) for _ in range(2)]
    by_botocore(clients[1])
    for ecr in clients:
        with ecr:
            recorder.status, recorder.body = b"500 Error", b"{}"
            with pytest.raises(EcrServiceError):
                ecr.describe_registry()
        recorder.status, recorder.body = b"200 OK", None
        attempts.append(list(recorder.requests))
        recorder.requests.clear()
    assert attempts[0] == attempts[1]
    assert b"amz-sdk-request: attempt=1; max=2" in attempts[0][0]
    assert b"amz-sdk-request: attempt=2; max=2" in attempts[0][1]


def test_a_signature_with_the_wrong_time_fails_alike(recorder: Recorder) -> None:
    """botocore does not correct the clock after RequestTimeTooSkewed, and neither do we."""
    errors: list[EcrError] = []
    skewed = {"__type": "RequestTimeTooSkewed", "message": "The difference is too large."}
    for ecr in both(endpoint_url=recorder.url):
        with ecr:
            recorder.status, recorder.body = b"403 Forbidden", json.dumps(skewed).encode()
            with pytest.raises(EcrServiceError) as caught:
                ecr.describe_registry()
            errors.append(caught.value)
            recorder.status, recorder.body = b"200 OK", None
            recorder.requests.clear()
            ecr.describe_registry()
            date = datetime.now(UTC).strftime("X-Amz-Date: %Y%m%dT%H")
            assert date.encode() in recorder.taken()
    assert str(errors[0]) == str(errors[1])


BODIES: Final = {
    "modelled": b'{"__type": "RepositoryNotFoundException", "message": "none"}',
    "qualified": b'{"__type": "com.aws#RepositoryNotFoundException:http://x", "Message": "none"}',
    "members": b'{"__type": "KmsException", "message": "no", "kmsError": "Disabled"}',
    "unknown": b'{"__type": "NewException", "message": "none"}',
    "a list": b"[1]",
    "null": b"null",
    "a page": b"<html>Bad Gateway</html>",
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "a number for a code": b'{"__type": 7}',
}


@pytest.mark.parametrize("status", [b"300 X", b"302 X", b"400 X", b"403 X", b"502 X", b"600 X"])
@pytest.mark.parametrize("name", BODIES)
def test_errors_are_the_same(
    recorder: Recorder, pair: tuple[EcrClient, EcrClient], name: str, status: bytes
) -> None:
    """An error has its class, its text and its response, however the request was sent."""
    told: list[Any] = []
    for ecr in pair:
        recorder.status, recorder.body = status, BODIES[name]
        with pytest.raises(EcrServiceError) as caught:
            ecr.describe_registry()
        recorder.status, recorder.body = b"200 OK", None
        error = caught.value
        # What botocore's retries, which are switched off, say of themselves is no fact.
        metadata: dict[str, Any] = {**error.response["ResponseMetadata"]}
        metadata.pop("MaxAttemptsReached", None)
        response = {**error.response, "ResponseMetadata": metadata}
        told.append((type(error), str(error), response, error.maybe_applied, error.code))
    recorder.requests.clear()
    assert told[0] == told[1]
