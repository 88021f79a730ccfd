"""Makes models from successful responses, whoever sent the requests.

On a client of ours it is the body, on an adopted client and under a `Stubber` what botocore parsed.
Both ways refuse the same: a page of a proxy, a body that was cut short, an error under a good
status.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, TypeVar, cast

import attrs

from ecr_typed import models
from ecr_typed._botocore.errors import error_code, service_error
from ecr_typed._botocore.exchange import Exchange
from ecr_typed._calls.operation import Operation
from ecr_typed._conversion.convert import from_body, from_parsed
from ecr_typed._conversion.shapes import members
from ecr_typed._errors import EcrError, EcrResponseError, EcrServiceError

Response = TypeVar("Response", bound=attrs.AttrsInstance)

_EMPTY_STRUCTURE: Final = range(len("{}"), len("{}\r\n") + 1)
"""The lengths of a body that says nothing."""

_SHORTEST_ERROR: Final = len('{"__type":""}')
"""How long a body is at least that is an error under a good status."""


def decode(
    operation: Operation[Response], parsed: Mapping[str, Any], exchange: Exchange
) -> Response:
    """Return the response's model.

    Raises:
        EcrServiceError: The response is an error in spite of its status.
        EcrResponseError: The response can't be read, or does not fit the model.
    """
    model: type[Response] = getattr(models, operation.response)
    code = exchange.headers.get("x-amzn-errortype")
    if code is not None:
        raise _disguised_error(operation.name, exchange, code, message="")
    try:
        if exchange.body is not None:
            return from_body(
                model, exchange.body, partial(_refuse_disguised_error, operation.name, exchange)
            )
        _refuse_unparsed(model, parsed, exchange)
        return from_parsed(model, parsed)
    except EcrServiceError:
        raise
    except EcrError as error:
        error.args = (f"{operation.name}: {error.args[0]}",)
        raise


def _refuse_disguised_error(operation_name: str, exchange: Exchange, value: object) -> None:
    """Refuse the JSON value of a body that is an error's."""
    # Members are looked up here, as it takes long to search the text of a large page.
    if not isinstance(value, dict):
        return
    found = cast("dict[str, object]", value)
    code = found.get("__type")
    if isinstance(code, str):
        message = found.get("message") or found.get("Message") or ""
        raise _disguised_error(operation_name, exchange, code, str(message))


def _disguised_error(
    operation_name: str, exchange: Exchange, code: str, message: str
) -> EcrServiceError:
    code = error_code(code)
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {
            "RequestId": exchange.request_id,
            "HTTPStatusCode": exchange.http_status,
            "HTTPHeaders": {name.lower(): text for name, text in exchange.headers.items()},
        },
    }
    return service_error(code, response, operation_name)


def _refuse_unparsed(
    model: type[attrs.AttrsInstance], parsed: Mapping[str, Any], exchange: Exchange
) -> None:
    """Refuse a response of which botocore understood nothing: it says so to nobody.

    There is no body to look at any more, but its length and its type are among the headers.
    """
    if any(name != "ResponseMetadata" for name in parsed):
        return
    kind = exchange.headers.get("content-type", "")
    length = exchange.headers.get("content-length", "")
    is_foreign = bool(kind) and "json" not in kind
    if not length.isdecimal():
        is_unread = is_foreign
    elif members(model):
        is_unread = is_foreign or int(length) not in _EMPTY_STRUCTURE
    else:
        # Of emulators, what says nothing may have any type; later on it may say a little more.
        is_unread = int(length) >= _SHORTEST_ERROR
    if is_unread:
        error = EcrResponseError(
            f"the response can't be read: {length or 'some'} bytes of {kind or 'no known type'}"
        )
        # It may have been cut short on its way.
        error.is_transient = True
        raise error
