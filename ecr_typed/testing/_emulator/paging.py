"""Pages of a listing, and the tokens between them.

A token says which item was the last one, not how many there were: items that come or go between
two pages neither repeat nor hide others. It is signed for the operation, the account, the region
and the other arguments of its call. The page size is free to change from page to page.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from bisect import bisect_right
from typing import TYPE_CHECKING, TypeVar

from ecr_typed.testing._emulator.errors import breach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ecr_typed.testing._emulator.call import Call

Item = TypeVar("Item")

_PAGING_PARAMETERS = frozenset({"nextToken", "maxResults"})
_DIGEST_SIZE = 16


class PageTokens:
    """Issues tokens, and knows its own again; one emulator's mean nothing to another."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, call: Call, last_key: str) -> str:
        """Give the token of the page that follows the item with this key."""
        return base64.urlsafe_b64encode(self._sign(call, last_key) + last_key.encode()).decode()

    def last_key(self, call: Call, token: str) -> str:
        """Read the key from a token that was issued for a call like this one."""
        try:
            key = base64.b64decode(token, altchars=b"-_", validate=True)[_DIGEST_SIZE:].decode()
        except ValueError:
            key = ""
        # Compared as text: several texts decode to the same bytes, and only one was issued.
        if not hmac.compare_digest(self.issue(call, key).encode(), token.encode()):
            raise breach("nextToken", "must be a token of this operation with the same arguments")
        return key

    def _sign(self, call: Call, last_key: str) -> bytes:
        arguments = {k: v for k, v in call.parameters.items() if k not in _PAGING_PARAMETERS}
        signed = [call.operation_name, call.account_id, call.region_name, arguments, last_key]
        text = json.dumps(signed, sort_keys=True, default=repr)
        return hmac.digest(self._key, text.encode(), "sha256")[:_DIGEST_SIZE]


def paginate(
    call: Call,
    items: Iterable[Item],
    *,
    key: Callable[[Item], str],
    default_size: int = 100,
) -> tuple[list[Item], dict[str, str]]:
    """Give a page in the order of `key`, and its `nextToken` member if another page follows."""
    ordered = sorted(items, key=key)
    token = call.parameters.get("nextToken")
    start = 0
    if token is not None:
        start = bisect_right(ordered, call.tokens.last_key(call, token), key=key)
    end = start + call.parameters.get("maxResults", default_size)
    page = ordered[start:end]
    if end >= len(ordered):
        return page, {}
    return page, {"nextToken": call.tokens.issue(call, key(page[-1]))}
