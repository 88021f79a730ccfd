"""The registries that ECR can pull through: how they are addressed and what they ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.repositories import EcrBackend


@dataclass(frozen=True, slots=True)
class Upstream:
    """A registry that ECR can pull through."""

    name: str
    needs_secret: bool
    account_id: str | None = None
    """Whose registry it is, if it is an ECR registry."""

    def needs_role(self, registry: EcrBackend) -> bool:
        """Tell whether a role has to be assumed to read from it."""
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


def upstream_at(host: str) -> Upstream | None:
    """Find the registry at a host; `None` if ECR doesn't know it."""
    if host in _HOSTS:
        return _HOSTS[host]
    if _AZURE.fullmatch(host):
        return Upstream("azure-container-registry", needs_secret=True)
    ecr = _ECR.fullmatch(host)
    return None if ecr is None else Upstream("ecr", needs_secret=False, account_id=ecr[1])
