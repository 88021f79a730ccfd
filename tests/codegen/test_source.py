"""The service's model is read into records, and what can't be generated is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.records import EnumRecord, ListRecord, MapRecord, ScalarRecord, ServiceRecord
from codegen.source import read_service
from tests.support.newer import holds_the_model

from .sample_service import VERSION, list_of, map_of, model, string, structure


def test_operations_are_read(service: ServiceRecord) -> None:
    """An operation has boto3's method name, its sorted exceptions and a link to its page."""
    operation = service.operations["CreateBox"]
    assert operation.method_name == "create_box"
    assert operation.errors == ("BoxExistsException", "ServerException")
    assert operation.documentation_url.endswith("/API_CreateBox.html")
    assert [member.name for member in operation.input.members if member.is_required] == ["boxName"]


def test_an_operation_whose_input_has_a_token_is_paged(service: ServiceRecord) -> None:
    """Paging is read from the input, whatever botocore's paginators say."""
    assert [name for name, operation in service.operations.items() if operation.is_paged] == [
        "DescribeBoxes",
        "ListParcels",
    ]


def test_an_operation_without_output_has_an_empty_structure(
    service: ServiceRecord,
) -> None:
    """It has a response all the same, without members."""
    output = service.operations["DropBox"].output
    assert (output.name, output.members) == ("DropBoxResponse", ())


def test_shapes_are_read(service: ServiceRecord) -> None:
    """Each kind of shape has its record, with its limits."""
    box = {member.name: member.shape for member in service.structures["Box"].members}
    name = ScalarRecord("BoxName", "string", 2, 20, "[a-z]+(-[a-z]+)*")
    colour = EnumRecord("Colour", ("RED", "BLUE"))
    assert box["boxName"] == name
    assert box["content"] == ScalarRecord("Content", "blob", None, 1024)
    assert box["counts"] == MapRecord("ColourCounts", colour, ScalarRecord("Count", "long", 0))
    assert service.operations["DescribeBoxes"].list_size("boxNames") == 100
    assert service.operations["DescribeBoxes"].list_at("boxes") == ListRecord(
        "BoxList", service.structures["Box"]
    )


def test_exceptions_are_read_without_their_message(service: ServiceRecord) -> None:
    """An exception's members are those besides the message that every one has."""
    assert list(service.errors) == ["BoxExistsException", "BoxNotFoundException", "ServerException"]
    members = [member.name for member in service.errors["BoxExistsException"].members]
    assert members == ["boxName", "boxCount"]


def test_shapes_that_no_operation_reaches_are_passed_over() -> None:
    """A shape that is left over in the model is none of ours."""
    changed = model()
    changed["shapes"]["Orphan"] = structure({"name": "Text"})
    assert "Orphan" not in read_service(changed, VERSION).structures


@pytest.mark.parametrize(
    ("shape", "others"),
    [
        (structure({"lid": "Lid"}), {}),
        (list_of("Lid"), {}),
        (map_of("Text", "Lid"), {}),
        (structure({"part": "Knob"}), {"Knob": structure({"lids": "Lids"})}),
    ],
)
def test_a_shape_that_holds_itself_is_refused(
    shape: dict[str, object], others: dict[str, object]
) -> None:
    """Recursion, on whatever way, stops the generator with the name of the shape."""
    changed = model()
    changed["shapes"] |= {"Lid": shape, "Lids": list_of("Lid"), **others}
    with pytest.raises(ValueError, match=r"^(Lid|Lids): a shape that holds itself"):
        read_service(changed, VERSION)


def test_a_shape_of_an_unknown_kind_is_refused() -> None:
    """A kind of shape that there was not before stops the generator with its name."""
    changed = model()
    changed["shapes"]["Weight"] = {"type": "bigdecimal"}
    with pytest.raises(ValueError, match="Weight: no shape of the kind 'bigdecimal'"):
        read_service(changed, VERSION)


def test_an_input_that_is_no_structure_is_refused() -> None:
    """A request of anything but members stops the generator with the name of the operation."""
    changed = model()
    changed["shapes"]["DropBoxRequest"] = string()
    with pytest.raises(TypeError, match="the input of DropBox is no structure"):
        read_service(changed, VERSION)


@holds_the_model
def test_models_of_the_user_are_passed_over(tmp_path: Path) -> None:
    """What lies in `~/.aws/models` goes before botocore's own models elsewhere, not here."""
    folder = tmp_path / ".aws" / "models" / "ecr" / "2099-01-01"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text('{"operations": {}, "shapes": {}}', "utf-8")
    script = "from codegen.source import load_service; print(len(load_service().operations))"
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) >= 62
