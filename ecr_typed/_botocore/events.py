"""What botocore's events tell the exchange of a call on a client of ours."""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING, Any

from ecr_typed._botocore.exchange import Stage, inherited, sending
from ecr_typed._botocore.parsing import before_parse, is_readable

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient


def listen(client: ECRClient) -> None:
    """Take part in the calls of a client of ours."""
    events = client.meta.events
    # First, as a user's handler may make a call of its own inside ours.
    events.register_first("provide-client-params.ecr", _recognize)
    events.register("request-created.ecr", mark_attempt)
    before_parse(client, _take_body)


def _recognize(params: object, context: dict[str, Any], **_: object) -> None:
    """Bind the exchange to its request: the one that was made with its own parameters."""
    exchange = inherited()
    if exchange is not None and params is exchange.parameters and exchange.thread_id == get_ident():
        exchange.context = context


def mark_attempt(request: Any, operation_name: str, **_: object) -> None:
    """Tell the service which attempt of which call this is, and bound the wait for its response."""
    exchange = inherited()
    if exchange is None:
        return
    context: dict[str, Any] = request.context
    is_own = context is exchange.context
    if exchange.thread_id == get_ident():
        exchange.is_sending = is_own
    if not is_own:
        # A hook that passes on a copy of the parameters, or repeats the call with one.
        exchange.is_doubtful |= operation_name == exchange.operation_name
        return
    # The request is signed by now. Handlers of `before-send` may send it in our transport's place.
    exchange.reach(Stage.HANDED_OVER)
    exchange.requests += 1
    exchange.url = request.url
    retries: dict[str, Any] = context["retries"]
    retries["max"] = exchange.max_attempts
    if exchange.invocation_id is None:
        exchange.invocation_id = retries["invocation-id"]
    else:
        retries["invocation-id"] = exchange.invocation_id
        retries["attempt"] = exchange.attempt
    read_timeout = exchange.read_timeout(context["client_config"].read_timeout)
    if read_timeout is not None:
        context["read_timeout"] = read_timeout


def _take_body(response_dict: dict[str, Any], **_: object) -> None:
    """Keep the body of our call's response, and leave botocore nothing to parse.

    Unless a handler reads what it parses, as recorders of responses do.
    """
    exchange = sending()
    if exchange is None:
        return
    body = response_dict["body"]
    if response_dict["status_code"] < 300:
        if exchange.is_parsed:
            return
        exchange.body = body
        response_dict["body"] = b""
    elif not is_readable(body):
        # botocore raises whatever its parser does; without a body it goes by the status.
        response_dict["body"] = b""
