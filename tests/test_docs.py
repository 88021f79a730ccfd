"""The documentation is true: its programs run and print what it says, its links lead somewhere."""

from __future__ import annotations

import contextlib
import doctest
import html
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import ecr_typed
from ecr_typed import (
    AccessDeniedException,
    EcrClient,
    EcrError,
    EcrServiceError,
    documents,
    jobs,
    models,
    testing,
)
from ecr_typed import _operations as operations
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing.faults import ErrorResponse
from tests.support.pages import BLOCK, DOCS, PAGES, blocks_of
from tests.support.service import METHODS

PROGRAMS = {page.relative_to(DOCS).as_posix(): list(blocks_of(page)) for page in PAGES}


READS = ("BatchCheck", "BatchGet", "Describe", "Get", "List", "Validate")
WRITES = [method.operation for method in METHODS if not method.operation.startswith(READS)]


@contextlib.contextmanager
def account_to_read() -> Generator[str]:
    """The endpoint of a registry with team/app:v1 and team/web, where every write is denied."""
    with EcrEmulator() as emulator:
        with emulator.client() as ecr:
            ecr.create_repository("team/app")
            ecr.create_repository("team/web")
            emulator.push_image("team/app", tags=["v1"], size=25_000_000)
        denied = ErrorResponse("AccessDeniedException", "examples with EcrClient() only read")
        for operation in WRITES:
            emulator.faults.inject(denied, operation_name=operation, share=1)
        yield emulator.endpoint_url


@pytest.mark.parametrize("page", [name for name, blocks in PROGRAMS.items() if blocks])
def test_programs_run(
    page: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The programs of a page run one after the other, print what stands below, and only read.

    What writes has an emulator of its own, which the reader sees.
    """
    if any("from moto import" in block.source for block in PROGRAMS[page]):
        request.getfixturevalue("motos_handler")
    names: dict[str, Any] = {"__name__": "documentation"}
    with account_to_read() as endpoint_url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", endpoint_url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", endpoint_url)
        provide_opentelemetry(monkeypatch)
        for block in PROGRAMS[page]:
            if block.file_name is not None:
                (tmp_path / block.file_name).write_text(block.source, "utf-8")
                continue
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                # Readers have no `from __future__ import annotations`, as this module has.
                code = compile(block.numbered, str(DOCS / page), "exec", dont_inherit=True)
                exec(code, names)
            if block.output is not None:
                assert_prints(block.output, printed.getvalue())
        for program in tmp_path.glob("*.py"):
            if "__main__" in program.read_text("utf-8"):
                run_python(tmp_path, program.name)
    if any(tmp_path.glob("test_*.py")):
        run_python(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", ".")


def test_every_program_is_run() -> None:
    """A file that a page names is a test, what tests need, or a program; one is run with Dask."""
    kinds = {
        block.file_name
        for blocks in PROGRAMS.values()
        for block in blocks
        if block.file_name is not None
        and not block.file_name.startswith(("test_", "conftest"))
        and "__main__" not in block.source
    }
    assert kinds == {"on_cluster.py"}
    fences = re.findall(
        r"^ *```(\w+)", "".join(page.read_text("utf-8") for page in PAGES), re.MULTILINE
    )
    assert set(fences) == {"console", "go", "javascript", "json", "python", "text", "toml"}


def test_writes_are_denied_to_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """An example that writes with `EcrClient()` fails the test above."""
    with account_to_read() as endpoint_url, EcrClient(endpoint_url=endpoint_url) as ecr:
        assert ecr.describe_images("team/app").to_list()
        with pytest.raises(AccessDeniedException):
            ecr.create_repository("team/more")


def test_errors_are_listed() -> None:
    """The page about errors has a row for each class that is no error of the service."""
    rows = re.findall(r"^\| `(\w+)` \| ", (DOCS / "howto" / "errors.md").read_text(), re.MULTILINE)
    public = (getattr(ecr_typed, name) for name in ecr_typed.__all__)
    errors = [each for each in public if isinstance(each, type) and issubclass(each, EcrError)]
    general = {each.__name__ for each in errors if each.__base__ is not EcrServiceError}
    assert general <= set(rows)


def assert_prints(wanted: str, got: str) -> None:
    """Compare what was printed; three dots stand for anything."""
    checker = doctest.OutputChecker()
    assert checker.check_output(wanted, got, doctest.ELLIPSIS), f"wanted:\n{wanted}\ngot:\n{got}"


def run_python(folder: Path, *arguments: str) -> None:
    """Run tests or a program that a page shows."""
    command = [sys.executable, *arguments]
    path = {**os.environ, "PYTHONPATH": str(DOCS.parent)}
    run = subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


class _Span:
    """A span that keeps nothing."""

    def set_attribute(self, key: str, value: object) -> None:
        """Take an attribute."""

    def set_status(self, status: object) -> None:
        """Take a status."""

    def record_exception(self, exception: BaseException) -> None:
        """Take an exception."""

    def end(self, end_time: int | None = None) -> None:
        """End."""


def provide_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenTelemetry is not installed, put in its place what the page uses of it."""
    if importlib.util.find_spec("opentelemetry"):
        return

    class Tracer:
        def start_span(self, name: str, **_: object) -> _Span:
            return _Span()

    class Instrument:
        def record(self, amount: float, attributes: object = None) -> None: ...

    def get_tracer(name: str) -> Tracer:
        return Tracer()

    class Meter:
        def create_histogram(self, name: str, **_: object) -> Instrument:
            return Instrument()

    def get_meter(name: str) -> Meter:
        return Meter()

    package, trace, metrics = (
        ModuleType(name)
        for name in ("opentelemetry", "opentelemetry.trace", "opentelemetry.metrics")
    )
    vars(trace).update(
        get_tracer=get_tracer,
        SpanKind=type("SpanKind", (), {"CLIENT": 2}),
        StatusCode=type("StatusCode", (), {"ERROR": 2}),
    )
    vars(metrics).update(get_meter=get_meter)
    vars(package).update(trace=trace, metrics=metrics)
    for module in (package, trace, metrics):
        monkeypatch.setitem(sys.modules, module.__name__, module)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    """A link that stays in the documentation, or in the project, leads to a file and a heading."""
    text = BLOCK.sub("", page.read_text("utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in link:
            path, _, heading = link.partition("#")
            target = page if not path else (page.parent / path).resolve()
            assert target.exists(), link
            assert not heading or heading in headings(target), link


def headings(page: Path) -> set[str]:
    """Give the anchors of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_is_listed() -> None:
    """Each page is in a table of contents."""
    listed = {DOCS / "index.md"}
    for page in PAGES:
        for contents in re.findall(
            r"^```\{toctree\}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL
        ):
            names = [line for line in contents.splitlines() if line and not line.startswith(":")]
            listed.update((page.parent / f"{name}.md").resolve() for name in names)
    assert set(PAGES) == listed


def test_every_topic_has_a_page() -> None:
    """The reference has a page for each module of models, and so for each of operations."""
    topics = {path.stem for path in Path(models.__file__).parent.glob("[!_]*.py")}
    assert topics >= {path.stem for path in Path(operations.__file__).parent.glob("[!_]*.py")}
    assert {topic for topic in topics if not (DOCS / "reference" / f"{topic}.md").exists()} == set()


@pytest.mark.parametrize("module", [ecr_typed, documents, jobs, testing])
def test_every_public_name_is_in_the_reference(module: ModuleType) -> None:
    """Each name has a directive on one page: what is missing would make a broken link, too."""
    pages = "".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))
    directives = re.findall(r"^\.\. auto\w+:: (\S+)", pages, re.MULTILINE)
    assert len(directives) == len(set(directives))
    documented = {name.replace("ecr_typed.models.", "ecr_typed.") for name in directives}
    names = {f"{module.__name__}.{name}" for name in module.__all__}
    assert {name for name in names - documented if not name.endswith(".models")} == set()


def load(name: str) -> Any:
    """Load a module of the documentation, which is no package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pictures_are_those_of_their_script() -> None:
    """What is checked in is what `python docs/pictures.py` draws."""
    drawn: dict[str, str] = load("pictures").pictures()
    there = {path.name: path.read_text("utf-8") for path in (DOCS / "pictures").glob("*.svg")}
    assert there.pop("demo.svg")
    assert there == drawn


def words_of(svg: str) -> str:
    """Return the text of a picture, without what differs from run to run."""
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", svg, flags=re.DOTALL))
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "(id)", "".join(text.split()))


def test_picture_of_the_demo_is_up_to_date() -> None:
    """It shows what the demo prints; `python docs/demo_picture.py` takes it anew."""
    svg = (DOCS / "pictures" / "demo.svg").read_text("utf-8")
    assert words_of(svg) == words_of(load("demo_picture").picture())


def test_comparison_is_of_what_was_measured() -> None:
    """The page names the versions of the libraries that the figures are from."""
    text = " ".join((DOCS / "comparison.md").read_text("utf-8").split())
    results = json.loads((DOCS / "peers.json").read_text("utf-8"))
    conditions = results["conditions"]
    named = {f"{name} {versions[name]}" for name, versions in results["versions"].items()}
    named |= {
        f"boto3 {conditions['versions']['boto3']}",
        f"mypy_boto3_ecr {conditions['versions']['mypy-boto3-ecr']}",
        "Python {}.{}".format(*conditions["python"].split(".")),
    }
    assert {words for words in named if words not in text} == set()


def test_throttling_is_as_it_was_measured() -> None:
    """The table of the page has the figures of the run that the picture shows."""
    text = (DOCS / "howto" / "throttling.md").read_text("utf-8")
    results = json.loads((DOCS / "pace.json").read_text("utf-8"))
    names = {
        "ecr_typed": "`EcrClient`",
        "boto3, standard mode": "boto3 in `standard` mode",
        "boto3, adaptive mode": "boto3 in `adaptive` mode",
    }
    for name, outcome in results["outcomes"].items():
        lost = results["courses"][name]["lost"]
        row = f"| {names[name]} | {outcome['lost']:,} | {outcome['seconds']:.1f} | {lost:,} |"
        assert row in text
    assert f"they take {results['job']['ideal_seconds']:g} seconds" in " ".join(text.split())
