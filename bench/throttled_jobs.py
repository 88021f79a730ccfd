"""Many calls against a limit, each job in processes of its own.

`python -m bench.throttled_jobs` is such a process: it says that it is ready, begins when it is told to,
and prints how many calls failed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import attrs
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.bodies import ARN, FULL
from bench.connecting import plain_client, typed_client
from bench.service import Limit, service

THREADS: Final = 64
MANIFEST: Final = "{}"

MakeCall = Callable[[], object]


@attrs.frozen
class Job:
    """Many calls at once against a limit, from a process or from several that share it."""

    per_second: int
    threads: int
    calls: int
    operation_name: str = "TagResource"
    processes: int = 1

    @property
    def ideal_seconds(self) -> float:
        """How long the service takes to let all calls through."""
        return (self.calls - self.per_second) / self.per_second

    def __str__(self) -> str:
        text = f"{self.calls:,} calls of {self.operation_name} from {self.threads} threads"
        if self.processes > 1:
            text += f" in {self.processes} processes"
        return f"{text} at {self.per_second} a second"


@attrs.frozen
class Outcome:
    """What came of a job."""

    lost: int
    seconds: float


def ours(url: str) -> Mapping[str, MakeCall]:
    """Make calls with ecr_typed."""
    ecr = typed_client(url)
    return {
        "TagResource": lambda: ecr.tag_resource(ARN, {"team": "payments"}),
        "PutImage": lambda: ecr.put_image(FULL, MANIFEST, image_tag="v1"),
    }


def in_mode(mode: str) -> Callable[[str], Mapping[str, MakeCall]]:
    """Make calls with boto3 in one of its retry modes."""
    # The stubs know modes as literals.
    retries: Any = {"mode": mode}

    def make(url: str) -> Mapping[str, MakeCall]:
        ecr = plain_client(url, Config(retries=retries, max_pool_connections=THREADS))
        tags: Any = [{"Key": "team", "Value": "payments"}]
        return {
            "TagResource": lambda: ecr.tag_resource(resourceArn=ARN, tags=tags),
            "PutImage": lambda: ecr.put_image(
                repositoryName=FULL, imageManifest=MANIFEST, imageTag="v1"
            ),
        }

    return make


CLIENTS: Final[dict[str, Callable[[str], Mapping[str, MakeCall]]]] = {
    "ecr_typed": ours,
    "boto3, standard mode": in_mode("standard"),
    "boto3, adaptive mode": in_mode("adaptive"),
}


def run(job: Job, client: str) -> Outcome:
    """Make the calls of a job, and count those that fail."""
    share = attrs.evolve(
        job, threads=job.threads // job.processes, calls=job.calls // job.processes
    )
    arguments = [f"--client={client}", f"--job={json.dumps(attrs.asdict(share))}"]
    with service(Limit(job.per_second)) as url:
        children = [_Child([*arguments, f"--url={url}"]) for _ in range(job.processes)]
        began = time.perf_counter()
        for child in children:
            child.begin()
        lost = sum(child.lost() for child in children)
        outcome = Outcome(lost, time.perf_counter() - began)
        for child in children:
            child.end()
        return outcome


class _Child:
    """A process that makes calls when it is told to."""

    def __init__(self, arguments: list[str]) -> None:
        command = [sys.executable, "-m", "bench.throttled_jobs", *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._process.stdout is None or not self._process.stdout.readline():
            raise RuntimeError("a process that should make calls did not start")

    def begin(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write("\n")
            self._process.stdin.flush()

    def lost(self) -> int:
        """Return how many calls failed, as soon as the process says so."""
        return int(self._process.stdout.readline()) if self._process.stdout is not None else 0

    def end(self) -> None:
        self._process.communicate()


def succeeds(make_call: MakeCall) -> bool:
    """Make a call, and return whether the service let it through."""
    try:
        make_call()
    except ClientError:
        return False
    return True


def main() -> None:
    """Make the calls of a job in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", choices=CLIENTS, required=True)
    parser.add_argument("--job", type=json.loads, required=True)
    parser.add_argument("--url", required=True)
    options = parser.parse_args()
    job = Job(**options.job)
    make_call = CLIENTS[options.client](options.url)[job.operation_name]
    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(job.threads) as pool:
        calls = [pool.submit(succeeds, make_call) for _ in range(job.calls)]
    print(sum(not call.result() for call in calls), flush=True)


if __name__ == "__main__":
    main()
