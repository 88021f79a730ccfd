"""A curation and a model that disagree stop the generator with the name of each disagreement."""

from __future__ import annotations

import pytest

from codegen.agreement import disagreements
from codegen.decisions import CurationError
from codegen.records import ServiceRecord
from codegen.render import render
from codegen.source import read_service

from .conftest import Curation
from .sample_service import (
    VERSION,
    Shape,
    enum,
    exception,
    list_of,
    model,
    operation,
    string,
    structure,
)


def problems_of(curation: Curation, changed: dict[str, Shape] | None = None) -> list[str]:
    """What stops the generator when shapes of the model are changed."""
    changed_model = model()
    changed_model["shapes"] |= changed or {}
    return problems_of_service(read_service(changed_model, VERSION), curation)


def problems_of_service(service: ServiceRecord, curation: Curation) -> list[str]:
    """What stops the generator."""
    with pytest.raises(CurationError) as caught:
        render(service, curation.load())
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def with_member(name: str, member: str, shape: str) -> dict[str, Shape]:
    """A structure with another member."""
    old = model()["shapes"][name]
    return {name: {**old, "members": {**old["members"], member: {"shape": shape}}}}


def test_the_sample_service_and_its_curation_agree(
    service: ServiceRecord, curation: Curation
) -> None:
    """The tests below begin without a disagreement."""
    assert disagreements(service, curation.load()) == []


def test_a_new_member_needs_an_entry(curation: Curation) -> None:
    """A member that AWS added stops the generator with its name."""
    assert problems_of(curation, with_member("Box", "colour", "Colour")) == [
        "member Box.colour has no entry in the curation"
    ]


def test_a_new_value_needs_an_entry(curation: Curation) -> None:
    """An enum value that AWS added stops the generator with its name."""
    assert problems_of(curation, {"Colour": enum("RED", "GREEN", "BLUE")}) == [
        "value Colour.GREEN has no entry in the curation"
    ]


def test_a_new_operation_needs_an_entry(curation: Curation) -> None:
    """An operation that AWS added stops the generator with its name."""
    changed = model()
    changed["operations"]["PaintBox"] = operation("PaintBox")
    changed["shapes"]["PaintBoxRequest"] = structure({})
    assert problems_of_service(read_service(changed, VERSION), curation) == [
        "operation PaintBox has no entry in the curation"
    ]


def test_a_new_structure_needs_an_entry(curation: Curation) -> None:
    """A structure that AWS added stops the generator with its name, as does the way to it."""
    changed = {**with_member("Parcel", "stamp", "Stamp"), "Stamp": structure({"price": "Size"})}
    assert problems_of(curation, changed) == [
        "structure Stamp has no entry in the curation",
        "member Parcel.stamp has no entry in the curation",
    ]


def test_a_new_enum_needs_an_entry(curation: Curation) -> None:
    """An enum that AWS added stops the generator with its name."""
    assert "enum Shade has no entry in the curation" in problems_of(
        curation, {**with_member("Parcel", "shade", "Shade"), "Shade": enum("DARK")}
    )


def test_a_new_exception_needs_an_entry(curation: Curation) -> None:
    """An exception that AWS added stops the generator with its name."""
    changed = model()
    changed["operations"]["DropBox"] = operation("DropBox", "BoxInUseException")
    changed["shapes"]["BoxInUseException"] = exception()
    assert "exception BoxInUseException has no entry in the curation" in problems_of_service(
        read_service(changed, VERSION), curation
    )


def test_a_new_member_of_an_exception_needs_an_entry(curation: Curation) -> None:
    """A member that AWS added to an exception stops the generator with its name."""
    assert problems_of(curation, {"BoxNotFoundException": exception(boxName="BoxName")}) == [
        "member BoxNotFoundException.boxName has no entry in the curation"
    ]


def test_a_new_pattern_needs_an_entry(curation: Curation) -> None:
    """A pattern that AWS added stops the generator with the name of its shape."""
    assert problems_of(curation, {"Note": string(max=80, pattern="[a-z ]*")}) == [
        "pattern of Note has no entry in the curation"
    ]


@pytest.mark.parametrize(
    ("file", "entry", "problem"),
    [
        pytest.param(
            "boxes",
            '[operations.OpenBox]\nwords = "Open."\neffect = "read"\nreturns = "nothing"',
            "operation OpenBox has an entry in the curation, but is not in the model",
            id="operation",
        ),
        pytest.param(
            "boxes",
            "[structures.Hinge]\nmembers = {}",
            "structure Hinge has an entry in the curation, but is not in the model",
            id="structure",
        ),
        pytest.param(
            "parcels",
            '[structures.Parcel.always]\nstamp = "seen"',
            "member Parcel.stamp is not in the model",
            id="member that is always there",
        ),
        pytest.param(
            "common",
            '[enums.Shade]\nwords = "A shade."\nvalues.DARK = "Dark."',
            "enum Shade has an entry in the curation, but is not in the model",
            id="enum",
        ),
        pytest.param(
            "common",
            'values.GREEN = "Like grass."',
            "value Colour.GREEN has an entry in the curation, but is not in the model",
            id="value",
        ),
        pytest.param(
            "errors",
            '[modelled.BoxLostException]\nwhen = "it is lost"',
            "exception BoxLostException has an entry in the curation, but is not in the model",
            id="exception",
        ),
        pytest.param(
            "errors",
            '[modelled.BoxNotFoundException.members]\nboxName = "Its name."',
            "member BoxNotFoundException.boxName has an entry in the curation, "
            "but is not in the model",
            id="member of an exception",
        ),
        pytest.param(
            "shared",
            '[scalars.Note]\nallowed = "anything"',
            "pattern of Note has an entry in the curation, but is not in the model",
            id="pattern",
        ),
        pytest.param(
            "shared",
            '[documents.Letter]\nclasses = ["PolicyDocument"]',
            "document Letter has an entry in the curation, but is no text in the model",
            id="document",
        ),
        pytest.param(
            "shared",
            '[documents.Size]\nclasses = ["PolicyDocument"]',
            "document Size has an entry in the curation, but is no text in the model",
            id="document that is no text",
        ),
    ],
)
def test_an_entry_needs_its_counterpart(
    curation: Curation, file: str, entry: str, problem: str
) -> None:
    """An entry for what the model does not have, or no longer, stops the generator."""
    curation.add(file, entry)
    assert problems_of(curation) == [problem]


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        pytest.param(
            "parcels",
            'members.weight = "What it weighs."',
            'members.weight = "What it weighs."\nmembers.stamp = "Its stamp."',
            "member Parcel.stamp has an entry in the curation, but is not in the model",
            id="member",
        ),
        pytest.param(
            "boxes",
            'shared = ["lid"]',
            'shared = ["top", "lid"]',
            "member Box.top is not in the model",
            id="shared member",
        ),
        pytest.param(
            "boxes",
            'secret = ["hidden"]',
            'secret = ["secret"]',
            "member Box.secret is not in the model",
            id="secret member",
        ),
        pytest.param(
            "shared",
            'pending = ["WeighParcels"]',
            'pending = ["WeighParcels", "SendParcels"]',
            "operation SendParcels has an entry in the curation, but is not in the model",
            id="pending operation",
        ),
        pytest.param(
            "shared",
            'LidForCreation = "Lid"',
            'LidForCreation = "Lid"\nBottom = "Lid"',
            "structures Bottom and Lid are not both in the model",
            id="second name",
        ),
        pytest.param(
            "boxes",
            'repeat_meets = ["BoxExistsException"]',
            'repeat_meets = ["BoxNotFoundException"]',
            "operation CreateBox meets BoxNotFoundException, which is none of its exceptions",
            id="exception of a repetition",
        ),
        pytest.param(
            "boxes",
            'returns = "box"',
            'returns = "crate"',
            "operation CreateBox returns crate, which is not in its response",
            id="result",
        ),
        pytest.param(
            "boxes",
            'items = ["boxes"]',
            'items = ["crates"]',
            "operation DescribeBoxes: DescribeBoxesResponse has no member crates",
            id="items",
        ),
        pytest.param(
            "boxes",
            'items = ["boxes"]',
            'items = ["nextToken"]',
            "operation DescribeBoxes: nextToken is no list",
            id="items that are no list",
        ),
        pytest.param(
            "boxes",
            'refuses_paging_with = ["boxNames"]',
            'refuses_paging_with = ["crateNames"]',
            "operation DescribeBoxes: DescribeBoxesRequest has no member crateNames",
            id="argument that excludes paging",
        ),
        pytest.param(
            "boxes",
            'splits = ["boxNames"]',
            'splits = ["nextToken"]',
            "operation DescribeBoxes: nextToken is no list with a largest size",
            id="split argument",
        ),
        pytest.param(
            "boxes",
            'isOpen = "Whether it is open."',
            'isOpen = "=openness"',
            "member Box.isOpen: shared.toml has no words for openness",
            id="shared words",
        ),
    ],
)
def test_a_detail_of_an_entry_needs_its_counterpart(
    curation: Curation, file: str, old: str, new: str, problem: str
) -> None:
    """What an entry says of the model has to be so."""
    curation.replace(file, old, new)
    assert problems_of(curation) == [problem]


def test_an_operation_has_one_entry(curation: Curation) -> None:
    """An operation in two topics, or in a topic and pending, stops the generator."""
    curation.add(
        "parcels",
        '[operations.WeighParcels]\nwords = "Weigh."\neffect = "read"\nreturns = "response"\n'
        '[structures.WeighParcelsRequest]\nmembers.unit = "The unit."\n'
        '[structures.WeighParcelsResponse]\nmembers.weight = "The weight."',
    )
    assert problems_of(curation) == ["operation WeighParcels has 2 entries in the curation"]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            '[structures.Tag]\nmembers.Key = "Its name."\nmembers.Value = "Its value."',
            "structure Tag has 2 entries in the curation",
        ),
        (
            '[enums.Colour]\nwords = "One."\nvalues.RED = "Red."\nvalues.BLUE = "Blue."',
            "enum Colour has 2 entries in the curation",
        ),
    ],
)
def test_a_shape_is_of_one_topic(curation: Curation, entry: str, problem: str) -> None:
    """A shape in two topics stops the generator."""
    curation.add("parcels", entry)
    assert problems_of(curation) == [problem]


def test_a_required_member_needs_no_evidence(curation: Curation) -> None:
    """A member that the model requires by now is not among the always present ones."""
    curation.add("boxes", '[structures.Box.always]\nboxName = "seen"')
    curation.replace("boxes", 'always.createdAt = "seen in a response"\n')
    assert problems_of(curation) == ["member Box.boxName is required by the model already"]


def test_a_result_is_always_there(curation: Curation) -> None:
    """A method returns no member that responses may lack."""
    curation.replace("boxes", 'always.box = "documented"\n')
    assert problems_of(curation) == ["operation CreateBox returns box, which is not always there"]


def test_a_paged_operation_has_items(curation: Curation) -> None:
    """A paged operation without items stops the generator."""
    curation.replace("parcels", 'items = ["parcels"]\n')
    assert problems_of(curation) == [
        "operation ListParcels must say its items if it is paged, and only then"
    ]


def test_an_operation_that_is_not_paged_has_no_items(curation: Curation) -> None:
    """Items of an operation that gives all at once stop the generator."""
    curation.replace("boxes", 'returns = "box"', 'returns = "box"\nitems = ["box"]')
    assert problems_of(curation) == [
        "operation CreateBox must say its items if it is paged, and only then",
        "operation CreateBox: box is no list",
    ]


def test_a_structure_under_two_names_has_the_same_members(curation: Curation) -> None:
    """A second name that has other members by now is one no longer."""
    assert "structures LidForCreation and Lid have not the same members" in problems_of(
        curation, with_member("LidForCreation", "size", "Size")
    )


def test_two_values_have_two_names(curation: Curation) -> None:
    """Values whose names in Python are one stop the generator."""
    curation.replace("common", "values.BLUE", 'values.red = "Red."\nvalues.BLUE')
    assert problems_of(curation, {"Colour": enum("RED", "red", "BLUE")}) == [
        "enum Colour has several values that would be called RED"
    ]


def test_members_of_exceptions_are_scalars(curation: Curation) -> None:
    """A list in an exception stops the generator: it has no way to read one yet."""
    curation.add("errors", '[modelled.BoxNotFoundException.members]\nnames = "The names."')
    changed = {"BoxNotFoundException": exception(names="Names"), "Names": list_of("Text")}
    assert problems_of(curation, changed) == [
        "member BoxNotFoundException.names is no scalar: exceptions have no others yet"
    ]


def test_a_common_exception_is_not_in_the_model(curation: Curation) -> None:
    """A common exception that the model has by now has two entries."""
    curation.add("errors", '[common.ServerException]\nwhen = "it failed"')
    assert problems_of(curation) == [
        "exception ServerException is in the model by now: it is no longer a common one"
    ]


def test_all_disagreements_are_told_at_once(curation: Curation) -> None:
    """Who adopts a newer model sees everything that is new in one run."""
    changed = {**with_member("Box", "colour", "Colour"), "Colour": enum("RED", "GREEN", "BLUE")}
    assert problems_of(curation, changed) == [
        "member Box.colour has no entry in the curation",
        "value Colour.GREEN has no entry in the curation",
    ]


def test_a_pending_operation_is_left_out(rendered: dict[str, str]) -> None:
    """An operation that waits for its curation has no method, and its shapes need no entries."""
    assert not [path for path, text in rendered.items() if "weigh_parcels" in text]
    assert not [path for path, text in rendered.items() if "WeighParcels" in text]
