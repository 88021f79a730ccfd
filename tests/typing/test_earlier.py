"""A break of the public types is seen by the type tests of an earlier state."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest

from .checkers import ROOT, STRICT
from .earlier.__main__ import main
from .earlier.acceptance import AcceptanceError, acceptances
from .earlier.differences import Difference, differences
from .earlier.history import NothingEarlierError, Reference, check_out, default_reference

Compare = Callable[[Path, Path], set[Difference]]

PACKAGE = """\
from ecr_typed.right import name as name


class GoneError(Exception):
    pass


class Registry:
    name: str = ""

    def describe(self, name: str) -> str:
        return name

    def put(self, name: str) -> None: ...
"""
RIGHT = """\
from typing import assert_type

from ecr_typed import GoneError, Registry


def uses(registry: Registry, error: GoneError) -> None:
    assert_type(registry.name, str)
    assert_type(registry.describe("name"), str)
    print(error)
    assert_type(len("name"), str)
"""
"""The last line has an error whatever the package is: a newer checker or dependency may find one."""

WRONG = """\
from ecr_typed import Registry

# wrong: mypy arg-type, pyright reportArgumentType
Registry().put(1)
# wrong: mypy nothing, pyright reportUnusedExpression
Registry().name == ""
"""
BREAKS = {
    "class GoneError": "class LeftError",
    "name: str = ": "name: str | None = ",
    "def describe": "def describe_it",
    "put(self, name: str)": "put(self, name: object)",
}
ACCEPTED = """
[[accepted]]
program = "right.py"
about = ["GoneError", "registry.name", "registry.describe"]
reason = "They were wrong."
changelog = "Registry is better."

[[accepted]]
program = "wrong.py"
about = ["Registry().put(1)"]
reason = "It takes everything."
changelog = "Registry is better."
"""


def git(root: Path, *arguments: str) -> str:
    """What git prints."""
    identity = ("-c", "user.name=Jo", "-c", "user.email=jo@example.org")
    run = ["git", *identity, *arguments]
    return subprocess.run(run, cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path, subject: str) -> str:
    """Commit everything, and return the commit's short name."""
    git(root, "add", "--all")
    git(root, "commit", "--allow-empty", "--message", subject)
    return git(root, "rev-parse", "--short", "HEAD")


def write(path: Path, text: str) -> None:
    """Write a file and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def change(path: Path, changes: dict[str, str]) -> None:
    """Replace parts of a file, each of which it must have."""
    text = path.read_text("utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def project(root: Path) -> Path:
    """A project as ours is, but small; one program has the name of a module of Python."""
    write(root / "ecr_typed" / "__init__.py", PACKAGE)
    # An error of the package itself, in a file that is called as a program is.
    write(root / "ecr_typed" / "right.py", "name: int = ''\n")
    write(root / "ecr_typed" / "py.typed", "")
    write(root / "tests" / "typing" / "right.py", RIGHT)
    write(root / "tests" / "typing" / "types.py", "from ecr_typed import Registry as Registry\n")
    write(root / "tests" / "typing" / "wrong.py", WRONG)
    write(root / "tests" / "typing" / "test_right.py", "from ecr_typed import Nothing\n")
    write(root / "tests" / "typing" / "helper.py", "a: int = ''\n")
    write(root / "CHANGELOG.md", "- Registry is\n  better.\n")
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def repository(root: Path) -> Path:
    """Such a project with one commit."""
    git(project(root), "init", "--quiet")
    commit(root, "Begin")
    return root


@pytest.fixture(scope="module", autouse=True)
def closed_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the settings of who runs the tests away from git, and mypy's cache from the project's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("MYPY_CACHE_DIR", str(tmp_path_factory.mktemp("mypy")))
        yield


@pytest.fixture(scope="module", autouse=True)
def compare() -> Iterator[Compare]:
    """Ask type checkers once of the same files, wherever they lie."""
    known: dict[tuple[str, ...], set[Difference]] = {}

    def remembered(earlier: Path, root: Path) -> set[Difference]:
        paths = [path for folder in (earlier, root) for path in sorted(folder.rglob("*.py"))]
        files = tuple(f"{path.name}: {path.read_text('utf-8')}" for path in paths)
        if files not in known:
            known[files] = differences(earlier, root)
        return known[files]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.typing.earlier.differences.differences", remembered)
        yield remembered


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one commit."""
    return repository(tmp_path)


@pytest.fixture
def broken(root: Path) -> Path:
    """A project that is about to break in four ways."""
    change(root / "ecr_typed" / "__init__.py", BREAKS)
    return root


def test_breaks_are_reported(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is gone or renamed, a type that is wider: file, line and words of both checkers."""
    assert main([], broken) == 1
    printed = capsys.readouterr().out
    assert re.findall(r"^tests/typing/(\S+): (.+)$", printed, re.MULTILINE) == [
        ("right.py:3", "from ecr_typed import GoneError, Registry"),
        ("right.py:7", "assert_type(registry.name, str)"),
        ("right.py:8", 'assert_type(registry.describe("name"), str)'),
        ("wrong.py:4", "Registry().put(1)"),
    ]
    said = [line.strip() for line in printed.splitlines() if line.startswith("    ")]
    for words in (
        'mypy: Module "ecr_typed" has no attribute "GoneError" [attr-defined]',
        'pyright: "GoneError" is unknown import symbol [reportAttributeAccessIssue]',
        'mypy: Expression is of type "str | None", not "str" [assert-type]',
        "mypy accepts what it refused",
        "pyright accepts what it refused",
    ):
        assert words in said
    assert len([words for words in said if words.startswith("pyright: ")]) >= 3
    assert printed.endswith(f"{len(said)} broken, 0 accepted\n")


def test_what_holds_is_no_difference(
    root: Path, compare: Compare, capsys: pytest.CaptureFixture[str]
) -> None:
    """New names break nothing, nor does what checkers say of the earlier package, too."""
    found = compare(root, root)
    said = {(item.program, item.line, item.words.partition(":")[0]) for item in found}
    assert said == {("right.py", 10, "mypy"), ("right.py", 10, "pyright")}
    change(root / "ecr_typed" / "__init__.py", {"def put": "def get(self): ...\n    def put"})
    assert main([], root) == 0
    assert capsys.readouterr().out.endswith("0 broken, 0 accepted\n")


def test_breaks_that_are_accepted_pass(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With an entry for each break, the script is content."""
    write(broken / "tests" / "typing" / "breaks.toml", ACCEPTED)
    assert main([], broken) == 0
    assert capsys.readouterr().out.endswith("0 broken, 10 accepted\n")


def test_other_breaks_are_not_accepted(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An entry is for its program and its parts only."""
    accepted = ACCEPTED.replace('"registry.name", ', "").replace("wrong.py", "right.py")
    write(broken / "tests" / "typing" / "breaks.toml", accepted)
    assert main([], broken) == 1
    printed = capsys.readouterr().out
    assert "right.py:7" in printed
    assert "wrong.py:4" in printed
    assert "right.py:8" not in printed
    assert printed.endswith("4 broken, 6 accepted\n")


def test_entries_that_nothing_matches_fail(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that broke may be accepted: an entry for more is wrong."""
    more = ACCEPTED.replace('"GoneError"', '"GoneError", "OtherError"')
    write(broken / "tests" / "typing" / "breaks.toml", more)
    assert main([], broken) == 1
    printed = capsys.readouterr().out
    assert "nothing that broke in right.py is about 'OtherError'" in printed
    assert printed.endswith("0 broken, 10 accepted\n")


def test_entries_of_the_earlier_state_accept_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was accepted before a release is no reason to break the same after it."""
    write(root / "tests" / "typing" / "breaks.toml", ACCEPTED)
    commit(root, "Accept")
    change(root / "ecr_typed" / "__init__.py", BREAKS)
    assert main(["--ref", "HEAD"], root) == 1
    printed = capsys.readouterr().out
    assert "HEAD has 2 of the entries already" in printed
    assert printed.endswith("10 broken, 0 accepted\n")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"They were wrong."', '" "', "'reason' must match"),
        ('about = ["Registry().put(1)"]', 'about = "Registry"', "'about' must be <class 'list'>"),
        ('about = ["Registry().put(1)"]', "about = []", "Length of 'about' must be >= 1"),
        ('about = ["Registry().put(1)"]', 'about = ["put", ""]', "'about' must match"),
        ('about = ["Registry().put(1)"]', "about = [1]", "expected string"),
        ("program", "programs", "unexpected keyword argument 'programs'"),
        ('reason = "It takes everything."', "", "missing 1 required .+ 'reason'"),
        ("is better", "is worse", "CHANGELOG.md does not have: Registry is worse."),
    ],
)
def test_entries_are_whole(root: Path, tmp_path: Path, old: str, new: str, problem: str) -> None:
    """An entry names its program, what it is about, a reason, and words that the changelog has."""
    assert old in ACCEPTED
    path = root / "tests" / "typing" / "breaks.toml"
    write(path, ACCEPTED)
    assert len(acceptances(tmp_path / "nothing", root)[0]) == 2
    write(path, ACCEPTED.replace(old, new))
    with pytest.raises(AcceptanceError, match=problem):
        acceptances(tmp_path / "nothing", root)
    assert main(["--ref", "HEAD"], root) == 2


def test_the_default_is_the_latest_release_before(root: Path) -> None:
    """It is the state before as long as no release is; a release at HEAD is not compared with itself."""
    first = git(root, "rev-parse", "--short", "HEAD")
    commit(root, "Go on")
    assert default_reference(root).name == first
    for tag in ("v0.1.0", "v0.2.0rc1", "v0.2.0"):
        git(root, "tag", tag)
        last = commit(root, "Go on")
        expected = {"v0.2.0rc1": "v0.1.0"}.get(tag, tag)
        assert default_reference(root) == Reference(expected, "the latest release")
    git(root, "tag", "vendor", "HEAD^")
    git(root, "tag", "v0.3.0")
    assert git(root, "rev-parse", "--short", "v0.3.0") == last
    assert default_reference(root).name == "v0.2.0"
    change(root / "ecr_typed" / "__init__.py", BREAKS)
    assert default_reference(root).name == "v0.3.0"


def test_shallow_clones_say_so(root: Path, tmp_path: Path) -> None:
    """Where the history ends too early, it is said how to get the rest."""
    before = commit(root, "Go on")
    commit(root, "Go on")
    one, two = tmp_path / "one", tmp_path / "two"
    git(root, "clone", "--depth=1", root.as_uri(), str(one))
    git(root, "clone", "--depth=2", root.as_uri(), str(two))
    hint = "git fetch --unshallow --tags"
    with pytest.raises(NothingEarlierError, match=f"there is no commit before.+{hint}"):
        default_reference(one)
    assert hint in default_reference(two).reason
    assert default_reference(two).name == before


def test_no_history_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unpacked archive is not compared, even inside somebody else's repository."""
    (tmp_path / "above").mkdir()
    inside = project(tmp_path / "above" / "project")
    assert main([], inside) == 3
    assert "TYPES NOT COMPARED" in capsys.readouterr().err
    git(inside.parent, "init", "--quiet")
    commit(inside.parent, "Keep")
    assert main([], inside) == 3
    assert "but that of a folder above" in capsys.readouterr().err


def test_missing_git_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git there is nothing to compare with."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NothingEarlierError, match="git is not installed"):
        default_reference(root)


def test_references_that_are_no_use_are_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reference that is asked for must be there, and have type tests."""
    assert main(["--ref", "v9"], root) == 2
    assert "v9 can't be compared with" in capsys.readouterr().err
    shutil.rmtree(root / "tests")
    commit(root, "Test nothing")
    assert main(["--ref", "HEAD"], root) == 2
    assert "pathspec 'tests/typing' did not match any files" in capsys.readouterr().err


def test_programs_that_are_missing_are_no_success(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Type tests without programs that are right and programs that are wrong test nothing."""
    (root / "tests" / "typing" / "wrong.py").unlink()
    commit(root, "Refuse nothing")
    assert main(["--ref", "HEAD"], root) == 2
    assert "has no programs that mypy must accept and refuse" in capsys.readouterr().err


@pytest.mark.parametrize("code", [1, 2])
def test_checkers_that_do_not_work_are_no_success(
    root: Path, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    """One that is not installed returns one, as if it had found something, and prints nothing."""
    for checker in STRICT:
        # A module in the folder in which it runs hides the one that is installed.
        write(root / f"{checker}.py", f"raise SystemExit({code})\n")
    assert main(["--ref", "HEAD"], root) == 2
    assert "mypy did not work" in capsys.readouterr().err


def test_the_work_tree_stays_as_it_is(
    broken: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An earlier state is written elsewhere, without a trace in the repository."""
    before = git(broken, "status", "--porcelain"), git(broken, "worktree", "list")
    earlier = tmp_path_factory.mktemp("earlier")
    check_out(broken, "HEAD", earlier)
    assert (earlier / "ecr_typed" / "__init__.py").read_text("utf-8") == PACKAGE
    assert (git(broken, "status", "--porcelain"), git(broken, "worktree", "list")) == before


def test_our_own_programs_find_breaks(tmp_path: Path) -> None:
    """The programs here see a method renamed, an attribute widened and an exception gone."""
    package = tmp_path / "ecr_typed"
    shutil.copytree(ROOT / "ecr_typed", package, ignore=shutil.ignore_patterns("__pycache__"))
    change(package / "_operations" / "tags.py", {"def tag_resource": "def tag_it"})
    change(
        package / "models" / "repositories.py",
        {"repository_uri: str\n": "repository_uri: str | None\n"},
    )
    for module in ("_service_errors.py", "__init__.py"):
        change(package / module, {"KmsException": "KmsError"})
    found = {(item.program, item.words) for item in differences(ROOT, tmp_path)}
    seen = {"tags.py": "tag_resource", "models.py": "str | None", "errors.py": "KmsException"}
    for checker, (name, part) in product(STRICT, seen.items()):
        words = [words for program, words in found if program == name and part in words]
        assert any(said.startswith(f"{checker}: ") for said in words), (checker, name)
