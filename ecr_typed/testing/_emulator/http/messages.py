"""HTTP messages: the credentials in a request, and the responses of the emulator."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias
from wsgiref.util import application_uri

from ecr_typed.testing._emulator.registry.call import Origin

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CONTROL_PATH: Final = "/.ecr-emulator"
"""Where the control API is; no service of AWS has such a path."""

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class CredentialScope:
    """What a signed request says of its caller: the `Credential` of Signature Version 4."""

    access_key_id: str
    region_name: str
    service: str
    session_token: str

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> CredentialScope | None:
        """Return the scope of a request; `None` for an unsigned one."""
        found = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        token: str = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
        return None if found is None else cls(found[1], found[2], found[3], token)


def origin_of(environ: WSGIEnvironment) -> Origin:
    """Return where a request comes from, and the URL by which it reached the emulator."""
    return Origin(
        endpoint_url=application_uri(environ).rstrip("/"),
        # A socket of IPv6 that serves IPv4 as well writes the addresses of IPv4 in its own form.
        source_ip=environ.get("REMOTE_ADDR", "").removeprefix("::ffff:") or None,
        user_agent=environ.get("HTTP_USER_AGENT"),
    )


HttpResponse: TypeAlias = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers and body."""


class ConnectionEnd(Exception):
    """Raised to end the connection without a response."""

    def __init__(self, *, is_reset: bool) -> None:
        super().__init__("the connection ends without a response")
        self.is_reset = is_reset


def service_response(
    status: str, body: bytes, content_type: str = "application/x-amz-json-1.1"
) -> HttpResponse:
    """Return a response with the headers that all responses of AWS have."""
    return status, [("Content-Type", content_type), ("x-amzn-RequestId", str(uuid.uuid4()))], body
