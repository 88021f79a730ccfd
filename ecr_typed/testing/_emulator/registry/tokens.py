"""The tokens of GetAuthorizationToken, by which container tools log in to a registry.

A token carries the caller, the registry and its own expiry, signed: the emulator stores none.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Final

from ecr_typed.testing._emulator.registry.callers import Caller

USER_NAME: Final = "AWS"
"""The user name of all tokens."""


@dataclass(frozen=True, slots=True)
class RegistryToken:
    """What a token says: who may use which registry, and until when."""

    caller: Caller
    registry_id: str
    region_name: str
    expires_at: datetime


class RegistryTokens:
    """Issues passwords for registries and reads them; no other emulator accepts them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, token: RegistryToken) -> str:
        """Return a new password."""
        members = [
            *astuple(token.caller),
            token.registry_id,
            token.region_name,
            token.expires_at.isoformat(),
            # AWS promises no size for passwords; these are about as long as AWS's, and differ.
            secrets.token_urlsafe(500 + secrets.randbelow(100)),
        ]
        payload = base64.b64encode(json.dumps(members).encode()).decode()
        document = {
            "payload": payload,
            "datakey": self._sign(payload),
            "version": "2",
            "type": "DATA_KEY",
            "expiration": int(token.expires_at.timestamp()),
        }
        return base64.b64encode(json.dumps(document).encode()).decode()

    def read(self, password: str) -> RegistryToken | None:
        """Return what a password says, or `None` if it was not issued here."""
        try:
            document: dict[str, Any] = json.loads(base64.b64decode(password, validate=True))
            payload: str = document["payload"]
            if not hmac.compare_digest(self._sign(payload).encode(), document["datakey"].encode()):
                return None
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        *caller, registry_id, region_name, expires_at, _ = json.loads(base64.b64decode(payload))
        return RegistryToken(
            Caller(*caller), registry_id, region_name, datetime.fromisoformat(expires_at)
        )

    def _sign(self, payload: str) -> str:
        return hmac.new(self._key, payload.encode(), "sha256").hexdigest()
