"""What the service answers with instead of what was asked for."""

from __future__ import annotations

import json
from typing import Any, cast

import botocore.exceptions
import pytest
from botocore.model import StructureShape

import ecr_typed
from ecr_typed import (
    AccessDeniedException,
    CallEvent,
    EcrClient,
    EcrError,
    EcrServiceError,
    ExpiredTokenException,
    InvalidLayerPartException,
    KmsException,
    RepositoryNotFoundException,
    RetryPolicy,
    ThrottlingException,
)
from tests.support.clients import make_ecr
from tests.support.newer import holds_the_model
from tests.support.samples import least
from tests.support.service import ERRORS
from tests.support.wire import REQUEST_ID, Reply, Wire, refusal, reply

COMMON = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeoutException",
    "SerializationException",
    "ServiceUnavailableException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
}


def raised(ecr: EcrClient) -> EcrServiceError:
    """The error that a call raises."""
    with pytest.raises(EcrServiceError) as caught:
        ecr.delete_repository("team/app")
    return caught.value


@holds_the_model
def test_all_modelled_exceptions_are_there() -> None:
    """The service's model has fifty exceptions in the version that this release is made of."""
    assert len(ERRORS) == 50


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_modelled_exception_has_a_class(once: EcrClient, wire: Wire, code: str) -> None:
    """Each exception of the model arrives as the class of its name, with its members."""
    shape = cast("StructureShape", ERRORS[code])
    members = {
        name: least(member) for name, member in shape.members.items() if name.lower() != "message"
    }
    status = 500 if shape.metadata.get("fault") else 400
    wire.will(refusal(code, "not today", status=status, **members))

    error = raised(once)

    assert type(error) is getattr(ecr_typed, code)
    assert (error.code, error.message, error.http_status) == (code, "not today", status)
    assert error.operation_name == "DeleteRepository"
    assert error.request_id == REQUEST_ID
    for name, value in members.items():
        assert getattr(error, botocore.xform_name(name)) == value
    assert type(error).__doc__


@pytest.mark.parametrize("code", sorted(COMMON))
def test_common_exception_has_a_class(once: EcrClient, wire: Wire, code: str) -> None:
    """The errors that any service of AWS may answer have classes, too."""
    wire.will(refusal(code))

    assert type(raised(once)) is getattr(ecr_typed, code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDenied", AccessDeniedException),
        ("ExpiredToken", ExpiredTokenException),
        ("Throttling", ThrottlingException),
        ("TooManyRequestsException", ThrottlingException),
        ("SlowDown", ThrottlingException),
    ],
)
def test_other_spellings_are_the_same_error(
    once: EcrClient, wire: Wire, code: str, expected: type[EcrServiceError]
) -> None:
    """Codes that say the same thing are one class; the code stays as it came."""
    wire.will(refusal(code))

    error = raised(once)

    assert type(error) is expected
    assert error.code == code
    assert code in str(error)


def test_unknown_code_is_a_service_error(once: EcrClient, wire: Wire) -> None:
    """A code that this release does not know arrives with code and message."""
    wire.will(refusal("RepositoryOnFireException", "run"))

    error = raised(once)

    assert type(error) is EcrServiceError
    assert (error.code, error.message) == ("RepositoryOnFireException", "run")
    assert "RepositoryOnFireException: run" in str(error)


def test_members_that_are_absent_or_wrong_are_none(once: EcrClient, wire: Wire) -> None:
    """An exception's own members are `None` where the service left them out."""
    wire.will(refusal("KmsException"), refusal("InvalidLayerPartException", registryId=5))

    first, second = raised(once), raised(once)

    assert isinstance(first, KmsException)
    assert first.kms_error is None
    assert isinstance(second, InvalidLayerPartException)
    assert (second.registry_id, second.last_valid_byte_received) == (None, None)


def test_message_says_what_a_person_needs(once: EcrClient, wire: Wire) -> None:
    """The text has operation, message, status and request id, and nothing of retries."""
    wire.will(refusal("RepositoryNotFoundException", "there is no team/app"))

    error = raised(once)

    headline, *explanations = str(error).splitlines()
    assert headline == f"DeleteRepository: there is no team/app (HTTP 400, request id {REQUEST_ID})"
    assert explanations == list(error.explanations) == ["Called with repository_name='team/app'"]
    assert error.message == "there is no team/app"


@pytest.mark.parametrize(
    "body",
    [
        b'{"__type": "RepositoryNotFoundException", "message": "gone"}',
        b'{"__type": "RepositoryNotFoundException", "Message": "gone"}',
        b'{"__type": "com.amazonaws.ecr#RepositoryNotFoundException", "message": "gone"}',
    ],
)
def test_both_message_keys_are_read(once: EcrClient, wire: Wire, body: bytes) -> None:
    """The message may be called `message` or `Message`, the code may have a namespace."""
    wire.will(Reply(body, 400))

    error = raised(once)

    assert type(error) is RepositoryNotFoundException
    assert error.message == "gone"


@pytest.mark.parametrize(
    "header",
    [
        "RepositoryNotFoundException",
        "RepositoryNotFoundException:http://internal.amazon.com/coral/",
        "com.amazonaws.ecr#RepositoryNotFoundException",
    ],
)
@pytest.mark.parametrize(
    "body", [b'{"message": "gone"}', b"{}", b"", b'{"__type": null}', b'{"__type": ""}']
)
def test_code_may_be_in_the_header_alone(
    once: EcrClient, wire: Wire, header: str, body: bytes
) -> None:
    """Where the body has no code, `x-amzn-errortype` has it."""
    wire.will(Reply(body, 400, {"x-amzn-errortype": header}))

    error = raised(once)

    assert type(error) is RepositoryNotFoundException
    assert error.code == "RepositoryNotFoundException"


def test_code_in_the_body_goes_before_the_header(once: EcrClient, wire: Wire) -> None:
    """Body and header may both have it; the body is the service's own word."""
    headers = {"x-amzn-errortype": "SomethingElse"}
    wire.will(refusal("RepositoryNotFoundException", headers=headers))

    assert type(raised(once)) is RepositoryNotFoundException


@pytest.mark.parametrize("code", [5, ["ServerException"], {"code": 1}])
def test_code_that_is_no_text_is_none(made: EcrClient, wire: Wire, code: object) -> None:
    """A code that is something else ends in an error of the status, and is tried again like it."""
    body = json.dumps({"__type": code}).encode()
    wire.will(Reply(body, 500), Reply(b"", headers={"x-amzn-RequestId": "id"}))

    made.untag_resource("arn:aws:ecr:us-east-1:123456789012:repository/team/app", ["a"])

    assert len(wire.sent) == 2


@pytest.mark.parametrize("body", [b'{"message": null}', b"{}", b""])
def test_error_without_code_and_message(once: EcrClient, wire: Wire, body: bytes) -> None:
    """An error that says nothing has its status, and says that there is no message."""
    wire.will(Reply(body, 400))

    error = raised(once)

    assert (error.code, error.message, error.http_status) == ("400", "", 400)
    assert "no message" in str(error)


def test_it_is_a_client_error(once: EcrClient, wire: Wire) -> None:
    """Code written for boto3 goes on working: it catches it, and finds what it looks for."""
    wire.will(refusal("KmsException", "no key", kmsError="NotFoundException"))

    with pytest.raises(botocore.exceptions.ClientError) as caught:
        once.delete_repository("team/app")

    response: Any = caught.value.response
    assert response["Error"] == {"Code": "KmsException", "Message": "no key"}
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RequestId"] == REQUEST_ID
    assert response["kmsError"] == "NotFoundException"
    assert caught.value.operation_name == "DeleteRepository"
    assert isinstance(caught.value, EcrError)


def test_cause_is_botocores_error(once: EcrClient, wire: Wire) -> None:
    """What botocore raised is the cause, so that its own class of exceptions is at hand."""
    wire.will(refusal("RepositoryNotFoundException"))

    error = raised(once)

    exceptions = once.boto3_client.exceptions
    assert isinstance(error.__cause__, exceptions.RepositoryNotFoundException)


def test_error_is_told_of(once: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """`on_call` is told of a refused call: the very error, its status and its request id."""
    wire.will(refusal("RepositoryNotFoundException"))

    error = raised(once)

    [event] = events
    assert event.error is error
    assert (event.response, event.attempts) == (None, 1)
    assert (event.http_status, event.request_id) == (400, REQUEST_ID)


def test_names_that_users_import_end_a_traceback() -> None:
    """The module of each error is the package."""
    errors = [getattr(ecr_typed, name) for name in ecr_typed.__all__]
    classes = [item for item in errors if isinstance(item, type) and issubclass(item, EcrError)]

    assert {item.__module__ for item in classes} == {"ecr_typed"}
    assert {*ERRORS, *COMMON} <= {item.__name__ for item in classes}


@pytest.mark.parametrize("status", [400, 403, 500, 503])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html><h1>Service Unavailable</h1></html>", id="html"),
        pytest.param(b"\xff\xfe\x00garbage\x9c", id="garbage"),
        pytest.param(b"[1, 2]", id="list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"__type": "ServerExc', id="truncated"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(b"", id="empty"),
    ],
)
def test_any_body_of_a_failure_is_an_error_with_its_status(
    session: Any, wire: Wire, status: int, body: bytes
) -> None:
    """Whatever stands in for an answer, on a client of ours it has the status, and is retried as that."""
    ecr = make_ecr("made", session, wire, retry=RetryPolicy(max_attempts=1))
    wire.will(Reply(body, status))

    error = raised(ecr)

    assert type(error) is EcrServiceError
    assert error.http_status == status
    assert error.is_transient == (status >= 500)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[1, 2]", b"<html>", b"", b"[" * 100_000])
def test_any_body_of_a_failure_is_an_error_of_ours(
    once: EcrClient, wire: Wire, body: bytes
) -> None:
    """On an adopted client, too, no failure leaks what botocore's parser trips over."""
    wire.will(Reply(body, 500))

    with pytest.raises(EcrError) as caught:
        once.delete_repository("team/app")

    assert caught.value.__cause__ is not None


def test_page_of_a_proxy_is_shown(once: EcrClient, wire: Wire) -> None:
    """What a proxy says in HTML is in the message."""
    wire.will(Reply(b"<html>Blocked by the corporate proxy</html>", 403))

    assert "Blocked by the corporate proxy" in raised(once).message


def test_answers_after_an_error_are_not_touched(ecr: EcrClient, wire: Wire) -> None:
    """A client goes on after an error as if nothing had been."""
    wire.will(refusal("RepositoryNotFoundException"), reply({"tags": []}))

    raised(ecr)

    assert ecr.list_tags_for_resource("arn") == ()
