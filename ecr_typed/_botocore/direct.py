"""The direct way: a request without botocore's machinery around it.

What botocore decides for each request is done by its own functions: credentials, signature, user
agent. What is left in between is JSON and the client's HTTP session.

`docs/design/direct-way.md` says which calls go this way.
"""

from __future__ import annotations

import logging
import uuid
from base64 import b64encode
from collections.abc import Callable
from json import JSONEncoder
from typing import Any, Final

from botocore.awsrequest import AWSRequest, HeadersDict
from botocore.exceptions import BotoCoreError
from botocore.handlers import add_recursion_detection_header, add_retry_headers

from ecr_typed._botocore.exchange import Exchange, Stage
from ecr_typed._botocore.listeners import Listeners
from ecr_typed._botocore.parsing import is_readable
from ecr_typed._botocore.parts import PART, large_part, with_part
from ecr_typed._botocore.plans import PROTOCOL, SIGNATURE_VERSION, Plan, is_known, make_plan
from ecr_typed._botocore.releases import is_at_least
from ecr_typed._botocore.transport import Response, Transport
from ecr_typed._wire import GENERATED_FROM

_logger = logging.getLogger(__name__)

_ERRORS_FROM: Final = 300
"""The status from which on botocore takes a response for an error."""

_FAILURES: Final = (AttributeError, LookupError, TypeError, ValueError, BotoCoreError)
"""What may come of asking a botocore that is built otherwise than those that we know."""


class DirectWay:
    """Sends the requests of a client of ours, as long as nobody else takes part in its calls.

    There is no public way to the parts of botocore, so private attributes are used. Where one is
    missing, there is no plan, and botocore sends the request.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._listeners = Listeners(client)
        self._plans: dict[str, Plan | str] = {}
        """The plan of each operation, or what hinders it."""
        self._transports: dict[str, Transport] = {}
        self._is_current = is_at_least(GENERATED_FROM)

    def plan(self, operation_name: str, exchange: Exchange) -> Plan | None:
        """Return the plan of an operation's requests; None if botocore has to send them."""
        try:
            hindrance = self._listeners.others(operation_name)
            if hindrance is None:
                plan = self._plans.get(operation_name)
                if plan is None:
                    plan = self._plans[operation_name] = make_plan(self._client, operation_name)
                if not isinstance(plan, str) and not self._knows(plan, exchange):
                    plan = "an argument that this botocore does not know"
                if not isinstance(plan, str):
                    exchange.way = "sent directly"
                    return plan
                hindrance = plan
            exchange.is_parsed = self._listeners.reads_responses(operation_name)
        except _FAILURES as error:
            hindrance = f"{type(error).__name__}: {error}"
        exchange.way = f"sent by botocore, because of {hindrance}"
        return None

    def _knows(self, plan: Plan, exchange: Exchange) -> bool:
        """Return whether botocore, which would refuse others, knows the arguments of a request."""
        return self._is_current or is_known(exchange.parameters, plan.operation_model.input_shape)

    def send(self, plan: Plan, exchange: Exchange) -> None:
        """Make one request; its response goes into the exchange.

        Raises:
            ClientError: The service responded with an error.
            BotoCoreError: There are no credentials, or no response came.
        """
        context = exchange.context = {"retries": _retries(exchange)}
        body = _body(plan.operation_model.name, exchange.parameters)
        request: Any = _Request("POST", plan.url, data=body)
        # botocore's own class for headers takes as long as the signature, to find any spelling.
        headers = _Headers(plan.headers)
        request.headers, request.context = headers, context
        add_recursion_detection_header({"headers": headers})
        self._sign(plan, request)
        # It may tell which credentials signed the request, and is not signed itself.
        headers["User-Agent"] = self._client._user_agent_creator.to_string().encode()
        add_retry_headers(request)
        headers["Content-Length"] = str(len(body))

        # Nobody repeats a request that is sent directly.
        exchange.url = plan.url
        exchange.requests = 1
        exchange.is_counted = True
        exchange.stage = Stage.HANDED_OVER
        exchange.is_sending = True
        read_timeout = exchange.read_timeout(self._client.meta.config.read_timeout)
        response = self._transport(plan.url).post(headers, body, read_timeout)
        exchange.http_status = response.status
        exchange.headers = response.headers
        exchange.request_id = response.headers.get("x-amzn-requestid")
        if response.status >= _ERRORS_FROM:
            raise self._error(plan, response)
        exchange.body = response.body

    def _sign(self, plan: Plan, request: Any) -> None:
        signature: Any = self._client._request_signer.get_auth_instance(
            plan.signing_name, plan.region_name, signature_version=SIGNATURE_VERSION
        )
        # The HTTP library writes it. Without it here, botocore would find it out twice.
        request.headers["host"] = plan.host
        if hasattr(signature, "headers_to_sign"):
            # botocore's signer asks for them twice, and they are the same.
            signature.headers_to_sign = _once(signature.headers_to_sign)
        signature.add_auth(request)
        del request.headers["host"]

    def _transport(self, url: str) -> Transport:
        transport = self._transports.get(url)
        if transport is None:
            transport = Transport(self._client._endpoint.http_session, url)
            self._transports[url] = transport
        return transport

    def _error(self, plan: Plan, response: Response) -> Exception:
        """Return what botocore raises for a response that is an error."""
        operation_model = plan.operation_model
        response_dict: dict[str, Any] = {
            "headers": HeadersDict(response.headers),
            "status_code": response.status,
            "context": {"operation_name": operation_model.name},
            # botocore raises whatever its parser does; without a body it goes by the status.
            "body": response.body if is_readable(response.body) else b"",
        }
        endpoint: Any = self._client._endpoint
        parser: Any = endpoint._response_parser_factory.create_parser(PROTOCOL)
        parsed: dict[str, Any] = parser.parse(response_dict, operation_model.output_shape)
        endpoint._add_modeled_error_fields(response_dict, parsed, operation_model, parser)
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        kind = self._client.exceptions.from_code(parsed.get("Error", {}).get("Code"))
        error: Exception = kind(parsed, operation_model.name)
        return error


def find_direct_way(client: Any) -> DirectWay | None:
    """Return the direct way of a client of ours; None if botocore lacks what it takes."""
    try:
        return DirectWay(client)
    except _FAILURES as error:
        _logger.debug("all requests are sent by botocore (%s: %s)", type(error).__name__, error)
        return None


class _Request(AWSRequest):
    """A request that is signed with its body as it is."""

    @property
    def body(self) -> Any:
        """The body; botocore's own class prepares the whole request to find it."""
        return self.data


class _Headers(dict[str, Any]):
    """Headers that don't show a session's token where an error reporter shows a frame."""

    def __repr__(self) -> str:
        return f"<headers {', '.join(self)}>"


def _once(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that is run at its first call, and returns the same from then on."""
    results: list[Any] = []

    def once(argument: Any) -> Any:
        if not results:
            results.append(function(argument))
        return results[0]

    return once


def _retries(exchange: Exchange) -> dict[str, Any]:
    """Return which attempt of which call a request is, as botocore's headers have it."""
    if exchange.invocation_id is None:
        exchange.invocation_id = str(uuid.uuid4())
    return {
        "attempt": exchange.attempt,
        "invocation-id": exchange.invocation_id,
        "max": exchange.max_attempts,
    }


def _body(operation_name: str, parameters: Any) -> bytes | bytearray:
    part = large_part(operation_name, parameters)
    if part is not None:
        body = with_part(_JSON.encode({**parameters, PART: b""}).encode(), part)
        if body is not None:
            return body
    return _JSON.encode(parameters).encode()


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


_JSON: Final = JSONEncoder(default=_base64)
"""Writes boto3's parameters: of what they hold, only blobs have no form of their own in JSON."""
