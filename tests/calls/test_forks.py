"""A process may fork at any time: no child waits for an import that a thread of its parent began."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

import pytest

from tests.support.fault_server import FaultServer

_CALLS: Final = """
import json, sys
from ecr_typed import EcrClient, EcrError, RetryPolicy
from ecr_typed._calls.forks import load
from tests.support.fault_server import Fault, FaultServer
from tests.support.samples import least_arguments
from tests.support.service import METHODS

def outcome(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except EcrError as error:
        str(error)

with FaultServer() as server:
    server.begin(Fault.DROPPED)
    ecr = EcrClient(endpoint_url=server.url)
    load()
    loaded = set(sys.modules)
    for method in METHODS:
        outcome(method.call, ecr, least_arguments(method))
    outcome(ecr.create_repository, "x y")
    outcome(ecr.create_repository, "team/app", image_tag_mutability="MUTABEL")
    nowhere = EcrClient(endpoint_url="http://localhost:1", retry=RetryPolicy(deadline=5))
    outcome(nowhere.describe_registry)
    print(json.dumps(sorted(set(sys.modules) - loaded)))
"""

_FORKS: Final = """
import os, sys, threading, time, warnings
import boto3, botocore.parsers, botocore.retries.standard, urllib3
from ecr_typed import EcrClient, EcrError

warnings.simplefilter("ignore")

def first_calls(ecr):
    for call in (ecr.describe_registry, lambda: ecr.put_registry_policy("text")):
        try:
            call()
        except EcrError:
            pass

def parent(delay):
    # No client was made in this process before: nothing that calls need is loaded.
    ecr = EcrClient(endpoint_url=sys.argv[1])
    thread = threading.Thread(target=first_calls, args=[ecr])
    thread.start()
    time.sleep(delay)
    child = os.fork()
    if not child:
        first_calls(ecr)
        os._exit(0)
    thread.join()
    ends = time.monotonic() + 20
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > ends:
            os.kill(child, 9)
            os._exit(1)
        time.sleep(0.01)
    os._exit(0)

assert "ecr_typed.models.registry" not in sys.modules
hanging = 0
for number in range(6):
    process = os.fork()
    if not process:
        parent(0.008 * number)
    hanging += os.waitpid(process, 0)[1] != 0
sys.exit(hanging)
"""


_INTERRUPTED: Final = """
import sys
from importlib.abc import MetaPathFinder
from ecr_typed import EcrClient
from ecr_typed._lazy import library

class Interruption(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == sys.argv[2]:
            sys.meta_path.remove(self)
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interruption())
try:
    library(sys.argv[1])
except KeyboardInterrupt:
    pass
else:
    sys.exit("nothing was interrupted")
library(sys.argv[1])
"""


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("tenacity", "tenacity.wait"),
        ("tenacity", "concurrent.futures._base"),
        ("cattrs", "cattrs.gen"),
    ],
)
def test_import_that_was_interrupted_is_made_again(name: str, inside: str) -> None:
    """A time limit in the middle of the first call's imports does not break those that follow."""
    command = [sys.executable, "-c", _INTERRUPTED, name, inside]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_calls_load_nothing_that_is_not_loaded_before_a_fork() -> None:
    """After what a fork imports, no call of any kind imports anything."""
    done = subprocess.run(
        [sys.executable, "-c", _CALLS], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


def test_children_forked_within_the_first_calls_of_a_thread_end() -> None:
    """Wherever another thread's first call is, a forked child gets its own calls done."""
    with FaultServer() as server:
        done = subprocess.run([sys.executable, "-c", _FORKS, server.url], check=False)
    assert done.returncode == 0, f"{done.returncode} of 6 children hang"
