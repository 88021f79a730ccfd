"""Secrets show nowhere."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest

from ecr_typed import CallEvent, EcrClient, EcrError, EcrResponseError, Tag, from_boto3, to_boto3
from ecr_typed._conversion.convert import from_body
from tests.support.every_shape import Credentials, Keyring, Vault
from tests.support.samples import answer_of
from tests.support.wire import Reply, Wire, reply

SECRET = "hunter2-hunter2-hunter2"


def everything_shown(error: BaseException) -> str:
    """All that an error shows of itself and of its causes."""
    shown = "".join(traceback.format_exception(error))
    attributes = getattr(error, "response", None)
    return f"{shown} {error!r} {vars(error)!r} {attributes!r}"


def everything_kept(error: BaseException) -> str:
    """All that an error and the errors behind it hold on to, as reports of crashes show it."""
    behind = [error]
    for kept in behind:
        causes = (kept.__cause__, kept.__context__)
        behind += [cause for cause in causes if cause is not None and cause not in behind]
    attributes = [
        getattr(kept, name) for kept in behind for name in dir(kept) if not name.startswith("__")
    ]
    frames = [
        frame.f_locals
        for kept in behind
        for frame, _ in traceback.walk_tb(kept.__traceback__)
        if frame.f_code.co_filename != __file__
    ]
    return f"{attributes!r} {frames!r}"


BAD: list[dict[str, Any]] = [
    {"user": 1, "password": SECRET},
    {"password": SECRET},
    {"user": "me", "password": [SECRET]},
    {"user": "me", "password": {"value": SECRET}},
    {"user": "me", "password": SECRET.encode()},
]


@pytest.mark.parametrize("mapping", BAD)
def test_secret_of_a_misfit_is_hidden(mapping: dict[str, Any]) -> None:
    """A response that does not fit hides the secret, be it right or what is wrong."""
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


@pytest.mark.parametrize("model", [Vault, Keyring])
@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ({"a": {"user": "me", "password": [SECRET]}}, {"a": {"user": "me", "password": "***"}}),
        ({"a": SECRET}, {"a": "***"}),
        ([SECRET], "***"),
    ],
)
def test_secrets_in_maps_are_hidden(model: type[Vault | Keyring], keys: Any, shown: Any) -> None:
    """The values of a map are hidden as the items of a list are."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(model, {"name": 1, "keys": keys})

    assert SECRET not in everything_shown(caught.value)
    assert caught.value.response == {"name": 1, "keys": shown}


def test_unknown_members_beside_secrets_are_hidden() -> None:
    """What a newer service puts beside a secret may be one, and is told of by name alone."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Vault, {"owner": {"user": "me", "passwordV2": SECRET}, "seals": [SECRET]})

    assert SECRET not in everything_shown(caught.value)
    assert caught.value.response == {"owner": {"user": "me", "passwordV2": "***"}, "seals": "***"}


def test_members_of_models_without_secrets_are_shown() -> None:
    """Where there is nothing to hide, the response is as it came."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Tag, {"Key": "a", "Value": 1, "New": 2})

    assert caught.value.response == {"Key": "a", "Value": 1, "New": 2}


@pytest.mark.parametrize("value", [[SECRET], SECRET, {SECRET: 1}])
def test_what_is_no_structure_is_hidden_whole(value: Any) -> None:
    """Where a response with secrets is something else altogether, none of it shows."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Credentials, value)

    error = caught.value
    assert SECRET not in "".join(traceback.format_exception(error))
    assert isinstance(value, dict) or error.response == "***"


@pytest.mark.parametrize("body", [f'{{"password": "{SECRET}"', f'["{SECRET}"]', f'"{SECRET}"'])
def test_unreadable_response_shows_nothing(body: str) -> None:
    """A response that is no JSON, or no object, is not quoted."""
    with pytest.raises(EcrResponseError) as caught:
        from_body(Credentials, body.encode())

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
def test_bad_token_responses_hide_the_token(
    once: EcrClient, kind: str, wire: Wire, body: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """However a response with a token is bent, the error does not show it."""
    caplog.set_level(logging.DEBUG, logger="ecr_typed")
    wire.will(reply(body))

    try:
        shown = repr(once.get_authorization_token())
    except EcrError as error:
        shown = everything_shown(error)
        # The responses of an adopted client are read by botocore, whose frames keep them.
        shown += everything_kept(error) if kind == "made" else ""

    assert SECRET not in shown
    assert SECRET not in caplog.text
    assert len(wire.sent) == 1


WHOLE = json.dumps({"authorizationData": [{"authorizationToken": SECRET}]}).encode()
UNREADABLE = {
    "cut": WHOLE[:-3],
    "no text": WHOLE[:-3] + b"\xff",
    "a long number": WHOLE[:-1] + b', "number": ' + b"1" * 5_000 + b"}",
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_token_response_is_not_kept(made: EcrClient, wire: Wire, body: bytes) -> None:
    """An error about a response that can't be read has nothing of it, after any attempt."""
    wire.responder = lambda _: Reply(body)

    with pytest.raises(EcrResponseError, match="not JSON") as caught:
        made.get_authorization_token()

    error = caught.value
    assert error.attempts == 3
    assert error.__cause__ is None
    assert SECRET not in everything_shown(error) + everything_kept(error)
