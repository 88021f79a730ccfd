"""What is generated has the right types for every kind of shape, not for those of ECR alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.source import read_service
from tests.codegen.conftest import render_sample, write_package
from tests.codegen.sample_service import VERSION, model

from .checkers import STRICT, codes_by_line

USES = """
from collections.abc import Mapping
from datetime import datetime
from typing import assert_type

from ecr_typed.models import Box, Colour, DescribeBoxesResponse, Lid, Parcel, Part, Source
from ecr_typed._operations.boxes import BoxesOperations
from ecr_typed._operations.parcels import ParcelsOperations
from ecr_typed._calls.paging import Pager
from ecr_typed._service_errors import BoxExistsException


def uses(
    sample: BoxesOperations,
    others: ParcelsOperations,
    box: Box,
    error: BoxExistsException,
    when: datetime,
) -> None:
    assert_type(sample.create_box("red-box", content=b"", counts={Colour.RED: 1}), Box)
    assert_type(sample.create_box("red-box", weight=2.5, send_at=when, tags={"a": "b"}), Box)
    assert_type(sample.describe_boxes(), Pager[Box, DescribeBoxesResponse])
    assert_type(others.list_parcels().to_list(), list[Parcel])
    assert_type(sample.count_colours(), Mapping[Colour, int])
    assert_type(sample.drop_box("red-box"), None)
    assert_type(box.from_, str | None)
    assert_type(box.size, int | None)
    assert_type(box.weight, float | None)
    assert_type(box.volume, float | None)
    assert_type(box.content, bytes | None)
    assert_type(box.is_open, bool | None)
    assert_type(box.source, Source | None)
    assert_type(box.lid, Lid | None)
    assert_type(box.parts, tuple[Part, ...] | None)
    assert_type(box.counts, Mapping[Colour, int] | None)
    assert_type(box.labels, Mapping[str, str] | None)
    assert_type(error.box_count, int | None)
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package that is generated for the sample service."""
    folder = tmp_path_factory.mktemp("sample").resolve()
    service = read_service(model(), VERSION)
    write_package(render_sample(service, tmp_path_factory.mktemp("curation")), folder)
    (folder / "uses.py").write_text(USES, "utf-8")
    return folder


def generated_modules(folder: Path) -> list[Path]:
    """The modules of the package that are generated, save those that stand on what is not copied.

    That is the emulator, and for asyncio `EcrClient`, which has the operations of ECR alone.
    """
    package = folder / "ecr_typed"
    others = {package / "testing", package / "aio"}
    paths = [path for path in sorted(package.rglob("*.py")) if others.isdisjoint(path.parents)]
    return [path for path in paths if path.read_text("utf-8").startswith("# Generated ")]


@pytest.mark.parametrize("checker", STRICT)
def test_generated_modules_have_no_errors(sample: Path, checker: str) -> None:
    """mypy and pyright find nothing in models, methods and exceptions, nor where they are used."""
    paths = [sample / "uses.py", *generated_modules(sample)]
    found = codes_by_line(STRICT[checker](paths, sample))
    # Modules written by hand use what only ECR has: they are none of these.
    assert {path.name: dict(found[path]) for path in paths if path in found} == {}
