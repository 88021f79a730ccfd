"""What a signed request says of its caller: access key id, region and service."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")


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
