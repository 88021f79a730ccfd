"""The errors that calls raise.

EcrError
├── EcrServiceError          the service refused or failed; also botocore's ClientError
│   └── one for each modelled exception and for the common ones, in `_service_errors`
├── EcrConnectionError       no response: DNS, refused, reset, time-outs
├── EcrCredentialsError      no usable credentials
├── EcrConfigurationError    the client can't be made or used as it is configured
├── EcrRequestError          the arguments can't be sent; also a ValueError
├── EcrResponseError         the response does not fit the model
├── DeadlineExceededError    the deadline passed before a first request could be sent
├── OutcomeUnknownError      a repeated write may have been applied the first time
├── PaginationError          the service returned a page token twice
├── WaiterError              the awaited status can't come any more, or took too long
└── ClientClosedError        the client was closed before or during the call
"""
# Annotations are evaluated here, so that `typing.get_type_hints` works although the classes say that
# they are of the package itself.

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs
from botocore.exceptions import ClientError

from ecr_typed._redaction import without_secrets

Member = TypeVar("Member")


def shortened(value: object, length: int = 60) -> str:
    """Return the value's `repr` without passwords, cut where it is longer than a line likes."""
    if isinstance(value, str | bytes | bytearray) and len(value) > length:
        # What is large is cut before it is written out.
        return without_secrets(f"{value[: 4 * length]!r}")[: length - 3] + "..."
    text = without_secrets(repr(value))
    return text if len(text) <= length else f"{text[: length - 3]}..."


@attrs.frozen(order=False)
class ArgumentProblem:
    """What is wrong with an argument."""

    argument: str
    """Its name; for a part of it the way there, as in `rules[0].destinations`."""

    value: str
    """Its value's `repr`, shortened."""

    allowed: str
    """What is allowed."""

    hint: str = ""
    """What to do instead, in words; empty if there is nothing to suggest."""

    def __str__(self) -> str:
        text = f"{self.argument}: expected {self.allowed}, got {self.value}"
        return f"{text}; {self.hint}" if self.hint else text


class EcrError(Exception):
    """The base of every error that a call raises. `str(error)` says all that is known."""

    explanations: tuple[str, ...]
    """What helps to understand the error and to correct it, a sentence or two each; the lines of
    `str(error)` after the first."""

    problems: tuple[ArgumentProblem, ...]
    """The arguments that are known to be wrong, with what is allowed."""

    operation_name: str
    """The operation that was called, as AWS names it; empty if there was none."""

    attempts: int
    """How many requests were made for the call."""

    maybe_applied: bool
    """Whether a write may have been applied although the call failed. `False` is a promise."""

    next_token: str | None
    """The token of the page that failed, if the error ended a listing: pass it as `starting_token`
    to resume. None if the listing has to begin anew, and for a `PaginationError`."""

    partial: Any
    """The joined response to the earlier parts of a call that was sent in several; else None."""

    is_transient: bool
    """Whether another attempt may well succeed."""

    is_throttling: bool
    """Whether the service asked for fewer requests."""

    retry_after: float | None
    """How long the service asked to wait, in seconds."""

    def __init__(
        self,
        message: str = "",
        *,
        operation_name: str = "",
        is_transient: bool = False,
        maybe_applied: bool = False,
    ) -> None:
        # Not super(): a service error has a base with another signature.
        Exception.__init__(self, message)
        self.explanations = ()
        self.problems = ()
        self.operation_name = operation_name
        self.attempts = 0
        self.maybe_applied = maybe_applied
        self.next_token = None
        self.partial = None
        self.is_transient = is_transient
        self.is_throttling = False
        self.retry_after = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # The name that ends a traceback is the one that users import.
        if cls.__module__.startswith(f"{__package__}._"):
            cls.__module__ = str(__package__)

    @property
    def message(self) -> str:
        """What happened, without the explanations; of a service error, the service's own words."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        headline = str(self.args[0]) if self.args else ""
        return "\n".join((headline, *self.explanations))

    def __reduce__(self) -> tuple[Any, ...]:
        cause = None if self.__cause__ is None else _pickled(self.__cause__)
        return _restored, (type(self), self.args, self.__dict__, cause)


EcrError.__module__ = str(__package__)


def _restored(
    error_class: type[EcrError],
    args: tuple[Any, ...],
    attributes: dict[str, Any],
    cause: bytes | None,
) -> EcrError:
    error = error_class.__new__(error_class, *args)
    error.__dict__.update(attributes)
    error.__cause__ = None if cause is None else _unpickled(cause)
    return error


def _pickled(cause: BaseException) -> bytes | None:
    """Return an exception as a pickle of its own: not every class of others can be unpickled."""
    # Few programs pickle errors.
    import pickle

    try:
        return pickle.dumps(cause)
    except Exception:  # noqa: BLE001  # whatever the exception's own code raises
        return None


def _unpickled(cause: bytes) -> BaseException | None:
    """Return a cause, or None if it can't be made again: the error itself says what happened."""
    import pickle

    try:
        # It is part of a pickle, and as trustworthy.
        made: object = pickle.loads(cause)  # noqa: S301
    except Exception:  # noqa: BLE001  # whatever the exception's own code raises
        return None
    return made if isinstance(made, BaseException) else None


class EcrServiceError(EcrError, ClientError):
    """The service responded with an error. Codes without a class of their own have this one."""

    code: str
    """The error's code, such as `RepositoryNotFoundException`."""

    request_id: str | None
    """The id that AWS support asks for."""

    http_status: int | None
    """The status of the HTTP response."""

    response: Any
    """The response as botocore has it: `Error`, `ResponseMetadata` and the exception's members."""

    def __init__(self, response: Mapping[str, Any], operation_name: str) -> None:
        error: Mapping[str, Any] = response.get("Error") or {}
        metadata: Mapping[str, Any] = response.get("ResponseMetadata") or {}
        self.code = str(error.get("Code") or "Unknown")
        self.request_id = metadata.get("RequestId")
        self.http_status = metadata.get("HTTPStatusCode")
        self.response = response
        EcrError.__init__(self, self._headline(operation_name), operation_name=operation_name)

    @property
    def message(self) -> str:
        """The service's own message."""
        error: Mapping[str, Any] = self.response.get("Error") or {}
        return str(error.get("Message") or "")

    def _headline(self, operation_name: str) -> str:
        code = "" if self.code == type(self).__name__ else f"{self.code}: "
        details = [f"HTTP {self.http_status}"] if self.http_status else []
        if self.request_id:
            details.append(f"request id {self.request_id}")
        ending = f" ({', '.join(details)})" if details else ""
        return f"{operation_name}: {code}{self.message or 'the service gave no message'}{ending}"

    def _member(self, name: str, member_type: type[Member]) -> Member | None:
        value = self.response.get(name)
        return value if isinstance(value, member_type) else None


class EcrConnectionError(EcrError):
    """No response came: no such host, refused, reset, timed out."""


class EcrCredentialsError(EcrError):
    """No credentials were found, they are incomplete, or they could not be refreshed."""

    provider: str = ""
    """The credentials provider that failed, as botocore names it (`sso`, `custom-process`, ...);
    empty if none was found or it is not known."""


class EcrConfigurationError(EcrError):
    """The client can't be made or used as it is configured: no region, no such profile."""


class EcrRequestError(EcrError, ValueError):
    """The arguments can't be sent. Nothing was sent."""

    def __init__(
        self, problems: Iterable[ArgumentProblem] | str, *, operation_name: str = ""
    ) -> None:
        known = () if isinstance(problems, str) else tuple(problems)
        text = problems if isinstance(problems, str) else "\n".join(map(str, known))
        prefix = f"{operation_name}: " if operation_name else ""
        super().__init__(f"{prefix}{text}", operation_name=operation_name)
        self.problems: tuple[ArgumentProblem, ...] = known


class EcrResponseError(EcrError):
    """The response does not fit the model, or is none of the service's at all."""

    path: tuple[str | int, ...]
    """Where in the response: names of members, places in lists. Empty if it could not be read."""

    response: Any
    """The response, secrets hidden; None if it could not be read."""

    def __init__(
        self,
        message: str = "",
        *,
        path: tuple[str | int, ...] = (),
        response: Any = None,
        operation_name: str = "",
    ) -> None:
        super().__init__(message, operation_name=operation_name)
        self.path = path
        self.response = response


class DeadlineExceededError(EcrError):
    """The call's deadline passed before a first request could be sent. Nothing was sent."""


class OutcomeUnknownError(EcrError):
    """The service refused a repeated write, and the first attempt may have caused that.

    `partial` has the service's response.
    """


class PaginationError(EcrError):
    """The service returned a page token twice: following it would never end.

    It has no `next_token`, as the pages that follow were returned before.
    """


class WaiterError(EcrError):
    """The awaited status can't come any more, or did not come in time."""

    reason: str
    """Why the wait ended."""

    last_response: Any
    """The model of the last response; None if there was none."""

    def __init__(self, reason: str, *, last_response: Any = None, operation_name: str = "") -> None:
        prefix = f"{operation_name}: " if operation_name else ""
        super().__init__(f"{prefix}{reason}", operation_name=operation_name)
        self.reason = reason
        self.last_response = last_response


class ClientClosedError(EcrError):
    """The client was closed before the call, or before its response came."""
