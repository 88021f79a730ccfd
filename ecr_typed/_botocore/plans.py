"""What botocore decides for all requests of an operation, for a client of ours.

The URL, the headers and what to sign for are asked of botocore's own functions. An operation for
which they would do more than is done for a direct request has no plan: its requests are botocore's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from botocore import auth
from botocore.awsrequest import prepare_request_dict
from botocore.serialize import create_serializer

PROTOCOL: Final = "json"
SIGNATURE_VERSION: Final = "v4"

_SCALARS: Final = frozenset({"string", "integer", "long", "boolean", "blob"})
"""The types whose values are written in one way only."""

_PARAMETERS_OF_ENDPOINTS: Final = frozenset({"Region", "UseDualStack", "UseFIPS", "Endpoint"})
"""What an endpoint may depend on: options of the client, which stay as they are."""

_TRAITS: Final = (
    "auth",
    "context_parameters",
    "deprecated",
    "endpoint",
    "has_event_stream_input",
    "has_event_stream_output",
    "has_streaming_input",
    "has_streaming_output",
    "http_checksum",
    "http_checksum_required",
    "idempotent_members",
    "is_endpoint_discovery_operation",
    "operation_context_parameters",
    "request_compression",
    "static_context_parameters",
    "unsigned_payload",
)
"""What makes botocore do more for an operation. No operation of ECR has any of them yet."""


class Plan(NamedTuple):
    """What all requests of an operation have in common."""

    operation_model: Any
    url: str
    host: str
    """The host as it is signed: with the port, unless that is the scheme's own."""
    headers: Mapping[str, str]
    region_name: str
    signing_name: str


def make_plan(client: Any, operation_name: str) -> Plan | str:
    """Return the plan of an operation; in its place what hinders it, if anything does."""
    operation_model: Any = client._service_model.operation_model(operation_name)
    if hindrance := _hindrance(client, operation_model):
        return hindrance
    context = _context(client, operation_model)
    endpoint, headers, _ = client._resolve_endpoint_ruleset(operation_model, {}, context)
    signer: Any = client._request_signer
    module: Any = auth
    if signer._choose_signer(operation_name, "standard", context) != SIGNATURE_VERSION:
        return "another signature"
    signing: Mapping[str, str] = context.get("signing", {})

    serializer: Any = create_serializer(PROTOCOL, include_validation=False)
    request: dict[str, Any] = serializer.serialize_to_request({}, operation_model)
    if request["method"] != "POST" or request["body"] != b"{}" or "host_prefix" in request:
        return "another kind of request"
    request["headers"].update(headers)
    # The user agent gets its place among the headers; each request has its own.
    prepare_request_dict(request, endpoint, context, client._user_agent_creator.to_string())
    return Plan(
        operation_model,
        request["url"],
        module._host_from_url(request["url"]),
        request["headers"],
        signing.get("region") or signer.region_name,
        signing.get("signing_name") or signer.signing_name,
    )


def endpoint_of(client: Any, operation_name: str) -> str:
    """Return where botocore sends the requests of an operation: `meta` does not always say."""
    operation_model: Any = client._service_model.operation_model(operation_name)
    context = _context(client, operation_model)
    endpoint, _, _ = client._resolve_endpoint_ruleset(operation_model, {}, context)
    return str(endpoint)


def _context(client: Any, operation_model: Any) -> dict[str, Any]:
    return {
        "client_region": client.meta.region_name,
        "client_config": client.meta.config,
        "auth_type": getattr(operation_model, "resolved_auth_type", operation_model.auth_type),
        "auth_options": client._service_model.metadata.get("auth"),
    }


def _hindrance(client: Any, operation_model: Any) -> str | None:
    service_model = operation_model.service_model
    protocol = getattr(service_model, "resolved_protocol", service_model.metadata["protocol"])
    if protocol != PROTOCOL:
        return f"the protocol {protocol}"
    for name in _TRAITS:
        if getattr(operation_model, name, None):
            return f"the trait {name}"
    resolver: Any = client._ruleset_resolver
    if resolver is not None and not _PARAMETERS_OF_ENDPOINTS.issuperset(
        resolver._param_definitions
    ):
        return "an endpoint that depends on more than the client's options"
    return _unusual_shape(operation_model.input_shape, ())


def _unusual_shape(shape: Any, outer: tuple[str, ...]) -> str | None:
    if shape.name in outer:
        return None
    inner: list[Any] = []
    match shape.type_name:
        case "structure":
            inner = list(shape.members.values())
        case "list":
            inner = [shape.member]
        case kind if kind not in _SCALARS:
            return f"a member of the type {kind}"
        case _:
            pass
    if shape.serialization:
        return f"a member that is written as {shape.serialization}"
    found = (_unusual_shape(one, (*outer, shape.name)) for one in inner)
    return next(filter(None, found), None)


def is_known(value: object, shape: Any) -> bool:
    """Return whether botocore knows all members of a value, as an older release may not."""
    match value:
        case dict():
            return all(
                name in shape.members and is_known(inner, shape.members[name])
                for name, inner in cast("dict[str, object]", value).items()
            )
        case list():
            return all(is_known(item, shape.member) for item in cast("list[object]", value))
        case _:
            return True
