"""botocore's errors become ours, and with them what is known of their cause."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Final

import botocore.exceptions as botocore_errors

from ecr_typed.errors import (
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
)
from ecr_typed.operation import AnyOperation, Effect
from ecr_typed.service_errors import ERRORS_BY_CODE, THROTTLING_CODES, TRANSIENT_CODES


def service_error(error: botocore_errors.ClientError, operation: AnyOperation) -> EcrServiceError:
    """Our counterpart of an error that the service answered with."""
    response: dict[str, Any] = {**error.response}
    metadata: Mapping[str, Any] = response.get("ResponseMetadata") or {}
    headers: Mapping[str, str] = metadata.get("HTTPHeaders") or {}
    status: int | None = metadata.get("HTTPStatusCode")
    details: dict[str, Any] = dict(response.get("Error") or {})
    # botocore reads the code from the body alone; without one it makes up the status.
    if details.get("Code") == str(status) and "x-amzn-errortype" in headers:
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


_TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})


def _retry_after(milliseconds: str | None) -> float | None:
    try:
        seconds = int(milliseconds or "") / 1000
    except (ValueError, OverflowError):
        return None
    return seconds if seconds >= 0 else None


_CONNECTION_ERRORS: Final = (botocore_errors.HTTPClientError, botocore_errors.ConnectionError)
_NEVER_SENT: Final = (
    botocore_errors.EndpointConnectionError,
    botocore_errors.ConnectTimeoutError,
    botocore_errors.ProxyConnectionError,
)
_CREDENTIALS_ERRORS: Final = (
    botocore_errors.NoCredentialsError,
    botocore_errors.PartialCredentialsError,
    botocore_errors.CredentialRetrievalError,
    botocore_errors.UnknownCredentialError,
    botocore_errors.NoAuthTokenError,
    botocore_errors.TokenRetrievalError,
    botocore_errors.UnknownTokenProviderError,
    botocore_errors.RefreshWithMFAUnsupportedError,
    botocore_errors.MetadataRetrievalError,
    botocore_errors.SSOError,
    botocore_errors.LoginError,
)
_REQUEST_ERRORS: Final = (
    botocore_errors.ParamValidationError,
    botocore_errors.ValidationError,
    botocore_errors.MissingParametersError,
    botocore_errors.UnseekableStreamError,
    botocore_errors.StubResponseError,
)
_RESPONSE_ERRORS: Final = (
    botocore_errors.IncompleteReadError,
    botocore_errors.ChecksumError,
    botocore_errors.FlexibleChecksumError,
    botocore_errors.AwsChunkedWrapperError,
)


def translated(error: Exception, operation_name: str, effect: Effect) -> EcrError:
    """Our counterpart of an exception that botocore, or what it calls, raised."""
    # By now botocore has loaded it, which takes its time.
    from botocore.parsers import ResponseParserError

    if isinstance(error, EcrError):
        return error
    text = f"{operation_name}: {error}"
    if isinstance(error, botocore_errors.NoRegionError):
        text = (
            f"{operation_name}: no region is known: pass region_name, or set AWS_REGION "
            "or the profile's region"
        )
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
        return EcrRequestError(str(error), operation_name=operation_name)
    if isinstance(error, (*_RESPONSE_ERRORS, ResponseParserError)):
        return EcrResponseError(text, operation_name=operation_name)
    if isinstance(error, botocore_errors.BotoCoreError):
        return EcrConfigurationError(text, operation_name=operation_name)
    return EcrError(f"{operation_name}: {type(error).__name__}: {error}")


def _was_never_sent(error: Exception) -> bool:
    if isinstance(error, botocore_errors.SSLError):
        return isinstance(error.kwargs.get("error"), ssl.SSLCertVerificationError)
    return isinstance(error, _NEVER_SENT)
