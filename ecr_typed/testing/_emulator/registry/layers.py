"""The layers of one repository, the uploads that become layers, and the URLs to download them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

MIB: Final = 1024 * 1024
PART_SIZE: Final = 10 * MIB
SMALLEST_PART: Final = 5 * MIB
MOST_PARTS: Final = 4_200
LARGEST_LAYER: Final = 52_000 * MIB
DOWNLOADS_PATH: Final = "/.ecr-layers/"
"""Where layers are downloaded; no bucket of S3 can have this name."""
_URL_LIFETIME = timedelta(hours=1)
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(slots=True)
class LayerUpload:
    """A layer that arrives in parts."""

    parts: list[bytes] = field(default_factory=list[bytes])
    size: int = 0
    upload_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def last_byte(self) -> int:
        """The position of the last byte that arrived; -1 before the first."""
        return self.size - 1

    @property
    def has_small_part(self) -> bool:
        """Whether a part before the last one is smaller than parts may be."""
        return any(len(part) < SMALLEST_PART for part in self.parts[:-1])

    def add(self, part: bytes) -> None:
        """Add the next part."""
        self.parts.append(part)
        self.size += len(part)

    def digest(self) -> str:
        """Return the digest of all that arrived."""
        content = hashlib.sha256()
        for part in self.parts:
            content.update(part)
        return f"sha256:{content.hexdigest()}"


class LayerStore:
    """The layers of a repository by digest, and its uploads by id."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.uploads: dict[str, LayerUpload] = {}

    def begin(self) -> LayerUpload:
        """Open an upload."""
        upload = LayerUpload()
        self.uploads[upload.upload_id] = upload
        return upload

    def complete(self, upload: LayerUpload, digest: str) -> None:
        """Make a layer of an upload."""
        self.content[digest] = b"".join(upload.parts)
        del self.uploads[upload.upload_id]


class LayerUrls:
    """Signs the URLs of layers and verifies them; no other emulator accepts them."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, endpoint_url: str, place: tuple[str, str, str, str], now: datetime) -> str:
        """Return a URL that expires in an hour.

        Args:
            endpoint_url: Where the emulator listens.
            place: Account, region, repository name and digest.
            now: The time from which the hour counts.
        """
        path = DOWNLOADS_PATH + "/".join(place)
        account_id, region_name, *_ = place
        arguments = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{account_id}/{now:%Y%m%d}/{region_name}/s3/aws4_request",
            "X-Amz-Date": now.strftime(_DATE_FORMAT),
            "X-Amz-Expires": str(int(_URL_LIFETIME.total_seconds())),
            "X-Amz-SignedHeaders": "host",
        }
        arguments["X-Amz-Signature"] = self._sign(path, arguments)
        return f"{endpoint_url}{quote(path)}?{urlencode(arguments)}"

    def has_signed(self, path: str, arguments: Mapping[str, str]) -> bool:
        """Return whether a URL was issued here, by its path and the arguments of its query."""
        signature = arguments.get("X-Amz-Signature", "")
        return hmac.compare_digest(self._sign(path, arguments).encode(), signature.encode())

    def expiry(self, arguments: Mapping[str, str]) -> datetime:
        """Return when a URL that was issued here expires."""
        issued_at = datetime.strptime(arguments["X-Amz-Date"], _DATE_FORMAT).replace(tzinfo=UTC)
        return issued_at + timedelta(seconds=int(arguments["X-Amz-Expires"]))

    def _sign(self, path: str, arguments: Mapping[str, str]) -> str:
        signed = {name: arguments[name] for name in sorted(arguments.keys() - {"X-Amz-Signature"})}
        text = f"{path}?{urlencode(signed)}"
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()
