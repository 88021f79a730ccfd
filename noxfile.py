"""The project's sessions: `nox -l` lists them.

Most of them share a virtual environment, which is set up when it is new or when the files that say
what belongs in it have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
import venv
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["tests", "lint", "types"]

ROOT = Path(__file__).parent
SHARED = ROOT / ".nox" / "shared"
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
SHARED_PYTHON = SHARED / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
# Both cores. What types are is tested in the session `types`, AWS's command line in `cli`.
PYTEST = ["pytest", "-n", "2", "--ignore=tests/typing", "--ignore=tests/cli"]
PYTHONS = ["3.11", "3.12", "3.13"]
# No group of pyproject.toml: aiobotocore's botocore is older than ours, and what resolves all groups
# together would fail. The bounds are those that docs/comparison.md speaks of; without them pip goes
# back to releases of long ago that pin nothing.
PEERS = {
    "aiobotocore": ["aiobotocore>=3.10", "types-aiobotocore[ecr]>=3.10"],
    "botocraft": ["botocraft>=0.36"],
    "capo-ecr": ["capo-ecr>=0.19"],
}
LINTED = ["ecr_typed", "codegen", "tests", "examples", "bench", "docs", "noxfile.py", "run.py"]


def group(name: str) -> list[str]:
    """The requirements of a dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def is_installed(folder: Path, requirements: tuple[str, ...]) -> bool:
    """Whether an earlier run has installed this; if not, the next one will find that we have."""
    files = (ROOT / "pyproject.toml").read_bytes() + Path(__file__).read_bytes()
    wanted = hashlib.sha256(files + repr(requirements).encode()).hexdigest()
    stamp = folder / "installed.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    stamp.write_text(wanted)
    return False


def install(session: nox.Session, *requirements: str) -> None:
    """Install what a session needs in an environment of its own, unless an earlier run did."""
    if not is_installed(Path(session.virtualenv.location), requirements):
        session.install("--quiet", "--upgrade", "pip")
        session.install("--quiet", "--upgrade", *requirements)


def shared_python(session: nox.Session) -> str:
    """The Python that most sessions share, with the package from here and all they need."""
    requirements = ("--editable", ".[testing]", *group("dev"))
    if not SHARED_PYTHON.exists():
        session.log(f"Setting up {SHARED.relative_to(ROOT)}: this takes a minute or two")
        venv.create(SHARED, with_pip=True, clear=True)
    if not is_installed(SHARED, requirements):
        pip = (str(SHARED_PYTHON), "-m", "pip", "install", "--quiet", "--upgrade")
        try:
            session.run(*pip, "pip", external=True)
            session.run(*pip, *requirements, external=True)
        except BaseException:
            (SHARED / "installed.sha256").unlink()
            raise
    return str(SHARED_PYTHON)


def run_shared(session: nox.Session, *module: str, **options: Any) -> None:
    """Run a module, or a file, with the Python that most sessions share."""
    session.run(shared_python(session), *module, external=True, **options)


shared = nox.session(venv_backend="none")


@shared
def demo(session: nox.Session) -> None:
    """Run the main job on the embedded emulator; with `-- --aws`, read a registry of AWS."""
    run_shared(session, "examples/demo.py", *session.posargs)


@shared
def tests(session: nox.Session) -> None:
    """Run the tests."""
    run_shared(session, "-m", *PYTEST, *session.posargs)


@nox.session(name="tests-on", python=PYTHONS, reuse_venv=True)
def tests_on(session: nox.Session) -> None:
    """Run the tests on each Python that is there."""
    install(
        session, "--editable", ".[testing]", *group("codegen"), *group("tests"), *group("examples")
    )
    session.run("python", "-m", *PYTEST, *session.posargs)


@nox.session(name="tests-lowest", reuse_venv=True)
def tests_lowest(session: nox.Session) -> None:
    """Run the tests with the oldest versions of all dependencies that are said to do."""
    project = PYPROJECT["project"]
    bounds = [*project["dependencies"], *project["optional-dependencies"]["testing"]]
    lowest = [bound.replace(">=", "==") for bound in bounds]
    groups = [*group("codegen"), *group("tests"), *group("examples")]
    install(session, "--editable", ".[testing]", *lowest, *groups)
    session.run("python", "-m", *PYTEST, *session.posargs)


@shared
def cli(session: nox.Session) -> None:
    """Test the emulator with AWS's own command line."""
    # It pins a botocore of its own, so it gets an environment of its own.
    folder = ROOT / ".nox" / "awscli"
    aws = folder / SHARED_PYTHON.parent.name / "aws"
    if not aws.exists():
        venv.create(folder, with_pip=True, clear=True)
        python = str(aws.with_name(SHARED_PYTHON.name))
        session.run(python, "-m", "pip", "install", "--quiet", "awscli", external=True)
    run_shared(
        session, "-m", "pytest", "tests/cli", *session.posargs, env={"ECR_TYPED_AWS_CLI": str(aws)}
    )


@shared
def lint(session: nox.Session) -> None:
    """Check the style of all Python files."""
    run_shared(session, "-m", "ruff", "format", "--check", *LINTED)
    run_shared(session, "-m", "ruff", "check", *LINTED)


@shared
def types(session: nox.Session) -> None:
    """Check all types with mypy and pyright; test the public ones, also against an earlier state.

    `-- --ref v0.1.0` names that state; what else stands there is pytest's.
    """
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--ref")
    earlier, others = options.parse_known_args(session.posargs)
    run_shared(session, "-m", "mypy")
    run_shared(session, "-m", "pyright", f"--pythonpath={SHARED_PYTHON}")
    run_shared(session, "-m", "pytest", "tests/typing", *others)
    # 3: a checkout without history has nothing earlier, and says so.
    reference = [f"--ref={earlier.ref}"] if earlier.ref else []
    run_shared(session, "-m", "tests.typing.earlier", *reference, success_codes=[0, 3])


@shared
def bench(session: nox.Session) -> None:
    """Measure speed and memory side by side with boto3; exits with 1 beyond the bounds."""
    run_shared(session, "-m", "bench", *session.posargs)


@nox.session(name="bench-peers", reuse_venv=True)
def bench_peers(session: nox.Session) -> None:
    """Measure the libraries that one might use instead side by side with boto3: minutes."""
    install(session, "--editable", ".", *group("types"))
    peers = [f"--peer={name}={peer_python(session, name)}" for name in PEERS]
    session.run("python", "-m", "bench.peers", *peers, *session.posargs)


def peer_python(session: nox.Session, name: str) -> str:
    """The Python of an environment with one of the other libraries, and boto3 to measure it by."""
    folder = ROOT / ".nox" / f"peer-{name}"
    python = str(folder / SHARED_PYTHON.relative_to(SHARED))
    # boto3 comes last: where a library pins botocore, boto3 is what gives way.
    requirements = (*PEERS[name], "attrs", "boto3")
    if not Path(python).exists():
        venv.create(folder, with_pip=True, clear=True)
    if not is_installed(folder, requirements):
        pip = (python, "-m", "pip", "install", "--quiet", "--upgrade")
        try:
            session.run_install(*pip, "pip", external=True)
            session.run_install(*pip, *requirements, external=True)
        except BaseException:
            (folder / "installed.sha256").unlink()
            raise
    return python


@shared
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build/html; a warning is an error."""
    options = ["-W", "--keep-going", "-n", "-b", "html", *session.posargs]
    run_shared(session, "-m", "sphinx", *options, "docs", "docs/_build/html")


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
    """Build sdist and wheel, install the wheel into an empty environment, and look at both."""
    folder = Path(session.create_tmp()).resolve()
    session.install("--quiet", "--upgrade", "pip", "build")
    # The wheel is built from the sdist, so that this has all that it takes.
    session.run("python", "-m", "build", f"--outdir={folder}", silent=True)
    (sdist,), (built,) = folder.glob("ecr_typed-*.tar.gz"), folder.glob("ecr_typed-*.whl")
    session.install("--quiet", str(built))
    os.chdir(folder)  # where no source is
    # -P: beside the script lies a folder named as a module of Python.
    session.run("python", "-P", str(ROOT / "tests" / "wheel_check.py"), str(sdist), str(built))
