"""Where the emulator's own failures are told."""

from __future__ import annotations

import logging

logger = logging.getLogger("ecr_typed.testing")
# Without a handler of ours Python would print to the terminal what nobody else handles.
logger.addHandler(logging.NullHandler())
