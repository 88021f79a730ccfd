"""Calls that fail in passing are made again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from ecr_typed import (
    AccessDeniedException,
    CallEvent,
    EcrClient,
    EcrConnectionError,
    EcrError,
    RepositoryNotFoundException,
    RetryEvent,
    RetryPolicy,
    ServerException,
    ThrottlingException,
)
from tests.support.clients import MakeEcr
from tests.support.samples import page, repository
from tests.support.wire import Answer, Reply, Wire, refusal, reply

FAULT = refusal("ServerException", status=500)
LOST = ReadTimeoutError(endpoint_url="https://ecr", error="slow")
UNREACHABLE = EndpointConnectionError(endpoint_url="https://ecr", error="refused")

TRANSIENT: list[Answer] = [
    FAULT,
    Reply(b"<html>", 503),
    Reply(b"", 502),
    Reply(b"\xff", 504),
    refusal("RequestTimeout"),
    LOST,
    UNREACHABLE,
    ConnectTimeoutError(endpoint_url="https://ecr", error="slow"),
]


@pytest.mark.parametrize("failure", TRANSIENT)
def test_transient_failures_are_retried(
    made: EcrClient, wire: Wire, events: list[CallEvent], failure: Answer
) -> None:
    """What passes is not seen by the caller, but told of as attempts."""
    wire.will(failure, failure, page("a"))

    assert [found.repository_name for found in made.describe_repositories()] == ["a"]
    assert [event.attempts for event in events] == [3]
    assert events[0].error is None


@pytest.mark.parametrize("failure", [FAULT, LOST])
def test_retries_work_on_an_adopted_client(ecr: EcrClient, wire: Wire, failure: Answer) -> None:
    """A client's kind does not matter."""
    wire.will(failure, {"tags": []})

    assert ecr.list_tags_for_resource("arn") == ()
    assert wire.bodies[0] == wire.bodies[1]


def test_last_error_is_the_services_own(ecr: EcrClient, wire: Wire) -> None:
    """When the attempts are used up, the error of the last is raised, and says how many."""
    wire.will(FAULT, UNREACHABLE, refusal("ServerException", "still broken", status=500))

    with pytest.raises(ServerException, match="still broken") as caught:
        ecr.list_tags_for_resource("arn")

    assert caught.value.attempts == 3
    assert not caught.value.maybe_applied


def test_final_error_ends_the_attempts(ecr: EcrClient, wire: Wire) -> None:
    """An error that time does not cure is raised at once."""
    wire.will(FAULT, refusal("AccessDeniedException", status=403))

    with pytest.raises(AccessDeniedException) as caught:
        ecr.list_tags_for_resource("arn")

    assert caught.value.attempts == 2


@pytest.mark.parametrize("most", [1, 2, 5])
def test_policy_sets_the_attempts(make: MakeEcr, wire: Wire, most: int) -> None:
    """`max_attempts` counts requests, the first included."""
    wire.responder = lambda _: Reply(b"", 503)

    with pytest.raises(EcrError) as caught:
        make(retry=RetryPolicy(max_attempts=most)).list_tags_for_resource("arn")

    assert caught.value.attempts == len(wire.sent) == most


def test_on_retry_is_told(make: MakeEcr, wire: Wire) -> None:
    """A callback hears of each failed attempt that another follows."""
    told: list[RetryEvent] = []
    wire.will(FAULT, UNREACHABLE, {"tags": []})

    make(retry=RetryPolicy(on_retry=told.append)).list_tags_for_resource("arn")

    assert [(event.operation_name, event.attempt) for event in told] == [
        ("ListTagsForResource", 1),
        ("ListTagsForResource", 2),
    ]
    assert [type(event.error) for event in told] == [ServerException, EcrConnectionError]
    assert 0 <= told[0].sleep <= 0.05
    assert 0 <= told[1].sleep <= 0.1


def test_deadline_refuses_a_wait(make: MakeEcr, wire: Wire) -> None:
    """Where the service asks for a longer wait than there is time, the error comes at once."""
    headers = {"x-amz-retry-after": "60000"}
    wire.will(refusal("ThrottlingException", headers=headers))

    with pytest.raises(ThrottlingException) as caught:
        make(retry=RetryPolicy(deadline=1.0)).list_tags_for_resource("arn")

    assert caught.value.attempts == 1
    assert caught.value.retry_after == 60.0


def test_lost_write_may_have_been_applied(ecr: EcrClient, wire: Wire) -> None:
    """A write whose answers are all lost says that it may have happened."""
    wire.will(LOST, LOST, LOST)

    with pytest.raises(EcrConnectionError) as caught:
        ecr.put_lifecycle_policy("team/app", "x" * 100)

    assert caught.value.maybe_applied


def test_unsent_write_was_not_applied(ecr: EcrClient, wire: Wire) -> None:
    """A write that never reached the service did not happen."""
    wire.will(UNREACHABLE, UNREACHABLE, UNREACHABLE)

    with pytest.raises(EcrConnectionError) as caught:
        ecr.delete_repository("team/app")

    assert not caught.value.maybe_applied


def test_later_refusal_does_not_undo_a_lost_attempt(ecr: EcrClient, wire: Wire) -> None:
    """Once an answer was lost, what comes after does not say that nothing happened."""
    wire.will(LOST, refusal("AccessDeniedException"))

    with pytest.raises(AccessDeniedException) as caught:
        ecr.delete_repository("team/app")

    assert caught.value.maybe_applied


def test_repeated_deletion_is_explained(ecr: EcrClient, wire: Wire) -> None:
    """A repository that is gone at the second attempt may have been deleted by the first."""
    wire.will(LOST, refusal("RepositoryNotFoundException"))

    with pytest.raises(RepositoryNotFoundException) as caught:
        ecr.delete_repository("team/app")

    assert caught.value.maybe_applied
    assert any("earlier attempt" in note for note in caught.value.explanations)


def test_refusal_at_once_was_not_applied(ecr: EcrClient, wire: Wire) -> None:
    """An answer of the service to the only attempt is the whole truth."""
    wire.will(refusal("RepositoryNotFoundException"))

    with pytest.raises(RepositoryNotFoundException) as caught:
        ecr.delete_repository("team/app")

    assert not caught.value.maybe_applied
    assert "attempt" not in str(caught.value.explanations)


def test_attempts_of_a_call_have_one_id(made: EcrClient, wire: Wire) -> None:
    """As AWS's SDKs do, attempts keep their invocation id and count up; calls have their own."""
    wire.will(FAULT, UNREACHABLE, {"tags": []}, {"tags": []})

    made.list_tags_for_resource("arn")
    made.list_tags_for_resource("arn")

    ids = [sent.headers["amz-sdk-invocation-id"] for sent in wire.sent]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert [sent.headers["amz-sdk-request"] for sent in wire.sent] == [
        "attempt=1; max=3",
        "attempt=2; max=3",
        "attempt=3; max=3",
        "attempt=1; max=3",
    ]


def test_quota_is_shared_by_a_client_and_its_children(make: MakeEcr, wire: Wire) -> None:
    """Retries of one client and of all that share its connections use up one quota."""
    wire.responder = lambda _: Reply(b"", 503)
    ecr = make(retry=RetryPolicy(max_attempts=2))
    child = ecr.with_options(retry=RetryPolicy(max_attempts=5))
    grandchild = child.with_options(on_call=lambda _: None)

    for _ in range(500 // 14):
        with pytest.raises(EcrError) as caught:
            ecr.list_tags_for_resource("arn")
        assert caught.value.attempts == 2

    for client in (ecr, child, grandchild):
        with pytest.raises(EcrError) as caught:
            client.list_tags_for_resource("arn")
        assert caught.value.attempts == 1


def test_clients_have_quotas_of_their_own(make: MakeEcr, wire: Wire) -> None:
    """One client's outage does not cost another its retries."""
    wire.responder = lambda _: Reply(b"", 503)
    first, second = make(retry=RetryPolicy(max_attempts=2)), make()
    for _ in range(36):
        with pytest.raises(EcrError):
            first.list_tags_for_resource("arn")

    with pytest.raises(EcrError) as caught:
        second.list_tags_for_resource("arn")

    assert caught.value.attempts == 3


def test_attempts_come_from_the_environment(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a policy, `AWS_MAX_ATTEMPTS` sets the attempts; with one, the policy does."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    wire.responder = lambda _: Reply(b"", 503)

    for policy, expected in ((None, 2), (RetryPolicy(max_attempts=1), 1)):
        ecr = EcrClient(session=boto3.Session(), retry=policy)
        wire.attach(ecr.boto3_client)
        with pytest.raises(EcrError) as caught:
            ecr.list_tags_for_resource("arn")
        assert caught.value.attempts == expected


def test_attempts_come_from_the_profile(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a policy, the profile's `max_attempts` sets the attempts."""
    file = tmp_path / "config"
    file.write_text(
        "[profile patient]\nmax_attempts = 4\naws_access_key_id = a\naws_secret_access_key = b\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    wire.responder = lambda _: Reply(b"", 503)
    ecr = EcrClient(profile_name="patient")
    wire.attach(ecr.boto3_client)

    with pytest.raises(EcrError) as caught:
        ecr.list_tags_for_resource("arn")

    assert caught.value.attempts == 4


PROGRAM = """
import sys
from ecr_typed import EcrClient
from tests.support.samples import repository
from tests.support.wire import Wire, refusal
ecr, wire = EcrClient(region_name="us-east-1"), Wire()
wire.attach(ecr.boto3_client)
wire.will({"repository": repository()})
ecr.delete_repository("team/app")
print("tenacity" in sys.modules)
wire.will(refusal("ServerException", status=500), {"repository": repository()})
ecr.delete_repository("team/app")
print("tenacity" in sys.modules)
"""


def test_tenacity_is_loaded_by_the_first_retry() -> None:
    """A program whose calls succeed never loads what runs the retries."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == ["False", "True"]


def test_error_of_a_callback_is_the_users(make: MakeEcr, wire: Wire) -> None:
    """What `on_retry` raises is not taken for an error of the call."""
    wire.will(FAULT, reply({"repository": repository()}))

    def stop(_: RetryEvent) -> Any:
        raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        make(retry=RetryPolicy(on_retry=stop)).delete_repository("team/app")
