"""Tells whether anybody but botocore and us takes part in the calls of a client.

Handlers of events, a `Stubber`, mocks and instrumentation expect their turn in every call. As long
as there are none, a request can be sent directly.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Final, cast

from botocore.history import get_global_history_recorder

from ecr_typed._botocore.origin import home_of

_EVENTS: Final = (
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "before-parse",
    "response-received",
    "needs-retry",
    "after-call",
    "after-call-error",
)
"""The events of a call, in botocore's order."""

_KNOWN_HANDLERS: Final = frozenset(
    {
        "botocore.handlers._handle_request_validation_mode_member",
        "botocore.handlers._set_auth_scheme_preference_signer",
        "botocore.handlers.add_recursion_detection_header",
        "botocore.handlers.add_retry_headers",
        "botocore.handlers.generate_idempotent_uuid",
        "botocore.handlers.inject_api_version_header_if_needed",
        "botocore.handlers.set_operation_specific_signer",
        "botocore.retries.standard.MaxAttemptsSeeder.seed_max_attempts",
        "botocore.retries.standard.RetryHandler.needs_retry",
        "botocore.retries.standard.RetryQuotaChecker.release_retry_quota",
        "botocore.signers.RequestSigner.handler",
        "botocore.useragent.UserAgentString.rebuild_and_replace_user_agent_handler",
        "ecr_typed._botocore.events._recognize",
        "ecr_typed._botocore.events._take_body",
        "ecr_typed._botocore.events.mark_attempt",
    }
)
"""The handlers whose work is done for a direct request, too, or that have none in ECR's calls."""

_CLIENT_STEPS: Final = (
    "_make_api_call",
    "_emit_api_params",
    "_resolve_endpoint_ruleset",
    "_convert_to_request_dict",
    "_make_request",
)
_ENDPOINT_STEPS: Final = (
    "make_request",
    "_send_request",
    "create_request",
    "prepare_request",
    "_get_response",
    "_do_get_response",
    "_needs_retry",
    "_send",
)
_SESSION_STEPS: Final = ("send", "close")
_SIGNER_STEPS: Final = ("handler", "sign")

_HEADER_OF_PROXIES: Final = "BOTO_EXPERIMENTAL__ADD_PROXY_HOST_HEADER"
"""With this variable botocore writes to the pool of connections before each request."""


class Listeners:
    """Those who take part in the calls of a client.

    There is no public way to them, so this looks at botocore's private attributes. Where one is
    missing, making or asking this raises an exception, and the calls are botocore's.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._endpoint: Any = client._endpoint
        self._session: Any = self._endpoint.http_session
        self._history: Any = get_global_history_recorder()
        self._steps = [
            (cast("object", part), frozenset(names), attrgetter(*names))
            for part, names in (
                (client, _CLIENT_STEPS),
                (self._endpoint, _ENDPOINT_STEPS),
                (self._session, _SESSION_STEPS),
                (client._request_signer, _SIGNER_STEPS),
            )
        ]
        self._methods: list[tuple[object, ...]] = []
        """The methods that make a call, when they were last looked at."""
        self._replaced: str | None = None
        self._registered: tuple[object, dict[str, str | None]] = (None, {})
        """The cache of handlers when it was last looked at, and what was found of operations."""

    def others(self, operation_name: str) -> str | None:
        """Return one that takes part in the calls of an operation, None if nobody else does."""
        # botocore makes its cache anew whenever a handler is registered or unregistered.
        cache: object = self._client.meta.events._emitter._lookup_cache
        seen, found = self._registered
        if cache is not seen:
            found = {}
            self._registered = (cache, found)
        if operation_name not in found:
            found[operation_name] = next(self._unknown_handlers(operation_name), None)
        return found[operation_name] or self._replacement()

    def _unknown_handlers(self, operation_name: str) -> Iterator[str]:
        emitter: Any = self._client.meta.events._emitter
        for event in _EVENTS:
            name = f"{event}.ecr.{operation_name}"
            for handler in emitter._handlers.prefix_search(name):
                if home_of(handler) not in _KNOWN_HANDLERS:
                    yield f"a handler of {event}"

    def _replacement(self) -> str | None:
        """Return what stands in the place of botocore's own, if anything does."""
        if (
            self._client._endpoint is not self._endpoint
            or self._endpoint.http_session is not self._session
        ):
            return "an HTTP session of the program's own"
        if self._history._enabled:
            return "botocore's recorder of its history"
        if _HEADER_OF_PROXIES in os.environ:
            return _HEADER_OF_PROXIES
        # A mock replaces a method of an instance, instrumentation that of a class.
        for part, names, _ in self._steps:
            if not names.isdisjoint(vars(part)):
                return f"a replaced method of {type(part).__name__}"
        methods = [methods_of(type(part)) for part, _, methods_of in self._steps]
        if methods != self._methods:
            self._replaced = next(
                (
                    f"a replaced method of {type(part).__name__}"
                    for (part, _, _), found in zip(self._steps, methods, strict=True)
                    if not all(home_of(method).startswith("botocore.") for method in found)
                ),
                None,
            )
            self._methods = methods
        return self._replaced
