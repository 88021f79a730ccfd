"""The errors that calls raise.

EcrError
├── EcrServiceError          the service refused or failed; also botocore's ClientError
│   └── one for each modelled exception and for the common ones, in `service_errors`
├── EcrConnectionError       no answer came
├── EcrCredentialsError      no usable credentials
├── EcrConfigurationError    the client can't be made as it is configured
├── EcrRequestError          the arguments can't be sent; also a ValueError
├── EcrResponseError         the answer does not fit the model
├── OutcomeUnknownError      a write that was repeated may have been applied the first time
├── PaginationError          the service does not get on with its pages
├── WaiterError              what was waited for can't come any more, or took too long
└── ClientClosedError        the client was closed
"""

# Annotations are not postponed: the classes are in the module `ecr_typed` by name, where
# `typing.get_type_hints` would not find what they refer to.

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs
from botocore.exceptions import ClientError

Member = TypeVar("Member")


class EcrError(Exception):
    """The base of every error that a call raises."""

    operation_name: str
    """The operation that was called, as AWS names it; empty if there was none."""

    attempts: int
    """How many requests were made for the call."""

    maybe_applied: bool
    """Whether a write may have been applied although the call failed."""

    next_token: str | None
    """From where `starting_token` goes on, if the error ended an iteration over pages. None if it
    is to begin anew, and for a `PaginationError`, after which there is no way on."""

    partial: Any
    """What the service answered to the parts of the call before, if it was sent in several: the
    response's model, joined; else None."""

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
        if cls.__module__.startswith(f"{__package__}."):
            cls.__module__ = str(__package__)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.args, self.__dict__)


EcrError.__module__ = str(__package__)


def _restored(
    error_class: type[EcrError], args: tuple[Any, ...], attributes: dict[str, Any]
) -> EcrError:
    error = error_class.__new__(error_class, *args)
    error.__dict__.update(attributes)
    return error


class EcrServiceError(EcrError, ClientError):
    """The service answered with an error. Codes without a class of their own have this one."""

    code: str
    """The error's code, such as `RepositoryNotFoundException`."""

    message: str
    """The service's own message."""

    request_id: str | None
    """The id that AWS support asks for."""

    http_status: int | None
    """The status of the HTTP answer."""

    response: Any
    """The answer as botocore has it: `Error`, `ResponseMetadata` and the exception's members."""

    def __init__(self, response: Mapping[str, Any], operation_name: str) -> None:
        error: Mapping[str, Any] = response.get("Error") or {}
        metadata: Mapping[str, Any] = response.get("ResponseMetadata") or {}
        self.code = str(error.get("Code") or "Unknown")
        self.message = str(error.get("Message") or "")
        self.request_id = metadata.get("RequestId")
        self.http_status = metadata.get("HTTPStatusCode")
        EcrError.__init__(self, self._summary(operation_name), operation_name=operation_name)
        self.response = response

    def _summary(self, operation_name: str) -> str:
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
    """No answer came: no such host, refused, reset, timed out."""


class EcrCredentialsError(EcrError):
    """No credentials were found, they are incomplete, or they could not be refreshed."""


class EcrConfigurationError(EcrError):
    """The client can't be made or used as it is configured: no region, no such profile."""


def shortened(value: object, length: int = 60) -> str:
    """The value's `repr`, cut where it is longer than a line likes."""
    if isinstance(value, str | bytes | bytearray) and len(value) > length:
        # What is large is cut before it is written out.
        return f"{value[:length]!r}"[: length - 3] + "..."
    text = repr(value)
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
    """What may have been meant, in words; empty if there is no telling."""

    def __str__(self) -> str:
        text = f"{self.argument}: expected {self.allowed}, got {self.value}"
        return f"{text}; {self.hint}" if self.hint else text


class EcrRequestError(EcrError, ValueError):
    """The arguments can't be sent. Nothing was sent."""

    problems: tuple[ArgumentProblem, ...]
    """Each argument that can't be sent, with what is allowed."""

    def __init__(
        self, problems: Iterable[ArgumentProblem] | str, *, operation_name: str = ""
    ) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        text = problems if isinstance(problems, str) else "\n".join(map(str, self.problems))
        prefix = f"{operation_name}: " if operation_name else ""
        super().__init__(f"{prefix}{text}", operation_name=operation_name)


class EcrResponseError(EcrError):
    """The answer does not fit the model, or is no answer of the service at all."""

    path: tuple[str | int, ...]
    """Where in the answer: names of members, places in lists."""

    response: Any
    """The answer, secrets hidden; None if it could not be read."""

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


class OutcomeUnknownError(EcrError):
    """The service did not do what was asked for, as an attempt before may have done it.

    `partial` has its answer.
    """


class PaginationError(EcrError):
    """The service gave a token for a second time: to follow it would never end.

    It has no `next_token`, as what comes from there was given before.
    """


class WaiterError(EcrError):
    """What was waited for can't come any more, or did not come in time."""

    reason: str
    """Why the wait ended."""

    last_response: Any
    """The model of the last answer; None if there was none."""

    def __init__(self, reason: str, *, last_response: Any = None, operation_name: str = "") -> None:
        prefix = f"{operation_name}: " if operation_name else ""
        super().__init__(f"{prefix}{reason}", operation_name=operation_name)
        self.reason = reason
        self.last_response = last_response


class ClientClosedError(EcrError):
    """The client was closed before the call, or before its answer came."""
