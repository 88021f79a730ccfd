"""Downloads of layers by the signed URLs of GetDownloadUrlForLayer.

AWS serves them from S3, outside of the API: whoever has the URL can download until it expires. A
refusal has S3's wording.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.layers import DOWNLOADS_PATH
from ecr_typed.testing._emulator.texts import protocols

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.http.messages import HttpResponse
    from ecr_typed.testing._emulator.registry.repositories import Registries

# `bytes=0-99`, `bytes=100-` (all from there on), `bytes=-100` (the last ones).
_RANGE = re.compile(r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{1,18})?|-(?P<count>\d{1,18}))")


def download(
    registries: Registries, method: str, path: str, query: str, range_header: str
) -> HttpResponse:
    """Return a layer, or the bytes of it that a `Range` header asks for."""
    arguments = {name: values[-1] for name, values in parse_qs(query).items()}
    # A signature is for one method.
    if method != "GET" or not registries.layer_urls.has_signed(path, arguments):
        return _refusal("403 FORBIDDEN", "SignatureDoesNotMatch", protocols.URL_NOT_SIGNED())
    if registries.now >= registries.layer_urls.expiry(arguments):
        return _refusal("403 FORBIDDEN", "AccessDenied", protocols.URL_EXPIRED())
    account_id, region_name, *name, digest = path.removeprefix(DOWNLOADS_PATH).split("/")
    try:
        repository = registries.of(account_id, region_name).repository("/".join(name))
        content = repository.layers.content[digest]
    except (ServiceError, KeyError):
        return _refusal("404 NOT FOUND", "NoSuchKey", protocols.NO_SUCH_KEY())
    return _content(content, range_header)


def _content(content: bytes, range_header: str) -> HttpResponse:
    headers = [("Content-Type", "application/octet-stream"), ("Accept-Ranges", "bytes")]
    positions = _requested_range(range_header, len(content))
    if positions is None:
        return "200 OK", headers, content
    if not positions:
        return _refusal(
            "416 REQUESTED RANGE NOT SATISFIABLE",
            "InvalidRange",
            protocols.RANGE_NOT_SATISFIABLE(),
            f"<RangeRequested>{range_header}</RangeRequested>"
            f"<ActualObjectSize>{len(content)}</ActualObjectSize>",
        )
    first, last = positions[0], positions[-1]
    headers.append(("Content-Range", f"bytes {first}-{last}/{len(content)}"))
    return "206 PARTIAL CONTENT", headers, content[first : last + 1]


def _requested_range(header: str, size: int) -> range | None:
    """Return the positions that a header asks for, as far as the content has them: maybe none.

    Returns:
        `None` if all of the content is asked for. S3 ignores headers that ask for several ranges,
        or that it can't read.
    """
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    if found["count"] is not None:
        return range(max(0, size - int(found["count"])), size)
    first = int(found["first"])
    if found["last"] is None:
        return range(first, size)
    last = int(found["last"])
    return None if last < first else range(first, min(last + 1, size))


def _refusal(status: str, code: str, message: str, more: str = "") -> HttpResponse:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>"
    return status, [("Content-Type", "application/xml")], body.encode()
