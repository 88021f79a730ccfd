"""An Amazon ECR emulator for tests, which serves real HTTP on loopback."""

import logging

try:
    from ecr_typed.testing._emulator.emulator import EcrEmulator
    from ecr_typed.testing._emulator.http.faults import Faults
    from ecr_typed.testing._emulator.registry.clock import Clock
except ModuleNotFoundError as _error:
    # A module of ours that is missing is a bug, and no extra would provide it.
    if (_error.name or "").partition(".")[0] == "ecr_typed":
        raise
    raise ImportError(
        f"ecr_typed.testing needs {_error.name!r}, which comes with the extra "
        "'testing': install ecr_typed[testing] from where you installed ecr_typed"
    ) from _error

__all__ = ["Clock", "EcrEmulator", "Faults"]

# Without a handler, Python would print warnings of the emulator to the terminal.
logging.getLogger("ecr_typed.testing").addHandler(logging.NullHandler())
