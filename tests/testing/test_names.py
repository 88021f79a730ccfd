"""Partitions of regions, which ARNs and registry hosts depend on."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import create_loader

from ecr_typed.testing._emulator.registry.names import is_region, partition_of

PARTITIONS: list[dict[str, Any]] = create_loader().load_data("partitions")["partitions"]
REGIONS = [
    (region, partition["id"], partition["outputs"]["dnsSuffix"])
    for partition in PARTITIONS
    for region in partition["regions"]
    if "global" not in region
]


@pytest.mark.parametrize(("region", "name", "suffix"), REGIONS)
def test_every_region_of_botocore_is_in_its_partition(region: str, name: str, suffix: str) -> None:
    """Names and domains are those that botocore has for the region."""
    assert is_region(region)
    partition = partition_of(region)
    assert (partition.name, partition.dns_suffix) == (name, suffix)


def test_a_region_of_tomorrow_is_in_the_first_partition() -> None:
    """A region that nobody knows is one of the `aws` partition."""
    assert partition_of("eu-moon-1").name == "aws"
