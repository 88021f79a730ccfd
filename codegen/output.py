"""Compares the generated files with those on disk, writes them, and deletes outdated ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "ecr_typed"

_FOLDERS = ("models", "_operations", "_wire", "aio/_operations")


def differences(files: Mapping[str, str], package: Path = PACKAGE) -> list[str]:
    """Return a line for each file that differs on disk."""
    found = [
        f"{path}: {'differs' if (package / path).exists() else 'is missing'}"
        for path, text in files.items()
        if not (package / path).exists() or (package / path).read_text("utf-8") != text
    ]
    return found + [f"{path.relative_to(package)}: is not made" for path in _left(files, package)]


def write(files: Mapping[str, str], package: Path = PACKAGE) -> None:
    """Write the files, and delete those that are no longer generated."""
    for path in _left(files, package):
        path.unlink()
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _left(files: Mapping[str, str], package: Path) -> list[Path]:
    on_disk = [path for folder in _FOLDERS for path in (package / folder).glob("*.py")]
    return sorted(path for path in on_disk if str(path.relative_to(package)) not in files)
