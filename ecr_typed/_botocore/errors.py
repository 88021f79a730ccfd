"""Translates botocore's exceptions to ours."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Final

import botocore.exceptions as botocore_errors

from ecr_typed._botocore.exchange import Exchange, Failure
from ecr_typed._botocore.origin import is_from_parser, provider_of, requests_made
from ecr_typed._botocore.releases import outdated, unknown_parameters
from ecr_typed._botocore.secrets import hide_secrets
from ecr_typed._errors import (
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
)
from ecr_typed._labels import text_of
from ecr_typed._redaction import without_secrets


def translated(
    error: Exception, operation_name: str, exchange: Exchange, handled: BaseException | None
) -> EcrError:
    """Return our counterpart of an exception that botocore raised during a call.

    What the exception tells of the request goes into the exchange. `handled` is what the user's
    program was handling before the call: it stays as it is.
    """
    hide_secrets(error, handled)
    made = requests_made(error, exchange.parameters)
    exchange.count_repeats(None if made is None else max(made - 1, 0))
    provider = provider_of(error, exchange.parameters)
    if provider is not None or isinstance(error, _CREDENTIALS_ERRORS):
        return _credentials_error(error, operation_name, provider or "")
    if isinstance(error, botocore_errors.ClientError):
        if error.operation_name in _FOR_CREDENTIALS:
            return _credentials_error(error, operation_name, "")
        return _service_error(error, operation_name, exchange)
    if is_from_parser(error, exchange.parameters):
        unread = EcrResponseError(
            f"{operation_name}: the response can't be read: {_text(error)}",
            operation_name=operation_name,
        )
        # It may have been cut short on its way.
        unread.is_transient = True
        return unread
    exchange.failure = _failure(error)
    kept: dict[str, object] = getattr(error, "kwargs", {})
    if exchange.url is None and isinstance(kept.get("endpoint_url"), str):
        exchange.url = str(kept["endpoint_url"])
    return _without_a_response(error, operation_name)


def creation_error(error: Exception, maker: str, handled: BaseException | None) -> EcrError:
    """Return our counterpart of an exception that was raised while a client was made."""
    hide_secrets(error, handled)
    provider = provider_of(error, {})
    if provider is not None or isinstance(error, _CREDENTIALS_ERRORS):
        return _credentials_error(error, maker, provider or "")
    ours = _without_a_response(error, maker)
    # What is neither botocore's nor ours is about a value of the configuration.
    return ours if type(ours) is not EcrError else EcrConfigurationError(str(ours))


def _without_a_response(error: Exception, operation_name: str) -> EcrError:
    # By now botocore has loaded it, which takes its time.
    from botocore.parsers import ResponseParserError

    text = f"{operation_name}: {_text(error)}"
    if isinstance(error, _CONNECTION_ERRORS):
        return EcrConnectionError(text, operation_name=operation_name)
    if isinstance(error, _REQUEST_ERRORS):
        if unknown := unknown_parameters(str(error)):
            return outdated(operation_name, f"the parameter {', '.join(unknown)}")
        return EcrRequestError(_text(error), operation_name=operation_name)
    if isinstance(error, (*_RESPONSE_ERRORS, ResponseParserError)):
        return EcrResponseError(text, operation_name=operation_name)
    if isinstance(error, botocore_errors.BotoCoreError):
        return EcrConfigurationError(text, operation_name=operation_name)
    return EcrError(
        f"{operation_name}: {type(error).__name__}: {_text(error)}", operation_name=operation_name
    )


def _text(error: BaseException) -> str:
    return without_secrets(text_of(error))


def _service_error(
    error: botocore_errors.ClientError, operation_name: str, exchange: Exchange
) -> EcrServiceError:
    """Return our counterpart of an error that the service responded with."""
    response: dict[str, Any] = {**error.response}
    metadata: Mapping[str, Any] = response.get("ResponseMetadata") or {}
    exchange.headers = metadata.get("HTTPHeaders") or {}
    exchange.http_status = metadata.get("HTTPStatusCode")
    exchange.request_id = metadata.get("RequestId")
    if not exchange.is_counted:
        exchange.count_repeats(metadata.get("RetryAttempts"))
    details: dict[str, Any] = dict(response.get("Error") or {})
    # botocore reads the code from the body alone; without one it makes up the status.
    made_up = {None, "", str(exchange.http_status)}
    if details.get("Code") in made_up and "x-amzn-errortype" in exchange.headers:
        details["Code"] = error_code(exchange.headers["x-amzn-errortype"])
        response["Error"] = details
    return service_error(str(details.get("Code")), response, operation_name)


def service_error(code: str, response: dict[str, Any], operation_name: str) -> EcrServiceError:
    """Return the error of the class that a code stands for."""
    # Most programs meet few of the many errors, and many programs none.
    from ecr_typed._service_errors import ERRORS_BY_CODE

    return ERRORS_BY_CODE.get(code, EcrServiceError)(response, operation_name)


def error_code(text: str) -> str:
    """Return the code in what the protocol allows around it, as in `a.b#Code:http://...`."""
    return text.split(":", maxsplit=1)[0].rsplit("#", 1)[-1]


def _credentials_error(error: Exception, operation_name: str, provider: str) -> EcrCredentialsError:
    found = f"the credentials provider {provider!r} failed: " if provider else ""
    text = ": ".join(filter(None, (type(error).__name__, _text(error).rstrip("."))))
    ours = EcrCredentialsError(f"{operation_name}: {found}{text}", operation_name=operation_name)
    ours.provider = provider
    ours.is_transient = _is_transient(error)
    return ours


def _is_transient(error: Exception) -> bool:
    """Return whether a provider's own request may succeed another time."""
    if isinstance(error, botocore_errors.ClientError):
        metadata: Mapping[str, Any] = error.response.get("ResponseMetadata") or {}
        status = metadata.get("HTTPStatusCode")
        return isinstance(status, int) and (status >= 500 or status == 429)
    return isinstance(error, _CONNECTION_ERRORS)


def _failure(error: Exception) -> Failure | None:
    if not isinstance(error, _CONNECTION_ERRORS):
        return None
    link: object = error
    seen: set[int] = set()
    while isinstance(link, BaseException) and id(link) not in seen:
        seen.add(id(link))
        if isinstance(link, ssl.SSLCertVerificationError):
            return Failure.UNTRUSTED
        # botocore keeps what it wraps, urllib3 passes it on as an argument.
        kept: dict[str, object] = getattr(link, "kwargs", None) or {}
        wrapped = next((one for one in link.args if isinstance(one, BaseException)), None)
        link = kept.get("error") or wrapped or link.__cause__
    is_unconnected = isinstance(
        error, botocore_errors.EndpointConnectionError | botocore_errors.ConnectTimeoutError
    )
    return Failure.NOT_CONNECTED if is_unconnected else Failure.LOST


def _known(*names: str) -> tuple[type[Exception], ...]:
    """Return those of botocore's exceptions that the one in use has: it may be older than ours."""
    return tuple(vars(botocore_errors)[name] for name in names if name in vars(botocore_errors))


_CONNECTION_ERRORS: Final = (botocore_errors.HTTPClientError, botocore_errors.ConnectionError)
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
"""The operations of other services by which botocore gets the credentials for a call of ours."""


def drop_frames(error: Exception, handled: BaseException | None) -> None:
    """Remove botocore's frames from the traceback of an error whose text says all.

    `handled` is what the user's program was handling before: it is not ours to change.
    """
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and link is not handled and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
