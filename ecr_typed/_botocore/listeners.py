"""Finds out whether handlers or patches of others take part in the calls of a client.

Handlers of events, a `Stubber`, mocks and instrumentation expect their turn in every call. As long
as there are none, a request can be sent directly.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter, is_
from types import SimpleNamespace
from typing import Any, Final, cast

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth
from botocore.history import get_global_history_recorder

from ecr_typed._botocore.origin import home_of
from ecr_typed._botocore.plans import SIGNATURE_VERSION

_AFTER: Final = "after-call"

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
    _AFTER,
    "after-call-error",
)
"""The events of a call, in botocore's order."""

_SIGNER: Final = "botocore.signers.RequestSigner.handler"

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
        _SIGNER,
        "botocore.useragent.UserAgentString.rebuild_and_replace_user_agent_handler",
        "ecr_typed._botocore.events._recognize",
        "ecr_typed._botocore.events._take_body",
        "ecr_typed._botocore.events.mark_attempt",
    }
)
"""The handlers whose work is done for a direct request, too, or that have none in ECR's calls."""

_METHODS_OF_THE_CLIENT: Final = {
    "": (
        "_make_api_call",
        "_emit_api_params",
        "_resolve_endpoint_ruleset",
        "_convert_to_request_dict",
        "_make_request",
    ),
    "_endpoint": (
        "make_request",
        "_send_request",
        "create_request",
        "prepare_request",
        "_get_response",
        "_do_get_response",
        "_needs_retry",
        "_send",
    ),
    "_endpoint.http_session": ("send", "close"),
    "_request_signer": ("handler", "sign", "get_auth_instance"),
}
"""The steps of a call that are methods of the client and of its parts."""

_FUNCTIONS: Final = {
    "auth": ("SigV4Auth.add_auth",),
    "awsrequest": (
        "AWSPreparedRequest.__init__",
        "AWSRequest.body",
        "AWSRequest.prepare",
        "AWSRequestPreparer.prepare",
        "AWSResponse.__init__",
        "AWSResponse.content",
        "create_request_object",
        "prepare_request_dict",
    ),
    "client": ("prepare_request_dict", "resolve_checksum_context"),
    "endpoint": ("convert_to_response_dict", "create_request_object"),
    "endpoint_provider": ("EndpointProvider.resolve_endpoint",),
    "history": ("HistoryRecorder.record",),
    "hooks": (
        "EventAliaser.emit",
        "EventAliaser.emit_until_response",
        "HierarchicalEmitter._emit",
        "HierarchicalEmitter.emit",
        "HierarchicalEmitter.emit_until_response",
    ),
    "parsers": (
        "BaseJSONParser._parse_body_as_json",
        "JSONParser._do_parse",
        "ResponseParser.parse",
        "ResponseParserFactory.create_parser",
    ),
    "regions": ("EndpointRulesetResolver.construct_endpoint",),
    "serialize": ("JSONSerializer.serialize_to_request",),
    "signers": ("RequestSigner._choose_signer",),
    "validate": ("ParamValidationDecorator.serialize_to_request", "ParamValidator.validate"),
}
"""Other steps, by botocore's modules. Those that a botocore does not have are nobody's."""

_LOGS: Final = ("botocore", "botocore.endpoint", "botocore.hooks", "botocore.parsers")
"""The loggers that tell at level `DEBUG` of what is not done for a direct request.

Who gives one of them this level reads of every call. One that has it from the root logger, as all
others do, was asked for by nobody.
"""

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
        self._signers: Any = AUTH_TYPE_MAPS
        self._history: Any = get_global_history_recorder()
        self._parts = [
            (part, frozenset(names))
            for path, names in _METHODS_OF_THE_CLIENT.items()
            for part in [cast("object", attrgetter(path)(client) if path else client)]
        ]
        self._logs = [logging.getLogger(name) for name in _LOGS]
        owners, paths = _owners([part for part, _ in self._parts])
        self._owners = SimpleNamespace(**owners)
        self._functions_of = attrgetter(*paths)
        self._seen: tuple[object, ...] = ()
        """The functions that make a call, when they were last looked at."""
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

    def reads_responses(self, operation_name: str) -> bool:
        """Return whether a handler gets the responses of an operation as botocore parses them."""
        return any(self._unknown_handlers(operation_name, (_AFTER,)))

    def _unknown_handlers(
        self, operation_name: str, events: Sequence[str] = _EVENTS
    ) -> Iterator[str]:
        emitter: Any = self._client.meta.events._emitter
        for event in events:
            name = f"{event}.ecr.{operation_name}"
            for handler in emitter._handlers.prefix_search(name):
                home = home_of(handler)
                is_other_signer = (
                    home == _SIGNER and handler.__self__ is not self._client._request_signer
                )
                if is_other_signer or home not in _KNOWN_HANDLERS:
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
        # With botocore's optional C library, it is another one, which replaces the headers.
        if self._signers.get(SIGNATURE_VERSION) is not SigV4Auth:
            return "another signer"
        for log in self._logs:
            if logging.NOTSET < log.level <= logging.DEBUG:
                return f"the log {log.name}"
        # A mock replaces a method of an instance, instrumentation that of a class.
        for part, names in self._parts:
            if not names.isdisjoint(vars(part)):
                return f"a replaced method of {type(part).__name__}"
        found = self._functions_of(self._owners)
        if len(found) != len(self._seen) or not all(map(is_, found, self._seen)):
            self._replaced = next(
                (
                    f"a replaced {getattr(step, '__name__', 'function')} of botocore"
                    for step in found
                    if not home_of(step).startswith("botocore.")
                ),
                None,
            )
            self._seen = found
        return self._replaced


def _owners(parts: Iterable[object]) -> tuple[dict[str, object], list[str]]:
    """Return what has the functions that make a call, by names, and the paths to these."""
    owners: dict[str, object] = {}
    paths: list[str] = []
    for part, names in zip(parts, _METHODS_OF_THE_CLIENT.values(), strict=True):
        owners[type(part).__name__] = type(part)
        paths += [f"{type(part).__name__}.{name}" for name in names]
    for module_name, known in _FUNCTIONS.items():
        module = sys.modules.get(f"botocore.{module_name}")
        for path in known:
            owner_name, _, name = path.rpartition(".")
            owner = getattr(module, owner_name, None) if owner_name else module
            if hasattr(owner, name):
                key = owner_name or f"module_{module_name}"
                owners[key] = owner
                paths.append(f"{key}.{name}")
    return owners, paths
