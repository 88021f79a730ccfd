"""The layers of one repository, and the uploads that become layers."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field

MIB = 1024 * 1024
PART_SIZE = 10 * MIB
SMALLEST_PART = 5 * MIB
MOST_PARTS = 4_200
LARGEST_LAYER = 52_000 * MIB


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
        """Whether a part is too small; the last one may be of any size."""
        return any(len(part) < SMALLEST_PART for part in self.parts[:-1])

    def add(self, part: bytes) -> None:
        """Keep the next part."""
        self.parts.append(part)
        self.size += len(part)

    def digest(self) -> str:
        """Give the digest of all that arrived."""
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
