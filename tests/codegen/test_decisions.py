"""A curation that can't be read stops the generator with the name of the file."""

from __future__ import annotations

import pytest

from codegen.decisions import CurationError

from .conftest import Curation


def problems_of(curation: Curation) -> list[str]:
    """Why a curation can't be read."""
    with pytest.raises(CurationError) as caught:
        curation.load()
    return caught.value.problems


def test_the_files_become_decisions(curation: Curation) -> None:
    """A topic is called after its file; the three files that hold in all topics are none."""
    decisions = curation.load()
    assert list(decisions.topics) == ["boxes", "common", "parcels"]
    assert decisions.topics["boxes"].operations["CreateBox"].effect == "create"
    assert decisions.errors.common["ThrottlingException"].codes == ("Throttling",)
    assert decisions.shared.same_structures == {"LidForCreation": "Lid"}
    assert decisions.public_names["ecr_typed._client"] == ("EcrClient",)


def test_bad_toml_names_the_file_and_the_line(curation: Curation) -> None:
    """A file that is no TOML is named, with the place."""
    curation.add("parcels", "words = ")
    (problem,) = problems_of(curation)
    assert problem.startswith("parcels.toml: ")
    assert "line" in problem


@pytest.mark.parametrize("name", ["errors", "public_names", "shared"])
def test_bad_toml_is_named_in_every_file(curation: Curation, name: str) -> None:
    """The three files that hold in all topics are no exception."""
    curation.add(name, "[")
    (problem,) = problems_of(curation)
    assert problem.startswith(f"{name}.toml: ")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("parcels", "[operations.ListParcels]", "[operations.ListParcels]\nunknown = 1"),
        ("parcels", "[structures.Parcel]", "[structures.Parcel]\nunknown = 1"),
        ("common", "[enums.Colour]", "[enums.Colour]\nunknown = 1"),
        ("common", "[enums.Colour]", "[unknown]\n[enums.Colour]"),
        ("errors", "[modelled.BoxExistsException]", "[modelled.BoxExistsException]\nunknown = 1"),
        ("shared", "[scalars.Code]", "[scalars.Code]\nunknown = 1"),
        ("public_names", "[modules]", "unknown = 1\n[modules]"),
    ],
)
def test_unknown_keys_name_the_file(curation: Curation, name: str, old: str, new: str) -> None:
    """A misspelt key is named, with its file: it would be overlooked otherwise."""
    curation.replace(name, old, new)
    (problem,) = problems_of(curation)
    assert problem.startswith(f"{name}.toml: ")
    assert "unknown" in problem


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('effect = "read"', 'effect = "reads"', "effect"),
        ('words = "List parcels."\n', "", "words"),
        ('items = ["parcels"]', "items = 3", "items"),
    ],
)
def test_wrong_values_name_the_file_and_the_place(
    curation: Curation, old: str, new: str, expected: str
) -> None:
    """An effect that there is not, words that lack, a number for a list: each says where."""
    curation.replace("parcels", old, new)
    (problem,) = problems_of(curation)
    assert problem.startswith("parcels.toml: ")
    assert "ListParcels" in problem
    assert expected in problem


def test_all_files_that_are_wrong_are_named(curation: Curation) -> None:
    """One run tells of each file that can't be read."""
    for name in ("boxes", "errors", "shared"):
        curation.add(name, "=")
    files = [problem.split(":")[0] for problem in problems_of(curation)]
    assert files == ["boxes.toml", "errors.toml", "shared.toml"]
