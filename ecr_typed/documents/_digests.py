"""Digests of texts."""

from __future__ import annotations

import hashlib


def digest_of(text: str) -> str:
    """Return the digest of a text, as registries compute it."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
