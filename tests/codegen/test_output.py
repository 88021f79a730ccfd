"""Generated files on disk are compared, written and cleared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen.output import PACKAGE, differences, write

FILES = {
    "__init__.py": "# the package\n",
    "models/__init__.py": "# the models\n",
    "models/boxes.py": "# boxes, with a sign: ü\n",
    "_operations/boxes.py": "# methods\n",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with what is generated, and a module written by hand."""
    write(FILES, tmp_path)
    (tmp_path / "client.py").write_text("# by hand\n", "utf-8")
    return tmp_path


def test_what_was_written_does_not_differ(package: Path) -> None:
    """After a run of the generator, there is nothing to tell."""
    assert differences(FILES, package) == []
    assert (package / "models/boxes.py").read_bytes().decode("utf-8") == FILES["models/boxes.py"]


def test_a_changed_file_is_told(package: Path) -> None:
    """An edit by hand is seen."""
    (package / "models/boxes.py").write_text("# edited\n", "utf-8")
    assert differences(FILES, package) == ["models/boxes.py: differs"]


def test_a_missing_file_is_told(package: Path) -> None:
    """A file that was never written, or deleted, is seen."""
    (package / "_operations/boxes.py").unlink()
    assert differences(FILES, package) == ["_operations/boxes.py: is missing"]


def test_a_file_that_is_left_over_is_told(package: Path) -> None:
    """A topic that is no more is seen; modules written by hand are none of it."""
    (package / "models/crates.py").write_text("# crates\n", "utf-8")
    assert differences(FILES, package) == ["models/crates.py: is not made"]


def test_writing_repairs_all_of_it(package: Path) -> None:
    """Changed, missing and left over files are put right; what was written by hand stays."""
    (package / "models/boxes.py").write_text("# edited\n", "utf-8")
    (package / "models/crates.py").write_text("# crates\n", "utf-8")
    shutil.rmtree(package / "_operations")
    assert len(differences(FILES, package)) == 3
    write(FILES, package)
    assert differences(FILES, package) == []
    assert not (package / "models/crates.py").exists()
    assert (package / "client.py").read_text("utf-8") == "# by hand\n"


def test_the_package_is_beside_the_generator() -> None:
    """What is written by default is this repository's package."""
    assert (PACKAGE / "py.typed").exists()
