"""Faults that tests inject between the emulator and its clients.

    from ecr_typed.testing.faults import DROPPED, THROTTLED, ErrorResponse

    emulator.faults.inject(THROTTLED, operation_name="CreateRepository", times=2)
    emulator.faults.inject(DROPPED, share=0.25)
    emulator.faults.inject(ErrorResponse("KmsException", "no grant"), operation_name="PutImage")

The constants in capitals are the usual faults; the classes make others. A call meets at most one
fault. Where a fault has a choice, `is_applied` says whether the operation runs although its true
response is not sent.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import responses
from types import UnionType
from typing import Final, TypeAlias

from ecr_typed.testing._emulator.arguments import check_type
from ecr_typed.testing._emulator.http.messages import (
    ConnectionEnd,
    HttpResponse,
    service_response,
)

_KINDS: Final[Mapping[str, tuple[type | UnionType, str]]] = {
    "delay": (int | float, "a number of seconds"),
    "code": (str, "the code of an error"),
    "message": (str, "a text"),
    "status": (int, "an HTTP status"),
    "headers": (Mapping, "texts by their names"),
    "body": (bytes, "bytes"),
    "kept": (int | float, "a number from 0 to 1"),
    "by": (int, "a number of bytes"),
}
_RANGES: Final[Mapping[str, tuple[float, float, str]]] = {
    "delay": (0, sys.float_info.max, "a number of seconds that is not negative"),
    "status": (100, 999, "an HTTP status"),
    "kept": (0, 1, "a number from 0 to 1"),
}
"""What the members of faults may be."""

CarryOut: TypeAlias = Callable[[], HttpResponse]


@dataclass(frozen=True, slots=True)
class Fault(ABC):
    """What a client gets instead of the true response, or how it gets it."""

    delay: float = field(default=0.0, kw_only=True)
    """How long the client waits for it, in seconds. The operation runs before the wait."""

    def __post_init__(self) -> None:
        """Refuse what would fail as a call meets the fault, and look like a lost response."""
        for name, (kind, what) in _KINDS.items():
            if hasattr(self, name):
                check_type(name, getattr(self, name), kind, what)
        for name, (least, most, what) in _RANGES.items():
            value: float = getattr(self, name, least)
            if not least <= value <= most:
                raise ValueError(f"{name} must be {what}, not {value}")

    @abstractmethod
    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return what is sent. `carry_out` runs the operation and returns the true response."""


@dataclass(frozen=True, slots=True)
class LateResponse(Fault):
    """The true response, after the `delay`."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return the true response."""
        return carry_out()


@dataclass(frozen=True, slots=True)
class ErrorResponse(Fault):
    """An error of the service."""

    code: str
    """The error code, such as `ThrottlingException`."""

    message: str = ""
    """The message."""

    status: int = 400
    """The HTTP status."""

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Additional headers: `{"x-amz-retry-after": "250"}`, for example, in milliseconds."""

    is_applied: bool = False
    """Whether the operation runs all the same."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return the error."""
        if self.is_applied:
            carry_out()
        body = json.dumps({"__type": self.code, "message": self.message}).encode()
        status, headers, body = service_response(_status_line(self.status), body)
        return status, [*headers, *self.headers.items()], body


@dataclass(frozen=True, slots=True)
class RawResponse(Fault):
    """Any response at all: of a proxy or a load balancer, or without any sense."""

    status: int
    """The HTTP status."""

    body: bytes = b""
    """The body."""

    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The headers; Content-Length is added."""

    is_applied: bool = False
    """Whether the operation runs all the same."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return the response."""
        if self.is_applied:
            carry_out()
        return _status_line(self.status), list(self.headers.items()), self.body


@dataclass(frozen=True, slots=True)
class LostResponse(Fault):
    """No response: the connection is closed."""

    is_reset: bool = False
    """Whether it ends with a reset (RST) instead of a proper close."""

    is_applied: bool = True
    """Whether the operation runs before."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """End the connection."""
        if self.is_applied:
            carry_out()
        raise ConnectionEnd(is_reset=self.is_reset)


@dataclass(frozen=True, slots=True)
class CutResponse(Fault):
    """The beginning of the true response's body; the operation runs.

    An empty body, as that of TagResource, can't be cut.
    """

    kept: float = 0.5
    """The part of the body that is sent, from 0 to 1."""

    states_whole_length: bool = True
    """Whether Content-Length counts the whole body, so that a client that counts sees the
    connection end too early (botocore does not count). Otherwise it counts what is sent, and only
    the JSON is broken.
    """

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return the beginning."""
        status, headers, body = carry_out()
        sent = body[: int(len(body) * self.kept)]
        stated = body if self.states_whole_length else sent
        return status, [*headers, ("Content-Length", str(len(stated)))], sent


@dataclass(frozen=True, slots=True)
class WrongLength(Fault):
    """The true response with a wrong Content-Length; the operation runs."""

    by: int = 1
    """How many bytes too many Content-Length states, or too few if it is negative."""

    def respond(self, carry_out: CarryOut) -> HttpResponse:
        """Return the response with the wrong header."""
        status, headers, body = carry_out()
        stated = max(0, len(body) + self.by)
        return status, [*headers, ("Content-Length", str(stated))], body


def _status_line(status: int) -> str:
    return f"{status} {responses.get(status, 'Unknown')}"


THROTTLED: Final = ErrorResponse("ThrottlingException", "Rate exceeded")
"""The service asks for fewer requests, as ECR does it: HTTP 400."""

TOO_MANY_REQUESTS: Final = RawResponse(429)
"""A proxy before the service asks for fewer requests: HTTP 429 without a body."""

SERVER_EXCEPTION: Final = ErrorResponse("ServerException", "an injected fault", status=500)
"""The service failed: HTTP 500. Nothing was applied."""

UNAVAILABLE: Final = RawResponse(
    503,
    b"<html><body><h1>503 Service Unavailable</h1></body></html>",
    {"Content-Type": "text/html"},
)
"""A load balancer finds no service: HTTP 503 with an HTML page."""

RESET: Final = LostResponse(is_reset=True, is_applied=False)
"""The connection is reset before anything was applied."""

DROPPED: Final = LostResponse()
"""The operation ran, but its response is lost: the connection is closed."""

CUT: Final = CutResponse()
"""The operation ran, but the connection ends in the middle of its response."""

BROKEN_JSON: Final = CutResponse(states_whole_length=False)
"""The operation ran, but half of its response's JSON is missing."""

GARBLED: Final = RawResponse(
    200, b"\x00\xff{", {"Content-Type": "application/x-amz-json-1.1"}, is_applied=True
)
"""The operation ran, but its response is neither JSON nor text."""

USUAL_FAULTS: Final[tuple[Fault, ...]] = (
    THROTTLED,
    TOO_MANY_REQUESTS,
    SERVER_EXCEPTION,
    UNAVAILABLE,
    RESET,
    DROPPED,
    CUT,
    BROKEN_JSON,
    GARBLED,
)
"""One of each of the above."""


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """A fault that a call met."""

    operation_name: str
    """The operation that was called, as AWS names it."""

    fault: Fault
    """The fault."""


LateAnswer = LateResponse
"""`LateResponse`, by the name that it had at first."""

ErrorAnswer = ErrorResponse
"""`ErrorResponse`, by the name that it had at first."""

RawAnswer = RawResponse
"""`RawResponse`, by the name that it had at first."""

LostAnswer = LostResponse
"""`LostResponse`, by the name that it had at first."""

CutAnswer = CutResponse
"""`CutResponse`, by the name that it had at first."""
