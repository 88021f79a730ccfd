"""Page tokens, which continue a listing.

A token names the last item of its page, not a position: items that are added or deleted between
two pages neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets

from ecr_typed.testing._emulator.registry.errors import invalid
from ecr_typed.testing._emulator.texts import constraints

_SIGNATURE_SIZE = 16


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
            raise invalid("nextToken", constraints.INVALID_PAGE_TOKEN())
        return key

    def _sign(self, listing: object, last_key: str) -> bytes:
        text = json.dumps([listing, last_key], sort_keys=True, default=repr)
        return hmac.digest(self._key, text.encode(), "sha256")[:_SIGNATURE_SIZE]
