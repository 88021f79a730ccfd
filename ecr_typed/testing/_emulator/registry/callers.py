"""Who calls: an account, a user, or the session of a role.

The emulator stores no sessions, so they take no memory and outlive a reset. A session token says whose
it is and when it expires, signed; a token of another emulator is as good as forged.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

TEMPORARY_KEY: Final = "ASIA"
"""What the ids of temporary access keys begin with."""
_SIGNATURE_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """The owner of an access key."""

    account_id: str
    arn: str
    """The identity as STS's GetCallerIdentity returns it."""
    principal_arn: str | None = None
    """The IAM user, or the role that was assumed; `None` for the account itself."""
    user_id: str = ""
    """The unique id of the user, or of the session of a role."""
    issued_at: str | None = None
    """When temporary credentials were issued, in ISO 8601; `None` for others."""

    @classmethod
    def root_of(cls, account_id: str) -> Caller:
        """Return the account itself as a caller."""
        return cls(account_id, f"arn:aws:iam::{account_id}:root")


class Credentials(NamedTuple):
    """Temporary credentials."""

    access_key_id: str
    secret_access_key: str
    session_token: str


class Session(NamedTuple):
    """What a session token says."""

    caller: Caller
    expires_at: datetime


class Sessions:
    """Issues temporary credentials and reads them; no other emulator accepts them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(_SIGNATURE_SIZE)

    def issue(self, session: Session) -> Credentials:
        """Return new credentials."""
        access_key_id = f"{TEMPORARY_KEY}{secrets.token_hex(8).upper()}"
        members = [access_key_id, *astuple(session.caller), session.expires_at.isoformat()]
        content = json.dumps(members).encode()
        token = base64.b64encode(self._sign(content) + content).decode()
        return Credentials(access_key_id, secrets.token_urlsafe(30), token)

    def read(self, access_key_id: str, session_token: str) -> Session | None:
        """Return the session of credentials, or `None` if they were not issued here."""
        try:
            signed = base64.b64decode(session_token, validate=True)
        except ValueError:
            return None
        signature, content = signed[:_SIGNATURE_SIZE], signed[_SIGNATURE_SIZE:]
        if not hmac.compare_digest(self._sign(content), signature):
            return None
        members: list[Any] = json.loads(content)
        issued_to, *caller, expires_at = members
        if issued_to != access_key_id:
            return None
        return Session(Caller(*caller), datetime.fromisoformat(expires_at))

    def _sign(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")
