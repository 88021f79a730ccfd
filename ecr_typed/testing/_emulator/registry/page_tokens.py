"""Tokens between the pages of a listing.

A token says which item was the last one, not how many there were: items that come or go between
two pages neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets

from ecr_typed.testing._emulator.registry.errors import breach

_DIGEST_SIZE = 16


class PageTokens:
    """Issues tokens, and knows its own again; one emulator's mean nothing to another.

    A token is signed for its listing: JSON of what has to be the same in the next call.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, listing: object, last_key: str) -> str:
        """Give the token of the page that follows the item with this key."""
        return base64.urlsafe_b64encode(self._sign(listing, last_key) + last_key.encode()).decode()

    def last_key(self, listing: object, token: str) -> str:
        """Read the key from a token that was issued for the same listing."""
        try:
            key = base64.b64decode(token, altchars=b"-_", validate=True)[_DIGEST_SIZE:].decode()
        except ValueError:
            key = ""
        # Compared as text: several texts decode to the same bytes, and only one was issued.
        if not hmac.compare_digest(self.issue(listing, key).encode(), token.encode()):
            raise breach("nextToken", "must be a token of this operation with the same arguments")
        return key

    def _sign(self, listing: object, last_key: str) -> bytes:
        text = json.dumps([listing, last_key], sort_keys=True, default=repr)
        return hmac.digest(self._key, text.encode(), "sha256")[:_DIGEST_SIZE]
