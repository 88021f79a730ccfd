"""What a signed request says of its caller: access key id, region and service."""

from __future__ import annotations

import re
from dataclasses import dataclass

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import get_account_id_from, iam_backends

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """The `Credential` of a Signature Version 4 header."""

    access_key_id: str
    region_name: str
    service: str

    @classmethod
    def of(cls, authorization: str) -> CredentialScope | None:
        """Read the scope from an `Authorization` header; `None` without one."""
        found = _SCOPE.search(authorization)
        return None if found is None else cls(*found.groups())


def account_of(access_key_id: str, *, default: str) -> str:
    """Find the account that an access key works in."""
    if _ACCOUNT_ID.fullmatch(access_key_id):
        return access_key_id
    account_id = get_account_id_from(access_key_id)
    # moto answers with its default account for keys that it doesn't know, too.
    if account_id == DEFAULT_ACCOUNT_ID and not _is_issued(access_key_id, account_id):
        return default
    return account_id


def _is_issued(access_key_id: str, account_id: str) -> bool:
    backends = iam_backends[account_id].values()
    return any(access_key_id in backend.access_keys for backend in list(backends))
