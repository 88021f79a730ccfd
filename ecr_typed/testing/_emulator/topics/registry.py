"""The registry itself: its policy, its settings, and tokens for container tools."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach
from ecr_typed.testing._emulator.registry.names import registry_host
from ecr_typed.testing._emulator.registry.policy_documents import check_policy
from ecr_typed.testing._emulator.registry.registry_state import RegistryState
from ecr_typed.testing._emulator.topics.replication.state import ReplicationState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation

TOKEN_LIFETIME = timedelta(hours=12)
# The values of each setting; the first is what a new registry has.
_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "BASIC_SCAN_TYPE_VERSION": ("AWS_NATIVE",),
    "REGISTRY_POLICY_SCOPE": ("V2",),
    "BLOB_MOUNTING": ("DISABLED", "ENABLED"),
}


def put_registry_policy(call: Call) -> Answer:
    """Give the registry a policy."""
    text: str = call.parameters["policyText"]
    check_policy(text, "registry")
    call.registry.state(RegistryState).policy = text
    return {"registryId": call.account_id, "policyText": text}


def get_registry_policy(call: Call) -> Answer:
    """Give the registry's policy as it was put, byte for byte."""
    return {"registryId": call.account_id, "policyText": _policy(call)}


def delete_registry_policy(call: Call) -> Answer:
    """Delete the registry's policy, and answer with what it was."""
    text = _policy(call)
    call.registry.state(RegistryState).policy = None
    return {"registryId": call.account_id, "policyText": text}


def describe_registry(call: Call) -> Answer:
    """Give the registry's id and where it replicates to."""
    rules = call.registry.state(ReplicationState).rules
    return {"registryId": call.account_id, "replicationConfiguration": {"rules": rules}}


def get_account_setting(call: Call) -> Answer:
    """Give the value of a setting."""
    name: str = call.parameters["name"]
    default = _values(name)[0]
    return {"name": name, "value": call.registry.state(RegistryState).settings.get(name, default)}


def put_account_setting(call: Call) -> Answer:
    """Change the value of a setting."""
    name: str = call.parameters["name"]
    value: str = call.parameters["value"]
    values = _values(name)
    if value not in values:
        raise breach("value", f"must satisfy enum value set: [{', '.join(values)}]")
    call.registry.state(RegistryState).settings[name] = value
    return {"name": name, "value": value}


def get_authorization_token(call: Call) -> Answer:
    """Give a new token for each registry asked for, else for the caller's."""
    registry_ids: list[str] = call.parameters.get("registryIds", [call.account_id])
    expires_at = call.clock.now() + TOKEN_LIFETIME
    return {
        "authorizationData": [
            {
                "authorizationToken": base64.b64encode(f"AWS:{_password()}".encode()).decode(),
                "expiresAt": expires_at,
                "proxyEndpoint": f"https://{registry_host(registry_id, call.region_name)}",
            }
            for registry_id in registry_ids
        ]
    }


def _policy(call: Call) -> str:
    policy = call.registry.state(RegistryState).policy
    if policy is None:
        raise ServiceError(
            "RegistryPolicyNotFoundException",
            f"Registry policy does not exist in the registry with id '{call.account_id}'",
        )
    return policy


def _values(name: str) -> tuple[str, ...]:
    if name not in _SETTINGS:
        raise breach("name", f"must satisfy enum value set: [{', '.join(_SETTINGS)}]")
    return _SETTINGS[name]


def _password() -> str:
    # AWS's are as long, and promises no size: whoever keeps them must not rely on one.
    return secrets.token_urlsafe(1_400 + secrets.randbelow(200))


OPERATIONS: Mapping[str, Operation] = {
    "PutRegistryPolicy": put_registry_policy,
    "GetRegistryPolicy": get_registry_policy,
    "DeleteRegistryPolicy": delete_registry_policy,
    "DescribeRegistry": describe_registry,
    "GetAccountSetting": get_account_setting,
    "PutAccountSetting": put_account_setting,
    "GetAuthorizationToken": get_authorization_token,
}
