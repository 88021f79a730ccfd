"""One call: its attempts, and what they have in common."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import attrs

from ecr_typed._botocore.connection import Connection
from ecr_typed._botocore.exchange import Cut, Exchange
from ecr_typed._calls.deadline import Deadline
from ecr_typed._calls.decode import decode
from ecr_typed._calls.operation import Operation
from ecr_typed._calls.outcome import Outcome
from ecr_typed._errors import (
    ClientClosedError,
    DeadlineExceededError,
    EcrConnectionError,
    EcrError,
    EcrResponseError,
    EcrServiceError,
)

__tracebackhide__ = True  # pytest ends at the caller's line

_logger = logging.getLogger(__name__)

Response = TypeVar("Response", bound=attrs.AttrsInstance)


class Call(Generic[Response]):
    """A call of an operation."""

    __slots__ = (
        "_connection",
        "_invocation_id",
        "_last_error",
        "_parameters",
        "attempts",
        "deadline",
        "exchange",
        "max_attempts",
        "operation",
        "outcome",
        "waited",
    )

    def __init__(
        self,
        connection: Connection,
        operation: Operation[Response],
        parameters: Mapping[str, Any],
        deadline: Deadline,
        *,
        max_attempts: int = 1,
    ) -> None:
        self.operation = operation
        self.deadline = deadline
        self.max_attempts = max_attempts
        self.outcome = Outcome(operation, repeats_requests=connection.repeats_requests)
        self.attempts = 0
        self.waited = 0.0
        """How long it waited between attempts and for its turn, in seconds."""
        self.exchange: Exchange | None = None
        """The last request and its response."""
        self._connection = connection
        self._parameters = parameters
        self._invocation_id: str | None = None
        self._last_error: EcrError | None = None

    @property
    def requests(self) -> int:
        """How many requests were made, those that botocore repeated by itself included."""
        return self.attempts + self.outcome.repeats

    def attempt(self) -> Response:
        """Make one request, and return the model of its response."""
        self._refuse_if_over()
        self.attempts += 1
        exchange = self.exchange = Exchange(
            self._parameters,
            operation_name=self.operation.name,
            attempt=self.attempts,
            # What is throttled is repeated more often than other failures.
            max_attempts=max(self.attempts, self.max_attempts),
            invocation_id=self._invocation_id,
            seconds_left=self.deadline.seconds_left() if self.deadline.is_limited else None,
        )
        operation = self.operation
        try:
            parsed = self._connection.send(operation.name, operation.method_name, exchange)
            response = decode(operation, parsed, exchange)
        except EcrError as error:
            self._record(exchange, error)
            cut_by = exchange.cut_by or (Cut.DEADLINE if self.deadline.has_passed() else None)
            if cut_by is not None and _may_be_cut_off(error):
                raise self._cut_error(cut_by) from error
            raise
        self.outcome.record_success(exchange)
        _logger.debug(
            "%s: attempt %d succeeded (request id %s, %s)",
            operation.name,
            self.attempts,
            exchange.request_id,
            exchange.way,
        )
        return response

    def may_be_repetition(self, error: EcrError) -> bool:
        """Return whether an error may be due to an earlier request that was applied."""
        return (
            isinstance(error, EcrServiceError)
            and self.outcome.was_response_lost
            and error.code in self.operation.repeat_meets
        )

    def note_interruption(self, error: BaseException) -> None:
        """Note on an exception that is none of ours that a write may have been applied."""
        if self.exchange is not None and self.outcome.record_interruption(self.exchange):
            note_possible_effect(error, self.operation.name)

    def _refuse_if_over(self) -> None:
        """Refuse an attempt that must not begin any more."""
        if self._connection.is_closed:
            raise self._ended(
                ClientClosedError,
                "the client was closed: call it inside its `with` block, or make a new one",
            ) from self._last_error
        if self.attempts == 0 and self.deadline.has_passed():
            raise self._ended(
                DeadlineExceededError, "the deadline passed before the first request was sent"
            )

    def _record(self, exchange: Exchange, error: EcrError) -> None:
        """Let an error say all that is known of the call."""
        error.operation_name = self.operation.name
        self._invocation_id = exchange.invocation_id
        self._last_error = error
        self.outcome.record_failure(exchange, error)
        _logger.debug(
            "%s: attempt %d failed: %s (request id %s, %s)",
            self.operation.name,
            self.attempts,
            type(error).__name__,
            exchange.request_id,
            exchange.way,
        )

    def _cut_error(self, why: Cut) -> EcrError:
        if why is Cut.CLOSED:
            return self._ended(
                ClientClosedError, "the client was closed before the response was complete"
            )
        error = self._ended(
            EcrConnectionError, "the deadline passed before the response was complete"
        )
        error.is_transient = True
        return error

    def _ended(self, kind: type[EcrError], what_happened: str) -> EcrError:
        return kind(
            f"{self.operation.name}: {what_happened}",
            operation_name=self.operation.name,
            maybe_applied=self.outcome.was_response_lost,
        )


def note_possible_effect(error: BaseException, operation_name: str) -> None:
    """Add a note to an exception that is not ours: a write may have been applied."""
    note = f"{operation_name} may have been applied before this was raised."
    # An exception that refuses new attributes has to come through as well.
    with contextlib.suppress(Exception):
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)


def _may_be_cut_off(error: EcrError) -> bool:
    """Return whether an error may be due to the end of its socket: no response came in full."""
    if isinstance(error, EcrResponseError):
        return not error.path
    return isinstance(error, EcrConnectionError)
