"""The one module that knows botocore: it makes the boto3 client, sends, and translates errors."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
import boto3
import botocore.exceptions as botocore_errors
from botocore.config import Config
from botocore.parsers import ResponseParserError

from ecr_typed import __version__
from ecr_typed.errors import (
    ArgumentProblem,
    ClientClosedError,
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

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_logger = logging.getLogger(__name__)

_DEFAULT_MAX_ATTEMPTS: Final = 3


@attrs.frozen
class Answer:
    """A good answer: its body as it came, or what botocore made of it."""

    body: bytes | None
    parsed: Mapping[str, Any]
    request_id: str | None
    http_status: int | None


@attrs.define
class _Capture:
    """Where the body of the call under way is put."""

    operation_name: str
    body: bytes | None = None


_capture: ContextVar[_Capture | None] = ContextVar("ecr_typed_capture", default=None)


class Connection:
    """A boto3 client and the way to call it."""

    def __init__(
        self,
        client: ECRClient,
        *,
        max_attempts: int = _DEFAULT_MAX_ATTEMPTS,
        owns_client: bool = False,
        parent: Connection | None = None,
    ) -> None:
        self.client = client
        self.max_attempts = max_attempts
        """How many attempts boto3's own sources ask for."""
        self._owns_client = owns_client
        self._parent = parent
        self._is_closed = False

    @classmethod
    def make(
        cls,
        *,
        region_name: str | None,
        profile_name: str | None,
        endpoint_url: str | None,
        session: boto3.Session | None,
        config: Config | None,
    ) -> Connection:
        """Connect with a client of our own, on which botocore's retries are off."""
        problems = list(_option_problems(profile_name, session, config))
        if problems:
            raise EcrRequestError(problems)
        ours = Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            user_agent_extra=f"ecr_typed/{__version__}",
        )
        # What is left out is not passed on: boto3's own sources decide.
        options = {"region_name": region_name, "endpoint_url": endpoint_url}
        given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
        try:
            session = session or _session(profile_name)
            max_attempts = _max_attempts(session)
            # The stubs of `client` name every service of AWS, most of them not installed.
            make_client: Callable[..., ECRClient] = cast("Any", session).client
            client = make_client("ecr", config=ours.merge(config) if config else ours, **given)
        except Exception as error:
            raise _translated(error, "EcrClient", Effect.READ) from error
        client.meta.events.register("before-parse.ecr", _take_body)
        return cls(client, max_attempts=max_attempts, owns_client=True)

    @classmethod
    def adopt(cls, client: ECRClient) -> Connection:
        """Connect with a user's client, which stays as it is."""
        retries: Mapping[str, Any] = getattr(client.meta.config, "retries", None) or {}
        attempts = retries.get("total_max_attempts")
        if attempts != 1:
            _logger.warning(
                "The adopted boto3 client makes up to %s attempts of its own for each of ours: "
                "create it with Config(retries={'total_max_attempts': 1})",
                attempts or "several",
            )
        return cls(client)

    def shared(self) -> Connection:
        """The same connection for another client, which closes before this one or with it."""
        return Connection(self.client, max_attempts=self.max_attempts, parent=self)

    @property
    def is_closed(self) -> bool:
        """Whether calls are over."""
        return self._is_closed or (self._parent is not None and self._parent.is_closed)

    def send(self, operation: AnyOperation, parameters: Mapping[str, Any]) -> Answer:
        """Make one request."""
        if self.is_closed:
            raise ClientClosedError(
                f"{operation.name}: the client was closed", operation_name=operation.name
            )
        capture = _Capture(operation.name)
        token = _capture.set(capture)
        try:
            parsed: Mapping[str, Any] = getattr(self.client, operation.method_name)(**parameters)
        except botocore_errors.ClientError as error:
            raise _service_error(error, operation) from error
        except Exception as error:
            raise _translated(error, operation.name, operation.effect) from error
        finally:
            _capture.reset(token)
        metadata: Mapping[str, Any] = parsed.get("ResponseMetadata") or {}
        return Answer(
            body=capture.body,
            parsed=parsed,
            request_id=metadata.get("RequestId"),
            http_status=metadata.get("HTTPStatusCode"),
        )

    def close(self) -> None:
        """End the calls, and the sockets too if the client is ours: others have their owners."""
        self._is_closed = True
        if self._owns_client:
            self.client.close()


def _option_problems(
    profile_name: str | None, session: boto3.Session | None, config: Config | None
) -> list[ArgumentProblem]:
    problems: list[ArgumentProblem] = []
    retries = getattr(config, "retries", None)
    if retries:
        problems.append(
            ArgumentProblem("config", f"retries={retries!r}", "no retries: pass a RetryPolicy")
        )
    if session is not None and profile_name is not None:
        problems.append(
            ArgumentProblem("profile_name", repr(profile_name), "None, as the session has its own")
        )
    return problems


def _session(profile_name: str | None) -> boto3.Session:
    if profile_name is None and boto3.DEFAULT_SESSION is not None:
        return boto3.DEFAULT_SESSION
    return boto3.Session(profile_name=profile_name)


def _max_attempts(session: boto3.Session) -> int:
    # boto3 has no public way to its configuration (AWS_MAX_ATTEMPTS, the profile).
    configured = session._session.get_config_variable("max_attempts")  # noqa: SLF001
    return _DEFAULT_MAX_ATTEMPTS if configured is None else max(1, int(configured))


def _take_body(response_dict: dict[str, Any], **_: object) -> None:
    """Keep the body of our call's answer, and leave botocore nothing to parse."""
    capture = _capture.get()
    if capture is None or response_dict["context"]["operation_name"] != capture.operation_name:
        return
    body = response_dict["body"]
    if response_dict["status_code"] < 300:
        capture.body = body
        response_dict["body"] = b""
    elif not _is_readable(body):
        # botocore raises whatever the parser did; without a body it goes by the status.
        response_dict["body"] = b""


def _is_readable(body: bytes) -> bool:
    try:
        text = body.decode()
        return isinstance(json.loads(text), dict)
    except UnicodeDecodeError:
        return False
    except ValueError:
        # Text that is no JSON, such as a proxy's page, becomes the error's message.
        return True


def _service_error(error: botocore_errors.ClientError, operation: AnyOperation) -> EcrServiceError:
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
    ResponseParserError,
    botocore_errors.IncompleteReadError,
    botocore_errors.ChecksumError,
    botocore_errors.FlexibleChecksumError,
    botocore_errors.AwsChunkedWrapperError,
)


def _translated(error: Exception, operation_name: str, effect: Effect) -> EcrError:
    """Our counterpart of an exception that botocore, or what it calls, raised."""
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
    if isinstance(error, _RESPONSE_ERRORS):
        return EcrResponseError(text, operation_name=operation_name)
    if isinstance(error, botocore_errors.BotoCoreError):
        return EcrConfigurationError(text, operation_name=operation_name)
    return EcrError(f"{operation_name}: {type(error).__name__}: {error}")


def _was_never_sent(error: Exception) -> bool:
    if isinstance(error, botocore_errors.SSLError):
        return isinstance(error.kwargs.get("error"), ssl.SSLCertVerificationError)
    return isinstance(error, _NEVER_SENT)
