"""The secrets of pull through cache rules, which moto's Secrets Manager keeps.

A rule is refused when its secret isn't there, as AWS does: creating one is a single call on the
same server. What is in it is looked at when the rule is validated, not before.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.secretsmanager.models import secretsmanager_backends

from ecr_typed.testing._emulator.registry.errors import ServiceError, breach
from ecr_typed.testing._emulator.registry.moto_backends import backend_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.secretsmanager.models import FakeSecret, ReplicaSecret

    from ecr_typed.testing._emulator.registry.repositories import EcrBackend

_MEMBERS = frozenset({"username", "accessToken"})


def check_secret(arn: str, registry: EcrBackend) -> None:
    """Refuse a secret that a rule of this registry can't use."""
    region_name, account_id = arn.split(":")[3:5]
    if (region_name, account_id) != (registry.region_name, registry.account_id):
        raise breach("credentialArn", "must be in the account and Region of the rule")
    secret = _found(arn, registry)
    if secret is None:
        raise ServiceError("SecretNotFoundException", f"The secret '{arn}' does not exist")
    if secret.is_deleted():
        raise ServiceError(
            "UnableToAccessSecretException", f"The secret '{arn}' is scheduled for deletion"
        )


def flaw_of(arn: str, registry: EcrBackend) -> str | None:
    """Tell what keeps ECR from logging in with a secret; `None` if nothing does."""
    secret = _found(arn, registry)
    if secret is None or secret.is_deleted():
        return f"The secret '{arn}' does not exist"
    versions: Mapping[str, dict[str, Any]] = secret.versions
    current = versions.get(secret.default_version_id or "", {})
    try:
        document: object = json.loads(current.get("secret_string") or "")
    except ValueError:
        document = None
    if not isinstance(document, dict) or not document.keys() >= _MEMBERS:
        return f"The secret '{arn}' is no JSON object with 'username' and 'accessToken'"
    return None


def _found(arn: str, registry: EcrBackend) -> FakeSecret | ReplicaSecret | None:
    found = backend_beside(registry, secretsmanager_backends).secrets.get(arn)
    # moto finds it by a part of the ARN as well.
    return found if found is not None and found.arn == arn else None
