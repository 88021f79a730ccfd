"""Nothing of botocore's leaks: each of its exceptions arrives as one of ours."""

from __future__ import annotations

import ssl
from typing import Any

import boto3
import botocore.exceptions as botocore_errors
import pytest

from ecr_typed import (
    CallEvent,
    EcrClient,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrServiceError,
    RetryPolicy,
)
from tests.support.botocore_errors import COUNTERPARTS, exception_classes, plausible
from tests.support.clients import make_ecr
from tests.support.wire import Wire, refusal

CLASSES = exception_classes()
ONCE = RetryPolicy(max_attempts=1)


def test_every_exception_has_a_counterpart() -> None:
    """No exception of the botocore at hand is without a counterpart, and none is made up."""
    names = {error_class.__name__ for error_class in CLASSES}

    assert names - COUNTERPARTS.keys() == set()


@pytest.mark.parametrize("error_class", CLASSES)
@pytest.mark.parametrize(
    ("kind", "event"), [("made", "before-send.ecr"), ("adopted", "before-call.ecr")]
)
def test_exception_arrives_as_its_counterpart(
    session: boto3.Session, kind: str, event: str, error_class: type[Exception]
) -> None:
    """Raised on the way of a call, it becomes ours, keeps its words, and is the cause."""
    original = plausible(error_class)
    events: list[CallEvent] = []
    once = make_ecr(kind, session, Wire(), retry=ONCE, on_call=events.append)

    def fail(**_: object) -> None:
        raise original

    once.boto3_client.meta.events.register_first(event, fail)

    with pytest.raises(EcrError) as caught:
        once.delete_repository("team/app")

    assert type(caught.value) is COUNTERPARTS[error_class.__name__]
    assert caught.value.__cause__ is original
    assert caught.value.operation_name == "DeleteRepository"
    assert "DeleteRepository" in str(caught.value) or isinstance(caught.value, EcrRequestError)
    assert [told.error for told in events] == [caught.value]


@pytest.mark.parametrize("error", [KeyError("k"), OSError("disk"), RecursionError("deep")])
def test_exceptions_of_handlers_surface_as_themselves(
    once: EcrClient, wire: Wire, error: Exception
) -> None:
    """What a user's own handler raises is not wrapped, and notes what may have been applied."""
    wire.will(error, error)

    with pytest.raises(type(error)) as caught:
        once.delete_repository("team/app")

    assert caught.value is error
    assert error.__notes__ == ["DeleteRepository may have been applied before this was raised."]
    with pytest.raises(type(error)):
        once.list_tags_for_resource("arn")
    assert len(error.__notes__) == 1


class Interruption(BaseException):
    """What is no `Exception`."""


def test_interruptions_pass(once: EcrClient) -> None:
    """What interrupts a program, such as Ctrl-C, is not taken for an error of a call."""

    def interrupt(**_: object) -> None:
        raise Interruption

    once.boto3_client.meta.events.register_first("before-send.ecr", interrupt)

    with pytest.raises(Interruption):
        once.delete_repository("team/app")


UNSENT: list[Exception] = [
    botocore_errors.EndpointConnectionError(endpoint_url="https://ecr", error="refused"),
    botocore_errors.ConnectTimeoutError(endpoint_url="https://ecr", error="slow"),
    botocore_errors.SSLError(endpoint_url="https://ecr", error=ssl.SSLCertVerificationError()),
]
UNANSWERED: list[Exception] = [
    botocore_errors.ReadTimeoutError(endpoint_url="https://ecr", error="slow"),
    botocore_errors.ConnectionClosedError(endpoint_url="https://ecr", error="reset"),
    botocore_errors.HTTPClientError(error="strange"),
    botocore_errors.ProxyConnectionError(proxy_url="https://proxy", error="no"),
    botocore_errors.ResponseStreamingError(error="cut"),
]


@pytest.mark.parametrize("error", UNSENT + UNANSWERED, ids=lambda error: type(error).__name__)
def test_connection_errors_say_whether_a_write_may_have_happened(
    once: EcrClient, wire: Wire, error: Exception
) -> None:
    """A write that was never sent was not applied; one whose answer is lost may have been."""
    wire.will(error, error)

    with pytest.raises(EcrConnectionError) as caught:
        once.delete_repository("team/app")
    assert caught.value.maybe_applied == (error in UNANSWERED)
    assert caught.value.is_transient == (not isinstance(error, botocore_errors.SSLError))

    with pytest.raises(EcrConnectionError) as caught:
        once.list_tags_for_resource("arn")
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("code", ["RequestTimeout", "UPSTREAM_TIMEOUT", "about:blank"])
def test_gateway_that_lost_patience_may_have_passed_a_write_on(
    once: EcrClient, wire: Wire, code: str
) -> None:
    """HTTP 408 says that somebody's time is over, and not what became of the request."""
    wire.will(refusal(code, status=408))
    with pytest.raises(EcrServiceError) as caught:
        once.delete_repository("team/app")
    assert caught.value.maybe_applied


def test_request_error_is_a_value_error(once: EcrClient, wire: Wire) -> None:
    """What can't be sent is a `ValueError`, as Python's own functions have it."""
    wire.will(botocore_errors.ParamValidationError(report="bad"))

    with pytest.raises(ValueError, match="bad"):
        once.delete_repository("team/app")


def test_credentials_are_not_in_the_error(once: EcrClient, wire: Wire) -> None:
    """A missing key is an error about credentials that says what to look for."""
    error: Any = botocore_errors.PartialCredentialsError(provider="env", cred_var="the key")
    wire.will(error)

    with pytest.raises(EcrCredentialsError, match="the key"):
        once.delete_repository("team/app")
