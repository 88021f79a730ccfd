"""The clients of a worker process of a job: one for each registry."""

from __future__ import annotations

import os
from functools import lru_cache
from threading import Lock
from typing import Final

from ecr_typed import EcrClient
from ecr_typed.jobs._registries import Registry

_KEPT: Final = 128
"""How many clients a process keeps: one takes some 300 KB."""


def client_of_process(registry: Registry) -> EcrClient:
    """Return a client on the connections that this process has to a registry.

    Closing it leaves those open.
    """
    with _locks[-1]:
        return _connected(registry).with_options()


@lru_cache(maxsize=_KEPT)
def _connected(registry: Registry) -> EcrClient:
    return registry.connect()


_locks: Final = [Lock()]


def _begin_anew() -> None:
    # A thread that is not in the child may hold the lock.
    _locks[:] = [Lock()]
    _connected.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
