"""A service on loopback, in a process of its own, that lets so many requests a second through."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import attrs

PASSED = b"{}"
THROTTLED = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'


@attrs.frozen
class Limit:
    """A bucket of as many tokens as it gains in a second: `per_second`, for some seconds."""

    per_second: float
    seconds: float = float("inf")


class _Bucket:
    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = list(limits)
        self._limit = self._limits.pop(0)
        self._tokens = self._limit.per_second
        # The time begins with the first request.
        self._filled_at = self._limited_since = 0.0

    def lets_through(self) -> bool:
        now = time.monotonic()
        if not self._filled_at:
            self._filled_at = self._limited_since = now
        if now - self._limited_since > self._limit.seconds and self._limits:
            self._limited_since += self._limit.seconds
            self._limit = self._limits.pop(0)
        gained = (now - self._filled_at) * self._limit.per_second
        self._tokens = min(self._limit.per_second, self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class _Connection(asyncio.Protocol):
    """As much of HTTP as botocore speaks."""

    def __init__(self, bucket: _Bucket) -> None:
        self._bucket = bucket
        self._received = b""
        # asyncio's base class names no transport that can be written to.
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end_of_head, body = self._received.partition(b"\r\n\r\n")
        if not end_of_head:
            return
        _, _, length = head.lower().partition(b"content-length: ")
        if len(body) < int(length.partition(b"\r\n")[0] or b"0"):
            return
        self._received = b""
        passes = self._bucket.lets_through()
        status, response = (b"200 OK", PASSED) if passes else (b"400 Bad Request", THROTTLED)
        self._transport.write(
            b"HTTP/1.1 %b\r\ncontent-type: application/x-amz-json-1.1\r\n"
            b"content-length: %d\r\n\r\n%b" % (status, len(response), response)
        )


async def _serve(limits: Sequence[Limit]) -> None:
    bucket = _Bucket(limits)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(bucket), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def throttled_service(*limits: Limit) -> Generator[str]:
    """Run the service, and give its URL. The limits hold one after the other."""
    arguments = [f"{limit.per_second}:{limit.seconds}" for limit in limits]
    command = [sys.executable, "-m", "bench.throttled_service", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _limit(text: str) -> Limit:
    per_second, _, seconds = text.partition(":")
    return Limit(float(per_second), float(seconds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("limits", nargs="+", type=_limit, metavar="PER_SECOND:SECONDS")
    asyncio.run(_serve(parser.parse_args().limits))
