"""The project's sessions: `nox -l` lists them.

All but a few work in one virtual environment, which is set up when it is new or when the files
that say what belongs in it have changed.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests", "lint", "types"]

ROOT = Path(__file__).parent
SHARED = ROOT / ".nox" / "shared"
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13"]
LINTED = ["ecr_typed", "codegen", "tests", "examples", "bench", "noxfile.py", "run.py"]


def group(name: str) -> list[str]:
    """The requirements of a dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def install(session: nox.Session, *requirements: str) -> None:
    """Install what a session needs, unless an earlier run did."""
    files = (ROOT / "pyproject.toml").read_bytes() + Path(__file__).read_bytes()
    wanted = hashlib.sha256(files + repr(requirements).encode()).hexdigest()
    stamp = Path(session.virtualenv.location) / "installed.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    session.install("--quiet", "--upgrade", "pip")
    session.install("--quiet", "--upgrade", *requirements)
    stamp.write_text(wanted)


def install_all(session: nox.Session) -> None:
    """Install the package from here, and all that working on it takes."""
    install(session, "--editable", ".[testing]", *group("dev"))


shared = nox.session(reuse_venv=True, venv_location=str(SHARED))


@shared
def demo(session: nox.Session) -> None:
    """Run the main job on the embedded emulator; with `-- --aws`, read a registry of AWS."""
    install_all(session)
    session.run("python", "examples/demo.py", *session.posargs)


@shared
def tests(session: nox.Session) -> None:
    """Run the tests."""
    install_all(session)
    run_tests(session)


@nox.session(python=PYTHONS, reuse_venv=True)
def tests_on(session: nox.Session) -> None:
    """Run the tests on each Python that is there."""
    install(
        session, "--editable", ".[testing]", *group("codegen"), *group("tests"), *group("examples")
    )
    run_tests(session)


def run_tests(session: nox.Session) -> None:
    """Run pytest on both cores. What types are is tested in the session `types`."""
    session.run("pytest", "-n", "2", "--ignore=tests/typing", *session.posargs)


@shared
def lint(session: nox.Session) -> None:
    """Check the style of all Python files."""
    install_all(session)
    session.run("ruff", "format", "--check", *LINTED)
    session.run("ruff", "check", *LINTED)


@shared
def types(session: nox.Session) -> None:
    """Check all types with mypy and pyright, and test the public ones with ty and pyrefly, too."""
    install_all(session)
    session.run("mypy")
    session.run("pyright", "--pythonpath", str(Path(session.bin) / "python"))
    session.run("pytest", "tests/typing", *session.posargs)


@shared
def bench(session: nox.Session) -> None:
    """Measure speed and memory side by side with boto3; exits with 1 beyond the bounds."""
    install_all(session)
    session.run("python", "-m", "bench", *session.posargs)


@nox.session(reuse_venv=True)
def generate(session: nox.Session) -> None:
    """Generate models and operations, from the botocore that boto3's lower bound names."""
    install(session, f"boto3=={pinned_boto3()}", "attrs", "cattrs", *group("codegen"))
    session.run("python", "-m", "codegen", *session.posargs)


def pinned_boto3() -> str:
    """boto3's lower bound."""
    for requirement in PYPROJECT["project"]["dependencies"]:
        if found := re.fullmatch(r"boto3>=(.+)", requirement):
            return found[1]
    raise LookupError("pyproject.toml has no dependency boto3>=X")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it into an empty environment, and look at it there."""
    folder = Path(session.create_tmp()).resolve()
    session.install("--quiet", "--upgrade", "pip")
    session.run("pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", ".")
    (built,) = folder.glob("ecr_typed-*.whl")
    session.install("--quiet", str(built))
    os.chdir(folder)  # where no source is
    session.run("python", str(ROOT / "tests" / "wheel_check.py"), str(built))
