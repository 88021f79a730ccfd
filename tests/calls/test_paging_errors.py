"""What goes wrong in an iteration over pages says where to go on."""

from __future__ import annotations

import pytest
from botocore.exceptions import ReadTimeoutError

from ecr_typed import (
    AccessDeniedException,
    CallEvent,
    EcrClient,
    EcrConnectionError,
    EcrError,
    EcrResponseError,
    EcrServiceError,
    PaginationError,
)
from tests.support.registry import GATEWAY_TIMEOUT, Registry
from tests.support.samples import page
from tests.support.wire import Answer, Wire, refusal, reply


@pytest.mark.parametrize("again", [1, 2, 3])
def test_repeated_token_is_an_error(ecr: EcrClient, wire: Wire, again: int) -> None:
    """A service whose tokens go in a circle, of any size, does not keep an iteration forever."""
    wire.responder = lambda sent: reply(
        page("a", token=str((int(sent.body.get("nextToken", "0")) + 1) % again))
    )
    found: list[str] = []

    with pytest.raises(PaginationError, match="token") as caught:
        found.extend(item.repository_name for item in ecr.describe_repositories())

    assert len(wire.sent) == again + 1
    assert caught.value.operation_name == "DescribeRepositories"
    assert caught.value.next_token is None


def test_token_that_was_begun_with_is_not_followed_again(ecr: EcrClient, wire: Wire) -> None:
    """The starting token counts as one that was given."""
    wire.responder = lambda _: reply(page("a", token="same"))

    with pytest.raises(PaginationError) as caught:
        list(ecr.describe_repositories(starting_token="same"))

    assert len(wire.sent) == 1
    assert caught.value.next_token is None


def test_items_before_a_repeated_token_are_given(ecr: EcrClient, wire: Wire) -> None:
    """The items of the page with the repeated token come before the error."""
    wire.will(page("a", token="t"), page("b", token="t"))
    found: list[str] = []

    with pytest.raises(PaginationError):
        found.extend(item.repository_name for item in ecr.describe_repositories())

    assert found == ["a", "b"]


FAILURES: list[tuple[Answer, type[EcrError]]] = [
    (refusal("AccessDeniedException"), AccessDeniedException),
    (ReadTimeoutError(endpoint_url="https://ecr"), EcrConnectionError),
    (GATEWAY_TIMEOUT, EcrServiceError),
    (reply({"repositories": [{"repositoryName": "r2"}]}), EcrResponseError),
    (reply(b"<html>"), EcrResponseError),
]


@pytest.mark.parametrize(("failure", "expected"), FAILURES)
def test_iteration_is_resumed_after_an_error(
    once: EcrClient, wire: Wire, failure: Answer, expected: type[EcrError]
) -> None:
    """From the error's `next_token` on, nothing comes twice and nothing is left out."""
    registry = Registry(6, failures={2: [failure]})
    wire.responder = registry
    found: list[str] = []

    with pytest.raises(expected) as caught:
        found.extend(item.repository_name for item in once.describe_repositories(page_size=2))
    assert found == registry.names[:2]
    assert caught.value.next_token == "2"

    rest = once.describe_repositories(page_size=2, starting_token=caught.value.next_token)
    assert [*found, *(item.repository_name for item in rest)] == registry.names


def test_pages_carry_the_token_too(once: EcrClient, wire: Wire) -> None:
    """An error out of `pages()` says where to go on."""
    wire.responder = Registry(4, failures={2: [refusal("AccessDeniedException")]})
    pages = once.describe_repositories(page_size=2).pages()
    next(pages)

    with pytest.raises(AccessDeniedException) as caught:
        next(pages)

    assert caught.value.next_token == "2"


def test_error_on_the_first_page_has_the_starting_token(once: EcrClient, wire: Wire) -> None:
    """Where nothing was given yet, going on means to begin as before."""
    wire.will(refusal("AccessDeniedException"), refusal("AccessDeniedException"))

    with pytest.raises(AccessDeniedException) as caught:
        list(once.describe_repositories())
    assert caught.value.next_token is None

    with pytest.raises(AccessDeniedException) as caught:
        list(once.describe_repositories(starting_token="here"))
    assert caught.value.next_token == "here"


def test_retries_are_for_each_page(ecr: EcrClient, wire: Wire, events: list[CallEvent]) -> None:
    """Every page has the attempts of a call, and none is asked for again."""
    failures: dict[int, list[Answer]] = {
        start: [GATEWAY_TIMEOUT, GATEWAY_TIMEOUT] for start in (0, 2, 4)
    }
    registry = wire.responder = Registry(6, failures=failures)

    found = [item.repository_name for item in ecr.describe_repositories(page_size=2)]

    assert found == registry.names
    assert [event.attempts for event in events] == [3, 3, 3]


def test_iteration_can_not_go_on_after_an_error(once: EcrClient, wire: Wire) -> None:
    """Like any generator, an iteration that failed is over; the pager is not."""
    registry = wire.responder = Registry(4, failures={2: [refusal("AccessDeniedException")]})
    pager = once.describe_repositories(page_size=2)
    items = iter(pager)

    with pytest.raises(AccessDeniedException):
        list(items)
    assert list(items) == []
    assert [item.repository_name for item in pager] == registry.names
