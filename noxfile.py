"""The project's sessions: `nox -l` lists them.

Each session has an environment of its own below `.nox`, which later runs use again.
"""

from __future__ import annotations

import argparse
import ast
import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2026"
# uv sets up an environment in a second or two. Where there is no uv, pip does it.
nox.options.default_venv_backend = "uv|venv"
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.sessions = ["tests", "lint", "types"]

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PYPROJECT)
# Both cores. What types are is tested in the session `types`, AWS's command line in `cli`, container
# tools in `registry`, AWS's SDK for JavaScript in `javascript`, jobs on a Dask cluster in `tests-dask`.
ELSEWHERE = [
    f"tests/{name}" for name in ("typing", "cli", "registry_clients", "javascript", "dask")
]
PYTEST = ["pytest", "-n", "2", *(f"--ignore={folder}" for folder in ELSEWHERE)]
# Tests that need no socket, for `pyodide`.
SOCKETLESS = [
    *("tests/conversion", "tests/models", "tests/test_enums.py", "tests/test_frozen_map.py"),
    *("tests/documents", "--ignore=tests/documents/over_http"),
    "--ignore=tests/conversion/test_orjson.py",
]
# Each pins a botocore, so each is alone. The bounds are those that docs/comparison.md speaks of; without
# them a resolver goes back to releases of long ago that pin nothing.
PEERS = {
    "aiobotocore": ["aiobotocore>=3.10", "types-aiobotocore[ecr]>=3.10"],
    "botocraft": ["botocraft>=0.36"],
    "capo-ecr": ["capo-ecr>=0.19"],
}
LINTED = ["ecr_typed", "codegen", "tests", "examples", "bench", "docs", "noxfile.py", "run.py"]
# Tests whose requests go over HTTP: they are sent in two ways, and each has to do.
OVER_HTTP = [f"tests/{name}" for name in ("aio", "botocore", "calls", "error_messages", "jobs")]
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "no-index": "UV_OFFLINE",
    "find-links": "UV_FIND_LINKS",
    "constraint": "UV_CONSTRAINT",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
    "cert": "SSL_CERT_FILE",
}

# The conformance suite of the OCI Distribution Specification 1.1, of July 2026.
CONFORMANCE = (
    "github.com/opencontainers/distribution-spec/conformance"
    "@967efdc079b91785ad18c77cc4f8991a47feefbf"
)


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


def uv_settings(pip_config: str) -> dict[str, str]:
    """Return what `pip config list` says of where packages come from, as uv's variables."""
    found = re.findall(r"^(global|install|:env:)\.([\w-]+)=(.+)$", pip_config, re.MULTILINE)
    # The later ones win, as in pip.
    found.sort(key=lambda setting: ("global", "install", ":env:").index(setting[0]))
    settings = {
        UV_NAMES[name]: ("," if name == "find-links" else " ").join(ast.literal_eval(value).split())
        for _, name, value in found
        if name in UV_NAMES
    }
    # pip takes the newest release from all indexes together.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **settings}


@functools.cache
def pip_config() -> str:
    """Return pip's configuration, or nothing where nox runs without pip."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def install(session: nox.Session, *requirements: str, is_compiled: bool = True) -> None:
    """Install what a session needs, from where pip would get it.

    What is compiled takes longer to install, and every process that imports it starts sooner.
    """
    settings = {k: v for k, v in uv_settings(pip_config()).items() if k not in os.environ}
    compiled = {"UV_COMPILE_BYTECODE": "1"} if is_compiled else {}
    session.install(*requirements, env={**settings, **compiled})


@nox.session
def demo(session: nox.Session) -> None:
    """Run the main job on the embedded emulator; with `-- --aws`, read a registry of AWS."""
    install(session, "--editable", ".[testing]", *group("examples"), is_compiled=False)
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests."""
    run_tests(session, *group("workshop"))


@nox.session(name="tests-on", python=PYTHONS)
def tests_on(session: nox.Session) -> None:
    """Run the tests on each Python that is there."""
    run_tests(session, *group("workshop"))


@nox.session(name="tests-lowest")
def tests_lowest(session: nox.Session) -> None:
    """Run the tests with the oldest versions of all dependencies that are said to do."""
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    # Of moto, the newest release alone emulates what the tests need.
    bounds = [*project["dependencies"], *extras["testing"], *extras["progress"], *extras["fast"]]
    oldest = [bound.replace(">=", "==") for bound in bounds]
    # boto3 itself is content with any later botocore of its series.
    botocore = [pin.replace("boto3", "botocore") for pin in oldest if pin.startswith("boto3==")]
    run_tests(session, *oldest, *botocore)


@nox.session(name="tests-aiobotocore")
def tests_aiobotocore(session: nox.Session) -> None:
    """Run the tests beside aiobotocore, with the botocore that its newest release pins."""
    run_tests(session, *PEERS["aiobotocore"])


def run_tests(session: nox.Session, *requirements: str) -> None:
    """Run the tests in an environment that also has what else is required."""
    groups = [*group("codegen"), *group("tests"), *group("examples")]
    install(session, "--editable", ".[testing]", *groups, *requirements)
    session.run("python", "-m", *PYTEST, *session.posargs)


@nox.session(name="tests-by-botocore")
def tests_by_botocore(session: nox.Session) -> None:
    """Run the tests that go over HTTP with botocore sending all requests."""
    install(session, "--editable", ".[testing]", *group("tests"), *group("examples"))
    options = ["-n", "2", "--by-botocore", *session.posargs]
    session.run("python", "-m", "pytest", *options, *OVER_HTTP)


@nox.session(name="tests-dask")
def tests_dask(session: nox.Session) -> None:
    """Test jobs on a Dask cluster of two processes."""
    install(session, "--editable", ".[testing]", *group("tests"), "distributed>=2025.1")
    session.run("python", "-m", "pytest", "tests/dask", *session.posargs)


@nox.session
def pyodide(session: nox.Session) -> None:
    """Run the tests that need no socket on CPython 3.14, which Pyodide runs in Node.js."""
    if not shutil.which("npm"):
        session.skip("Node.js 20 or newer is needed, with npm: neither is installed here")
    if session.venv_backend != "uv":
        session.skip("uv is needed: it installs packages for another platform than this one")
    folder = Path(session.create_tmp()).resolve()
    packages, modules = folder / "packages", folder / "node_modules"
    dependencies = [*PYPROJECT["project"]["dependencies"], "hypothesis", "pytest"]
    target = ["--target", str(packages), "--python-platform", "wasm32-pyodide2024"]
    install(session, *target, "--python-version=3.14", "--only-binary=:all:", *dependencies)
    npm = ["npm", "install", "--silent", "--no-save", f"--prefix={folder}", "pyodide@314"]
    session.run_install(*npm, external=True)
    # There is one process, with one thread, and WebAssembly's stack is small.
    names = "not another_process and not worker and not nested and not deep"
    session.run(
        *("node", "tests/pyodide.mjs", str(modules), str(packages)),
        *("-p", "no:cacheprovider", "-k", names, *SOCKETLESS, *session.posargs),
        external=True,
    )


@nox.session
def cli(session: nox.Session) -> None:
    """Test the emulator with AWS's own command line."""
    # The bound keeps a resolver from releases of long ago that pin no botocore.
    install(session, "--editable", ".[testing]", *group("tests"), "awscli>=1.46")
    aws = str(Path(session.bin, "aws"))
    session.run(
        "python", "-m", "pytest", "tests/cli", *session.posargs, env={"ECR_TYPED_AWS_CLI": aws}
    )


@nox.session
def registry(session: nox.Session) -> None:
    """Test the emulator with clients of registries: skopeo, docker, ORAS, python-dxf.

    Where Go is at hand, the conformance suite of the OCI Distribution Specification runs, too.
    """
    install(session, "--editable", ".[testing]", *group("tests"), "oras>=0.2.40", "python-dxf>=12")
    chosen = ["tests/registry_clients"]
    for program, is_there in (
        ("skopeo", has_program(session, "skopeo")),
        ("docker", shutil.which("docker")),
    ):
        if not is_there:
            session.warn(f"{program} is not installed here: its tests are left out")
            chosen.append(f"--ignore-glob=tests/registry_clients/test_{program}*.py")
    suite = conformance_suite(session)
    if suite is None:
        session.warn("the conformance suite can't be built here: its test is left out")
        chosen.append("--ignore=tests/registry_clients/test_conformance.py")
    variables = {} if suite is None else {"ECR_TYPED_CONFORMANCE": suite}
    session.run("python", "-m", "pytest", *chosen, *session.posargs, env=variables)


def conformance_suite(session: nox.Session) -> str | None:
    """Return the program of the suite: the one in `ECR_TYPED_CONFORMANCE`, or one built by Go."""
    given = os.environ.get("ECR_TYPED_CONFORMANCE")
    if given or not shutil.which("go"):
        return given
    folder = Path(session.create_tmp()).resolve()
    session.run_install(
        *("go", "install", CONFORMANCE),
        env={"GOBIN": str(folder)},
        external=True,
        silent=True,
        success_codes=range(256),
    )
    return shutil.which("conformance", path=str(folder))


def has_program(session: nox.Session, name: str) -> bool:
    """Return whether a program is there; root gets it from the Debian package of its name."""
    if not shutil.which(name) and shutil.which("apt-get") and os.geteuid() == 0:
        patience = ["-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10"]
        for command in (["update"], ["install", "--yes", "--no-install-recommends", name]):
            session.run_install(
                *("apt-get", *patience, "--quiet", "--quiet", *command),
                external=True,
                silent=True,
                success_codes=range(256),
            )
    return shutil.which(name) is not None


@nox.session
def javascript(session: nox.Session) -> None:
    """Test the emulator with AWS's SDK for JavaScript."""
    if not shutil.which("npm"):
        session.skip("Node.js 20 or newer is needed, with npm: neither is installed here")
    install(session, "--editable", ".[testing]", *group("tests"))
    folder = Path(session.create_tmp()).resolve()
    npm = ["npm", "install", "--silent", "--no-save", f"--prefix={folder}", "@aws-sdk/client-ecr@3"]
    session.run_install(*npm, external=True)
    modules = {"ECR_TYPED_NODE_MODULES": str(folder / "node_modules")}
    session.run("python", "-m", "pytest", "tests/javascript", *session.posargs, env=modules)


def beside(session: nox.Session, name: str) -> Path:
    """Return the folder with the programs of another session's environment."""
    ours = Path(session.bin)
    return Path(session.virtualenv.location).with_name(name) / ours.name


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of all Python files."""
    install(session, *group("lint"))
    session.run("ruff", "format", "--check", *LINTED)
    session.run("ruff", "check", *LINTED)


@nox.session
def types(session: nox.Session) -> None:
    """Check all types with mypy and pyright; test the public ones, also against an earlier state.

    `-- --ref v0.1.0` names that state; what else stands there is pytest's.
    """
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--ref")
    earlier, others = options.parse_known_args(session.posargs)
    install(session, "--editable", ".[testing]", *group("dev"))
    session.run("mypy")
    session.run("pyright", f"--pythonpath={Path(session.bin, 'python')}")
    session.run("python", "-m", "pytest", "tests/typing", *others)
    # 3: a checkout without history has nothing earlier, and says so.
    reference = [f"--ref={earlier.ref}"] if earlier.ref else []
    session.run("python", "-m", "tests.typing.earlier", *reference, success_codes=[0, 3])


@nox.session(python=[PYTHONS[0], PYTHONS[-1]])
def bench(session: nox.Session) -> None:
    """Measure speed and memory side by side with boto3; exits with 1 beyond the bounds.

    It runs on the oldest Python and on the newest one, one after the other: ten minutes each.
    """
    install(session, "--editable", ".[fast,testing]", *group("types"))
    session.run("python", "-m", "bench", *session.posargs)


@nox.session(python=PYTHONS[-1])
@nox.parametrize("library", list(PEERS))
def peer(session: nox.Session, library: str) -> None:
    """Set up one of the libraries for `bench-peers`, and the newest boto3 that goes with it."""
    install(session, *PEERS[library], "attrs", "boto3")


@nox.session(
    name="bench-peers", python=PYTHONS[-1], requires=[f"peer(library={name!r})" for name in PEERS]
)
def bench_peers(session: nox.Session) -> None:
    """Measure the libraries that one might use instead side by side with boto3: minutes.

    On the newest Python: what ecr_typed takes there is measured by the session `bench`.
    """
    install(session, "--editable", ".", *group("types"))
    peers = [f"--peer={n}={beside(session, f'peer-library-{n}')}/python" for n in PEERS]
    session.run("python", "-m", "bench.peers", *peers, *session.posargs)


@nox.session(requires=[f"peer(library={name!r})" for name in PEERS])
def figures(session: nox.Session) -> None:
    """Measure all that the documentation tells in figures, and draw its pictures: most of an hour.

    Let nothing else run meanwhile. Sessions of the bench that are beyond a bound fail, and the rest
    goes on.
    """
    for python in (PYTHONS[0], PYTHONS[-1]):
        session.notify(f"bench-{python}", ["--json=docs/bench.json"])
    session.notify("bench-peers", ["--json=docs/peers.json"])
    session.notify("runs")


@nox.session(python=PYTHONS[-1])
def runs(session: nox.Session) -> None:
    """Measure the runs that pictures show over time, and draw all pictures."""
    install(session, "--editable", ".")
    session.run("python", "-m", "bench.pace", "docs/pace.json")
    session.run("python", "-m", "bench.streaming", "docs/streaming.json")
    session.run("python", "docs/pictures.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build/html; a warning is an error."""
    # The pages about tests describe a plugin of pytest.
    install(session, "--editable", ".[testing,progress]", "pytest", *group("docs"))
    options = ["-W", "--keep-going", "-n", "-b", "html", *session.posargs]
    session.run("python", "-m", "sphinx", *options, "docs", "docs/_build/html")


@nox.session
def generate(session: nox.Session) -> None:
    """Generate models and operations, from the botocore that is named beside the curation."""
    version = (ROOT / "codegen" / "curation" / "botocore-version.txt").read_text("utf-8").strip()
    install(session, f"botocore=={version}", "attrs", "cattrs", *group("codegen"))
    session.run("python", "-m", "codegen", *session.posargs)


@nox.session(reuse_venv=False)
def wheel(session: nox.Session) -> None:
    """Build sdist and wheel, install the wheel into an empty environment, and look at both."""
    folder = Path(session.create_tmp()).resolve()
    install(session, "build")
    # The wheel is built from the sdist, so that this has all that it takes.
    session.run("python", "-m", "build", f"--outdir={folder}", silent=True)
    (sdist,), (built,) = folder.glob("ecr_typed-*.tar.gz"), folder.glob("ecr_typed-*.whl")
    install(session, str(built))
    os.chdir(folder)  # where no source is
    # -P: beside the script lies a folder named as a module of Python.
    session.run("python", "-P", str(ROOT / "tests" / "wheel_check.py"), str(sdist), str(built))
