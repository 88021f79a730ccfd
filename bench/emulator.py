"""What the emulator costs those who test with it."""

from __future__ import annotations

import hashlib
import http.client
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from botocore.config import Config

from ecr_typed.testing import EcrEmulator

_CALLS_A_CYCLE = 5
_INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
_INDEX = json.dumps({"schemaVersion": 2, "mediaType": _INDEX_TYPE, "manifests": []})
_PROGRAM = """
import time
began = time.perf_counter()
from ecr_typed.testing import EcrEmulator
with EcrEmulator():
    print(time.perf_counter() - began)
"""


def start_seconds(*, rounds: int = 5) -> float:
    """How long a new process takes from the import until the emulator serves: the quickest one.

    What else runs on the machine only adds to it.
    """
    command = [sys.executable, "-c", _PROGRAM]
    return min(float(subprocess.check_output(command, text=True)) for _ in range(rounds))


def call_seconds(*, calls: int = 500) -> float:
    """How long a small call takes, boto3's part included: the median."""
    with EcrEmulator() as emulator:
        client = emulator.boto3_client(config=Config(retries={"total_max_attempts": 1}))
        client.create_repository(repositoryName="team/app")
        taken: list[float] = []
        for _ in range(calls):
            began = time.perf_counter()
            client.describe_repositories()
            taken.append(time.perf_counter() - began)
        client.close()
    return statistics.median(taken)


def growth_by_calls(*, clients: int = 32, calls: int = 50_000) -> float:
    """How many MB the emulator's process grows by while many clients call it, after a warm-up."""
    return _growth(_call, clients, calls // clients // _CALLS_A_CYCLE)


def growth_by_pushes(*, clients: int = 8, pushes: int = 1_000) -> float:
    """How many MB it grows by while clients push and delete by the registry protocol."""
    return _growth(_push, clients, pushes // clients)


def _growth(work: Callable[[str, int, int], None], clients: int, cycles: int) -> float:
    command = [sys.executable, "-m", "ecr_typed.testing"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = ((server.stdout and server.stdout.readline()) or "").strip()
            with ThreadPoolExecutor(clients) as pool:
                for each in (cycles // 10 + 1, cycles):
                    before = _resident_megabytes(server.pid)
                    list(pool.map(work, [address] * clients, range(clients), [each] * clients))
            return _resident_megabytes(server.pid) - before
        finally:
            server.terminate()


def _call(address: str, number: int, cycles: int) -> None:
    """Create, push to, list and delete a repository again and again, on one connection."""
    name = f"load/{number}"
    parameters: list[tuple[str, dict[str, object]]] = [
        ("CreateRepository", {"repositoryName": name}),
        ("PutImage", {"repositoryName": name, "imageManifest": _INDEX, "imageTag": "v1"}),
        ("DescribeImages", {"repositoryName": name}),
        ("DescribeRepositories", {}),
        ("DeleteRepository", {"repositoryName": name, "force": True}),
    ]
    connection = _connect(address)
    for operation, members in parameters * cycles:
        _operate(connection, operation, members)
    connection.close()


def _push(address: str, number: int, cycles: int) -> None:
    """Push an image with a layer by the registry protocol and delete it, again and again."""
    connection, name = _connect(address), f"load/{number}"
    _operate(connection, "CreateRepository", {"repositoryName": name})
    issued = json.loads(_operate(connection, "GetAuthorizationToken", {}))
    token = issued["authorizationData"][0]["authorizationToken"]
    headers = {"Authorization": f"Basic {token}"}
    for cycle in range(cycles):
        layer = f"layer {number}-{cycle}".encode()
        digest = f"sha256:{hashlib.sha256(layer).hexdigest()}"
        uploads = f"/v2/{name}/blobs/uploads/?digest={digest}"
        _send(connection, "POST", uploads, layer, headers)
        typed = {**headers, "Content-Type": _INDEX_TYPE}
        _send(connection, "PUT", f"/v2/{name}/manifests/v1", _INDEX.encode(), typed)
        image_ids = {"imageIds": [{"imageTag": "v1"}], "repositoryName": name}
        _operate(connection, "BatchDeleteImage", image_ids)
    _operate(connection, "DeleteRepository", {"repositoryName": name, "force": True})
    connection.close()


def _connect(address: str) -> http.client.HTTPConnection:
    url = urlsplit(address)
    return http.client.HTTPConnection(str(url.hostname), url.port)


def _operate(
    connection: http.client.HTTPConnection, operation: str, parameters: Mapping[str, object]
) -> bytes:
    headers = {
        "X-Amz-Target": f"AmazonEC2ContainerRegistry_V20150921.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/ecr/aws4_request",
    }
    return _send(connection, "POST", "/", json.dumps(parameters).encode(), headers)


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
) -> bytes:
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    content = response.read()
    if response.status not in {http.client.OK, http.client.CREATED}:
        raise RuntimeError(f"{method} {path}: {response.status} {content!r}")
    return content


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
