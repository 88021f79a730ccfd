"""Functions for jobs, also for those in other processes, which import them from here."""

from __future__ import annotations

import os
import threading
from typing import Any

from ecr_typed import EcrClient, EcrError, Repository, RetryPolicy
from ecr_typed.jobs import Registry


def fail_on_odd(number: int) -> int:
    """A function that fails for some items, with an error that is not ours."""
    if number % 2:
        raise KeyError(f"no {number}")
    return number


def create(ecr: EcrClient, registry: Registry) -> Repository:
    """Create a repository."""
    return ecr.create_repository("team/app")


def create_once(ecr: EcrClient, registry: Registry) -> Repository:
    """Create a repository with a single attempt."""
    once = ecr.with_options(retry=RetryPolicy(max_attempts=1))
    return once.create_repository("team/app")


def close_after(ecr: EcrClient, registry: Registry) -> int:
    """Close the client, as a `with` block of the user's would; return the process."""
    with ecr:
        ecr.describe_repositories().to_list()
    return os.getpid()


def connection_of(ecr: EcrClient, registry: Registry) -> tuple[int, int]:
    """Return the process, and which boto3 client it uses."""
    return os.getpid(), id(ecr.boto3_client)


def process_of(ecr: EcrClient, repository: Repository) -> int:
    """Return the process that works on a repository."""
    ecr.list_images(repository.repository_name).to_list()
    return os.getpid()


def describe_missing(ecr: EcrClient, registry: Registry) -> object:
    """Ask for a repository that is not there."""
    return ecr.list_images("no/such").to_list()


def describe_wrong(ecr: EcrClient, registry: Registry) -> object:
    """Ask for a repository whose name can't be one."""
    return ecr.list_images("Team/App").to_list()


def square(number: int) -> int:
    """A function that needs no client."""
    return number * number


def fail(number: int) -> int:
    """Fail with an error that is not ours."""
    raise LookupError(f"nothing about {number}")


def unpicklable(number: int) -> Any:
    """Return what can't go to another process."""
    return threading.Lock()


class Poison:
    """A value that can be sent, and breaks where it comes back."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("nothing",)


def poison(number: int) -> object:
    """Return for the third item what can't be made anew elsewhere."""
    return Poison() if number == 3 else number


class OwnError(EcrError):
    """An error of the user's that can't be pickled."""

    def __init__(self, number: int) -> None:
        super().__init__(f"nothing about {number}", maybe_applied=True)
        self.lock = threading.Lock()


def fail_with_own_error(number: int) -> int:
    """Fail for each item with an error that can't go to another process."""
    raise OwnError(number)


def die(number: int) -> int:
    """End the process that works on the third item."""
    if number == 3:
        os._exit(1)
    return number
