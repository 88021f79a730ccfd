"""Pages and tokens, on DescribeRepositories for all paged operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .answers import message_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry of seven repositories, r0 to r6."""
    for number in (3, 1, 4, 0, 5, 2, 6):
        boto3_ecr.create_repository(repositoryName=f"r{number}")
    return boto3_ecr


def page(boto3_ecr: ECRClient, **arguments: Any) -> tuple[list[str], str | None]:
    """Give the names on a page and the token of the next."""
    answer: Any = boto3_ecr.describe_repositories(**arguments)
    return [r["repositoryName"] for r in answer["repositories"]], answer.get("nextToken")


def test_pages_hold_everything_once(boto3_ecr: ECRClient) -> None:
    """Pages of any size together hold each repository once (API DescribeRepositories)."""
    for size in (1, 2, 3, 6, 7, 8, 1000):
        paginator: Any = boto3_ecr.get_paginator("describe_repositories")
        pages = list(paginator.paginate(PaginationConfig={"PageSize": size}))
        names = [r["repositoryName"] for each in pages for r in each["repositories"]]
        assert sorted(names) == [f"r{n}" for n in range(7)]
        assert len(pages) == -(-7 // size)


def test_the_last_page_has_no_token(boto3_ecr: ECRClient) -> None:
    """The token is absent when nothing follows, also on a full page (API reference)."""
    assert "nextToken" not in boto3_ecr.describe_repositories(maxResults=7)
    assert "nextToken" in boto3_ecr.describe_repositories(maxResults=6)


def test_a_hundred_without_a_size(boto3_ecr: ECRClient) -> None:
    """Without maxResults a page holds 100 (API DescribeRepositories)."""
    for number in range(94):
        boto3_ecr.create_repository(repositoryName=f"more/{number}")
    names, token = page(boto3_ecr)
    assert len(names) == 100
    assert len(page(boto3_ecr, nextToken=token)[0]) == 1


@pytest.mark.parametrize(("size", "bound"), [(1001, "less"), (0, "greater")])
def test_sizes_out_of_range(unchecked: ECRClient, size: int, bound: str) -> None:
    """maxResults is 1 to 1000 (andrey-pohilko/registry-cli#79)."""
    assert message_of(unchecked.describe_repositories, maxResults=size).startswith(
        "Invalid parameter at 'maxResults' failed to satisfy constraint: "
        f"'Member must have value {bound} than or equal to"
    )


def test_the_size_may_change_from_page_to_page(boto3_ecr: ECRClient) -> None:
    """A token goes with any page size."""
    names, token = page(boto3_ecr, maxResults=2)
    assert len(names + page(boto3_ecr, maxResults=4, nextToken=token)[0]) == 6


def test_a_token_can_be_used_twice(boto3_ecr: ECRClient) -> None:
    """The same token gives the same page again: a page can be retried."""
    _, token = page(boto3_ecr, maxResults=2)
    assert page(boto3_ecr, maxResults=2, nextToken=token) == page(
        boto3_ecr, maxResults=2, nextToken=token
    )


def test_what_comes_and_goes_between_pages(boto3_ecr: ECRClient) -> None:
    """Creations and deletions between pages neither repeat nor hide other repositories."""
    first, token = page(boto3_ecr, maxResults=3)
    boto3_ecr.delete_repository(repositoryName=first[0])
    boto3_ecr.delete_repository(repositoryName=first[-1])
    boto3_ecr.create_repository(repositoryName="a0")
    rest, token = page(boto3_ecr, nextToken=token)
    assert token is None
    assert sorted(first + rest) == [f"r{n}" for n in range(7)]


def test_when_everything_after_a_page_is_gone(boto3_ecr: ECRClient) -> None:
    """A token whose page has become empty gives an empty last page."""
    _, token = page(boto3_ecr, maxResults=6)
    boto3_ecr.delete_repository(repositoryName="r6")
    assert page(boto3_ecr, nextToken=token) == ([], None)


@pytest.mark.parametrize("token", ["", "x", "!", "é", "AAAA", "cjE=", "A" * 5000])
def test_made_up_tokens_are_refused(boto3_ecr: ECRClient, token: str) -> None:
    """A token that was never issued is an InvalidParameterException (faiscadev/fakecloud#1397)."""
    message = message_of(boto3_ecr.describe_repositories, nextToken=token)
    assert message.startswith("Invalid parameter at 'nextToken' failed to satisfy constraint: '")


def test_tampered_tokens_are_refused(boto3_ecr: ECRClient) -> None:
    """A token with one character changed, added or cut off is refused."""
    _, token = page(boto3_ecr, maxResults=2)
    assert token is not None
    changed = [
        token[:i] + ("A" if letter != "A" else "B") + token[i + 1 :]
        for i, letter in enumerate(token)
        if letter != "="
    ]
    for each in [*changed, token[:-1], token + "=", token + "\n", token + "A", " " + token]:
        message_of(boto3_ecr.describe_repositories, nextToken=each)


def test_a_token_belongs_to_its_call(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient], account_id: str
) -> None:
    """A token is refused with other arguments, another operation, region or account."""
    _, token = page(boto3_ecr, maxResults=2)
    message_of(boto3_ecr.describe_repositories, nextToken=token, registryId=account_id)
    message_of(boto3_ecr.describe_repository_creation_templates, nextToken=token)
    message_of(make_client(region_name="eu-west-1").describe_repositories, nextToken=token)
    other = make_client(account_id="777777777777")
    message_of(other.describe_repositories, nextToken=token)


@pytest.mark.parametrize("paging", [{"maxResults": 10}, {"nextToken": "any"}])
def test_names_refuse_paging(boto3_ecr: ECRClient, paging: dict[str, Any]) -> None:
    """Names go neither with maxResults nor with nextToken (API DescribeRepositories)."""
    (parameter,) = paging
    message = message_of(boto3_ecr.describe_repositories, repositoryNames=["r1"], **paging)
    assert f"'{parameter}'" in message
