"""A user's own boto3 client is adopted as it is, and stays as it was."""

from __future__ import annotations

import logging
from typing import Any

import boto3
import pytest
from botocore.config import Config

from ecr_typed import EcrClient, EcrError
from tests.support.clients import boto3_client
from tests.support.samples import page, repository
from tests.support.wire import Wire, refusal, reply


def flattened(emitter: Any) -> list[Any]:
    """All handlers of a botocore emitter."""
    inner = getattr(emitter, "_emitter", emitter)
    found: list[Any] = []
    nodes = [inner._handlers._root]
    while nodes:
        node = nodes.pop()
        if node["values"] is not None:
            found += [handler for group in node["values"] for handler in group]
        nodes += node["children"].values()
    return found


def test_nothing_is_changed_on_an_adopted_client(session: boto3.Session, wire: Wire) -> None:
    """No handler is registered on it, and its configuration is the same object."""
    client = boto3_client(session)
    wire.attach(client)
    before = flattened(client.meta.events)
    config, methods = client.meta.config, set(dir(client))
    wire.will({"tags": []}, {"tags": []})

    ecr = EcrClient.from_boto3(client)
    ecr.list_tags_for_resource("arn")
    ecr.with_options().list_tags_for_resource("arn")
    ecr.close()

    assert len(before) > 10
    assert flattened(client.meta.events) == before
    assert client.meta.config is config
    assert set(dir(client)) == methods
    assert ecr.boto3_client is client


def test_closing_leaves_an_adopted_client_open(session: boto3.Session, wire: Wire) -> None:
    """Whoever made the boto3 client closes it."""
    client = boto3_client(session)
    wire.attach(client)
    closed: list[str] = []
    vars(client)["close"] = lambda: closed.append("closed")
    wire.will(page("a"))

    EcrClient.from_boto3(client).close()

    assert closed == []
    assert "'repositoryName': 'a'" in str(client.describe_repositories())


def test_several_clients_can_adopt_one(session: boto3.Session, wire: Wire) -> None:
    """The end of one is not the end of the others."""
    client = boto3_client(session)
    wire.attach(client)
    first, second = EcrClient.from_boto3(client), EcrClient.from_boto3(client)
    wire.will({"tags": []})

    first.close()

    assert second.list_tags_for_resource("arn") == ()


@pytest.mark.parametrize(
    ("retries", "shown"),
    [
        (None, "several"),
        ({"mode": "standard"}, "several"),
        ({"total_max_attempts": 5}, "up to 5"),
        ({"max_attempts": 4, "mode": "standard"}, "up to 5"),
        ({"mode": "adaptive", "total_max_attempts": 2}, "up to 2"),
    ],
)
def test_retries_of_its_own_are_warned_of_once(
    session: boto3.Session,
    wire: Wire,
    caplog: pytest.LogCaptureFixture,
    retries: Any,
    shown: str,
) -> None:
    """A client that makes attempts of its own multiplies ours: the log says so, once."""
    client = boto3_client(session, config=Config(retries=retries))
    wire.attach(client)
    wire.responder = lambda _: reply({"tags": []})

    with caplog.at_level(logging.WARNING, logger="ecr_typed"):
        ecr = EcrClient.from_boto3(client)
        ecr.with_options().list_tags_for_resource("arn")
        ecr.list_tags_for_resource("arn")

    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert f"makes {shown} attempts" in record.getMessage()
    assert "total_max_attempts" in record.getMessage()


@pytest.mark.parametrize("retries", [{"total_max_attempts": 1}, {"max_attempts": 0}])
def test_client_without_retries_is_not_warned_of(
    session: boto3.Session, caplog: pytest.LogCaptureFixture, retries: Any
) -> None:
    """Where botocore's retries are off, there is nothing to say."""
    with caplog.at_level(logging.WARNING, logger="ecr_typed"):
        EcrClient.from_boto3(boto3_client(session, config=Config(retries=retries)))

    assert caplog.records == []


def test_made_client_makes_no_attempts_of_its_own(made: EcrClient, wire: Wire) -> None:
    """Attempts are ours alone: a failing call of three attempts sends three requests."""
    wire.responder = lambda _: refusal("ServerException", status=500)

    with pytest.raises(EcrError):
        made.list_tags_for_resource("arn")

    assert len(wire.sent) == 3


def test_users_handlers_see_the_parsed_answer(session: boto3.Session, wire: Wire) -> None:
    """On an adopted client, a handler sees what boto3 made of the answer."""
    client = boto3_client(session)
    wire.attach(client)
    seen: list[Any] = []

    def see(parsed: dict[str, Any], **_: object) -> None:
        seen.append(parsed["repository"]["repositoryName"])

    client.meta.events.register("after-call.ecr", see)
    wire.will({"repository": repository("seen")})

    EcrClient.from_boto3(client).delete_repository("team/app")

    assert seen == ["seen"]


def test_users_handlers_are_called_on_both_kinds(ecr: EcrClient, wire: Wire) -> None:
    """A handler may add a header to requests and look at parameters and answers."""
    seen: list[str] = []

    def add(params: dict[str, Any], **_: object) -> None:
        params["headers"]["X-Audit"] = "yes"
        seen.append("before-call")

    def look(params: dict[str, Any], **_: object) -> None:
        seen.append(params["repositoryName"])

    def end(**_: object) -> None:
        seen.append("after-call")

    events = ecr.boto3_client.meta.events
    events.register("before-call.ecr", add)
    events.register("provide-client-params.ecr.DeleteRepository", look)
    events.register("after-call.ecr", end)
    wire.will({"repository": repository()})

    ecr.delete_repository("team/app")

    assert wire.sent[0].headers["X-Audit"] == "yes"
    assert seen == ["team/app", "before-call", "after-call"]
