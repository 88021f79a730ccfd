"""What ECR looks up in moto's services: callers in IAM, keys in KMS, secrets in Secrets Manager."""

from __future__ import annotations

import threading
from datetime import UTC
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.organizations.models import organizations_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sts.models import sts_backends

from ecr_typed.testing._emulator.registry.accounts import KmsKey, Secret
from ecr_typed.testing._emulator.registry.callers import Caller, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.base_backend import SERVICE_BACKEND, BackendDict
    from moto.iam.models import AccessKey, IAMBackend
    from moto.sts.models import AssumedRole

_MANAGED_KEY_ALIAS = "alias/aws/ecr"
# Each emulator has a lock of its own, but moto's KMS is one for all of them.
_kms_lock = threading.Lock()


class MotoLookups:
    """Looks callers, keys and secrets up in moto, whose state is one for the whole process."""

    def caller(self, access_key_id: str) -> Caller | None:
        """Return the user that moto's IAM issued a key for."""
        # The copies allow another thread to give moto a new account or partition meanwhile.
        for account_id, partitions in list(iam_backends.items()):
            for iam in list(partitions.values()):
                key = iam.access_keys.get(access_key_id)
                if key is not None:
                    return _caller(key, iam, account_id)
        return None

    def session(self, access_key_id: str) -> tuple[str, Session] | None:
        """Return the token and the session of temporary credentials that moto's STS issued."""
        for _, partitions in list(sts_backends.items()):
            for sts in list(partitions.values()):
                role = sts.get_assumed_role_from_access_key(access_key_id)
                if role is not None:
                    return role.session_token, _session(role)
        return None

    def has_principal(self, arn: str) -> bool:
        """Return whether a role or a user exists."""
        for _, partitions in list(iam_backends.items()):
            for iam in list(partitions.values()):
                roles, users = list(iam.roles.values()), list(iam.users.values())
                if arn in {role.arn for role in roles} | {user.arn for user in users}:
                    return True
        return False

    def organization_of(self, account_id: str) -> str | None:
        """Return the id of the organization that an account is a member of."""
        for _, partitions in list(organizations_backends.items()):
            for organizations in list(partitions.values()):
                members = {account.id for account in list(organizations.accounts)}
                if organizations.org is not None and account_id in members:
                    return str(organizations.org.id)
        return None

    def kms_key(self, account_id: str, region_name: str, name: str) -> KmsKey | None:
        """Return a key by its id or its alias."""
        kms = _backend(kms_backends, account_id, region_name)
        key_id = kms.get_key_id_from_alias(name) if name.startswith("alias/") else name
        key = kms.keys.get(key_id or "")
        return None if key is None else KmsKey(key.arn, key.key_state)

    def create_managed_key(self, account_id: str, region_name: str) -> str:
        """Return the id of the AWS managed key for ECR, which its first use creates."""
        kms = _backend(kms_backends, account_id, region_name)
        with _kms_lock:
            key_id = kms.get_key_id_from_alias(_MANAGED_KEY_ALIAS)
            if key_id is None:
                key = kms.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "ECR", None)
                key.key_manager = "AWS"
                kms.create_alias(key.id, _MANAGED_KEY_ALIAS)
                key_id = key.id
        return str(key_id)

    def secret(self, account_id: str, region_name: str, arn: str) -> Secret | None:
        """Return a secret by its ARN."""
        secret = _backend(secretsmanager_backends, account_id, region_name).secrets.get(arn)
        # moto finds a secret by a part of its ARN as well.
        if secret is None or secret.arn != arn:
            return None
        versions: Mapping[str, dict[str, Any]] = secret.versions
        current = versions.get(secret.default_version_id or "", {})
        return Secret(current.get("secret_string"), secret.is_deleted())


def _backend(
    backends: BackendDict[SERVICE_BACKEND], account_id: str, region_name: str
) -> SERVICE_BACKEND:
    """Return the backend of a service, also in a region that the installed botocore lacks."""
    regions = backends[account_id]
    if region_name not in regions:
        regions[region_name] = backends.backend(region_name, account_id)
    return regions[region_name]


def _caller(key: AccessKey, iam: IAMBackend, account_id: str) -> Caller:
    user = iam.users.get(key.user_name or "")
    return Caller.root_of(account_id) if user is None else Caller(account_id, user.arn, user.arn)


def _session(role: AssumedRole) -> Session:
    # moto's times are in UTC, and do not say so.
    expires_at = role.expiration.replace(tzinfo=UTC)
    return Session(Caller(role.account_id, role.arn, role.role_arn, role.user_id), expires_at)
