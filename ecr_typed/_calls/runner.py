"""Runs the steps of a call: request, attempts, response; or on an error: reconcile, explain."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import attrs

from ecr_typed._botocore.connection import Connection, UsersError
from ecr_typed._calls.call import Call, note_possible_effect
from ecr_typed._calls.deadline import UNLIMITED, Beginning, Deadline
from ecr_typed._calls.events import CallEvent, OnCall, tell
from ecr_typed._calls.forks import prepare_forks
from ecr_typed._calls.operation import Item, Operation, Page, PagedOperation, Response
from ecr_typed._calls.paging import Pager, Paging, paging_problems
from ecr_typed._calls.policy import RetryPolicy
from ecr_typed._calls.request import build_parts, build_request, join
from ecr_typed._calls.retry import Retrier
from ecr_typed._conversion.convert import to_parameters
from ecr_typed._errors import EcrError, EcrRequestError, EcrServiceError

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

__tracebackhide__ = True  # pytest ends at the caller's line


class CallRunner:
    """Runs the calls of a client: what the methods of all operations need."""

    def __init__(
        self,
        connection: Connection,
        policy: RetryPolicy,
        on_call: OnCall | None,
        *,
        retrier: Retrier | None = None,
    ) -> None:
        self.connection = connection
        self.policy = policy
        self.on_call = on_call
        # Quota and paces are the given one's.
        prepare_forks()
        self._retrier = (retrier or Retrier(policy)).with_policy(policy, connection.sleep)

    def shared(self, policy: RetryPolicy | None, on_call: OnCall | None) -> CallRunner:
        """Return a runner with other options that shares connection, quota and paces."""
        return CallRunner(
            self.connection.shared(),
            self.policy if policy is None else policy,
            self.on_call if on_call is None else on_call,
            retrier=self._retrier,
        )

    @property
    def client(self) -> ECRClient:
        """The boto3 client that the calls are made on."""
        return self.connection.client

    def sleep(self, seconds: float) -> None:
        """Wait, unless the client is closed meanwhile."""
        self.connection.sleep(seconds)

    def close(self) -> None:
        """End the calls in flight, and the connections if the client is ours."""
        self.connection.close()

    def bounded(self, seconds: float) -> CallRunner:
        """Return this runner with calls that take no longer than that, nor than its own policy."""
        own = self.policy.deadline
        deadline = seconds if own is None else min(own, seconds)
        policy = attrs.evolve(self.policy, deadline=deadline)
        return CallRunner(self.connection, policy, self.on_call, retrier=self._retrier)

    def call(self, operation: Operation[Response], /, **arguments: object) -> Response:
        """Run a call that is one request."""
        request = build_request(operation, arguments)
        return self._perform(operation, request, to_parameters(request))

    def call_in_parts(self, operation: Operation[Response], /, **arguments: object) -> Response:
        """Run a call whose lists may be longer than one request may carry."""
        joined: Response | None = None
        done = 0
        requests = build_parts(operation, arguments)
        try:
            for request in requests:
                response = self._perform(operation, request, to_parameters(request))
                joined = response if joined is None else join(joined, response)
                done += 1
        except EcrError as error:
            if joined is not None:
                error.partial = joined if error.partial is None else join(joined, error.partial)
                # The flag is the whole call's, and an earlier part was applied.
                error.maybe_applied |= operation.is_write
                from ecr_typed._calls.explain.errors import explain_partial

                explain_partial(error, done, len(requests))
            raise
        except BaseException as interruption:
            if joined is not None and operation.is_write:
                note_possible_effect(interruption, operation.name)
            raise
        if joined is None:
            raise AssertionError(f"{operation.name}: no request was built")
        return joined

    def paged(
        self, operation: PagedOperation[Item, Page], paging: Paging, /, **arguments: object
    ) -> Pager[Item, Page]:
        """Prepare a listing; its pages are calls of their own, made when they are needed."""
        requests = build_parts(operation, arguments)
        given = [name for name in operation.refuses_paging_with if arguments[name] is not None]
        # A token belongs to one of the requests, and does not say to which.
        without_token = [*given, *operation.splits] if len(requests) > 1 else given
        problems = list(paging_problems(operation, paging, without_token))
        if problems:
            raise EcrRequestError(problems, operation_name=operation.name)
        return Pager(
            operation,
            [partial(self._fetch_page, operation, r, to_parameters(r)) for r in requests],
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
        policy = self.policy
        deadline = UNLIMITED if policy.deadline is None else Deadline(policy.deadline)
        call = Call(
            self.connection, operation, parameters, deadline, max_attempts=policy.max_attempts
        )
        began = Beginning()
        try:
            response = self._response(call, request, began)
        except EcrError as error:
            error.attempts = call.requests
            if self.on_call is not None:
                self._tell(self.on_call, call, _event(call, began, error=error))
            # The user's line and the error itself say it all.
            raise error.with_traceback(None) from error.__cause__
        except UsersError as carrier:
            own = carrier.error
            call.note_interruption(own)
        except BaseException as interruption:
            # It comes from outside, at any place: a signal, or a task queue's time limit.
            call.note_interruption(interruption)
            raise
        else:
            if self.on_call is not None:
                self._tell(self.on_call, call, _event(call, began, response=response))
            return response
        # What the user's own code raised surfaces as itself, out of all handlers of ours.
        raise own

    @staticmethod
    def _tell(on_call: OnCall, call: Call[Any], event: CallEvent) -> None:
        try:
            tell(on_call, event)
        except BaseException as interruption:
            call.note_interruption(interruption)
            raise

    def _response(
        self, call: Call[Response], request: attrs.AttrsInstance, began: Beginning
    ) -> Response:
        try:
            response = self._retrier.run(call)
        except EcrError as error:
            if isinstance(error, EcrServiceError) and call.may_be_repetition(error):
                # Few calls fail, and few programs need what comes then.
                from ecr_typed._calls.reconcile import Reconciler

                reconciler = Reconciler(self.connection)
                lost = reconciler.lost_response(call, request, error, began)
                if lost is not None:
                    return cast("Response", lost)
            from ecr_typed._calls.explain.errors import explain

            explain(error, call, request, self.connection.endpoint_of)
            raise
        if call.outcome.was_response_lost:
            from ecr_typed._calls.reconcile import check_failures

            check_failures(call.operation.name, response)
        return response


def _event(
    call: Call[Any],
    began: Beginning,
    *,
    response: attrs.AttrsInstance | None = None,
    error: EcrError | None = None,
) -> CallEvent:
    exchange = call.exchange
    return CallEvent(
        operation_name=call.operation.name,
        request_id=exchange.request_id if exchange else None,
        http_status=exchange.http_status if exchange else None,
        attempts=call.requests,
        elapsed=time.perf_counter() - began.counted,
        waited=call.waited,
        response=response,
        error=error,
    )
