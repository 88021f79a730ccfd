"""A service on loopback, in a process of its own: canned responses, as quickly as one likes.

It may let so many requests a second through and throttle the others, and it may take its time. What
it costs itself is counted for no client.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import attrs

from bench.bodies import body

THROTTLED: Final = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
UNLIMITED: Final = float("inf")


@attrs.frozen
class Limit:
    """A bucket of as many tokens as it gains in a second: `per_second`, for some seconds."""

    per_second: float = UNLIMITED
    seconds: float = float("inf")


class _Bucket:
    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = list(limits)
        self._limit = self._limits.pop(0)
        self._tokens = self._limit.per_second
        # The time begins with the first request.
        self._began = self._filled_at = self._limited_since = 0.0
        self.throttled_by_second: list[int] = []

    def lets_through(self) -> bool:
        if self._limit.per_second == UNLIMITED:
            return True
        now = time.monotonic()
        if not self._began:
            self._began = self._filled_at = self._limited_since = now
        if now - self._limited_since > self._limit.seconds and self._limits:
            self._limited_since += self._limit.seconds
            self._limit = self._limits.pop(0)
        gained = (now - self._filled_at) * self._limit.per_second
        self._tokens = min(self._limit.per_second, self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1:
            self._count(int(now - self._began))
            return False
        self._tokens -= 1
        return True

    def _count(self, second: int) -> None:
        missing = second + 1 - len(self.throttled_by_second)
        self.throttled_by_second += [0] * missing
        self.throttled_by_second[second] += 1


class _Connection(asyncio.Protocol):
    """As much of HTTP as the clients speak: one request after the other, each with its length."""

    def __init__(self, bucket: _Bucket, latency: float, pages: int) -> None:
        self._bucket = bucket
        self._latency = latency
        self._pages = pages
        self._received = b""
        # asyncio's base class names no transport that can be written to.
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end_of_head, request = self._received.partition(b"\r\n\r\n")
        headers = head.lower()
        if not end_of_head or len(request) < int(_value(headers, b"content-length") or b"0"):
            self._acknowledge()
            return
        self._received = b""
        if headers.startswith(b"get"):
            self._respond(b"200 OK", json.dumps(self._bucket.throttled_by_second).encode())
            return
        if self._bucket.lets_through():
            operation_name = _value(head, b"X-Amz-Target").rpartition(b".")[2].decode("ascii")
            response = b"200 OK", body(operation_name, request, pages=self._pages)
        else:
            response = b"400 Bad Request", THROTTLED
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._respond, *response)
        else:
            self._respond(*response)

    def _acknowledge(self) -> None:
        # Some clients send a request in parts, and each part once the one before has arrived. The
        # kernel would take 40 ms to say so.
        option = getattr(socket, "TCP_QUICKACK", None)
        if option is not None:
            self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, option, 1)

    def _respond(self, status: bytes, response: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 %b\r\nx-amzn-requestid: canned\r\n"
            b"content-type: application/x-amz-json-1.1\r\ncontent-length: %d\r\n\r\n%b"
            % (status, len(response), response)
        )


def _value(head: bytes, name: bytes) -> bytes:
    """Return the value of a header; clients write its name in their own ways."""
    _, _, rest = head.partition(b"\r\n" + name + b": ")
    if not rest:
        _, _, rest = head.partition(b"\r\n" + name.lower() + b": ")
    return rest.partition(b"\r\n")[0]


async def _serve(limits: Sequence[Limit], latency: float, pages: int) -> None:
    bucket = _Bucket(limits)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(bucket, latency, pages), "127.0.0.1", 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    # Its end of the pipe closes with the other, whatever becomes of who started it.
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def service(*limits: Limit, latency: float = 0.0, pages: int = 1) -> Generator[str]:
    """Run the service, and give its URL.

    The limits hold one after the other. The latency is in seconds. Of repositories, there are so
    many pages.
    """
    options = [f"--latency={latency}", f"--pages={pages}"]
    arguments = [f"{limit.per_second}:{limit.seconds}" for limit in limits or (Limit(),)]
    command = [sys.executable, "-m", "bench.service", *options, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        port = process.stdout.readline().strip() if process.stdout else ""
        yield f"http://127.0.0.1:{port}"


def throttled_by_second(url: str) -> list[int]:
    """Return how many requests the service throttled, in each second since the first."""
    with urllib.request.urlopen(url) as response:  # noqa: S310  # our own
        counts: list[int] = json.load(response)
    return counts


def _limit(text: str) -> Limit:
    per_second, _, seconds = text.partition(":")
    return Limit(float(per_second), float(seconds))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("limits", nargs="+", type=_limit, metavar="PER_SECOND:SECONDS")
    options = parser.parse_args()
    asyncio.run(_serve(options.limits, options.latency, options.pages))
