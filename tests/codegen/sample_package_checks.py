"""Checks of the package that is generated for the sample service.

They run in a process of their own, where `ecr_typed` is that package:
`python sample_package_checks.py NAME`.
"""

from __future__ import annotations

import base64
import inspect
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

# Not imported as usual: to a type checker, `ecr_typed` is another package.
PACKAGE = "ecr_typed"
TIME = datetime(2024, 9, 11, 12, 30, tzinfo=UTC)

BOX: dict[str, Any] = {
    "boxName": "red-box",
    "createdAt": TIME,
    "from": "afar",
    "hidden": "xyzzy",
    "isOpen": False,
    "size": 3,
    "weight": 2.5,
    "volume": 0.0,
    "content": b"\x00\xff",
    "source": "docker-hub",
    "lid": {"colour": "RED", "code": "1234"},
    "parts": [{"note": "a part"}, {}, {"colour": "BLUE"}],
    "counts": {"RED": 2, "MAUVE": 0},
    "labels": {"": "empty", "key": ""},
}


def everything_generated_can_be_imported() -> None:
    """Each generated name is there, in the package too, and is what `__all__` says."""
    package: Any = import_module(PACKAGE)
    for name in (f"{PACKAGE}.models", f"{PACKAGE}._service_errors"):
        module: Any = import_module(name)
        assert module.__all__ == sorted(set(module.__all__))
        assert set(module.__all__) <= set(dir(module))
        for public in module.__all__:
            assert getattr(module, public).__name__ == public
            if public in package.__all__:
                assert getattr(package, public) is getattr(module, public)
            else:
                assert public.endswith("Request")
    assert package.__all__ == sorted(set(package.__all__))
    assert {"Box", "Parcel", "Colour", "BoxExistsException", "EcrClient"} <= set(package.__all__)
    assert "LidForCreation" not in package.__all__


def models_convert_both_ways() -> None:
    """Nothing of a dict of boto3 is lost on its way to a model and back."""
    package: Any = import_module(PACKAGE)
    box = package.from_boto3(package.Box, BOX)
    assert package.to_boto3(box) == BOX
    smallest = {"boxName": "b", "createdAt": TIME}
    assert package.to_boto3(package.from_boto3(package.Box, smallest)) == smallest
    assert box.parts[0] == package.Part(note="a part")
    assert box.lid == package.Lid(colour=package.Colour.RED, code="1234")
    assert box.counts == {package.Colour.RED: 2, "MAUVE": 0}
    assert [key.is_known for key in box.counts] == [True, False]
    assert box.from_ == "afar"
    assert hash(box) == hash(package.from_boto3(package.Box, BOX))


def models_are_made_of_json() -> None:
    """What the service sends becomes the same model as what boto3 makes of it."""
    package: Any = import_module(PACKAGE)
    conversion: Any = import_module(f"{PACKAGE}._conversion.convert")
    sent = {
        **BOX,
        "createdAt": TIME.timestamp(),
        "content": base64.b64encode(BOX["content"]).decode(),
    }
    body = json.dumps({"box": sent}).encode()
    response = conversion.from_body(package.CreateBoxResponse, body)
    assert response.box == package.from_boto3(package.Box, BOX)


def odd_values_are_members() -> None:
    """Each value of an enum has a name in capitals, and keeps its text."""
    source: Any = import_module(f"{PACKAGE}.models").Source
    assert {member.name: member.value for member in source} == {
        "DOCKER_HUB": "docker-hub",
        "K8S": "k8s",
        "CAMEL_CASE": "CamelCase",
        "KMS_DSSE": "KMS_DSSE",
        "VALUE_2WAY": "2way",
        "WITH_SPACE": "with space",
    }
    assert source("k8s") is source.K8S
    assert not source("new").is_known


def secrets_are_hidden() -> None:
    """A member that the curation calls secret is not in the model's `repr`."""
    package: Any = import_module(PACKAGE)
    text = repr(package.from_boto3(package.Box, BOX))
    assert "xyzzy" not in text
    assert "red-box" in text


def what_is_always_there_is_required() -> None:
    """A model can't be made without its required members and those the curation vouches for."""
    package: Any = import_module(PACKAGE)
    required = [
        name
        for name, parameter in inspect.signature(package.Box).parameters.items()
        if parameter.default is inspect.Parameter.empty
    ]
    assert required == ["box_name", "created_at"]


def methods_have_the_members_as_parameters() -> None:
    """Required ones come first and may be positional; the others are keyword-only."""
    operations: Any = import_module(f"{PACKAGE}._operations.boxes").BoxesOperations
    first, name, *others = inspect.signature(operations.create_box).parameters.values()
    assert (first.name, name.name) == ("self", "box_name")
    assert name.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert {parameter.kind for parameter in others} == {inspect.Parameter.KEYWORD_ONLY}
    assert {parameter.default for parameter in others} == {None}
    assert [parameter.name for parameter in others] == [
        *("size", "content", "lid", "parts", "notes", "source", "counts", "send_at", "tags"),
        "weight",
    ]
    assert list(inspect.signature(operations.drop_box).parameters) == ["self", "box_name"]
    assert not hasattr(operations, "weigh_parcels")


def paged_methods_have_the_paging_options() -> None:
    """Token and page size of the model are replaced by the options of every paged method."""
    boxes: Any = import_module(f"{PACKAGE}._operations.boxes").BoxesOperations
    parcels: Any = import_module(f"{PACKAGE}._operations.parcels").ParcelsOperations
    options = ["page_size", "max_items", "starting_token"]
    assert list(inspect.signature(boxes.describe_boxes).parameters) == [
        *("self", "box_names"),
        *options,
    ]
    assert list(inspect.signature(parcels.list_parcels).parameters) == ["self", *options]


def operations_know_their_paging() -> None:
    """Largest page, place of the items and what refuses paging come from model and curation."""
    operation: Any = import_module(f"{PACKAGE}._wire.operations").DESCRIBE_BOXES
    assert operation.items == ("boxes",)
    assert operation.largest_page == 500
    assert set(operation.refuses_paging_with) == {"box_names"}
    assert dict(operation.splits) == {"box_names": 100}
    parcels: Any = import_module(f"{PACKAGE}._wire.operations").LIST_PARCELS
    assert not parcels.refuses_paging_with


def limits_are_those_of_the_place() -> None:
    """A structure under its second name keeps that one's limits; patterns are the curated ones."""
    models: Any = import_module(f"{PACKAGE}.models")
    shapes: Any = import_module(f"{PACKAGE}._conversion.shapes")
    members = {member.wire_name: member for member in shapes.members(models.CreateBoxRequest)}
    assert members["lid"].shape.type is models.Lid
    code = members["lid"].shape.limits["code"]
    assert (code.pattern, code.allowed) == ("[0-9]{6}", "6 digits")
    assert members["boxName"].shape.pattern == "(?:[a-z]+-)*[a-z]+"
    assert (members["content"].shape.min, members["content"].shape.max) == (None, 1024)
    assert (members["size"].shape.min, members["size"].shape.max) == (1, 12)
    response = {member.wire_name: member for member in shapes.members(models.Box)}
    assert response["boxName"].shape is shapes.STRING


def exceptions_have_their_members() -> None:
    """A code leads to its class, whose members are read from the response."""
    errors: Any = import_module(f"{PACKAGE}._service_errors")
    error_class = errors.ERRORS_BY_CODE["BoxExistsException"]
    response = {"Error": {"Code": "BoxExistsException", "Message": "no"}, "boxCount": 3}
    error = error_class(response, "CreateBox")
    assert (error.box_count, error.box_name) == (3, None)
    assert errors.ERRORS_BY_CODE["Throttling"] is errors.ThrottlingException
    assert "Throttling" in errors.THROTTLING_CODES
    assert "RequestTimeout" in errors.TRANSIENT_CODES


CHECKS: list[Callable[[], None]] = [
    everything_generated_can_be_imported,
    models_convert_both_ways,
    models_are_made_of_json,
    odd_values_are_members,
    secrets_are_hidden,
    what_is_always_there_is_required,
    methods_have_the_members_as_parameters,
    paged_methods_have_the_paging_options,
    operations_know_their_paging,
    limits_are_those_of_the_place,
    exceptions_have_their_members,
]


if __name__ == "__main__":
    {check.__name__: check for check in CHECKS}[sys.argv[1]]()
