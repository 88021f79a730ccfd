"""What errors carry, and as what they can be caught."""

from __future__ import annotations

from typing import Any, assert_type

from botocore.exceptions import ClientError

from ecr_typed import (
    ArgumentProblem,
    ClientClosedError,
    EcrClient,
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
    InvalidLayerPartException,
    KmsException,
    PaginationError,
    RepositoryNotFoundException,
    ThrottlingException,
    WaiterError,
)


def every_error(error: EcrError) -> None:
    assert_type(error.operation_name, str)
    assert_type(error.attempts, int)
    assert_type(error.maybe_applied, bool)
    assert_type(error.next_token, str | None)
    assert_type(error.is_transient, bool)
    assert_type(error.is_throttling, bool)
    assert_type(error.retry_after, float | None)
    assert_type(error.partial, Any)


def service_error(error: EcrServiceError) -> None:
    assert_type(error.code, str)
    assert_type(error.message, str)
    assert_type(error.operation_name, str)
    assert_type(error.request_id, str | None)
    assert_type(error.http_status, int | None)
    as_botocore: ClientError = error
    as_ours: EcrError = error
    assert_type((as_botocore.operation_name, as_ours.attempts), tuple[str, int])


def members_of_exceptions(kms: KmsException, part: InvalidLayerPartException) -> None:
    assert_type(kms.kms_error, str | None)
    assert_type(part.registry_id, str | None)
    assert_type(part.last_valid_byte_received, int | None)


def request_error(error: EcrRequestError) -> None:
    assert_type(error.problems, tuple[ArgumentProblem, ...])
    for problem in error.problems:
        assert_type(problem.argument, str)
        assert_type(problem.value, str)
        assert_type(problem.allowed, str)
    as_builtin: ValueError = error
    assert_type(as_builtin.args, tuple[Any, ...])


def response_error(error: EcrResponseError) -> None:
    assert_type(error.path, tuple[str | int, ...])
    assert_type(error.response, Any)


def waiter_error(error: WaiterError) -> None:
    assert_type(error.reason, str)
    assert_type(error.last_response, Any)


def errors_without_members_of_their_own(
    error: EcrConnectionError
    | EcrCredentialsError
    | EcrConfigurationError
    | PaginationError
    | ClientClosedError,
) -> None:
    assert_type(error.attempts, int)


def catching(ecr: EcrClient) -> None:
    try:
        ecr.delete_repository("team/app")
    except RepositoryNotFoundException as error:
        assert_type(error, RepositoryNotFoundException)
        assert_type(error.code, str)
    except (KmsException, ThrottlingException) as error:
        assert_type(error, KmsException | ThrottlingException)
    except EcrServiceError as error:
        assert_type(error, EcrServiceError)
    except EcrError as error:
        assert_type(error, EcrError)


def catching_as_botocore(ecr: EcrClient) -> None:
    try:
        ecr.delete_repository("team/app")
    except ClientError as error:
        assert_type(error, ClientError)
