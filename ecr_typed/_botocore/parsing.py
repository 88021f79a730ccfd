"""Taking part in a response's parsing, also by releases of botocore that have no event for it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from ecr_typed._botocore.releases import is_at_least

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

Handler = Callable[..., None]


def before_parse(client: ECRClient, handler: Handler) -> None:
    """Have a handler called with `response_dict` before a response of the client is parsed."""
    if is_at_least("1.35.16"):
        client.meta.events.register("before-parse.ecr", handler)
        return
    # botocore has no public way there. Where it has none at all, it parses, which only takes longer.
    with contextlib.suppress(AttributeError):
        private: Any = client
        endpoint = private._endpoint  # noqa: SLF001
        factory = endpoint._response_parser_factory  # noqa: SLF001
        endpoint._response_parser_factory = _Parsers(factory, handler)  # noqa: SLF001


class _Parsers:
    """A client's response parsers, each of which calls the handler first."""

    def __init__(self, factory: Any, handler: Handler) -> None:
        self._factory = factory
        self._handler = handler

    def create_parser(self, protocol: str) -> _Parser:
        return _Parser(self._factory.create_parser(protocol), self._handler)


class _Parser:
    def __init__(self, parser: Any, handler: Handler) -> None:
        self._parser = parser
        self._handler = handler

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        self._handler(response_dict=response)
        return self._parser.parse(response, shape)


def is_readable(body: bytes) -> bool:
    """Return whether botocore's parser can read the body of an error."""
    try:
        found: Any = json.loads(body.decode())
        return isinstance(found, dict) and isinstance(
            cast("dict[str, object]", found).get("__type"), str | None
        )
    except (UnicodeDecodeError, RecursionError):
        return False
    except ValueError:
        # Text that is no JSON, such as a proxy's page, becomes the error's message.
        return True
