"""A server of layers in the place of S3, which fails as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import RawResponse

SECRET: Final = "X-Amz-Signature=5ec2e7"
"""What no error, log or traceback may have."""


class LayerServer:
    """Serves one layer. `faults` are what happens to the next requests, in their order.

    A number is after how many bytes the connection ends; a text that begins with `HTTP` is an
    error of that status; `all` is a response that ignores the range.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.faults: list[int | str] = []
        self.ranges: list[str | None] = []
        """The ranges that were asked for."""
        self.url = ""

    @contextmanager
    def serving(self) -> Generator[None, None, None]:
        """Serve on a free port."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.respond(self)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/layer?{SECRET}"
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        """Send the layer, or what the next fault is."""
        asked = request.headers["Range"]
        self.ranges.append(asked)
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, str) and fault.startswith("HTTP"):
            request.send_response(int(fault.split()[1]))
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and fault != "all" else 0
        content = self.content[first:]
        request.send_response(206 if first else 200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if isinstance(fault, int):
            content = content[:fault]
            request.close_connection = True
        request.wfile.write(content)

    def answer(self, emulator: EcrEmulator, *, times: int = 1) -> None:
        """Let the emulator give this server's URL, as often as it is asked."""
        body = json.dumps({"downloadUrl": self.url, "layerDigest": "sha256:any"}).encode()
        fault = RawResponse(200, body, {"Content-Type": "application/x-amz-json-1.1"})
        emulator.faults.inject(fault, operation_name="GetDownloadUrlForLayer", times=times)
