"""Pages of a listing: which items a call is answered with, and the token of the next ones.

The next call has to be of the same operation, account and region with the same arguments. Only the
page size is free to change from page to page.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeVar

from ecr_typed.testing._emulator.registry.errors import breach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ecr_typed.testing._emulator.registry.call import Call

Item = TypeVar("Item")

_PAGING_PARAMETERS = ("nextToken", "maxResults")


def paginate(
    call: Call,
    items: Iterable[Item],
    *,
    key: Callable[[Item], str],
    default_size: int = 100,
) -> tuple[list[Item], dict[str, str]]:
    """Give a page in the order of `key`, and its `nextToken` member if another page follows."""
    ordered = sorted(items, key=key)
    listing = _listing(call)
    token = call.parameters.get("nextToken")
    start = 0
    if token is not None:
        start = bisect_right(ordered, call.tokens.last_key(listing, token), key=key)
    end = start + call.parameters.get("maxResults", default_size)
    page = ordered[start:end]
    if end >= len(ordered):
        return page, {}
    return page, {"nextToken": call.tokens.issue(listing, key(page[-1]))}


def paginate_as_given(call: Call, items: Iterable[Item]) -> tuple[list[Item], dict[str, str]]:
    """Give a page of items that keep their order, and its `nextToken` member if there is one."""
    page, next_token = paginate(call, enumerate(items), key=lambda each: f"{each[0]:09}")
    return [item for _, item in page], next_token


def refuse_paging(call: Call, choice: str) -> None:
    """Refuse paging parameters beside the one that chooses what is answered."""
    for parameter in _PAGING_PARAMETERS:
        if parameter in call.parameters:
            raise breach(parameter, f"must not be specified with '{choice}'")


def _listing(call: Call) -> object:
    """Give what has to be the same from page to page."""
    arguments = {k: v for k, v in call.parameters.items() if k not in _PAGING_PARAMETERS}
    return [call.operation_name, call.account_id, call.region_name, arguments]
