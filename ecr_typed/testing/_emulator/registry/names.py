"""Names that depend on the partition of a region: ARNs and registry hosts."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.endpoint_provider import RuleSetStandardLibrary
from botocore.loaders import create_loader


@cache
def partition_of(region_name: str) -> str:
    """Name the partition of a region: `aws`, `aws-cn`, `aws-us-gov` ..."""
    name: str = _outputs(region_name)["name"]
    return name


@cache
def dns_suffix_of(region_name: str) -> str:
    """Give the domain that the hosts of a region end in."""
    suffix: str = _outputs(region_name)["dnsSuffix"]
    return suffix


def _outputs(region_name: str) -> dict[str, Any]:
    partitions = create_loader().load_data("partitions")
    return RuleSetStandardLibrary(partitions).aws_partition(region_name)


def repository_arn(account_id: str, region_name: str, repository_name: str) -> str:
    """Give the ARN of a repository."""
    partition = partition_of(region_name)
    return f"arn:{partition}:ecr:{region_name}:{account_id}:repository/{repository_name}"


def registry_host(account_id: str, region_name: str) -> str:
    """Give the host that container tools push to and pull from."""
    return f"{account_id}.dkr.ecr.{region_name}.{dns_suffix_of(region_name)}"
