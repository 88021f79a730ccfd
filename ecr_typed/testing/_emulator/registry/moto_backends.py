"""moto's backends of the services that ECR's behaviour touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moto.core.base_backend import SERVICE_BACKEND, BackendDict

    from ecr_typed.testing._emulator.registry.repositories import EcrBackend


def backend_beside(
    registry: EcrBackend, backends: BackendDict[SERVICE_BACKEND], *, account_id: str | None = None
) -> SERVICE_BACKEND:
    """Give a service's backend in the region of a registry: its account's, or another one's."""
    account_id = account_id or registry.account_id
    regions = backends[account_id]
    if registry.region_name not in regions:
        # moto knows the regions of its botocore; the emulator is not so particular.
        regions[registry.region_name] = backends.backend(registry.region_name, account_id)
    return regions[registry.region_name]
