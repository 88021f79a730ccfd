"""The event that `on_call` of a client receives after each call."""

from __future__ import annotations

import logging
from collections.abc import Callable

import attrs

from ecr_typed._errors import EcrError

_logger = logging.getLogger(__name__)


@attrs.frozen(kw_only=True, order=False)
class CallEvent:
    """A finished call. Of a paged method, each page is a call."""

    operation_name: str
    """The operation, as AWS names it."""

    request_id: str | None
    """The id of the last response, None if there was none."""

    http_status: int | None
    """The status of the last response, None if there was none."""

    attempts: int
    """How many requests were made."""

    elapsed: float
    """How long the call took, waits included, in seconds."""

    waited: float = 0.0
    """How much of `elapsed` was spent waiting between attempts and for the pace, in seconds."""

    response: attrs.AttrsInstance | None
    """The response's model, whole; None for a call that failed."""

    error: EcrError | None
    """What the call raised, if it failed."""


OnCall = Callable[[CallEvent], None]


def tell(on_call: OnCall, event: CallEvent) -> None:
    """Call back; what the callback raises goes to the log, as the call is over."""
    try:
        on_call(event)
    except Exception as error:
        from ecr_typed._botocore.origin import is_of_a_signal

        if is_of_a_signal(error):
            # A task queue's time limit, say: it is not about the callback.
            raise
        _logger.exception("%s: on_call failed", event.operation_name)
