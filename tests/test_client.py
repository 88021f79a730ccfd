"""The client: its calls are told of, it can be shared, given other options, and closed."""

from __future__ import annotations

import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from ecr_typed import (
    CallEvent,
    ClientClosedError,
    EcrClient,
    EcrConnectionError,
    EcrError,
    ListTagsForResourceResponse,
    RetryPolicy,
    to_boto3,
)
from tests.support.clients import KINDS, MakeEcr, make_ecr
from tests.support.registry import Registry
from tests.support.samples import page, repository
from tests.support.wire import REQUEST_ID, Reply, Sent, Wire, refusal, reply

UNREACHABLE = EndpointConnectionError(endpoint_url="https://ecr", error="refused")


def test_success_is_told_of(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """An event has the operation, the answer's id and status, attempts, time and response."""
    wire.will(Reply(b"", 503), {"tags": [{"Key": "a", "Value": "b"}]})

    tags = ecr.list_tags_for_resource("arn")

    [event] = events
    assert event.operation_name == "ListTagsForResource"
    assert (event.request_id, event.http_status, event.attempts) == (REQUEST_ID, 200, 2)
    assert event.elapsed >= 0
    assert event.response == ListTagsForResourceResponse(tags=tags)
    assert event.error is None
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(event, "attempts", 5)  # noqa: B010  # it can't be set


def test_failure_without_an_answer_is_told_of(
    ecr: EcrClient, wire: Wire, events: list[CallEvent]
) -> None:
    """Where no answer came, there is neither id nor status."""
    wire.will(Reply(b"", 503), UNREACHABLE, UNREACHABLE)

    with pytest.raises(EcrConnectionError) as caught:
        ecr.list_tags_for_resource("arn")

    [event] = events
    assert (event.request_id, event.http_status, event.response) == (None, None, None)
    assert event.error is caught.value
    assert event.attempts == 3


def test_whole_response_is_told_of(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """Members beside the one that a method returns reach the user through the event."""
    wire.will({"repositoryCreationTemplate": {"prefix": "team"}, "registryId": "123456789012"})

    template = ecr.delete_repository_creation_template("team")

    assert template.prefix == "team"
    response: Any = events[0].response
    assert response.registry_id == "123456789012"


def test_each_page_is_a_call(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """A paged method tells of each page that it fetches."""
    wire.responder = Registry(5)

    list(ecr.describe_repositories(page_size=2))

    assert [event.operation_name for event in events] == ["DescribeRepositories"] * 3


def test_error_of_on_call_goes_to_the_log(
    make: MakeEcr, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    """What the listener raises takes no result from a call that succeeded: it is logged."""

    def stumble(_: CallEvent) -> None:
        raise RuntimeError("no metrics today")

    wire.will({"tags": [{"Key": "team", "Value": "payments"}]})

    [tag] = make(on_call=stumble).list_tags_for_resource("arn")

    assert tag.key == "team"
    assert "ListTagsForResource: on_call failed" in caplog.text
    assert "no metrics today" in caplog.text


def test_callback_may_be_falsy(make: MakeEcr, wire: Wire) -> None:
    """A callback that has a length, such as an empty recorder, is called all the same."""

    class Recorder(list[CallEvent]):
        def __call__(self, event: CallEvent) -> None:
            self.append(event)

    recorder, other = Recorder(), Recorder()
    wire.responder = lambda _: reply({"tags": []})

    ecr = make(on_call=recorder)
    ecr.list_tags_for_resource("arn")
    ecr.with_options(on_call=other).list_tags_for_resource("arn")

    assert (len(recorder), len(other)) == (1, 1)


def test_child_has_other_options(make: MakeEcr, wire: Wire) -> None:
    """`with_options` changes what is given, keeps the rest, and leaves the client as it is."""
    first: list[CallEvent] = []
    second: list[CallEvent] = []
    ecr = make(retry=RetryPolicy(max_attempts=1), on_call=first.append)
    wire.responder = lambda _: Reply(b"", 503)

    told_elsewhere = ecr.with_options(on_call=second.append)
    patient = ecr.with_options(retry=RetryPolicy(max_attempts=2))
    for client in (ecr, told_elsewhere, patient):
        with pytest.raises(EcrError):
            client.list_tags_for_resource("arn")

    assert [event.attempts for event in first] == [1, 2]
    assert [event.attempts for event in second] == [1]
    assert type(patient) is EcrClient
    assert patient.boto3_client is ecr.boto3_client


def test_subclass_stays_a_subclass(session: boto3.Session, made: EcrClient) -> None:
    """A user's own class of clients is kept by all ways to make one."""

    class Registry(EcrClient):
        pass

    ours = Registry(session=session)

    assert type(ours.with_options()) is Registry
    assert type(Registry.from_boto3(made.boto3_client)) is Registry


def test_client_is_a_context_manager(make: MakeEcr, wire: Wire) -> None:
    """A `with` statement gives the client, and closes it."""
    wire.will({"tags": []})

    with make() as ecr:
        assert ecr.list_tags_for_resource("arn") == ()

    with pytest.raises(ClientClosedError):
        ecr.list_tags_for_resource("arn")
    assert len(wire.sent) == 1


def test_closed_client_says_so(make: MakeEcr, wire: Wire) -> None:
    """A call of a closed client is an error of ours, which names the operation."""
    ecr = make()
    ecr.close()
    ecr.close()

    with pytest.raises(ClientClosedError, match="ListTagsForResource") as caught:
        ecr.list_tags_for_resource("arn")
    assert isinstance(caught.value, EcrError)
    assert caught.value.operation_name == "ListTagsForResource"
    assert caught.value.attempts == 0
    with pytest.raises(ClientClosedError):
        ecr.describe_repositories().first()
    assert wire.sent == []


def test_closing_a_client_closes_its_children(make: MakeEcr) -> None:
    """The connections are the parent's."""
    ecr = make()
    child = ecr.with_options()
    grandchild = child.with_options()

    ecr.close()

    for client in (child, grandchild):
        with pytest.raises(ClientClosedError):
            client.list_tags_for_resource("arn")


def test_closing_a_child_leaves_the_parent_open(make: MakeEcr, wire: Wire) -> None:
    """A child's end is its own, and its children's."""
    ecr = make()
    child = ecr.with_options()
    grandchild = child.with_options()
    wire.will({"tags": []})

    child.close()

    assert ecr.list_tags_for_resource("arn") == ()
    for client in (child, grandchild):
        with pytest.raises(ClientClosedError):
            client.list_tags_for_resource("arn")


def test_child_of_a_closed_client_is_closed(make: MakeEcr, wire: Wire) -> None:
    """Other options do not open a client again."""
    ecr = make()
    ecr.close()

    with pytest.raises(ClientClosedError):
        ecr.with_options(on_call=lambda _: None).list_tags_for_resource("arn")
    assert wire.sent == []


def test_pager_of_a_closed_client_is_over(make: MakeEcr, wire: Wire) -> None:
    """An iteration under way ends with the error, and with the token to go on from."""
    wire.responder = Registry(4)
    ecr = make()
    items = iter(ecr.describe_repositories(page_size=2))
    next(items)
    next(items)
    ecr.close()

    with pytest.raises(ClientClosedError) as caught:
        next(items)

    assert caught.value.next_token == "2"


def test_closing_a_made_client_closes_its_connections(made: EcrClient, wire: Wire) -> None:
    """The boto3 client underneath ends with the client that made it."""
    closed: list[str] = []
    client: Any = made.boto3_client
    end = client._endpoint.close

    def close() -> None:
        closed.append("closed")
        end()

    client._endpoint.close = close
    made.close()

    assert closed == ["closed"]


def tags_of(sent: Sent) -> Reply:
    """An answer that says what was asked."""
    if sent.body["resourceArn"].endswith("7"):
        return refusal("RepositoryNotFoundException", sent.body["resourceArn"])
    return reply({"tags": [{"Key": sent.body["resourceArn"], "Value": "v"}]})


@pytest.mark.parametrize("kind", KINDS)
def test_twelve_threads_share_a_client(session: boto3.Session, kind: str) -> None:
    """Each of many calls at once gets its own answer, error and event."""
    wire = Wire()
    events: list[CallEvent] = []
    ecr = make_ecr(kind, session, wire, on_call=events.append)
    wire.responder = tags_of
    barrier = threading.Barrier(12)

    def work(thread: int) -> list[tuple[str, str]]:
        barrier.wait()
        found: list[tuple[str, str]] = []
        for number in range(20):
            arn = f"arn:{thread}:{number}"
            try:
                [tag] = ecr.list_tags_for_resource(arn)
                found.append((arn, tag.key))
            except EcrError as error:
                found.append((arn, getattr(error, "message", "")))
        return found

    with ThreadPoolExecutor(12) as pool:
        results = [pair for found in pool.map(work, range(12)) for pair in found]

    assert len(results) == 240
    assert all(asked == answered for asked, answered in results)
    assert len(events) == 240
    assert sum(event.error is not None for event in events) == 24


@pytest.mark.parametrize("kind", KINDS)
def test_threads_can_share_a_pager(session: boto3.Session, kind: str) -> None:
    """A pager can be iterated over by several threads, each on its own."""
    wire = Wire()
    registry = wire.responder = Registry(50)
    pager = make_ecr(kind, session, wire).describe_repositories(page_size=7)

    def work(_: int) -> list[str]:
        return [item.repository_name for item in pager]

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(4)))

    assert results == [registry.names] * 4


def test_boto3_client_called_directly_is_boto3s(
    made: EcrClient, wire: Wire, plain: Any, events: list[CallEvent]
) -> None:
    """The client underneath gives full answers, and its calls are not ours to tell of."""
    content = page("a", "b", token="more")
    wire.will(content, content)
    plain.wire.reset()
    plain.wire.will(content)

    answer = made.boto3_client.describe_repositories()

    assert answer["repositories"] == plain.client.describe_repositories()["repositories"]
    assert answer.get("nextToken") == "more"
    assert answer["ResponseMetadata"]["RequestId"] == REQUEST_ID
    assert events == []
    ours = next(made.describe_repositories().pages())
    assert to_boto3(ours)["repositories"] == answer["repositories"]


def test_boto3_client_can_be_called_inside_a_call(made: EcrClient, wire: Wire) -> None:
    """A user's handler may call the client underneath while a call of ours is under way."""
    inner: list[Any] = []

    def look(**_: object) -> None:
        if not inner:
            inner.append(None)
            inner[0] = made.boto3_client.list_tags_for_resource(resourceArn="inner")

    made.boto3_client.meta.events.register("before-call.ecr.ListTagsForResource", look)
    wire.responder = lambda sent: reply({"tags": [{"Key": sent.body["resourceArn"], "Value": "v"}]})

    [tag] = made.list_tags_for_resource("outer")

    assert tag.key == "outer"
    assert inner[0]["tags"] == [{"Key": "inner", "Value": "v"}]


def test_repr_says_where_it_calls(ecr: EcrClient) -> None:
    """Its `repr` has the region, and no credentials."""
    assert repr(ecr) == "<EcrClient for us-east-1>"


def test_traceback_is_short(once: EcrClient, wire: Wire) -> None:
    """A traceback has the user's line and few of ours; botocore's are the cause's."""
    wire.will(refusal("RepositoryNotFoundException"))

    with pytest.raises(EcrError) as caught:
        once.delete_repository("team/app")

    files = [frame.filename for frame in traceback.extract_tb(caught.tb)]
    assert len(files) <= 4
    assert "botocore" not in str(files)
    assert "tenacity" not in str(files)


def test_answers_share_nothing(ecr: EcrClient, wire: Wire) -> None:
    """Equal answers to two calls make equal models that are two objects."""
    content = {"repository": repository()}
    wire.will(content, content)

    first, second = ecr.delete_repository("team/app"), ecr.delete_repository("team/app")

    assert first == second
    assert first is not second


class Inventory(EcrClient):
    """A client of a user's own."""

    team = ""


def test_options_leave_the_rest_of_a_client_as_it_is(session: boto3.Session) -> None:
    """What a user's subclass added to a client is in those that come of it."""
    ecr = Inventory(session=session)
    ecr.team = "payments"
    other = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    assert (type(other), other.team) == (Inventory, "payments")
    other.close()
    assert ecr.team == "payments"
