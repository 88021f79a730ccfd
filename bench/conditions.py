"""The conditions under which something was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any


def conditions(*libraries: str) -> dict[str, Any]:
    """Return what a figure depends on: versions, the machine, and what else it has to do."""
    usable = getattr(os, "sched_getaffinity", None)
    return {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("ecr_typed", "boto3", *libraries)},
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(usable(0)) if usable is not None else os.cpu_count(),
        # How many processes wanted a core in the last minute.
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def described(found: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Return conditions in the order in which people read them."""
    for name, value in found.items():
        if isinstance(value, Mapping):
            yield from value.items()
        else:
            yield name, value
