"""Passwords show nowhere: not in errors, not in what error reporters read from frames."""

from __future__ import annotations

import json
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final, NoReturn

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import EcrClient, EcrResponseError, RetryPolicy
from ecr_typed._redaction import without_secrets
from tests.support.clients import KINDS, MakeEcr, boto3_client
from tests.support.errors import error_of
from tests.support.fault_server import PATIENCE, Fault, FaultServer
from tests.support.recorder import Recorder
from tests.support.wire import Wire, refusal

ONCE: Final = RetryPolicy(max_attempts=1)
NOWHERE: Final = "127.0.0.1:1"


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def told(error: BaseException) -> str:
    """All that an error and those that led to it have to say."""
    lines = [line for link in chain(error) for line in traceback.format_exception_only(link)]
    kept = [f"{link!r} {vars(link)!r} {link.args!r}" for link in chain(error)]
    return "\n".join((*lines, *kept))


@pytest.mark.parametrize(
    "password", ["PASSWORD", "PA/SSWORD", "PA'SSWORD", "PA#SSWORD", "P@SSWORD"]
)
@pytest.mark.parametrize("scheme", ["http://", "https://", "socks5://", "socks5h://", ""])
@pytest.mark.parametrize("kind", KINDS)
def test_password_of_a_proxy(
    kind: str, scheme: str, password: str, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever can't be done with a proxy, the error does not show the password of its URL."""
    proxy = f"{scheme}user:{password}@{NOWHERE}"
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    # botocore takes the scheme that it does not know for a host.
    monkeypatch.setattr(socket, "getaddrinfo", _no_such_host)
    for url, proxies in ((f"http://{NOWHERE}", {"http": proxy}), (f"https://{NOWHERE}", None)):
        config = Config(
            proxies=proxies, retries={"total_max_attempts": 1} if kind != "made" else None
        )
        if kind == "made":
            ecr = EcrClient(session=session, config=config, endpoint_url=url, retry=ONCE)
        else:
            adopted = boto3_client(session, config=config, endpoint_url=url)
            ecr = EcrClient.from_boto3(adopted, retry=ONCE)
        error = error_of(ecr.describe_registry)
        assert "SSWORD" not in told(error)


def _no_such_host(host: str, *_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, f"no such host: {host}")


def test_password_of_an_adopted_endpoint(session: boto3.Session) -> None:
    """The endpoint of a client that we did not make may have a password."""
    adopted = boto3_client(session, endpoint_url=f"http://user:PASSWORD@{NOWHERE}")
    error = error_of(EcrClient.from_boto3(adopted, retry=ONCE).describe_registry)
    assert "PASSWORD" not in told(error)
    assert f"http://***@{NOWHERE}" in str(error)


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.RESET, Fault.LATE, Fault.CUT])
@pytest.mark.parametrize("kind", KINDS)
def test_token_of_a_session(kind: str, fault: Fault) -> None:
    """An error about a request does not hold its headers, which have the session's token."""
    session = boto3.Session("id", "SECRET-KEY", "SECRET-TOKEN", region_name="us-east-1")
    with FaultServer() as server:
        server.begin(fault)
        options: dict[str, Any] = {"read_timeout": PATIENCE}
        if kind == "made":
            config = Config(**options)
            ecr = EcrClient(session=session, endpoint_url=server.url, config=config, retry=ONCE)
        else:
            config = Config(retries={"total_max_attempts": 1}, **options)
            adopted = boto3_client(session, endpoint_url=server.url, config=config)
            ecr = EcrClient.from_boto3(adopted, retry=ONCE)
        error = error_of(ecr.delete_repository, "team/app")
        ecr.boto3_client.close()
    assert "SECRET" not in told(error)


@pytest.mark.parametrize(
    "option",
    ["region_name", "profile_name", "endpoint_url", "session", "config", "retry", "on_call"],
)
def test_options_show_no_values_of_a_mapping(option: str) -> None:
    """What is given in the place of an option may hold keys."""
    for value in ({"aws_secret_access_key": "PASSWORD"}, ["PASSWORD"]):
        wrong: dict[str, Any] = {option: value}
        assert "PASSWORD" not in told(error_of(EcrClient, **wrong))
    nothing: Any = {"aws_secret_access_key": "PASSWORD"}
    assert "PASSWORD" not in told(error_of(EcrClient.from_boto3, nothing))


def test_arguments_show_no_passwords(made: EcrClient, wire: Wire) -> None:
    """An argument that should have gone elsewhere is shown without its password."""
    wrong: Any = {"aws_secret_access_key": "PASSWORD"}
    assert "PASSWORD" not in told(error_of(made.create_repository, wrong))
    url = "https://user:PASSWORD@host/" + "x" * 300
    wire.will(refusal("InvalidParameterException"))
    assert "PASSWORD" not in told(error_of(made.create_repository, url))


@given(
    st.sampled_from(["http", "https", "socks5"]),
    st.text(st.characters(codec="ascii", exclude_characters='"@ \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f')),
)
def test_no_password_of_a_url_shows(scheme: str, password: str) -> None:
    """Passwords may have any characters, and what is around a URL stays."""
    text = f'Failed to connect to "{scheme}://user:{password}@host:80/x" again'
    assert without_secrets(text) == f'Failed to connect to "{scheme}://***@host:80/x" again'


@pytest.mark.parametrize("text", ["no URL", "https://host/path", "a@b.c", "http://host:80/x?y=z"])
def test_other_texts_stay(text: str) -> None:
    """What has no password is not changed."""
    assert without_secrets(text) == text


TOKEN: Final = "QVdTOnNlY3JldA=="


def _shown_by_frames(error: BaseException) -> Iterator[str]:
    """What an error reporter shows of the frames of this package: the repr of all local names."""
    for link in chain(error):
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if frame.f_globals.get("__name__", "").startswith("ecr_typed"):
                yield from (f"{name}={value!r}" for name, value in frame.f_locals.items())


def test_frames_of_an_error_show_no_secrets(make: MakeEcr, wire: Wire) -> None:
    """A response that does not fit has a token in it, and no frame of ours shows it."""
    wire.will({"authorizationData": [{"authorizationToken": TOKEN, "expiresAt": 1.7e9}]})
    with pytest.raises(EcrResponseError) as caught:
        make().get_authorization_token()
    shown = list(_shown_by_frames(caught.value))
    assert shown
    assert not [text for text in shown if TOKEN in text]
    assert TOKEN not in told(caught.value)


def test_frames_of_a_users_exception_show_no_secrets(made: EcrClient, wire: Wire) -> None:
    """A handler that raises at the end of a call finds the body taken, and no record shows it."""

    def fail(**_: object) -> None:
        raise LookupError("a handler's own")

    made.boto3_client.meta.events.register("after-call.ecr", fail)
    data = {"authorizationToken": TOKEN, "expiresAt": 1.7e9, "proxyEndpoint": "https://x"}
    wire.will({"authorizationData": [data]})
    with pytest.raises(LookupError) as caught:
        made.get_authorization_token()
    shown = list(_shown_by_frames(caught.value))
    assert any(text.startswith("exchange=") for text in shown)
    assert not [text for text in shown if TOKEN in text]


def test_events_and_errors_show_no_headers(made: EcrClient, wire: Wire) -> None:
    """Neither the record of a request nor that of a call shows what was sent."""
    from ecr_typed._botocore.exchange import Exchange

    exchange = Exchange({"policyText": "PASSWORD"})
    exchange.headers, exchange.body = {"authorization": "PASSWORD"}, b"PASSWORD"
    assert "PASSWORD" not in repr(exchange)


def test_frames_of_an_interruption_show_no_secrets() -> None:
    """Wherever a direct request is interrupted, no frame of it shows a token or a password."""
    session = boto3.Session("id", "SECRET-KEY", "SECRET-TOKEN", region_name="us-east-1")
    data = {"authorizationToken": f"SECRET-{TOKEN}", "expiresAt": 1.7e9, "proxyEndpoint": "x"}
    with Recorder() as proxy:
        proxy.body = json.dumps({"authorizationData": [data]}).encode()
        proxies = {"http": proxy.url.replace("//", "//user:SECRET-PASSWORD@")}
        config = Config(proxies=proxies)
        with EcrClient(session=session, endpoint_url="http://ecr.invalid", config=config) as ecr:
            count = 0
            # Each round is interrupted one line later than the one before, until none is any more.
            while (interruption := _interrupted(ecr.get_authorization_token, count)) is not None:
                shown = list(_shown_by_frames(interruption))
                assert not [text for text in shown if "SECRET" in text]
                count += 1
    assert count > 40


def _interrupted(call: Callable[[], object], lines: int) -> BaseException | None:
    """Interrupt a call once it has run so many lines of the direct way; return what came of it."""
    left = lines

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_globals.get("__name__", "").rpartition(".")[2] not in {"direct", "transport"}:
            return None
        if event == "line":
            left -= 1
            if left == -1:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt as interruption:
        return interruption
    finally:
        sys.settrace(before)
    return None
