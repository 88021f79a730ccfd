"""ARNs and registry hosts, which depend on the partition of a region."""

from __future__ import annotations

import re
from typing import NamedTuple


class Partition(NamedTuple):
    """A partition of AWS: `aws`, `aws-cn`, `aws-us-gov` and the isolated ones."""

    name: str
    dns_suffix: str
    region_pattern: str


# The last partition takes the regions that no other one has, those of the future included.
_PARTITIONS = (
    Partition("aws-cn", "amazonaws.com.cn", r"cn-\w+-\d+"),
    Partition("aws-us-gov", "amazonaws.com", r"us-gov-\w+-\d+"),
    Partition("aws-iso", "c2s.ic.gov", r"us-iso-\w+-\d+"),
    Partition("aws-iso-b", "sc2s.sgov.gov", r"us-isob-\w+-\d+"),
    Partition("aws-iso-e", "cloud.adc-e.uk", r"eu-isoe-\w+-\d+"),
    Partition("aws-iso-f", "csp.hci.ic.gov", r"us-isof-\w+-\d+"),
    Partition("aws-eusc", "amazonaws.eu", r"eusc-\w+-\w+-\d+"),
    Partition("aws", "amazonaws.com", r"(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+"),
)


def partition_of(region_name: str) -> Partition:
    """Return the partition of a region."""
    for partition in _PARTITIONS:
        if re.fullmatch(partition.region_pattern, region_name, re.ASCII):
            return partition
    return _PARTITIONS[-1]


def is_region(name: str) -> bool:
    """Return whether a name has the form of a region: of those that exist, or may exist one day."""
    return any(re.fullmatch(each.region_pattern, name, re.ASCII) for each in _PARTITIONS)


def repository_arn(account_id: str, region_name: str, repository_name: str) -> str:
    """Return the ARN of a repository."""
    partition = partition_of(region_name).name
    return f"arn:{partition}:ecr:{region_name}:{account_id}:repository/{repository_name}"


def registry_host(account_id: str, region_name: str) -> str:
    """Return the host that container tools push to and pull from."""
    return f"{account_id}.dkr.ecr.{region_name}.{partition_of(region_name).dns_suffix}"
