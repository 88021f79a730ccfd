"""The registry itself: its policy, its settings, and tokens for container tools."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid
from ecr_typed.testing._emulator.registry.policy_documents import check_policy
from ecr_typed.testing._emulator.registry.principals import check_principals
from ecr_typed.testing._emulator.registry.rewriting import rewrite_registry_policy
from ecr_typed.testing._emulator.registry.tokens import USER_NAME, RegistryToken
from ecr_typed.testing._emulator.texts import constraints, refusals
from ecr_typed.testing._emulator.topics.replication.rules import ReplicationRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Call, Response

TOKEN_LIFETIME = timedelta(hours=12)
# The values of each setting; the first is the default.
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "BASIC_SCAN_TYPE_VERSION": ("AWS_NATIVE",),
    "REGISTRY_POLICY_SCOPE": ("V2",),
    "BLOB_MOUNTING": ("DISABLED", "ENABLED"),
}


def put_registry_policy(call: Call) -> Response:
    """Set the policy of the registry."""
    text: str = call.parameters["policyText"]
    check_policy(text, "registry")
    check_principals(text, call.registry)
    call.registry.policy = rewrite_registry_policy(text, call.registry.partition)
    return {"registryId": call.account_id, "policyText": call.registry.policy}


def get_registry_policy(call: Call) -> Response:
    """Return the policy of the registry."""
    return {"registryId": call.account_id, "policyText": _policy(call)}


def delete_registry_policy(call: Call) -> Response:
    """Delete the policy of the registry, and return it."""
    text = _policy(call)
    call.registry.policy = None
    return {"registryId": call.account_id, "policyText": text}


def describe_registry(call: Call) -> Response:
    """Return the registry's id and its replication rules."""
    rules = call.registry.states.of(ReplicationRules).rules
    return {"registryId": call.account_id, "replicationConfiguration": {"rules": rules}}


def get_account_setting(call: Call) -> Response:
    """Return the value of a setting."""
    name: str = call.parameters["name"]
    default = _values(name)[0]
    return {"name": name, "value": call.registry.settings.get(name, default)}


def put_account_setting(call: Call) -> Response:
    """Set the value of a setting."""
    name: str = call.parameters["name"]
    value: str = call.parameters["value"]
    values = _values(name)
    if value not in values:
        raise invalid("value", constraints.NOT_IN_ENUM(values=", ".join(values)))
    call.registry.settings[name] = value
    return {"name": name, "value": value}


def get_authorization_token(call: Call) -> Response:
    """Return a new token for each registry asked for, else for the caller's."""
    registry_ids: list[str] = call.parameters.get("registryIds", [call.account_id])
    return {"authorizationData": [_authorization(call, each) for each in registry_ids]}


def _authorization(call: Call, registry_id: str) -> dict[str, Any]:
    expires_at = call.now + TOKEN_LIFETIME
    token = RegistryToken(call.caller, registry_id, call.region_name, expires_at)
    text = f"{USER_NAME}:{call.registries.registry_tokens.issue(token)}"
    return {
        "authorizationToken": base64.b64encode(text.encode()).decode(),
        "expiresAt": expires_at,
        "proxyEndpoint": call.registry_of(registry_id).url,
    }


def _policy(call: Call) -> str:
    policy = call.registry.policy
    if policy is None:
        raise ServiceError(
            "RegistryPolicyNotFoundException",
            refusals.REGISTRY_POLICY_NOT_FOUND(registry_id=call.account_id),
        )
    return policy


def _values(name: str) -> tuple[str, ...]:
    if name not in _SETTINGS:
        raise invalid("name", constraints.NOT_IN_ENUM(values=", ".join(_SETTINGS)))
    return _SETTINGS[name]
