"""Both ways to a model refuse the same responses: our own from the body, and that of botocore."""

from __future__ import annotations

import gzip
import json
from typing import Final

import boto3
import pytest

from ecr_typed import EcrError, EcrResponseError, EcrServiceError, RetryPolicy
from tests.support.clients import KINDS, make_ecr
from tests.support.fault_server import WRITES
from tests.support.samples import answer_of, least_arguments, page
from tests.support.service import METHODS
from tests.support.wire import Reply, Wire, reply

JSON: Final = "application/x-amz-json-1.1"


def response(body: bytes, kind: str = JSON, **headers: str) -> Reply:
    """A response with HTTP 200."""
    described = {"content-type": kind, "content-length": str(len(body))}
    return Reply(body, 200, {**described, **headers})


UNREADABLE: Final = {
    "a page of a proxy": response(b"<html>Please log in</html>", "text/html"),
    "a page without a length": Reply(b"<html>Hello</html>", 200, {"content-type": "text/html"}),
    "a cut response": response(b'{"repositories": [{"reposi'),
    "null": response(b"null"),
    "UTF-16": response('{"registryId": "1"}'.encode("utf-16")),
    "gzip": response(gzip.compress(b'{"registryId": "1"}'), **{"content-encoding": "gzip"}),
    "an error": response(b'{"__type": "ThrottlingException", "message": "no"}'),
    "an error in a header": response(b"{}", **{"x-amzn-errortype": "ThrottlingException:"}),
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("kind", KINDS)
def test_no_operation_takes_it_for_success(kind: str, what: str, session: boto3.Session) -> None:
    """All operations refuse it; a write whose response it was may have been applied."""
    wire = Wire()
    wire.responder = lambda _: UNREADABLE[what]
    ecr = make_ecr(kind, session, wire, retry=RetryPolicy(max_attempts=1))
    for method in METHODS:
        with pytest.raises((EcrResponseError, EcrServiceError)) as caught:
            method.call(ecr, least_arguments(method))
        assert caught.value.maybe_applied == (method.operation in WRITES)
        if "an error" not in what:
            assert isinstance(caught.value, EcrResponseError)


@pytest.mark.parametrize("what", [what for what in UNREADABLE if what != "null"])
@pytest.mark.parametrize("kind", KINDS)
def test_read_is_repeated(
    kind: str, what: str, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was cut on its way may come whole another time."""
    wire = Wire()
    wire.will(UNREADABLE[what], reply(page("team/app")))
    # Throttling would be waited for.
    monkeypatch.setattr("random.random", lambda: 0.0)
    ecr = make_ecr(kind, session, wire, retry=RetryPolicy(max_attempts=2, pace=False))
    assert len(ecr.describe_repositories().to_list()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_empty_structure_is_a_response(kind: str, session: boto3.Session) -> None:
    """What says nothing is success where nothing is to be said, however a server ends it."""
    for body, content_type in ((b"{}", JSON), (b"{}\n", "text/html"), (b"", "text/html")):
        wire = Wire()
        wire.will(response(body, content_type))
        make_ecr(kind, session, wire).tag_resource("arn", {"a": "b"})
    wire = Wire()
    wire.will(response(json.dumps(answer_of("TagResource", newer=1)).encode()))
    make_ecr(kind, session, wire).tag_resource("arn", {"a": "b"})


def test_disguised_error_has_its_class(session: boto3.Session) -> None:
    """On a client of ours an error with a good status is the error that it says."""
    wire = Wire()
    body = b'{"__type": "x#RepositoryNotFoundException", "message": "no such"}'
    wire.will(response(body))
    ecr = make_ecr("made", session, wire)
    with pytest.raises(EcrError, match="no such") as caught:
        ecr.delete_repository("team/app")
    assert type(caught.value).__name__ == "RepositoryNotFoundException"
