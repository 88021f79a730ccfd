"""What the emulator sends for a request: an answer, or the end of the connection."""

from __future__ import annotations

import uuid
from typing import TypeAlias

HttpAnswer: TypeAlias = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers and body."""


class ConnectionEnd(Exception):
    """Raised where no answer is to be sent at all."""

    def __init__(self, *, is_reset: bool) -> None:
        super().__init__("the connection ends without an answer")
        self.is_reset = is_reset


def service_answer(status: str, body: bytes) -> HttpAnswer:
    """Give an answer with the headers that each of the service's answers has."""
    headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("x-amzn-RequestId", str(uuid.uuid4())),
    ]
    return status, headers, body
