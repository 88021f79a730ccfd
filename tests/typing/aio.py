"""asyncio: the types of methods are those of the blocking client, awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import assert_type

from ecr_typed import (
    DescribeImageScanFindingsResponse,
    DescribeRegistryResponse,
    DescribeRepositoriesResponse,
    EcrClient,
    ImageIdentifier,
    Repository,
    RetryPolicy,
)
from ecr_typed.aio import AsyncEcrClient, AsyncPager


def count(ecr: EcrClient) -> int:
    return len(ecr.describe_repositories().to_list())


async def calls(ecr: AsyncEcrClient) -> None:
    assert_type(await ecr.create_repository("team/app", tags={"a": "b"}), Repository)
    assert_type(await ecr.describe_registry(), DescribeRegistryResponse)
    assert_type(await ecr.tag_resource("arn", {"a": "b"}), None)
    image = ImageIdentifier(image_tag="v1")
    scan = await ecr.wait_until_image_scan_complete("team/app", image, timeout=10)
    assert_type(scan, DescribeImageScanFindingsResponse)
    assert_type(await ecr.run(count), int)


async def listings(ecr: AsyncEcrClient) -> None:
    listing = ecr.describe_repositories(page_size=10)
    assert_type(listing, AsyncPager[Repository, DescribeRepositoriesResponse])
    async for repository in listing:
        assert_type(repository, Repository)
    assert_type(listing.pages(), AsyncIterator[DescribeRepositoriesResponse])
    assert_type(listing.pages(prefetch=1), AsyncIterator[DescribeRepositoriesResponse])
    assert_type(listing.items(prefetch=1), AsyncIterator[Repository])
    assert_type(await listing.first(), Repository | None)
    assert_type(await listing.to_list(), list[Repository])


async def life(client: EcrClient) -> None:
    async with AsyncEcrClient(region_name="eu-west-1", concurrency=64) as ecr:
        assert_type(ecr, AsyncEcrClient)
        assert_type(ecr.client, EcrClient)
        assert_type(ecr.with_options(retry=RetryPolicy(max_attempts=5)), AsyncEcrClient)
    assert_type(AsyncEcrClient.from_client(client, concurrency=8), AsyncEcrClient)
