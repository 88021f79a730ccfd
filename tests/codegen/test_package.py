"""What is generated for the sample service is a package that works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.output import PACKAGE

from . import sample_package_checks
from .conftest import write_package


@pytest.fixture(scope="module")
def package_folder(rendered: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the generated package is."""
    folder = tmp_path_factory.mktemp("sample")
    write_package(rendered, folder)
    return folder


def run(package_folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python where the generated package goes before the real one."""
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=package_folder,
        env={**os.environ, "PYTHONPATH": str(package_folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_is_the_generated_one(package_folder: Path) -> None:
    """The checks below are not made on the real package by mistake."""
    found = run(package_folder, "-c", "import ecr_typed; print(ecr_typed.__file__)").stdout
    assert Path(found.strip()).parent.parent.samefile(package_folder)


@pytest.mark.parametrize("name", [check.__name__ for check in sample_package_checks.CHECKS])
def test_the_package_works(package_folder: Path, name: str) -> None:
    """The check of this name finds nothing wrong."""
    checked = run(package_folder, Path(sample_package_checks.__file__), name)
    assert checked.returncode == 0, checked.stderr


def test_the_generated_modules_have_no_lint(package_folder: Path, rendered: dict[str, str]) -> None:
    """Ruff finds nothing with the settings of the project, nor anything to format."""
    settings = PACKAGE.parent / "pyproject.toml"
    paths = [package_folder / "ecr_typed" / path for path in rendered]
    for command in ("check", "format"):
        options = ["--check"] if command == "format" else []
        arguments = ("-m", "ruff", command, "--no-cache", "--config", settings, *options, *paths)
        checked = run(package_folder, *arguments)
        assert checked.returncode == 0, checked.stdout
