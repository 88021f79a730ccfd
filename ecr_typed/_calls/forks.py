"""Imports what calls load on first use before a process forks.

A child that is forked while another thread imports a module waits for that thread for ever when it
needs the module itself: the thread is not in the child. What is loaded already needs no lock.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Final

from ecr_typed._lazy import library
from ecr_typed._wire import WIRE_MODULES

LOADED_BY_CALLS: Final = (
    "cattrs",
    "difflib",
    "ecr_typed._botocore.plans",
    "ecr_typed._calls.explain.documents",
    "ecr_typed._calls.explain.errors",
    "ecr_typed._calls.explain.options",
    "ecr_typed._calls.prefetch",
    "ecr_typed._calls.reconcile",
    "ecr_typed._calls.waiters",
    "ecr_typed._conversion.careful",
    "ecr_typed._conversion.convert",
    "ecr_typed._conversion.redaction",
    "ecr_typed._conversion.rows",
    "ecr_typed._service_errors",
    "ecr_typed._wire.operations",
    "ecr_typed.documents",
    "ecr_typed.documents._lifecycle_checks",
    "ecr_typed.documents._manifest_checks",
    "ecr_typed.documents._policy_checks",
    "ecr_typed.documents._policy_meaning",
    "email.utils",
    # The standard library loads it to look up the first host name.
    "encodings.idna",
    "tenacity",
    *WIRE_MODULES.keys(),
    *WIRE_MODULES.values(),
)

_OPTIONAL: Final = ("orjson",)

_is_registered = False


def prepare_forks() -> None:
    """Have all that calls load imported before a fork, from the first client on."""
    global _is_registered  # noqa: PLW0603  # one for each process
    if not _is_registered and hasattr(os, "register_at_fork"):
        _is_registered = True
        os.register_at_fork(before=load)


def load() -> None:
    """Import what calls load on first use."""
    for name in LOADED_BY_CALLS:
        library(name)
    for name in _OPTIONAL:
        if find_spec(name) is not None:
            library(name)
