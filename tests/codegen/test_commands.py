"""The commands: generate, `--check`, `--news`."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.loaders import Loader

from codegen import __main__ as commands
from codegen.output import PACKAGE, differences, write
from codegen.records import ServiceRecord
from codegen.source import read_service
from tests.support.newer import holds_the_model

from .conftest import Curation
from .sample_service import VERSION, enum, model


@pytest.fixture
def package(
    service: ServiceRecord, curation: Curation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Where the commands write, made to work on the sample service."""
    folder = tmp_path / "package"
    monkeypatch.setattr(commands, "load_service", lambda: service)
    monkeypatch.setattr(commands, "load_decisions", curation.load)
    monkeypatch.setattr(commands, "pinned_version", lambda: VERSION)
    monkeypatch.setattr(commands, "differences", partial(differences, package=folder))
    monkeypatch.setattr(commands, "write", partial(write, package=folder))
    monkeypatch.setattr(commands, "REFERENCE", tmp_path / "reference")
    return folder


@pytest.fixture
def patch_real_model(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], None]], None]:
    """Lets a test change what botocore's loader gives for ECR."""

    def patch(change: Callable[[Any], None]) -> None:
        load = Loader.load_service_model

        def patched(loader: Loader, *arguments: Any) -> Any:
            changed = copy.deepcopy(load(loader, *arguments))
            change(changed)
            return changed

        monkeypatch.setattr(Loader, "load_service_model", patched)

    return patch


def test_the_tree_is_up_to_date() -> None:
    """`--check` is content with what is checked in; beside another botocore it says which it needs."""
    run = subprocess.run(
        [sys.executable, "-m", "codegen", "--check"],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    pinned = commands.pinned_version()
    if botocore.__version__ == pinned:
        assert (run.returncode, run.stderr) == (0, ""), run.stdout + run.stderr
        assert run.stdout.endswith(" files are up to date\n")
    else:
        assert run.returncode == 1
        assert f"generated from {pinned}: install that" in run.stderr


def test_generating_tells_what_it_changed(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first run writes all files and names them, the second has nothing to do."""
    assert commands.main([]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "models/boxes.py: is missing" in told
    assert "boxes.md: is missing" in told
    written = {path.relative_to(package).as_posix() for path in package.rglob("*.py")}
    pages = {path.name for path in (package.parent / "reference").glob("*.md")}
    assert written | pages == {line.split(":")[0] for line in told}
    assert commands.main([]) == 0
    assert capsys.readouterr().out == "nothing changed\n"


def test_check_is_green_after_generating(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` and generating go the same way."""
    commands.main([])
    written = len(capsys.readouterr().out.splitlines())
    assert commands.main(["--check"]) == 0
    assert capsys.readouterr().out == f"{written} files are up to date\n"


def test_check_names_what_is_wrong_and_writes_nothing(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed, a missing and a left over file are named, and stay as they are."""
    commands.main([])
    capsys.readouterr()
    (package / "models/boxes.py").write_text("# edited\n", "utf-8")
    (package / "_service_errors.py").unlink()
    (package / "_operations/crates.py").write_text("# crates\n", "utf-8")
    assert commands.main(["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "_service_errors.py: is missing",
        "models/boxes.py: differs",
        "_operations/crates.py: is not made",
    ]
    assert (package / "models/boxes.py").read_text("utf-8") == "# edited\n"
    assert not (package / "_service_errors.py").exists()
    assert (package / "_operations/crates.py").exists()


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_a_disagreement_stops_it_before_anything_is_written(
    package: Path,
    curation: Curation,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    """The problem goes to the error output, without a traceback, and no file is touched."""
    curation.replace("common", 'values.BLUE = "Like the sky."')
    assert commands.main(arguments) == 1
    assert capsys.readouterr() == ("", "value Colour.BLUE has no entry in the curation\n")
    assert not package.exists()


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_another_botocore_is_refused(
    package: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    """The package is generated from the pinned version alone; with another, it says what to do."""
    monkeypatch.setattr(commands, "pinned_version", lambda: "9.8.0")
    assert commands.main(arguments) == 1
    output, error = capsys.readouterr()
    assert output == ""
    assert error == (
        "botocore 9.8.7 is installed, and the package is generated from 9.8.0: "
        "install that, or write the new version in botocore-version.txt\n"
    )
    assert not package.exists()


def test_the_tree_is_generated_from_the_pinned_version() -> None:
    """The headers of the generated files name the version that lies with the curation."""
    text = (PACKAGE / "__init__.py").read_text("utf-8")
    assert f"from botocore {commands.pinned_version()}: do not edit." in text.splitlines()[0]


def test_without_news_it_says_so(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--news` names both versions, and that there is nothing new."""
    assert commands.main(["--news"]) == 0
    assert capsys.readouterr().out == "botocore 9.8.7, generated from 9.8.7\nnothing new\n"


def test_news_names_what_a_newer_botocore_adds(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--news` works with another version than the pinned one, and nothing is written."""
    newer = model()
    newer["shapes"]["Colour"] = enum("RED", "GREEN", "BLUE")
    monkeypatch.setattr(commands, "load_service", lambda: read_service(newer, "9.9.0"))
    assert commands.main(["--news"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "botocore 9.9.0, generated from 9.8.7",
        "value Colour.GREEN has no entry in the curation",
    ]
    assert not package.exists()


def test_news_of_the_real_service_are_told(
    patch_real_model: Callable[[Callable[[Any], None]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A value, a member, a structure, an operation and an exception that ECR might get tomorrow."""

    def add(ecr: Any) -> None:
        shapes, operations = ecr["shapes"], ecr["operations"]
        shapes["EncryptionType"]["enum"].append("KMS_TSSE")
        shapes["Repository"]["members"]["warden"] = {"shape": "Warden"}
        shapes["Warden"] = {"type": "structure", "members": {"name": {"shape": "RepositoryName"}}}
        shapes["RepositoryLockedException"] = shapes["RepositoryNotFoundException"]
        lock = copy.deepcopy(operations["DeleteRepository"]) | {"name": "LockRepository"}
        lock["errors"].append({"shape": "RepositoryLockedException"})
        operations["LockRepository"] = lock

    patch_real_model(add)
    assert commands.main(["--news"]) == 0
    first, *news = capsys.readouterr().out.splitlines()
    assert first == f"botocore {botocore.__version__}, generated from {commands.pinned_version()}"
    assert {
        "operation LockRepository has no entry in the curation",
        "structure Warden has no entry in the curation",
        "member Repository.warden has no entry in the curation",
        "value EncryptionType.KMS_TSSE has no entry in the curation",
        "exception RepositoryLockedException has no entry in the curation",
    } <= set(news)


@holds_the_model
def test_news_tell_what_is_gone_from_the_real_service(
    patch_real_model: Callable[[Callable[[Any], None]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A value, a member and an operation that a model no longer has are told, too."""

    def remove(ecr: Any) -> None:
        ecr["shapes"]["EncryptionType"]["enum"].remove("KMS_DSSE")
        del ecr["shapes"]["Repository"]["members"]["createdAt"]
        del ecr["operations"]["TagResource"]

    patch_real_model(remove)
    assert commands.main(["--news"]) == 0
    news = set(capsys.readouterr().out.splitlines())
    assert {
        f"{what} has an entry in the curation, but is not in the model"
        for what in (
            "operation TagResource",
            "member Repository.createdAt",
            "value EncryptionType.KMS_DSSE",
        )
    } <= news


def test_check_and_news_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    """One command at a time."""
    with pytest.raises(SystemExit) as caught:
        commands.main(["--check", "--news"])
    assert caught.value.code == 2
    assert "not allowed with argument" in capsys.readouterr().err
