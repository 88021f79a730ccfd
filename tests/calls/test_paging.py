"""What comes in pages is fetched as it is needed."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ecr_typed import (
    CallEvent,
    DescribeRepositoriesResponse,
    EcrClient,
    EcrRequestError,
    ImageIdentifier,
    Pager,
    Repository,
)
from tests.support.registry import Registry
from tests.support.samples import answer_of, least, page
from tests.support.service import METHODS, Method, as_model
from tests.support.wire import Wire, reply


def names(found: list[Repository]) -> list[str]:
    """The names of repositories."""
    return [repository.repository_name for repository in found]


def test_nothing_is_sent_before_it_is_needed(ecr: EcrClient, wire: Wire) -> None:
    """A pager sends nothing when it is made, nor when its iteration is."""
    pager = ecr.describe_repositories()
    iter(pager)
    pager.pages()
    repr(pager)

    assert wire.sent == []


def test_pages_are_fetched_as_they_are_needed(ecr: EcrClient, wire: Wire) -> None:
    """The second page is asked for when the items of the first are used up."""
    wire.responder = Registry(6)
    items = iter(ecr.describe_repositories(page_size=2))

    sent_after = [(next(items).repository_name, len(wire.sent)) for _ in range(5)]

    assert sent_after == [("r0", 1), ("r1", 1), ("r2", 2), ("r3", 2), ("r4", 3)]


def test_all_items_come_once_and_in_order(ecr: EcrClient, wire: Wire) -> None:
    """Iteration gives the items of all pages; each page but the first has its token."""
    registry = wire.responder = Registry(5)

    assert names(list(ecr.describe_repositories(page_size=2))) == registry.names
    assert wire.bodies == [
        {"maxResults": 2},
        {"maxResults": 2, "nextToken": "2"},
        {"maxResults": 2, "nextToken": "4"},
    ]


def test_each_iteration_starts_anew(ecr: EcrClient, wire: Wire) -> None:
    """A pager can be iterated over again, also while another iteration is under way."""
    registry = wire.responder = Registry(5)
    pager = ecr.describe_repositories(page_size=2)

    first = iter(pager)
    next(first)
    assert names(list(pager)) == registry.names
    assert names(list(first)) == registry.names[1:]
    assert names(pager.to_list()) == registry.names


def test_pager_keeps_no_page(ecr: EcrClient, wire: Wire) -> None:
    """What changed in the service between two iterations shows in the second."""
    wire.will(page("a"), page("b"))
    pager = ecr.describe_repositories()

    assert [names(pager.to_list()), names(pager.to_list())] == [["a"], ["b"]]


def test_pages_are_the_responses(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """`pages()` gives the operation's responses, whole, with the token of the next."""
    wire.responder = Registry(3)

    pages = list(ecr.describe_repositories(page_size=2).pages())

    assert [type(found) for found in pages] == [DescribeRepositoriesResponse] * 2
    assert [found.next_token for found in pages] == ["2", None]
    assert [event.response for event in events] == pages


def test_pages_can_be_resumed(ecr: EcrClient, wire: Wire) -> None:
    """The `next_token` of a page as `starting_token` goes on after it."""
    registry = wire.responder = Registry(7)
    first = next(ecr.describe_repositories(page_size=3).pages())

    rest = ecr.describe_repositories(page_size=3, starting_token=first.next_token)

    assert names([*first.repositories, *rest]) == registry.names
    assert wire.bodies[1] == {"maxResults": 3, "nextToken": "3"}


LARGEST = {
    "GetLifecyclePolicyPreview": 100,
    "ListImageReferrers": 50,
    "ListReplicationBackfills": 50,
}
PAGED = [method for method in METHODS if method.is_paged]


def required(method: Method) -> dict[str, Any]:
    """Arguments that will do for a paged method."""
    values = {name: least(method.input.members[name]) for name in method.input.required_members}
    model = as_model(method.input, values)
    return {name: item for name in model.__slots__ if (item := getattr(model, name, None))}


@pytest.mark.parametrize("method", PAGED, ids=lambda method: method.operation)
def test_largest_page_is_the_default(ecr: EcrClient, wire: Wire, method: Method) -> None:
    """Without `page_size` the operation's largest page is asked for."""
    wire.will(least(method.output))

    next(getattr(ecr, method.name)(**required(method)).pages())

    assert wire.bodies[0]["maxResults"] == LARGEST.get(method.operation, 1000)


@pytest.mark.parametrize("method", PAGED, ids=lambda method: method.operation)
def test_every_paged_operation_follows_tokens(ecr: EcrClient, wire: Wire, method: Method) -> None:
    """Each operation that takes a token is paged, whether botocore pages it or not."""
    wire.will({**least(method.output), "nextToken": "more"}, least(method.output))

    pages = list(getattr(ecr, method.name)(**required(method), page_size=7).pages())

    assert [found.next_token for found in pages] == ["more", None]
    first, second = wire.bodies
    assert second == {**first, "nextToken": "more"}
    assert first["maxResults"] == 7


@pytest.mark.parametrize("method", PAGED, ids=lambda method: method.operation)
def test_larger_pages_are_refused(ecr: EcrClient, wire: Wire, method: Method) -> None:
    """A page larger than the operation's largest is refused by the name of the option."""
    most = LARGEST.get(method.operation, 1000)

    with pytest.raises(EcrRequestError, match="page_size") as caught:
        getattr(ecr, method.name)(**required(method), page_size=most + 1)

    assert f"{most:,}" in str(caught.value)
    assert wire.sent == []


@pytest.mark.parametrize(
    ("options", "sizes", "count"),
    [
        ({"max_items": 3}, [3], 3),
        ({"max_items": 3, "page_size": 2}, [2, 1], 3),
        ({"max_items": 4, "page_size": 2}, [2, 2], 4),
        ({"max_items": 1, "page_size": 1000}, [1], 1),
        ({"max_items": 2000, "page_size": 7}, [7, 7], 10),
        ({"max_items": 10, "page_size": 4}, [4, 4, 2], 10),
    ],
)
def test_max_items_asks_for_no_more(
    ecr: EcrClient, wire: Wire, options: dict[str, Any], sizes: list[int], count: int
) -> None:
    """`max_items` ends the iteration, and each page asks for no more than is still needed."""
    registry = wire.responder = Registry(10)

    found = list(ecr.describe_repositories(**options))

    assert names(found) == registry.names[:count]
    assert [body["maxResults"] for body in wire.bodies] == sizes


def test_max_items_cuts_a_page_that_is_too_long(ecr: EcrClient, wire: Wire) -> None:
    """A service that answers with more than was asked for does not make the list longer."""
    wire.will(page("a", "b", "c", token="more"))

    assert names(ecr.describe_repositories(max_items=2).to_list()) == ["a", "b"]


def test_max_items_counts_over_empty_pages(ecr: EcrClient, wire: Wire) -> None:
    """Empty pages use nothing up."""
    wire.will(page(token="1"), page("a", token="2"), page(token="3"), page("b", token="4"))

    assert names(ecr.describe_repositories(max_items=2).to_list()) == ["a", "b"]
    assert [body["maxResults"] for body in wire.bodies] == [2, 2, 1, 1]


def test_token_for_names_is_followed(ecr: EcrClient, wire: Wire) -> None:
    """What is asked for by names has no page size, but a token that comes all the same is sent."""
    wire.will(page("a", token="more"), page("b"))

    assert names(ecr.describe_repositories(repository_names=["app", "web"]).to_list()) == ["a", "b"]
    asked = {"repositoryNames": ["app", "web"]}
    assert wire.bodies == [asked, {**asked, "nextToken": "more"}]


def test_first_asks_for_one(ecr: EcrClient, wire: Wire) -> None:
    """`first()` gives the first item, and asks for a page of one."""
    wire.responder = Registry(5)

    found = ecr.describe_repositories(page_size=100).first()

    assert found is not None
    assert found.repository_name == "r0"
    assert wire.bodies == [{"maxResults": 1}]


def test_first_of_nothing_is_none(ecr: EcrClient, wire: Wire) -> None:
    """Without items, `first()` is `None`."""
    wire.responder = Registry(0)

    assert ecr.describe_repositories().first() is None


def test_first_looks_beyond_empty_pages(ecr: EcrClient, wire: Wire) -> None:
    """An empty page with a token is not the end for `first()` either."""
    wire.will(page(token="1"), page("a", token="2"))

    found = ecr.describe_repositories().first()

    assert found is not None
    assert found.repository_name == "a"


@pytest.mark.parametrize("end", [{}, {"nextToken": None}, {"nextToken": ""}])
def test_absent_null_and_empty_tokens_end(ecr: EcrClient, wire: Wire, end: dict[str, Any]) -> None:
    """No token, a null and an empty one all mean that there are no more pages."""
    wire.will(page("a", token="1"), {**page("b"), **end})

    pages = list(ecr.describe_repositories().pages())

    assert [not found.next_token for found in pages] == [False, True]
    assert len(wire.sent) == 2


def test_empty_page_with_a_token_is_not_the_end(ecr: EcrClient, wire: Wire) -> None:
    """An iteration goes on until there is no token, however empty the pages are."""
    wire.will(page(token="1"), page(token="2"), page("a", token="3"), page())

    assert names(ecr.describe_repositories().to_list()) == ["a"]
    assert len(wire.sent) == 4


def test_without_items_there_is_one_empty_page(ecr: EcrClient, wire: Wire) -> None:
    """An empty registry has no items and one page."""
    wire.will(page(), page())

    assert ecr.describe_repositories().to_list() == []
    assert [len(found.repositories) for found in ecr.describe_repositories().pages()] == [0]


def test_scan_findings_of_both_kinds_are_items(ecr: EcrClient, wire: Wire) -> None:
    """Basic and enhanced findings are items alike; the page has the rest."""
    wire.will(
        *(
            answer_of("DescribeImageScanFindings", **members)
            for members in (
                {"imageScanFindings": {"findings": [{"name": "CVE-1"}]}, "nextToken": "1"},
                {"imageScanFindings": {"findings": [], "enhancedFindings": [{"title": "CVE-2"}]}},
                {"imageScanStatus": {"status": "PENDING"}},
            )
        )
    )
    image = ImageIdentifier(image_tag="v1")

    found = ecr.describe_image_scan_findings("team/app", image).to_list()

    assert [type(finding).__name__ for finding in found] == [
        "ImageScanFinding",
        "EnhancedImageScanFinding",
    ]
    assert ecr.describe_image_scan_findings("team/app", image).to_list() == []


def test_repr_of_a_pager_says_what_it_lists(ecr: EcrClient) -> None:
    """Its `repr` has the method and the options."""
    shown = repr(ecr.describe_repositories(page_size=5))

    assert "describe_repositories" in shown
    assert "page_size=5" in shown


def test_pagers_of_a_client_are_independent(ecr: EcrClient, wire: Wire) -> None:
    """Two iterations may take turns."""
    wire.responder = Registry(4)
    first = iter(ecr.describe_repositories(page_size=1))
    second = iter(ecr.describe_repositories(page_size=2))

    taken = [next(items).repository_name for items in (first, second, first, second, first)]

    assert taken == ["r0", "r0", "r1", "r1", "r2"]


def test_one_answer_of_any_size_is_read(ecr: EcrClient, wire: Wire) -> None:
    """A full page of a thousand repositories is read as one."""
    wire.will(reply(page(*(f"r{number}" for number in range(1000)))))

    assert len(ecr.describe_repositories().to_list()) == 1000


def test_type_of_the_pages_has_a_default() -> None:
    """`Pager[Repository]` is a type at run time as well, for annotations that are evaluated."""
    assert get_args(Pager[Repository])[0] is Repository
    assert get_args(Pager[Repository, DescribeRepositoriesResponse]) == (
        Repository,
        DescribeRepositoriesResponse,
    )
