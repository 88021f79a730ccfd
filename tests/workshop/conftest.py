"""nox requires newer releases of attrs than the package does, so some sessions have no nox."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("nox") else ["test_noxfile.py", "test_supported_pythons.py"]
