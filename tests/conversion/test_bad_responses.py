"""A good status with a response that does not fit says where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from ecr_typed import (
    CallEvent,
    CreateRepositoryResponse,
    EcrClient,
    EcrError,
    EcrResponseError,
    Repository,
    RetryPolicy,
    from_boto3,
)
from tests.support.clients import make_ecr
from tests.support.every_shape import Everything
from tests.support.samples import page, repository
from tests.support.wire import REQUEST_ID, Reply, Wire, reply


def raised(ecr: EcrClient) -> EcrResponseError:
    """The error that a call raises."""
    with pytest.raises(EcrResponseError) as caught:
        ecr.describe_repositories().to_list()
    return caught.value


@pytest.mark.parametrize(
    ("member", "path"),
    [
        ("repositoryArn", ("repositories", 1, "repositoryArn")),
        ("registryId", ("repositories", 1, "registryId")),
        ("repositoryName", ("repositories", 1, "repositoryName")),
        ("repositoryUri", ("repositories", 1, "repositoryUri")),
        ("createdAt", ("repositories", 1, "createdAt")),
    ],
)
@pytest.mark.parametrize("is_null", [True, False])
def test_missing_member_is_named(
    ecr: EcrClient, wire: Wire, member: str, path: tuple[str | int, ...], is_null: bool
) -> None:
    """What is always there and is missing all the same is an error with its path."""
    incomplete = repository("b")
    if is_null:
        incomplete[member] = None
    else:
        del incomplete[member]
    wire.will({"repositories": [repository("a"), incomplete]})

    error = raised(ecr)

    assert error.path == path
    assert f"repositories[1].{member} is missing" in str(error)
    assert "DescribeRepositories" in str(error)
    assert error.operation_name == "DescribeRepositories"
    assert error.attempts == 1


def test_empty_response_lacks_what_was_asked_for(ecr: EcrClient, wire: Wire) -> None:
    """A body of nothing is no repository."""
    wire.will(Reply(b"{}"))

    with pytest.raises(EcrResponseError) as caught:
        ecr.create_repository("team/app")

    assert caught.value.path == ("repository",)


def test_response_cut_to_nothing_is_asked_for_again(made: EcrClient, wire: Wire) -> None:
    """Of an operation that returns something, no body at all is a lost response."""
    wire.will(Reply(b""), {"repositories": [repository("a")]})

    assert [found.repository_name for found in made.describe_repositories()] == ["a"]
    assert len(wire.sent) == 2


def test_no_body_is_all_that_some_operations_return(ecr: EcrClient, wire: Wire) -> None:
    """An operation without output may respond without a body."""
    wire.will(Reply(b""))

    ecr.tag_resource("arn", {"team": "payments"})

    assert len(wire.sent) == 1


WRONG: list[tuple[dict[str, Any], tuple[str | int, ...]]] = [
    ({"repositories": {}}, ("repositories",)),
    ({"repositories": "text"}, ("repositories",)),
    ({"repositories": 1}, ("repositories",)),
    ({"repositories": [1]}, ("repositories", 0)),
    ({"repositories": ["text"]}, ("repositories", 0)),
    ({"repositories": [[]]}, ("repositories", 0)),
    ({"repositories": [None]}, ("repositories", 0)),
    (page(repositories=[repository(repositoryName=1)]), ("repositories", 0, "repositoryName")),
    (page(repositories=[repository(repositoryName=[])]), ("repositories", 0, "repositoryName")),
    (page(repositories=[repository(createdAt="soon")]), ("repositories", 0, "createdAt")),
    (page(repositories=[repository(createdAt=True)]), ("repositories", 0, "createdAt")),
    (page(repositories=[repository(createdAt={})]), ("repositories", 0, "createdAt")),
    (page(repositories=[repository(createdAt=1e300)]), ("repositories", 0, "createdAt")),
    (
        page(repositories=[repository(encryptionConfiguration=[])]),
        ("repositories", 0, "encryptionConfiguration"),
    ),
    (
        page(repositories=[repository(encryptionConfiguration={})]),
        ("repositories", 0, "encryptionConfiguration", "encryptionType"),
    ),
    (
        page(repositories=[repository(encryptionConfiguration={"encryptionType": 1})]),
        ("repositories", 0, "encryptionConfiguration", "encryptionType"),
    ),
    (
        page(repositories=[repository(encryptionConfiguration={"encryptionType": ["KMS"]})]),
        ("repositories", 0, "encryptionConfiguration", "encryptionType"),
    ),
    (
        page(repositories=[repository(imageScanningConfiguration={"scanOnPush": 1})]),
        ("repositories", 0, "imageScanningConfiguration", "scanOnPush"),
    ),
    (
        page(
            repositories=[
                repository("a", imageScanningConfiguration={"scanOnPush": True}),
                repository("b", imageScanningConfiguration={"scanOnPush": 1}),
            ]
        ),
        ("repositories", 1, "imageScanningConfiguration", "scanOnPush"),
    ),
    (
        page(repositories=[repository(imageTagMutabilityExclusionFilters=["a"])]),
        ("repositories", 0, "imageTagMutabilityExclusionFilters", 0),
    ),
    ({**page(), "nextToken": 5}, ("nextToken",)),
]


@pytest.mark.parametrize(("content", "path"), WRONG)
def test_wrong_type_is_named(
    made: EcrClient, wire: Wire, content: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    """A value of a wrong type is an error with its path, and carries the response."""
    wire.will(content)

    error = raised(made)

    assert error.path == path
    assert error.response == content
    assert error.__cause__ is None or not isinstance(error.__cause__, KeyError)


@pytest.mark.parametrize(("content", "path"), WRONG)
def test_wrong_type_is_no_surprise_on_an_adopted_client(
    session: Any, wire: Wire, content: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    """What botocore's parser trips over, or lets through, ends in an error of ours or a model."""
    ecr = make_ecr("adopted", session, wire)
    wire.responder = lambda _: reply(content)

    try:
        outcome: list[Any] = [*ecr.describe_repositories()]
    except EcrError as error:
        outcome = [error]

    assert all(isinstance(item, Repository | EcrError) for item in outcome)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\xff\xfe\x00garbage", id="garbage"),
        pytest.param(b"<html>Sign in to the hotel's network</html>", id="html"),
        pytest.param(b'{"repositories": [{"repositor', id="truncated"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(b'{"a": ' * 50_000, id="deep"),
        pytest.param(b'{"repositories": [], "nextToken": ' + b"9" * 5_000 + b"}", id="number"),
    ],
)
def test_response_that_is_no_json_is_an_error(session: Any, wire: Wire, body: bytes) -> None:
    """Where boto3 gives an empty dict, or ends its pages in silence, there is an error."""
    ecr = make_ecr("made", session, wire, retry=RetryPolicy(max_attempts=1))
    wire.will(Reply(body))

    error = raised(ecr)

    assert error.path == ()
    assert error.response is None
    assert error.__cause__ is not None


@pytest.mark.parametrize("body", [b"[]", b'[{"repositories": []}]', b'"text"', b"1", b"null"])
def test_json_that_is_no_object_is_an_error(made: EcrClient, wire: Wire, body: bytes) -> None:
    """A response is a structure."""
    wire.will(Reply(body))

    assert raised(made).path == ()


def test_bad_response_to_a_write_may_have_been_applied(made: EcrClient, wire: Wire) -> None:
    """The service did what was asked, whatever it said about it; it is not asked again."""
    wire.will(Reply(b"<html>"))

    with pytest.raises(EcrResponseError) as caught:
        made.create_repository("team/app")

    assert caught.value.maybe_applied
    assert len(wire.sent) == 1


def test_bad_response_to_a_read_was_not_applied(made: EcrClient, wire: Wire) -> None:
    """A read changes nothing."""
    wire.will({})

    assert not raised(made).maybe_applied


def test_truncated_response_to_a_read_is_asked_for_again(made: EcrClient, wire: Wire) -> None:
    """What was cut short on its way is read with the next attempt."""
    wire.will(Reply(b'{"repositories": ['), page("a"))

    assert [found.repository_name for found in made.describe_repositories()] == ["a"]
    assert len(wire.sent) == 2


def test_bad_response_is_told_of(made: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """`on_call` is told of the error and of the status it came with."""
    wire.will({})

    error = raised(made)

    [event] = events
    assert event.error is error
    assert event.response is None
    assert (event.http_status, event.request_id) == (200, REQUEST_ID)


def test_from_boto3_says_where() -> None:
    """Dicts of the user's own are treated as responses are."""
    with pytest.raises(EcrResponseError, match=r"repository\.repositoryArn is missing") as caught:
        from_boto3(CreateRepositoryResponse, {"repository": {}})

    assert caught.value.path == ("repository", "repositoryArn")
    assert caught.value.response == {"repository": {}}


MISFITS: list[tuple[dict[str, Any], tuple[str | int, ...]]] = [
    ({}, ("text",)),
    ({"text": 1}, ("text",)),
    ({"whole": 1.5}, ("whole",)),
    ({"whole": True}, ("whole",)),
    ({"whole": "1"}, ("whole",)),
    ({"number": "1"}, ("number",)),
    ({"number": False}, ("number",)),
    ({"truth": 0}, ("truth",)),
    ({"moment": True}, ("moment",)),
    ({"blob": "text"}, ("blob",)),
    ({"colour": 5}, ("colour",)),
    ({"leaf": "text"}, ("leaf",)),
    ({"leaf": {"isGreen": 1}}, ("leaf", "isGreen")),
    ({"leaves": {"isGreen": True}}, ("leaves",)),
    ({"leaves": [{}, {"isGreen": "no"}]}, ("leaves", 1, "isGreen")),
    ({"counts": []}, ("counts",)),
    ({"counts": {"blue": "1"}}, ("counts", "blue")),
    ({"counts": {1: 1}}, ("counts", "1")),
    ({"nested": {"a": [{"colour": []}]}}, ("nested", "a", 0, "colour")),
    ({"nested": {"a": "text"}}, ("nested", "a")),
]


@pytest.mark.parametrize(("mapping", "path"), MISFITS)
def test_every_kind_of_misfit_has_its_path(
    mapping: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    """Members of all kinds, in structures, lists and maps, are named when they do not fit."""
    full = {"text": "t", **mapping} if mapping else mapping

    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Everything, full)

    assert caught.value.path == path


@pytest.mark.parametrize("value", [None, [], "text", 1])
def test_what_is_no_mapping_is_no_structure(value: Any) -> None:
    """Only a mapping makes a model."""
    with pytest.raises(EcrResponseError, match="expected a structure"):
        from_boto3(Everything, value)


def test_long_values_are_shortened() -> None:
    """An error's text does not grow with the response."""
    with pytest.raises(EcrResponseError) as caught:
        from_boto3(Everything, {"text": "t", "whole": "9" * 100_000})

    assert len(str(caught.value)) < 300
