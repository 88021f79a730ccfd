"""What clients see of faults: fresh_boto3 boto3 without retries, and EcrClient with one attempt."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import botocore.exceptions as botocore_errors
import pytest

import ecr_typed
from ecr_typed import EcrClient, EcrConnectionError, EcrResponseError, EcrServiceError
from ecr_typed.testing.faults import (
    BROKEN_JSON,
    CUT,
    DROPPED,
    GARBLED,
    RESET,
    SERVER_EXCEPTION,
    THROTTLED,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    USUAL_FAULTS,
    CutResponse,
    ErrorResponse,
    Fault,
    LostResponse,
    RawResponse,
    WrongLength,
)
from tests.support.newer import passes_cut_bodies_on

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator


def names(typed: EcrClient) -> list[str]:
    """Give the names of the repositories that are there."""
    return [repository.repository_name for repository in typed.describe_repositories()]


ERRORS = [
    (THROTTLED, 400, "ThrottlingException", ecr_typed.ThrottlingException),
    (TOO_MANY_REQUESTS, 429, "429", EcrServiceError),
    (SERVER_EXCEPTION, 500, "ServerException", ecr_typed.ServerException),
    (UNAVAILABLE, 503, "503", EcrServiceError),
    (ErrorResponse("KmsException", "no grant"), 400, "KmsException", ecr_typed.KmsException),
    (RawResponse(418), 418, "418", EcrServiceError),
    (RawResponse(599), 599, "599", EcrServiceError),
]


@pytest.mark.parametrize(("fault", "status", "code", "_"), ERRORS)
def test_error_answers_as_boto3_sees_them(
    fresh: EcrEmulator,
    fresh_boto3: ECRClient,
    typed: EcrClient,
    fault: Fault,
    status: int,
    code: str,
    _: Any,
) -> None:
    """An error has the status and code asked for, and nothing was applied."""
    fresh.faults.inject(fault)
    with pytest.raises(botocore_errors.ClientError) as caught:
        fresh_boto3.create_repository(repositoryName="app")
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["Error"]["Code"] == code
    assert names(typed) == []


@pytest.mark.parametrize(("fault", "status", "code", "error_class"), ERRORS)
def test_error_answers_as_ecr_client_sees_them(
    fresh: EcrEmulator,
    typed: EcrClient,
    fault: Fault,
    status: int,
    code: str,
    error_class: type[EcrServiceError],
) -> None:
    """An error is of its code's class, and nothing was applied."""
    fresh.faults.inject(fault)
    with pytest.raises(error_class) as caught:
        typed.create_repository("app")
    assert (caught.value.http_status, caught.value.code) == (status, code)
    assert names(typed) == []


def test_the_usual_refusals_are_known_as_throttling(fresh: EcrEmulator, typed: EcrClient) -> None:
    """Both ways to ask for fewer requests are throttling to EcrClient."""
    for fault in (THROTTLED, TOO_MANY_REQUESTS):
        fresh.faults.inject(fault)
        with pytest.raises(EcrServiceError) as caught:
            typed.create_repository("app")
        assert caught.value.is_throttling


def test_headers_of_an_error(fresh: EcrEmulator, fresh_boto3: ECRClient, typed: EcrClient) -> None:
    """An error carries the headers asked for, besides those of every answer."""
    fault = ErrorResponse("ThrottlingException", headers={"x-amz-retry-after": "250"})
    fresh.faults.inject(fault, times=2)
    with pytest.raises(botocore_errors.ClientError) as caught:
        fresh_boto3.describe_repositories()
    response: Any = caught.value.response
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    assert headers["x-amz-retry-after"] == "250"
    assert headers["x-amzn-requestid"]
    with pytest.raises(ecr_typed.ThrottlingException) as typed_caught:
        typed.delete_repository("app")
    assert typed_caught.value.retry_after == 0.25


@pytest.mark.parametrize(
    "fault",
    [
        ErrorResponse("ServerException", status=500, is_applied=True),
        RawResponse(502, is_applied=True),
        LostResponse(is_reset=True),
    ],
)
def test_what_failed_may_have_been_applied(
    fresh: EcrEmulator, fresh_boto3: ECRClient, typed: EcrClient, fault: Fault
) -> None:
    """With `is_applied`, the operation is carried out although its answer says otherwise."""
    fresh.faults.inject(fault, operation_name="CreateRepository", times=2)
    with pytest.raises((botocore_errors.ClientError, botocore_errors.ConnectionClosedError)):
        fresh_boto3.create_repository(repositoryName="plain")
    with pytest.raises((EcrServiceError, EcrConnectionError)) as caught:
        typed.create_repository("typed")
    assert caught.value.maybe_applied
    assert names(typed) == ["plain", "typed"]


@pytest.mark.parametrize(("fault", "expected"), [(DROPPED, ["plain", "typed"]), (RESET, [])])
def test_lost_answers(
    fresh: EcrEmulator, fresh_boto3: ECRClient, typed: EcrClient, fault: Fault, expected: list[str]
) -> None:
    """A dropped answer's call was applied; a call that met a reset was not; both are told alike."""
    fresh.faults.inject(fault, operation_name="CreateRepository", times=2)
    with pytest.raises(botocore_errors.ConnectionClosedError):
        fresh_boto3.create_repository(repositoryName="plain")
    with pytest.raises(EcrConnectionError) as caught:
        typed.create_repository("typed")
    assert caught.value.maybe_applied
    assert names(typed) == expected


@passes_cut_bodies_on
@pytest.mark.parametrize("fault", [CUT, BROKEN_JSON, CutResponse(kept=0.9), WrongLength(-1)])
def test_broken_json(
    fresh: EcrEmulator, fresh_boto3: ECRClient, typed: EcrClient, fault: Fault
) -> None:
    """boto3 takes half an answer for an empty one; EcrClient says that it is no JSON."""
    fresh.faults.inject(fault, operation_name="CreateRepository", times=2)
    assert set(fresh_boto3.create_repository(repositoryName="plain")) == {"ResponseMetadata"}
    with pytest.raises(EcrResponseError) as caught:
        typed.create_repository("typed")
    assert caught.value.maybe_applied
    assert names(typed) == ["plain", "typed"]


def test_garbled_answers(fresh: EcrEmulator, fresh_boto3: ECRClient, typed: EcrClient) -> None:
    """An answer that is no text breaks boto3's parser and is an EcrResponseError with EcrClient."""
    fresh.faults.inject(GARBLED, operation_name="CreateRepository", times=2)
    with pytest.raises(UnicodeDecodeError):
        fresh_boto3.create_repository(repositoryName="plain")
    with pytest.raises(EcrResponseError):
        typed.create_repository("typed")
    assert names(typed) == ["plain", "typed"]


@passes_cut_bodies_on
def test_lengths_beyond_the_body(
    fresh: EcrEmulator, fresh_boto3: ECRClient, typed: EcrClient
) -> None:
    """botocore doesn't count: with a length that is too large, the answer arrives nevertheless."""
    fresh.faults.inject(WrongLength(by=7), share=1)
    assert fresh_boto3.create_repository(repositoryName="plain").get("repository")
    assert typed.create_repository("typed").repository_name == "typed"


@pytest.mark.parametrize("fault", [*USUAL_FAULTS, WrongLength(3), WrongLength(-3)])
def test_the_next_call_is_none_the_worse(
    fresh: EcrEmulator, typed: EcrClient, fault: Fault
) -> None:
    """After every kind of fault, the same client's next call gets its own answer."""
    fresh.faults.inject(fault)
    with contextlib.suppress(ecr_typed.EcrError):
        typed.describe_repositories().to_list()
    assert typed.create_repository("app").repository_name == "app"
    assert names(typed) == ["app"]
