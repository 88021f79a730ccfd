"""What is used a second time, or after its end."""

from __future__ import annotations

from ecr_typed import ClientClosedError, EcrClient
from tests.support.errors import error_of
from tests.support.samples import page
from tests.support.wire import Wire


def test_pager_can_be_iterated_twice(ecr: EcrClient, wire: Wire) -> None:
    """The second iteration asks the service anew and gives what is there by then."""
    wire.will(page("a", "b"), page("b", "c", "d"))
    repositories = ecr.describe_repositories()

    assert [item.repository_name for item in repositories] == ["a", "b"]
    assert [item.repository_name for item in repositories] == ["b", "c", "d"]


def test_closed_client_says_what_to_do(ecr: EcrClient, wire: Wire) -> None:
    """A call after the end names the operation, and says to call before it or anew."""
    with ecr:
        repositories = ecr.describe_repositories()

    error = error_of(repositories.first)

    assert isinstance(error, ClientClosedError)
    assert "DescribeRepositories: the client was closed" in str(error)
    assert "`with` block" in str(error)
    assert wire.sent == []
