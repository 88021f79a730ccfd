"""Upstream registries that ECR can pull through: their hosts, and the secrets to log in to them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecr_typed.testing._emulator.registry.errors import ServiceError, invalid

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.accounts import Secret
    from ecr_typed.testing._emulator.registry.repositories import Registry


@dataclass(frozen=True, slots=True)
class Upstream:
    """A registry that ECR can pull through."""

    name: str
    needs_secret: bool
    account_id: str | None = None
    """The account of an ECR registry."""

    def needs_role(self, registry: Registry) -> bool:
        """Return whether ECR has to assume a role to read from it."""
        return self.account_id is not None and self.account_id != registry.account_id


_HOSTS = {
    "public.ecr.aws": Upstream("ecr-public", needs_secret=False),
    "quay.io": Upstream("quay", needs_secret=False),
    "registry.k8s.io": Upstream("k8s", needs_secret=False),
    "registry-1.docker.io": Upstream("docker-hub", needs_secret=True),
    "ghcr.io": Upstream("github-container-registry", needs_secret=True),
    "registry.gitlab.com": Upstream("gitlab-container-registry", needs_secret=True),
    "cgr.dev": Upstream("chainguard", needs_secret=True),
}
_AZURE = re.compile(r"[a-z0-9]+\.azurecr\.io", re.ASCII)
_ECR = re.compile(r"([0-9]{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", re.ASCII)
_SECRET_MEMBERS = frozenset({"username", "accessToken"})


def upstream_at(host: str) -> Upstream | None:
    """Return the registry at a host; `None` if ECR does not support it."""
    if host in _HOSTS:
        return _HOSTS[host]
    if _AZURE.fullmatch(host):
        return Upstream("azure-container-registry", needs_secret=True)
    ecr = _ECR.fullmatch(host)
    return None if ecr is None else Upstream("ecr", needs_secret=False, account_id=ecr[1])


def check_secret(arn: str, registry: Registry) -> None:
    """Refuse a secret that a rule of this registry can't use.

    Where secrets are kept, the secret has to exist. Its text is checked when the rule is validated.
    """
    region_name, account_id = arn.split(":")[3:5]
    if (region_name, account_id) != (registry.region_name, registry.account_id):
        raise invalid("credentialArn", "must be in the account and Region of the rule")
    if not registry.registries.accounts.knows_secrets:
        return
    secret = _secret(arn, registry)
    if secret is None:
        raise ServiceError("SecretNotFoundException", f"The secret '{arn}' does not exist")
    if secret.is_deleted:
        raise ServiceError(
            "UnableToAccessSecretException", f"The secret '{arn}' is scheduled for deletion"
        )


def secret_error(arn: str, registry: Registry) -> str | None:
    """Return why ECR can't log in with a secret; `None` if it can."""
    if not registry.registries.accounts.knows_secrets:
        return None
    secret = _secret(arn, registry)
    if secret is None or secret.is_deleted:
        return f"The secret '{arn}' does not exist"
    try:
        document: object = json.loads(secret.text or "")
    except ValueError:
        document = None
    if not isinstance(document, dict) or not document.keys() >= _SECRET_MEMBERS:
        return f"The secret '{arn}' is no JSON object with 'username' and 'accessToken'"
    return None


def _secret(arn: str, registry: Registry) -> Secret | None:
    accounts = registry.registries.accounts
    return accounts.secret(registry.account_id, registry.region_name, arn)
