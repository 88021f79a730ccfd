"""Earlier states of the project: which one to compare with, and its files. Nothing here is changed."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from pathlib import Path

import attrs

PACKAGE = "ecr_typed"
PROGRAMS = "tests/typing"
SETTINGS = "pyproject.toml"


class NothingEarlierError(Exception):
    """There is no earlier state here to compare with."""


class UnusableReferenceError(Exception):
    """A reference that can't be compared with."""


class _GitError(Exception):
    """What git said when it failed."""


@attrs.frozen
class Reference:
    """A state of the project, and why it is the one to compare with."""

    name: str
    reason: str


def default_reference(root: Path) -> Reference:
    """The latest release before the present state or, before the first release, the state before.

    Raises:
        NothingEarlierError: there is no history, or it does not go back that far.
    """
    try:
        is_elsewhere = _git(root, "rev-parse", "--show-prefix")
        is_changed = _git(root, "status", "--porcelain", "--", PACKAGE)
        is_shallow = _git(root, "rev-parse", "--is-shallow-repository") == "true"
    except _GitError as error:
        raise NothingEarlierError(f"there is no history here ({error})") from error
    if is_elsewhere:
        raise NothingEarlierError("there is no history here, but that of a folder above")
    # With a release at HEAD, what is not committed is compared with it, and it with the one before.
    before = "HEAD" if is_changed else "HEAD^"
    hint = (
        "; the clone is shallow: `git fetch --unshallow --tags` gets the rest" if is_shallow else ""
    )
    try:
        commit = _git(root, "rev-parse", "--verify", "--short", f"{before}^{{commit}}")
    except _GitError as error:
        raise NothingEarlierError(f"there is no commit before this one{hint}") from error
    releases = ("--match=v[0-9]*", "--exclude=v*[a-z]*")
    try:
        tag = _git(root, "describe", "--tags", "--abbrev=0", *releases, commit)
    except _GitError:
        return Reference(commit, f"the state before, as there is no release's tag{hint}")
    return Reference(tag, "the latest release")


def check_out(root: Path, reference: str, folder: Path) -> None:
    """Write the package, the type tests and the settings of a state into a folder.

    Raises:
        UnusableReferenceError: git has no such state, or it has no type tests.
    """
    paths = (PACKAGE, PROGRAMS, SETTINGS)
    try:
        archive = _git_bytes(root, "archive", "--format=zip", reference, "--", *paths)
    except _GitError as error:
        raise UnusableReferenceError(
            f"{reference} can't be compared with: git must have it, with {', '.join(paths)} ({error})"
        ) from error
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder)


def _git(root: Path, *arguments: str) -> str:
    return _git_bytes(root, *arguments).decode().strip()


def _git_bytes(root: Path, *arguments: str) -> bytes:
    # A hook's variables name the repository that it runs for, whatever folder git is started in.
    set_by_hooks = {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"}
    environment = {name: os.environ[name] for name in os.environ.keys() - set_by_hooks}
    try:
        run = subprocess.run(
            ["git", *arguments], cwd=root, env=environment, capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise _GitError("git is not installed") from error
    if run.returncode:
        raise _GitError(" ".join(run.stderr.decode(errors="replace").split()))
    return run.stdout
