"""The way of a call: method, request, retries, boto3, answer, model."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Any, Generic, Self, TypeVar, cast

import attrs

from ecr_typed import models
from ecr_typed._botocore.connection import Answer, Connection
from ecr_typed._botocore.exchange import Exchange
from ecr_typed._calls.operation import Effect, Operation, PagedOperation, ResponsePage
from ecr_typed._calls.paging import Pager, Paging, paging_problems
from ecr_typed._calls.request import build_parts, build_request, join
from ecr_typed._calls.retry import Retrier, RetryPolicy, RetryQuota
from ecr_typed._conversion.convert import from_boto3, from_json, to_boto3
from ecr_typed._errors import (
    ClientClosedError,
    EcrConnectionError,
    EcrError,
    EcrRequestError,
    EcrResponseError,
    EcrServiceError,
)

__tracebackhide__ = True  # pytest ends at the caller's line

_logger = logging.getLogger(__name__)

Response = TypeVar("Response", bound=attrs.AttrsInstance)
Item = TypeVar("Item")
Page = TypeVar("Page", bound=ResponsePage)


@attrs.frozen(kw_only=True, order=False)
class CallEvent:
    """A call that is finished. Of a paged method, each page is a call."""

    operation_name: str
    """The operation, as AWS names it."""

    request_id: str | None
    """The id of the last answer, None if there was none."""

    http_status: int | None
    """The status of the last answer, None if there was none."""

    attempts: int
    """How many requests were made."""

    elapsed: float
    """How long the call took, waits included, in seconds."""

    response: attrs.AttrsInstance | None
    """The response's model, whole; None for a call that failed."""

    error: EcrError | None
    """What the call raised, if it failed."""


class Caller:
    """What the methods of all operations share."""

    _connection: Connection
    _retrier: Retrier
    _on_call: Callable[[CallEvent], None] | None

    # What is private is here, and not in the client: editors offer a class's own names first.

    def _copied(
        self,
        connection: Connection,
        retry: RetryPolicy,
        on_call: Callable[[CallEvent], None] | None,
    ) -> Self:
        # What a subclass added is in it, too.
        client = copy(self)
        quota = self._retrier.quota
        client._assemble(connection, retry, on_call, quota)  # noqa: SLF001  # of our own class
        return client

    def _assemble(
        self,
        connection: Connection,
        retry: RetryPolicy | None,
        on_call: Callable[[CallEvent], None] | None,
        quota: RetryQuota | None = None,
    ) -> None:
        self._connection = connection
        policy = retry or RetryPolicy(max_attempts=connection.max_attempts)
        self._retrier = Retrier(policy, quota or RetryQuota(), sleep=connection.sleep)
        self._on_call = on_call

    def _within(self, seconds: float | None) -> Self:
        """This client, whose calls take no longer than that."""
        if seconds is None:
            return self
        policy = attrs.evolve(self._retrier.policy, deadline=seconds)
        return self._copied(self._connection, policy, self._on_call)

    def _call(self, operation: Operation[Response], /, **arguments: object) -> Response:
        request = build_request(operation, arguments)
        return self._perform(operation, request, to_boto3(request))

    def _call_in_parts(self, operation: Operation[Response], /, **arguments: object) -> Response:
        joined: Response | None = None
        for request in build_parts(operation, arguments):
            try:
                response = self._perform(operation, request, to_boto3(request))
            except EcrError as error:
                if joined is not None:
                    error.partial = joined if error.partial is None else join(joined, error.partial)
                raise
            joined = response if joined is None else join(joined, response)
        if joined is None:
            raise AssertionError(f"{operation.name}: no request was built")
        return joined

    def _paged(
        self,
        operation: PagedOperation[Item, Page],
        paging: Paging,
        /,
        **arguments: object,
    ) -> Pager[Item, Page]:
        requests = build_parts(operation, arguments)
        given = [name for name in operation.refuses_paging_with if arguments[name] is not None]
        # A token belongs to one of the requests, and does not say to which.
        without_token = [*given, *operation.splits] if len(requests) > 1 else given
        problems = list(paging_problems(operation, paging, without_token))
        if problems:
            raise EcrRequestError(problems, operation_name=operation.name)
        return Pager(
            operation,
            [partial(self._fetch_page, operation, r, to_boto3(r)) for r in requests],
            paging,
            sends_paging=not given,
        )

    def _fetch_page(
        self,
        operation: PagedOperation[Item, Page],
        request: attrs.AttrsInstance,
        parameters: Mapping[str, object],
        paging: Mapping[str, object],
    ) -> Page:
        return self._perform(operation, request, {**parameters, **paging})

    def _perform(
        self,
        operation: Operation[Response],
        request: attrs.AttrsInstance,
        parameters: Mapping[str, Any],
    ) -> Response:
        call = _Call(self._connection, self._retrier, operation, parameters)
        began = 0.0 if self._on_call is None else time.perf_counter()
        try:
            response = self._outcome(call, request)
        except EcrError as error:
            error.attempts = call.attempts
            if self._on_call is not None:
                _tell(self._on_call, call.event(began, error=error))
            # The user's line and the error itself say it all.
            raise error.with_traceback(None) from error.__cause__
        if self._on_call is not None:
            _tell(self._on_call, call.event(began, response=response))
        return response

    def _outcome(self, call: _Call[Response], request: attrs.AttrsInstance) -> Response:
        try:
            response = self._retrier.run(call.operation.name, call.attempt)
        except (EcrServiceError, EcrConnectionError, EcrResponseError) as error:
            from ecr_typed._calls.explain import advise

            advise(
                error,
                call.operation,
                request,
                attempts=call.attempts,
                endpoint_url=self._connection.client.meta.endpoint_url,
            )
            if not (isinstance(error, EcrServiceError) and call.is_repetition(error)):
                raise
            settled = self._settle(call.operation.name, request, error, call.seconds_left)
            if settled is None:
                raise
            return cast("Response", settled)
        if call.was_answer_lost:
            self._check_failures(response)
        return response

    def _settle(
        self,
        operation_name: str,
        request: attrs.AttrsInstance,
        error: EcrServiceError,
        seconds_left: Callable[[], float | None],
    ) -> attrs.AttrsInstance | None:
        """The response of a write that an attempt without an answer made, or None."""
        raise NotImplementedError

    def _check_failures(self, response: attrs.AttrsInstance) -> None:
        """Refuse a response whose failures an attempt without an answer may have caused."""
        raise NotImplementedError


def _tell(on_call: Callable[[CallEvent], None], event: CallEvent) -> None:
    try:
        on_call(event)
    except Exception:
        # The call is over, whatever its listener makes of it.
        _logger.exception("%s: on_call failed", event.operation_name)


class _Call(Generic[Response]):
    """One call: what its attempts have in common."""

    def __init__(
        self,
        connection: Connection,
        retrier: Retrier,
        operation: Operation[Response],
        parameters: Mapping[str, Any],
    ) -> None:
        self.operation = operation
        self.was_answer_lost = False
        """Whether an attempt may have been applied although its answer did not come."""
        self._connection = connection
        self._parameters = parameters
        self._max_attempts = retrier.policy.max_attempts
        self.seconds_left = retrier.countdown()
        self.attempts = 0
        self._invocation_id: str | None = None
        self._answer: Answer | EcrServiceError | None = None
        self._last_error: EcrError | None = None

    def attempt(self) -> Response:
        """Make one request, and a model of its answer."""
        if self._connection.is_closed:
            raise self._closed_error(
                "the client was closed: call it inside its `with` block, or make a new one"
            ) from self._last_error
        self.attempts += 1
        self._answer = None
        exchange = Exchange(
            attempt=self.attempts,
            max_attempts=self._max_attempts,
            invocation_id=self._invocation_id,
            seconds_left=self.seconds_left(),
        )
        try:
            answer = self._answer = self._connection.send(
                self.operation, self._parameters, exchange
            )
            response = self._decoded(answer)
        except EcrError as error:
            self._invocation_id = exchange.invocation_id
            self._complete(error)
            if exchange.is_cut and _may_be_cut_off(error):
                raise self._closed_error("the client was closed before the answer came") from error
            raise
        _logger.debug(
            "%s: attempt %d was answered (request id %s)",
            self.operation.name,
            self.attempts,
            answer.request_id,
        )
        return response

    def _decoded(self, answer: Answer) -> Response:
        model: type[Response] = getattr(models, self.operation.response)
        try:
            if answer.body is None:
                return from_boto3(model, answer.parsed)
            return from_json(model, answer.body)
        except EcrError as error:
            effect = self.operation.effect
            error.args = (f"{self.operation.name}: {error}",)
            error.maybe_applied = effect is not Effect.READ
            error.is_transient &= effect in {Effect.READ, Effect.IDEMPOTENT_WRITE}
            raise

    def _complete(self, error: EcrError) -> None:
        """Add to an error what only the call knows."""
        error.operation_name = self.operation.name
        _logger.debug(
            "%s: attempt %d failed: %s%s",
            self.operation.name,
            self.attempts,
            type(error).__name__,
            f" (request id {error.request_id})" if isinstance(error, EcrServiceError) else "",
        )
        # What is known of this attempt does not undo what an earlier one may have done.
        self.was_answer_lost = error.maybe_applied = self.was_answer_lost or error.maybe_applied
        self._last_error = error
        if isinstance(error, EcrServiceError):
            self._answer = error

    def _closed_error(self, what_happened: str) -> ClientClosedError:
        hint = ": what it asked for may have been done" if self.was_answer_lost else ""
        return ClientClosedError(
            f"{self.operation.name}: {what_happened}{hint}",
            operation_name=self.operation.name,
            maybe_applied=self.was_answer_lost,
        )

    def is_repetition(self, error: EcrServiceError) -> bool:
        """Whether an error may be due to an attempt before that was applied."""
        return self.was_answer_lost and error.code in self.operation.repeat_meets

    def event(
        self,
        began: float,
        *,
        response: Response | None = None,
        error: EcrError | None = None,
    ) -> CallEvent:
        """What is told of the call when it is finished."""
        source = self._answer
        return CallEvent(
            operation_name=self.operation.name,
            request_id=source.request_id if source else None,
            http_status=source.http_status if source else None,
            attempts=self.attempts,
            elapsed=time.perf_counter() - began,
            response=response,
            error=error,
        )


def _may_be_cut_off(error: EcrError) -> bool:
    """Whether an error may be due to a connection's end; an answer with a path came whole."""
    if isinstance(error, EcrResponseError):
        return not error.path
    return isinstance(error, EcrConnectionError)
