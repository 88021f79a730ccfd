"""The sample service, its curation in a folder, and what is rendered of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen.decisions import Decisions, load_decisions
from codegen.output import PACKAGE, write
from codegen.records import ServiceRecord
from codegen.render import render
from codegen.source import read_service

from .sample_curation import FILES
from .sample_service import VERSION, model


class Curation:
    """A curation in a folder, for tests to change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.path(name).write_text(text, "utf-8")

    def path(self, name: str) -> Path:
        """The file of a topic."""
        return self.folder / f"{name}.toml"

    def replace(self, name: str, old: str, new: str = "") -> None:
        """Put one text in place of another, which must be there once."""
        text = self.path(name).read_text("utf-8")
        assert text.count(old) == 1, f"{text.count(old)} times in {name}.toml: {old}"
        self.path(name).write_text(text.replace(old, new), "utf-8")

    def add(self, name: str, text: str) -> None:
        """Add a text at the end of a file."""
        with self.path(name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")

    def load(self) -> Decisions:
        """The decisions that it holds by now."""
        return load_decisions(self.folder)


def render_sample(service: ServiceRecord, folder: Path) -> dict[str, str]:
    """What is generated for a service by the made-up curation, put into a folder."""
    return render(service, Curation(folder).load())


def write_package(rendered: dict[str, str], folder: Path) -> None:
    """Write a package of the generated modules and copies of those written by hand."""
    package = folder / "ecr_typed"
    # The front door of aio names the topics of ECR.
    aio = (PACKAGE / "aio" / name for name in ("_calls.py", "_pager.py"))
    for path in (*PACKAGE.glob("*.py"), *PACKAGE.glob("_[bc]*/**/*.py"), *aio):
        target = package / path.relative_to(PACKAGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    write(rendered, package)


@pytest.fixture
def curation(tmp_path: Path) -> Curation:
    """The sample service's curation."""
    folder = tmp_path / "curation"
    folder.mkdir()
    return Curation(folder)


@pytest.fixture(scope="session")
def service() -> ServiceRecord:
    """The sample service."""
    return read_service(model(), VERSION)


@pytest.fixture(scope="session")
def rendered(service: ServiceRecord, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is generated for the sample service."""
    return render_sample(service, tmp_path_factory.mktemp("curation"))
