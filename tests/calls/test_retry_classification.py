"""What is retried is what botocore's `standard` mode retries, hard quotas apart."""

from __future__ import annotations

from typing import Any

import botocore.exceptions as botocore_errors
import pytest
from botocore.awsrequest import AWSResponse
from botocore.retries import standard

from ecr_typed import EcrClient, EcrError, RetryPolicy
from tests.support.botocore_errors import exception_classes, plausible
from tests.support.clients import MakeEcr
from tests.support.newer import holds_the_retry_rules
from tests.support.service import ERRORS, SERVICE_MODEL
from tests.support.wire import Reply, Wire, refusal

THROTTLED: Any = standard.ThrottledRetryableChecker
TRANSIENT: Any = standard.TransientRetryableChecker
OPERATION = SERVICE_MODEL.operation_model("DeleteRepository")

CODES = sorted(
    {
        *ERRORS,
        *THROTTLED._THROTTLED_ERROR_CODES,
        *TRANSIENT._TRANSIENT_ERROR_CODES,
        "AccessDeniedException",
        "ExpiredTokenException",
        "InternalFailure",
        "ServiceUnavailable",
        "UnheardOfException",
    }
    - {"LimitExceededException"}
)
STATUSES = [400, 403, 404, 408, 413, 429, 500, 501, 502, 503, 504, 505]


def context(
    *, code: str | None = None, status: int | None = None, error: Exception | None = None
) -> Any:
    """What botocore's checkers look at."""
    headers: Any = {}
    response = None if status is None else AWSResponse("https://ecr", status, headers, None)
    parsed = None if code is None else {"Error": {"Code": code, "Message": ""}}
    return standard.RetryContext(
        attempt_number=1,
        operation_model=OPERATION,
        parsed_response=parsed,
        http_response=response,
        caught_exception=error,
        request_context={},
    )


def is_retried_by_botocore(retry_context: Any) -> bool:
    """Whether botocore would make another attempt."""
    conditions = standard.StandardRetryConditions(max_attempts=3)
    return bool(conditions.is_retryable(retry_context))


def is_throttling_for_botocore(retry_context: Any) -> bool:
    """Whether botocore waits and pays as for throttling."""
    make_detector: Any = standard.ThrottlingErrorDetector

    class Adapter:
        def create_retry_context(self, **_: object) -> Any:
            return retry_context

    return bool(make_detector(Adapter()).is_throttling_error())


def raised(ecr: EcrClient) -> EcrError:
    """The error that a call of one attempt raises."""
    with pytest.raises(EcrError) as caught:
        ecr.delete_repository("team/app")
    return caught.value


@pytest.fixture
def single(make_made: MakeEcr) -> EcrClient:
    """Give a client that makes one attempt a call."""
    return make_made(retry=RetryPolicy(max_attempts=1))


@holds_the_retry_rules
@pytest.mark.parametrize("code", CODES)
def test_answers_are_retried_as_by_botocore(single: EcrClient, wire: Wire, code: str) -> None:
    """For each code with each status, both agree whether to retry, and on which scale."""
    ours: dict[int, tuple[bool, bool]] = {}
    botocores: dict[int, tuple[bool, bool]] = {}
    for status in STATUSES:
        wire.will(refusal(code, status=status))
        error = raised(single)
        ours[status] = (error.is_transient or error.is_throttling, error.is_throttling)
        retry_context = context(code=code, status=status)
        retried = is_retried_by_botocore(retry_context)
        botocores[status] = (retried, retried and is_throttling_for_botocore(retry_context))

    assert ours == botocores


@pytest.mark.parametrize("error_class", exception_classes())
def test_exceptions_are_retried_as_by_botocore(
    single: EcrClient, wire: Wire, error_class: type[Exception]
) -> None:
    """Both agree which of botocore's exceptions are worth another attempt."""
    error = plausible(error_class)
    if isinstance(error, botocore_errors.ClientError):
        # Those are answers, not failures to get one.
        response: Any = {
            "Error": {"Code": "AccessDenied"},
            "ResponseMetadata": {"HTTPStatusCode": 403},
        }
        error = botocore_errors.ClientError(response, "DeleteRepository")
    wire.will(error)

    assert raised(single).is_transient == is_retried_by_botocore(context(error=error))


@pytest.mark.parametrize("status", [400, 403])
def test_hard_quotas_are_not_retried(ecr: EcrClient, wire: Wire, status: int) -> None:
    """In ECR, `LimitExceededException` is no throttling: time does not help."""
    wire.will(refusal("LimitExceededException", status=status))

    error = raised(ecr)

    assert not error.is_transient
    assert not error.is_throttling
    assert is_retried_by_botocore(context(code="LimitExceededException", status=status))
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [
        ("1500", 1.5),
        ("0", 0.0),
        ("86400000", 86400.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_in_milliseconds(
    once: EcrClient, wire: Wire, milliseconds: str, seconds: float | None
) -> None:
    """The service's `x-amz-retry-after` is on the error, in seconds; nonsense is no wait."""
    headers = {"x-amz-retry-after": milliseconds}
    wire.will(refusal("ThrottlingException", headers=headers))

    assert raised(once).retry_after == seconds


def test_throttling_without_a_code_is_throttling(once: EcrClient, wire: Wire) -> None:
    """A 429 that no modelled error explains asks for fewer requests."""
    wire.will(Reply(b"", 429), refusal("InvalidParameterException", status=429))

    assert raised(once).is_throttling
    assert not raised(once).is_throttling
