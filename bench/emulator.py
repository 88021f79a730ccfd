"""What the emulator costs those who test with it."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from botocore.config import Config

from ecr_typed.testing import EcrEmulator

_CALLS_A_CYCLE = 5
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


def growth(*, clients: int = 32, calls: int = 50_000) -> float:
    """How many MB the emulator's process grows by while many clients call it, after a warm-up."""
    command = [sys.executable, "-m", "ecr_typed.testing"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = (server.stdout and server.stdout.readline()) or ""
            with ThreadPoolExecutor(clients) as pool:
                for share in (10, 1):
                    before = _resident_megabytes(server.pid)
                    cycles = calls // clients // share // _CALLS_A_CYCLE
                    list(pool.map(_call, [address] * clients, range(clients), [cycles] * clients))
            return _resident_megabytes(server.pid) - before
        finally:
            server.terminate()


def _call(address: str, number: int, cycles: int) -> None:
    """Create, push to, list and delete a repository again and again, on one connection."""
    url, name = urlsplit(address.strip()), f"load/{number}"
    connection = http.client.HTTPConnection(str(url.hostname), url.port)
    index = "application/vnd.oci.image.index.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": index, "manifests": []})
    cycle: list[tuple[str, dict[str, object]]] = [
        ("CreateRepository", {"repositoryName": name}),
        ("PutImage", {"repositoryName": name, "imageManifest": manifest, "imageTag": "v1"}),
        ("DescribeImages", {"repositoryName": name}),
        ("DescribeRepositories", {}),
        ("DeleteRepository", {"repositoryName": name, "force": True}),
    ]
    for operation, parameters in cycle * cycles:
        headers = {
            "X-Amz-Target": f"AmazonEC2ContainerRegistry_V20150921.{operation}",
            "Authorization": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/ecr/aws4_request",
        }
        connection.request("POST", "/", json.dumps(parameters), headers)
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise RuntimeError(f"{operation}: {response.read()!r}")
        response.read()
    connection.close()


def _resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
