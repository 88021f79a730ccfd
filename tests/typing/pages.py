"""What a pager gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_type

from ecr_typed import (
    DescribeImageScanFindingsResponse,
    DescribeRepositoriesResponse,
    EcrClient,
    EnhancedImageScanFinding,
    ImageIdentifier,
    ImageScanFinding,
    ListPullTimeUpdateExclusionsResponse,
    Pager,
    Repository,
)


def iteration(pager: Pager[Repository, DescribeRepositoriesResponse]) -> None:
    for repository in pager:
        assert_type(repository, Repository)
    assert_type(iter(pager), Iterator[Repository])
    assert_type([*pager], list[Repository])
    assert_type({found.repository_name: found.created_at.year for found in pager}, dict[str, int])
    assert_type(sorted(pager, key=lambda found: found.repository_name), list[Repository])


def pages(pager: Pager[Repository, DescribeRepositoriesResponse]) -> None:
    assert_type(pager.pages(), Iterator[DescribeRepositoriesResponse])
    for page in pager.pages():
        assert_type(page, DescribeRepositoriesResponse)
        assert_type(page.repositories, tuple[Repository, ...])
        assert_type(page.next_token, str | None)
    assert_type(next(pager.pages()), DescribeRepositoriesResponse)


def ahead(pager: Pager[Repository, DescribeRepositoriesResponse]) -> None:
    assert_type(pager.pages(prefetch=1), Iterator[DescribeRepositoriesResponse])
    assert_type(pager.items(), Iterator[Repository])
    for repository in pager.items(prefetch=1):
        assert_type(repository, Repository)


def first(pager: Pager[Repository, DescribeRepositoriesResponse]) -> None:
    assert_type(pager.first(), Repository | None)
    if (repository := pager.first()) is not None:
        assert_type(repository, Repository)


def to_list(pager: Pager[Repository, DescribeRepositoriesResponse]) -> None:
    assert_type(pager.to_list(), list[Repository])


def items_of_two_kinds(ecr: EcrClient, image_id: ImageIdentifier) -> None:
    pager = ecr.describe_image_scan_findings("team/app", image_id)
    for finding in pager:
        assert_type(finding, ImageScanFinding | EnhancedImageScanFinding)
        if isinstance(finding, EnhancedImageScanFinding):
            assert_type(finding.score, float | None)
        else:
            assert_type(finding.uri, str | None)
    assert_type(next(pager.pages()), DescribeImageScanFindingsResponse)


def items_that_are_text(ecr: EcrClient) -> None:
    pager = ecr.list_pull_time_update_exclusions(page_size=10)
    assert_type(pager.to_list(), list[str])
    assert_type(pager.pages(), Iterator[ListPullTimeUpdateExclusionsResponse])


def resumed(ecr: EcrClient, page: DescribeRepositoriesResponse) -> None:
    # A token that is absent is passed on as it is.
    assert_type(
        ecr.describe_repositories(starting_token=page.next_token),
        Pager[Repository, DescribeRepositoriesResponse],
    )


def item_alone(pager: Pager[Repository]) -> list[str]:
    """The type of the pages has a default."""
    for page in pager.pages():
        assert_type(page.next_token, str | None)
    assert_type(pager.first(), Repository | None)
    return [repository.repository_name for repository in pager]


def pager_of_any_pages(
    ecr: EcrClient, pager: Pager[Repository, DescribeRepositoriesResponse]
) -> None:
    names: list[str] = [*item_alone(pager), *item_alone(ecr.describe_repositories())]
    anything: Pager[object] = pager
    print(names, anything)
