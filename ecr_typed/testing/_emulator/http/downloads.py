"""Layers as files: signed addresses that expire, on the emulator's own server.

AWS serves them from S3, outside of the API: whoever has the address can download until it expires.
What is refused is refused in S3's words.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode

from ecr_typed.testing._emulator.http.byte_ranges import requested_range
from ecr_typed.testing._emulator.registry.errors import ServiceError

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.messages import HttpAnswer
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository, Registries

# No bucket of moto's S3 can be called like this.
DOWNLOADS_PATH = "/.ecr-layers/"
LIFETIME = timedelta(hours=1)
_EXPIRES, _SIGNATURE = "X-Amz-Expires", "X-Amz-Signature"


class LayerDownloads:
    """Issues the addresses of layers, and knows its own again."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(
        self, endpoint_url: str, repository: EcrRepository, digest: str, now: datetime
    ) -> str:
        """Give the address that a layer can be downloaded from for an hour."""
        place = (repository.registry_id, repository.region_name, repository.name, digest)
        path = DOWNLOADS_PATH + "/".join(place)
        expires = str(int((now + LIFETIME).timestamp()))
        query = urlencode({_EXPIRES: expires, _SIGNATURE: self._sign(path, expires)})
        return f"{endpoint_url}{quote(path)}?{query}"

    def answer(
        self, path: str, query: str, range_header: str, registries: Registries, now: datetime
    ) -> HttpAnswer:
        """Answer a download of a whole layer, or of the bytes that a `Range` header asks for."""
        arguments = {name: values[-1] for name, values in parse_qs(query).items()}
        expires = arguments.get(_EXPIRES, "")
        signature = arguments.get(_SIGNATURE, "")
        if not hmac.compare_digest(self._sign(path, expires).encode(), signature.encode()):
            return _refused("403 FORBIDDEN", "SignatureDoesNotMatch", "The signature is not ours")
        if now.timestamp() >= int(expires):
            return _refused("403 FORBIDDEN", "AccessDenied", "Request has expired")
        account_id, region_name, *name, digest = path.removeprefix(DOWNLOADS_PATH).split("/")
        try:
            repository = registries.of(account_id, region_name).repository("/".join(name))
            content = repository.contents.layers.content[digest]
        except (ServiceError, KeyError):
            return _refused("404 NOT FOUND", "NoSuchKey", "The specified key does not exist.")
        return _content(content, range_header)

    def _sign(self, path: str, expires: str) -> str:
        return hmac.new(self._key, f"{path}?{expires}".encode(), "sha256").hexdigest()


def _content(content: bytes, range_header: str) -> HttpAnswer:
    headers = [("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes")]
    size = len(content)
    positions = requested_range(range_header, size)
    if positions is None:
        return "200 OK", headers, content
    if not positions:
        return _refused(
            "416 REQUESTED RANGE NOT SATISFIABLE",
            "InvalidRange",
            "The requested range is not satisfiable",
            f"<RangeRequested>{range_header}</RangeRequested>"
            f"<ActualObjectSize>{size}</ActualObjectSize>",
        )
    first, last = positions[0], positions[-1]
    headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    return "206 PARTIAL CONTENT", headers, content[first : last + 1]


def _refused(status: str, code: str, message: str, more: str = "") -> HttpAnswer:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>"
    return status, [("Content-Type", "application/xml")], body.encode()
