"""The one redaction of texts that are shown: messages of others, and arguments.

What is secret in a response is known by its model: `_conversion/redaction` hides that.
"""

from __future__ import annotations

import re
from typing import Final

_SECRETS: Final = (
    # A user and a password in a URL; passwords may have any characters, also those of a URL.
    (r"(?<=://)(?:[^/\s'\":@]*:[^\s\"]*|[^/\s'\"]+)(?=@)", "***"),
    # urllib3 shows what it takes for the host, which may be a part of a password.
    (r"(?<=Failed to parse: ).+", "***"),
    # The repr of a mapping or of keyword arguments.
    (
        r"(?i)((?:secret_?access_?key|session_?token|password)\w*['\"]?\s*[:=]\s*b?)(['\"]).*?(?:\2|$)",
        r"\1\2***\2",
    ),
)


def without_secrets(text: str) -> str:
    """Return a text that shows no password: none in a URL, and none under a name that says so."""
    for pattern, replacement in _SECRETS:
        # `re` compiles a pattern when it is first used, and keeps it.
        text = re.sub(pattern, replacement, text)
    return text
