"""Pages of a listing, and the page tokens between them.

A token names the last item of its page, not a position: items that are added or deleted between
two pages neither repeat nor hide others. The next call has to be of the same operation, account
and region with the same arguments; only the page size may change.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from bisect import bisect_right
from typing import TYPE_CHECKING, TypeVar

from ecr_typed.testing._emulator.registry.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ecr_typed.testing._emulator.registry.call import Call

Item = TypeVar("Item")

_PAGING_PARAMETERS = ("nextToken", "maxResults")
_SIGNATURE_SIZE = 16


def paginate(
    call: Call,
    items: Iterable[Item],
    *,
    key: Callable[[Item], str],
    default_size: int = 100,
) -> tuple[list[Item], dict[str, str]]:
    """Return a page in the order of `key`, and its `nextToken` member if another page follows."""
    ordered = sorted(items, key=key)
    listing = _listing(call)
    token = call.parameters.get("nextToken")
    tokens = call.registries.page_tokens
    start = 0
    if token is not None:
        start = bisect_right(ordered, tokens.last_key(listing, token), key=key)
    end = start + call.parameters.get("maxResults", default_size)
    page = ordered[start:end]
    if end >= len(ordered):
        return page, {}
    return page, {"nextToken": tokens.issue(listing, key(page[-1]))}


def paginate_as_given(call: Call, items: Iterable[Item]) -> tuple[list[Item], dict[str, str]]:
    """Return a page of items in their own order, and its `nextToken` member if there is one."""
    page, next_token = paginate(call, enumerate(items), key=lambda each: f"{each[0]:09}")
    return [item for _, item in page], next_token


def refuse_paging(call: Call, choice: str) -> None:
    """Refuse paging parameters together with the parameter that chooses the items."""
    for parameter in _PAGING_PARAMETERS:
        if parameter in call.parameters:
            raise invalid(parameter, f"must not be specified with '{choice}'")


def _listing(call: Call) -> object:
    """Return what has to be the same from page to page."""
    arguments = {k: v for k, v in call.parameters.items() if k not in _PAGING_PARAMETERS}
    return [call.operation_name, call.account_id, call.region_name, arguments]


class PageTokens:
    """Issues page tokens and verifies them; no other emulator accepts them.

    A token is signed for its listing: the JSON of what has to be the same in the next call.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, listing: object, last_key: str) -> str:
        """Return the token of the page that follows the item with this key."""
        return base64.urlsafe_b64encode(self._sign(listing, last_key) + last_key.encode()).decode()

    def last_key(self, listing: object, token: str) -> str:
        """Return the key in a token, or refuse a token that was not issued for this listing."""
        try:
            key = base64.b64decode(token, altchars=b"-_", validate=True)[_SIGNATURE_SIZE:].decode()
        except ValueError:
            key = ""
        # The texts are compared because several texts decode to the same bytes.
        if not hmac.compare_digest(self.issue(listing, key).encode(), token.encode()):
            raise invalid("nextToken", "must be a token of this operation with the same arguments")
        return key

    def _sign(self, listing: object, last_key: str) -> bytes:
        text = json.dumps([listing, last_key], sort_keys=True, default=repr)
        return hmac.digest(self._key, text.encode(), "sha256")[:_SIGNATURE_SIZE]
