"""botocore's errors become ours, and with them what is known of their cause."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Final

import botocore
import botocore.exceptions as botocore_errors

from ecr_typed._calls.operation import AnyOperation, Effect
from ecr_typed._errors import (
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
)
from ecr_typed._service_errors import ERRORS_BY_CODE, THROTTLING_CODES, TRANSIENT_CODES


def service_error(error: botocore_errors.ClientError, operation: AnyOperation) -> EcrError:
    """Our counterpart of an error that the service answered with."""
    if error.operation_name in _FOR_CREDENTIALS:
        # Another service's: botocore calls it for the credentials of our call.
        text = f"{operation.name}: the credentials could not be had: {error}"
        return EcrCredentialsError(text, operation_name=operation.name)
    response: dict[str, Any] = {**error.response}
    metadata: Mapping[str, Any] = response.get("ResponseMetadata") or {}
    headers: Mapping[str, str] = metadata.get("HTTPHeaders") or {}
    status: int | None = metadata.get("HTTPStatusCode")
    details: dict[str, Any] = dict(response.get("Error") or {})
    # botocore reads the code from the body alone; without one it makes up the status.
    if details.get("Code") in {None, "", str(status)} and "x-amzn-errortype" in headers:
        details["Code"] = headers["x-amzn-errortype"].split(":")[0].rsplit("#", 1)[-1]
        response["Error"] = details
    code = str(details.get("Code"))
    ours = ERRORS_BY_CODE.get(code, EcrServiceError)(response, operation.name)
    is_modelled = code in operation.errors
    ours.is_throttling = code in THROTTLING_CODES or (status == 429 and not is_modelled)
    ours.is_transient = not ours.is_throttling and (
        code in TRANSIENT_CODES or status in _TRANSIENT_STATUSES
    )
    ours.retry_after = _retry_after(headers.get("x-amz-retry-after"))
    ours.maybe_applied = (
        operation.effect is not Effect.READ and status is not None and status >= 500
    )
    return ours


_FOR_CREDENTIALS: Final = frozenset(
    {
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "CreateOAuth2Token",
        "CreateToken",
        "GetRoleCredentials",
    }
)
_TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})


def _retry_after(milliseconds: str | None) -> float | None:
    try:
        seconds = int(milliseconds or "") / 1000
    except (ValueError, OverflowError):
        return None
    return seconds if seconds >= 0 else None


def _known(*names: str) -> tuple[type[Exception], ...]:
    """Those of botocore's exceptions that the one in use has: that of AWS Lambda may be older."""
    return tuple(vars(botocore_errors)[name] for name in names if name in vars(botocore_errors))


_CONNECTION_ERRORS: Final = (botocore_errors.HTTPClientError, botocore_errors.ConnectionError)
_NEVER_SENT: Final = (
    botocore_errors.EndpointConnectionError,
    botocore_errors.ConnectTimeoutError,
    botocore_errors.ProxyConnectionError,
)
_CREDENTIALS_ERRORS: Final = _known(
    "NoCredentialsError",
    "PartialCredentialsError",
    "CredentialRetrievalError",
    "UnknownCredentialError",
    "NoAuthTokenError",
    "TokenRetrievalError",
    "UnknownTokenProviderError",
    "RefreshWithMFAUnsupportedError",
    "MetadataRetrievalError",
    "SSOError",
    "LoginError",
)
_REQUEST_ERRORS: Final = _known(
    "ParamValidationError",
    "ValidationError",
    "MissingParametersError",
    "UnseekableStreamError",
    "StubResponseError",
)
_RESPONSE_ERRORS: Final = _known(
    "IncompleteReadError",
    "ChecksumError",
    "FlexibleChecksumError",
    "AwsChunkedWrapperError",
)


def translated(error: Exception, operation_name: str, effect: Effect) -> EcrError:
    """Our counterpart of an exception that botocore, or what it calls, raised."""
    # By now botocore has loaded it, which takes its time.
    from botocore.parsers import ResponseParserError

    if isinstance(error, EcrError):
        return error
    text = f"{operation_name}: {_explained(error)}"
    if isinstance(error, _CREDENTIALS_ERRORS):
        return EcrCredentialsError(text, operation_name=operation_name)
    if isinstance(error, _CONNECTION_ERRORS):
        return EcrConnectionError(
            text,
            operation_name=operation_name,
            is_transient=True,
            maybe_applied=effect is not Effect.READ and not _was_never_sent(error),
        )
    if isinstance(error, _REQUEST_ERRORS):
        if "Unknown parameter" in str(error) and _is_outdated():
            return outdated(text)
        return EcrRequestError(str(error), operation_name=operation_name)
    if isinstance(error, (*_RESPONSE_ERRORS, ResponseParserError)):
        return EcrResponseError(text, operation_name=operation_name)
    if isinstance(error, botocore_errors.BotoCoreError):
        return EcrConfigurationError(text, operation_name=operation_name)
    return EcrError(f"{operation_name}: {type(error).__name__}: {error}")


_LOG_IN: Final = "log in again with `aws sso login`"
_WHAT_TO_DO: Final[Mapping[str, str]] = {
    "NoCredentialsError": (
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile (profile_name or "
        "AWS_PROFILE), or log in with `aws sso login`"
    ),
    "PartialCredentialsError": "set what is missing, or unset the rest",
    "RefreshWithMFAUnsupportedError": (
        "make a new boto3 session and a new client: it asks for a new code"
    ),
    "SSOError": _LOG_IN,
    "TokenRetrievalError": _LOG_IN,
    "NoAuthTokenError": _LOG_IN,
}
"""By the names of botocore's exceptions and of their bases."""


def _explained(error: Exception) -> str:
    """What botocore says, and what to do about it."""
    text = str(error)
    if isinstance(error, botocore_errors.NoRegionError):
        return "no region is known: pass region_name, or set AWS_DEFAULT_REGION or the profile's region"
    if isinstance(error, botocore_errors.ProfileNotFound):
        from botocore.session import Session

        known = ", ".join(map(repr, Session().available_profiles))
        return f"{text}: there is {known or 'none'} in the AWS configuration files"
    names = (error_class.__name__ for error_class in type(error).__mro__)
    advice = next((_WHAT_TO_DO[name] for name in names if name in _WHAT_TO_DO), "")
    # Some of botocore's own texts say it.
    return f"{text.rstrip('.')}: {advice}" if advice and "aws sso login" not in text else text


def outdated(text: str) -> EcrConfigurationError:
    """The error for a call that takes a newer boto3."""
    from ecr_typed._wire import GENERATED_FROM

    return EcrConfigurationError(
        f"{text}: its botocore is {botocore.__version__}, and ecr_typed needs {GENERATED_FROM} or "
        f"newer: pip install --upgrade 'boto3>={GENERATED_FROM}'"
    )


def _is_outdated() -> bool:
    from ecr_typed._wire import GENERATED_FROM

    def numbers(version: str) -> list[int]:
        return [int(part) for part in version.split(".") if part.isdecimal()]

    return numbers(botocore.__version__) < numbers(GENERATED_FROM)


def drop_frames(error: Exception, handled: BaseException | None) -> None:
    """Take botocore's frames from an error that says all by its text: they fill a page.

    `handled` is what the user's program was handling before: it is not ours to change.
    """
    link: BaseException | None = error
    while link is not None and link is not handled:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__


def _was_never_sent(error: Exception) -> bool:
    if isinstance(error, botocore_errors.SSLError):
        return isinstance(error.kwargs.get("error"), ssl.SSLCertVerificationError)
    return isinstance(error, _NEVER_SENT)
