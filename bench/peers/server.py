"""A server on loopback whose answers are canned bytes, in a process of its own.

All libraries read the same bytes, each through the whole of its own HTTP stack. A hook that answers
inside the process would be quicker, but not fair: botocore has one, and would be spared what the
others pay. And what the server itself costs is counted for nobody.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import PIPE, Popen
from threading import Thread

from bench.canned import IMAGES, REPOSITORIES, TAGS

_ANSWERS = {
    "DescribeImages": IMAGES,
    "DescribeRepositories": REPOSITORIES,
    "ListTagsForResource": TAGS,
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as the service keeps them
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:  # http.server asks for this name
        self.rfile.read(int(self.headers["content-length"]))
        body = _ANSWERS[self.headers["x-amz-target"].rpartition(".")[2]]
        self.send_response(200)
        self.send_header("x-amzn-requestid", "canned")
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object, **__: object) -> None:
        pass


@contextmanager
def canned_service() -> Generator[dict[str, str]]:
    """Run the server; gives the environment in which every library finds it."""
    command = [sys.executable, "-m", "bench.peers.server"]
    # Its end of the pipe closes with ours, whatever becomes of us: that stops it.
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        yield _environment(process.stdout.readline().strip())


def _environment(address: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    return inherited | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",  # capo-ecr reads this one,
        "AWS_DEFAULT_REGION": "us-east-1",  # botocore that one
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ENDPOINT_URL_ECR": address,
        # Installers compile what they install: so is what is imported from here.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def main() -> None:
    """Print the address, and serve until standard input ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
