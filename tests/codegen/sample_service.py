"""A sample service in botocore's form, with a shape of every kind: boxes and what is in them."""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

VERSION = "9.8.7"


def structure(members: dict[str, str], *required: str) -> Shape:
    """A structure of members by their shapes' names."""
    references = {name: {"shape": shape} for name, shape in members.items()}
    return {"type": "structure", "required": [*required], "members": references}


def list_of(item: str, **limits: int) -> Shape:
    """A list."""
    return {"type": "list", "member": {"shape": item}, **limits}


def map_of(key: str, value: str) -> Shape:
    """A map."""
    return {"type": "map", "key": {"shape": key}, "value": {"shape": value}}


def enum(*values: str) -> Shape:
    """Text of a set of values."""
    return {"type": "string", "enum": [*values]}


def string(**limits: object) -> Shape:
    """Text."""
    return {"type": "string", **limits}


def operation(name: str, *errors: str, output: str | None = None) -> Shape:
    """An operation, its input named after it."""
    return {
        "name": name,
        "http": {"method": "POST", "requestUri": "/"},
        "input": {"shape": f"{name}Request"},
        **({"output": {"shape": output}} if output else {}),
        "errors": [{"shape": error} for error in errors],
    }


def exception(**members: str) -> Shape:
    """A modelled exception."""
    return {**structure({"message": "Text", **members}), "exception": True}


OPERATIONS: dict[str, Shape] = {
    "CreateBox": operation(
        "CreateBox", "ServerException", "BoxExistsException", output="CreateBoxResponse"
    ),
    "DescribeBoxes": operation(
        "DescribeBoxes", "BoxNotFoundException", output="DescribeBoxesResponse"
    ),
    "CountColours": operation("CountColours", output="CountColoursResponse"),
    "DropBox": operation("DropBox", "BoxNotFoundException"),
    "ListParcels": operation("ListParcels", output="ListParcelsResponse"),
    "WeighParcels": operation("WeighParcels", output="WeighParcelsResponse"),
}

BOX = {
    "boxName": "BoxName",
    "createdAt": "Time",
    "from": "Text",
    "hidden": "Text",
    "isOpen": "Flag",
    "size": "Size",
    "weight": "Weight",
    "volume": "Volume",
    "content": "Content",
    "source": "Source",
    "lid": "Lid",
    "parts": "PartList",
    "counts": "ColourCounts",
    "labels": "Labels",
}

SHAPES: dict[str, Shape] = {
    # Scalars, with limits and without.
    "Text": string(),
    "Time": {"type": "timestamp"},
    "Flag": {"type": "boolean"},
    "Size": {"type": "integer", "min": 1, "max": 12},
    "Count": {"type": "long", "min": 0},
    "Weight": {"type": "double", "min": 0},
    "Volume": {"type": "float"},
    "Content": {"type": "blob", "max": 1024},
    "BoxName": string(min=2, max=20, pattern="[a-z]+(-[a-z]+)*"),
    "Note": string(max=80),
    "Code": string(pattern="[0-9]{4}"),
    "CodeOfLid": string(pattern="[0-9]{6}"),
    "PageSize": {"type": "integer", "min": 1, "max": 500},
    # Enums: the odd values that services have.
    "Source": enum("docker-hub", "k8s", "CamelCase", "KMS_DSSE", "2way", "with space"),
    "Colour": enum("RED", "BLUE"),
    # Lists and maps.
    "TagList": list_of("Tag"),
    "PartList": list_of("Part", max=3),
    "NoteList": list_of("Note", max=5),
    "NameList": list_of("BoxName", min=1, max=100),
    "BoxList": list_of("Box"),
    "ParcelList": list_of("Parcel"),
    "ColourCounts": map_of("Colour", "Count"),
    "Labels": map_of("Text", "Text"),
    # Structures: nested ones, and one under two names.
    "Tag": structure({"Key": "Text", "Value": "Text"}, "Key", "Value"),
    "Box": structure(BOX, "boxName"),
    "Lid": structure({"colour": "Colour", "code": "Code"}, "colour"),
    "LidForCreation": structure({"colour": "Colour", "code": "CodeOfLid"}, "colour"),
    "Part": structure({"note": "Note", "colour": "Colour"}),
    "Parcel": structure({"boxName": "BoxName", "weight": "Weight"}),
    # Requests and responses.
    "CreateBoxRequest": structure(
        {
            "size": "Size",
            "boxName": "BoxName",
            "content": "Content",
            "lid": "LidForCreation",
            "parts": "PartList",
            "notes": "NoteList",
            "source": "Source",
            "counts": "ColourCounts",
            "sendAt": "Time",
            "tags": "TagList",
            "weight": "Weight",
        },
        "boxName",
    ),
    "CreateBoxResponse": structure({"box": "Box"}),
    "DescribeBoxesRequest": structure(
        {"nextToken": "Text", "boxNames": "NameList", "maxResults": "PageSize"}
    ),
    "DescribeBoxesResponse": structure({"boxes": "BoxList", "nextToken": "Text"}),
    "CountColoursRequest": structure({}),
    "CountColoursResponse": structure({"counts": "ColourCounts"}),
    "DropBoxRequest": structure({"boxName": "BoxName"}, "boxName"),
    "ListParcelsRequest": structure({"nextToken": "Text", "maxResults": "PageSize"}),
    "ListParcelsResponse": structure({"parcels": "ParcelList", "nextToken": "Text"}),
    "WeighParcelsRequest": structure({"unit": "Text"}, "unit"),
    "WeighParcelsResponse": structure({"weight": "Weight"}),
    # Exceptions.
    "ServerException": exception(),
    "BoxNotFoundException": exception(),
    "BoxExistsException": exception(boxName="BoxName", boxCount="Count"),
}


def model() -> dict[str, Any]:
    """The model: a new one each time, for tests to change."""
    return {"operations": {**OPERATIONS}, "shapes": {**SHAPES}}
