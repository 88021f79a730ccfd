"""What the facts about a call's requests mean: what may have been applied, what may be repeated.

`docs/design/outcomes.md` has the table. `maybe_applied = False` is a promise, so whatever is not
known counts as "may have been applied".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from ecr_typed._botocore.exchange import Cut, Exchange, Failure, Stage
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

_TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})

_BEFORE_SENDING: Final = frozenset({Failure.NOT_CONNECTED, Failure.UNTRUSTED})
_NOT_IMPLEMENTED: Final = 501
_TIMED_OUT: Final = 408
_PROXY_REFUSED: Final = 407


class Applied(Enum):
    """What one request did."""

    NO = "it was never sent, or the service refused it"
    UNKNOWN = "it may have been applied"


class Outcome:
    """What is known of a call's effect, over all of its requests."""

    # One is made for each call, and of most calls nothing is recorded.
    was_response_lost = False
    """Whether a request may have been applied although its response did not come."""
    repeats = 0
    """How many requests botocore made besides our attempts."""
    _answered: Exchange | None = None
    """The last request whose failure was recorded: what it may have done is known."""

    def __init__(self, operation: AnyOperation, *, repeats_requests: bool) -> None:
        self._operation = operation
        self._repeats_requests = repeats_requests

    def record_success(self, exchange: Exchange) -> None:
        """Record a request with a good response."""
        if exchange.repeats:
            self.repeats += exchange.repeats
            self.was_response_lost |= self._operation.effect is not Effect.READ

    def record_failure(self, exchange: Exchange, error: EcrError) -> None:
        """Record a request that failed, and let the error say what that means."""
        self.repeats += exchange.repeats
        error.retry_after = _retry_after(exchange.headers)
        error.is_throttling = self._is_throttling(error)
        error.is_transient = self._is_transient(exchange, error)
        if self._applied(exchange, error) is Applied.UNKNOWN:
            self.was_response_lost = True
        # Last, as a signal may end the call at any step.
        self._answered = exchange
        # What is known of this request does not undo what an earlier one may have done.
        error.maybe_applied = self.was_response_lost

    def record_interruption(self, exchange: Exchange) -> bool:
        """Record that something else ended the call; return whether it may have been applied."""
        if self._operation.effect is not Effect.READ and exchange is not self._answered:
            self.was_response_lost |= (
                exchange.http_status is not None
                or exchange.is_doubtful
                # A hook that fails before it passes the call on sends nothing.
                or (
                    (exchange.is_recognized or not exchange.is_watched)
                    and _was_handed_over(exchange)
                )
            )
        return self.was_response_lost

    def _applied(self, exchange: Exchange, error: EcrError) -> Applied:
        if self._operation.effect is Effect.READ:
            return Applied.NO
        if exchange.repeats or exchange.is_doubtful:
            return Applied.UNKNOWN
        if isinstance(error, EcrServiceError):
            return Applied.NO if _was_refused(error) else Applied.UNKNOWN
        if isinstance(error, EcrResponseError):
            return Applied.UNKNOWN
        if isinstance(error, EcrCredentialsError | EcrRequestError | EcrConfigurationError):
            # botocore raises them before it sends, unless it sent before.
            is_unknown = self._repeats_unseen(exchange) or exchange.requests > 0
        elif self._repeats_unseen(exchange):
            is_unknown = True
        elif exchange.is_watched and not exchange.is_recognized:
            # A hook stands in for botocore, and does whatever it does.
            is_unknown = True
        else:
            is_unknown = _was_handed_over(exchange)
        return Applied.UNKNOWN if is_unknown else Applied.NO

    def _repeats_unseen(self, exchange: Exchange) -> bool:
        return self._repeats_requests and not exchange.is_counted

    def _is_throttling(self, error: EcrError) -> bool:
        if not isinstance(error, EcrServiceError):
            return False
        from ecr_typed._service_errors import THROTTLING_CODES

        is_modelled = error.code in self._operation.errors
        return error.code in THROTTLING_CODES or (error.http_status == 429 and not is_modelled)

    def _is_transient(self, exchange: Exchange, error: EcrError) -> bool:
        if exchange.cut_by is Cut.CLOSED or error.is_throttling:
            return False
        match error:
            case EcrServiceError():
                from ecr_typed._service_errors import TRANSIENT_CODES

                return error.code in TRANSIENT_CODES or error.http_status in _TRANSIENT_STATUSES
            case EcrConnectionError():
                return exchange.failure is not Failure.UNTRUSTED
            case EcrResponseError():
                # A response that was cut short may come whole another time; what a repeated create
                # or delete would meet says nothing, though.
                is_repeatable = self._operation.effect in {Effect.READ, Effect.IDEMPOTENT_WRITE}
                return error.is_transient and is_repeatable
            case _:
                return error.is_transient


def _was_handed_over(exchange: Exchange) -> bool:
    """Return whether a transport may have sent anything of a request."""
    if exchange.is_watched and exchange.stage is not Stage.HANDED_OVER:
        return exchange.stage is Stage.WRITTEN
    # A handler stood in for our transport, or it is not ours: the exception is all we have.
    return exchange.failure not in _BEFORE_SENDING


def _was_refused(error: EcrServiceError) -> bool:
    """Return whether a response shows that the service did not apply the request."""
    status = error.http_status
    if status in {_NOT_IMPLEMENTED, _PROXY_REFUSED}:
        return True
    # Without a code of the service it may be the page of a proxy, which passed the request on. A
    # gateway that lost patience may say so with any code.
    is_the_services = error.code != str(status) and status != _TIMED_OUT
    return is_the_services and status is not None and 400 <= status < 500


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how long the service asks to wait, in seconds; the header has milliseconds."""
    try:
        seconds = int(headers.get("x-amz-retry-after") or "") / 1000
    except (ValueError, OverflowError):
        return None
    return seconds if seconds >= 0 else None
