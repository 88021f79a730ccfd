"""Secrets show nowhere."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest

from ecr_typed import CallEvent, EcrClient, EcrError, EcrResponseError, from_boto3, to_boto3
from ecr_typed.conversion import from_json
from tests.support.made_up import Credentials, Vault
from tests.support.samples import answer_of
from tests.support.wire import Reply, Wire, reply

SECRET = "hunter2-hunter2-hunter2"


def everything_shown(error: BaseException) -> str:
    """All that an error shows of itself and of its causes."""
    shown = "".join(traceback.format_exception(error))
    attributes = getattr(error, "response", None)
    return f"{shown} {error!r} {vars(error)!r} {attributes!r}"


BAD: list[dict[str, Any]] = [
    {"user": 1, "password": SECRET},
    {"password": SECRET},
    {"user": "me", "password": [SECRET]},
    {"user": "me", "password": {"value": SECRET}},
    {"user": "me", "password": SECRET.encode()},
]


@pytest.mark.parametrize("mapping", BAD)
def test_secret_of_a_misfit_is_hidden(mapping: dict[str, Any]) -> None:
    """An answer that does not fit hides the secret, be it right or what is wrong."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Credentials, mapping)

    assert SECRET not in everything_shown(caught.value)
    assert caught.value.response == {**mapping, "password": "***"}


@pytest.mark.parametrize(
    "mapping",
    [
        {"name": 1, "owner": {"user": "me", "password": SECRET}},
        {"name": 1, "guests": [{"user": "me", "password": SECRET}, {"user": "you"}]},
        {"name": "v", "owner": {"password": SECRET}},
        {"name": "v", "owner": SECRET},
        {"name": "v", "owner": [SECRET]},
        {"name": "v", "guests": SECRET},
        {"name": "v", "guests": {"password": SECRET}},
        {"name": "v", "guests": [SECRET]},
        {"name": "v", "guests": [{"user": "me", "password": {"x": [SECRET]}}]},
    ],
)
def test_secrets_in_the_parts_are_hidden(mapping: dict[str, Any]) -> None:
    """At any depth, in whatever stands where a secret could be, nothing shows."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Vault, mapping)

    assert SECRET not in everything_shown(caught.value)
    assert caught.value.response["name"] == mapping["name"]


@pytest.mark.parametrize("value", [[SECRET], SECRET, {SECRET: 1}])
def test_what_is_no_structure_is_hidden_whole(value: Any) -> None:
    """Where an answer with secrets is something else altogether, none of it shows."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Credentials, value)

    error = caught.value
    assert SECRET not in "".join(traceback.format_exception(error))
    assert isinstance(value, dict) or error.response == "***"


@pytest.mark.parametrize("body", [f'{{"password": "{SECRET}"', f'["{SECRET}"]', f'"{SECRET}"'])
def test_unreadable_answer_shows_nothing(body: str) -> None:
    """An answer that is no JSON, or no object, is not quoted."""
    with pytest.raises(EcrResponseError) as caught:
        from_json(Credentials, body.encode())

    assert SECRET not in everything_shown(caught.value)


def test_secret_itself_is_there() -> None:
    """What is hidden is the display, not the value."""
    credentials = from_boto3(Credentials, {"user": "me", "password": SECRET})

    assert credentials.password == SECRET
    assert to_boto3(credentials) == {"user": "me", "password": SECRET}
    assert SECRET not in repr(credentials)
    assert SECRET not in f"{credentials}"


def test_authorization_token_shows_nowhere(
    ecr: EcrClient, wire: Wire, events: list[CallEvent], caplog: pytest.LogCaptureFixture
) -> None:
    """A token is in the model, but not in its `repr`, in the event's, nor in our log."""
    caplog.set_level(logging.DEBUG, logger="ecr_typed")
    data = answer_of("GetAuthorizationToken")["authorizationData"][0]
    wire.will({"authorizationData": [{**data, "authorizationToken": SECRET}]})

    result: Any = ecr.get_authorization_token()

    assert SECRET not in repr(result)
    assert SECRET not in repr(events)
    assert SECRET not in caplog.text
    assert events[0].response is not None
    assert SECRET in str(to_boto3(events[0].response))


def test_download_url_shows_nowhere(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """A presigned URL is a bearer secret while it lives."""
    wire.will(answer_of("GetDownloadUrlForLayer", downloadUrl=f"https://s3/?X={SECRET}"))

    result = ecr.get_download_url_for_layer("team/app", "sha256:1")

    assert SECRET not in repr(events)
    assert result is not None


@pytest.mark.parametrize(
    "body",
    [
        {"authorizationData": {"authorizationToken": SECRET}},
        {"authorizationData": [SECRET]},
        {"authorizationData": SECRET},
        {"authorizationData": [{"authorizationToken": [SECRET]}]},
        {"authorizationData": [{"authorizationToken": SECRET, "expiresAt": "never"}]},
    ],
)
def test_bad_token_answers_hide_the_token(
    once: EcrClient, wire: Wire, body: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """However an answer with a token is bent, the error does not show it."""
    caplog.set_level(logging.DEBUG, logger="ecr_typed")
    wire.will(reply(body))

    try:
        shown = repr(once.get_authorization_token())
    except EcrError as error:
        shown = everything_shown(error)

    assert SECRET not in shown
    assert SECRET not in caplog.text
    assert len(wire.sent) == 1


def test_truncated_token_answer_hides_the_token(once: EcrClient, wire: Wire) -> None:
    """An answer that was cut short inside a token is not quoted."""
    wire.will(Reply(f'{{"authorizationData": [{{"authorizationToken": "{SECRET}'.encode()))

    with pytest.raises(EcrResponseError) as caught:
        once.get_authorization_token()

    assert SECRET not in everything_shown(caught.value)
