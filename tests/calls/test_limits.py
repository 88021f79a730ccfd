"""When the service refuses an argument, the error explains which limit it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from ecr_typed import (
    EcrClient,
    EcrServiceError,
    EncryptionConfiguration,
    EncryptionType,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    InvalidParameterException,
    RCTAppliedFor,
    ValidationException,
)
from tests.support.samples import answer_of
from tests.support.wire import Wire, refusal, reply


def notes(ecr: EcrClient, method: str, **arguments: Any) -> list[str]:
    """The notes of the error that a call raises."""
    with pytest.raises(EcrServiceError) as caught:
        getattr(ecr, method)(**arguments)
    return [note for note in caught.value.explanations if note.startswith("Breaks a known limit")]


@pytest.mark.parametrize("code", ["InvalidParameterException", "ValidationException"])
def test_refused_name_is_explained(ecr: EcrClient, wire: Wire, code: str) -> None:
    """`Team/App` is sent, refused by the service, and explained by a note."""
    wire.will(refusal(code, "Invalid parameter at 'repositoryName'"))

    [note] = notes(ecr, "create_repository", repository_name="Team/App")

    assert wire.bodies == [{"repositoryName": "Team/App"}]
    assert "repository_name" in note
    assert "'Team/App'" in note
    assert "lower-case letters" in note


def test_both_refusals_are_classes(ecr: EcrClient, wire: Wire) -> None:
    """The note is on the service's own error."""
    wire.will(refusal("InvalidParameterException"), refusal("ValidationException"))

    with pytest.raises(InvalidParameterException):
        ecr.create_repository("Team/App")
    with pytest.raises(ValidationException):
        ecr.create_repository("Team/App")


def test_other_errors_have_no_notes(ecr: EcrClient, wire: Wire) -> None:
    """What is not about arguments is not explained by them."""
    wire.will(refusal("AccessDeniedException"))

    assert notes(ecr, "create_repository", repository_name="Team/App") == []


def test_arguments_within_limits_have_no_notes(ecr: EcrClient, wire: Wire) -> None:
    """Where this release knows no limit that is broken, it says nothing."""
    wire.will(refusal("InvalidParameterException"))

    assert notes(ecr, "create_repository", repository_name="team/app", registry_id="1" * 12) == []


SETTINGS = EncryptionConfiguration(encryption_type=EncryptionType("QUANTUM"), kms_key="k" * 3000)
ALIAS = EncryptionConfiguration(encryption_type=EncryptionType.KMS, kms_key="alias/ecr")
FILTERS = [
    ImageTagMutabilityExclusionFilter(
        filter_type=ImageTagMutabilityExclusionFilterType.WILDCARD, filter="a b"
    )
]
TEMPLATE: dict[str, Any] = {"prefix": "team", "applied_for": []}

BROKEN: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (
        "create_repository",
        {"repository_name": "x" * 257, "registry_id": "12"},
        [("repository_name", "257 characters"), ("registry_id", "12 digits")],
    ),
    (
        "create_repository",
        {"repository_name": "a1", "encryption_configuration": SETTINGS},
        [
            ("encryption_configuration.encryption_type", "KMS_DSSE"),
            ("encryption_configuration.kms_key", "2,048"),
        ],
    ),
    (
        "create_repository",
        {"repository_name": "a1", "image_tag_mutability_exclusion_filters": FILTERS * 6},
        [("image_tag_mutability_exclusion_filters", "1 to 5 items")],
    ),
    (
        "create_repository",
        {"repository_name": "a1", "image_tag_mutability_exclusion_filters": FILTERS},
        [("image_tag_mutability_exclusion_filters[0].filter", "'*'")],
    ),
    (
        "create_repository",
        {"repository_name": "a1", "image_tag_mutability": ImageTagMutability("SOMETIMES")},
        [("image_tag_mutability", "IMMUTABLE_WITH_EXCLUSION")],
    ),
    (
        "create_repository_creation_template",
        {**TEMPLATE, "description": "d" * 257},
        [("description", "256")],
    ),
    (
        "create_repository_creation_template",
        {**TEMPLATE, "encryption_configuration": ALIAS},
        [("encryption_configuration.kms_key", "not an alias")],
    ),
    (
        "create_repository_creation_template",
        {"prefix": "team", "applied_for": [RCTAppliedFor("MAGIC")]},
        [("applied_for[0]", "CREATE_ON_PUSH")],
    ),
    (
        "create_repository_creation_template",
        {"prefix": "Root", "applied_for": []},
        [("prefix", "ROOT")],
    ),
]


@pytest.mark.parametrize(("method", "arguments", "broken"), BROKEN)
def test_every_broken_limit_has_a_note(
    ecr: EcrClient,
    wire: Wire,
    method: str,
    arguments: dict[str, Any],
    broken: list[tuple[str, str]],
) -> None:
    """Each argument, at any depth, that breaks a known limit is named with what is allowed."""
    wire.will(refusal("InvalidParameterException"))

    found = notes(ecr, method, **arguments)

    assert len(found) == len(broken)
    for note, (argument, allowed) in zip(found, broken, strict=True):
        assert f"{argument}:" in note
        assert allowed in note
        assert len(note) < 500


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("create_repository", {"repository_name": "a__b/c--d/e.f"}),
        ("create_repository_creation_template", {"prefix": "ROOT", "applied_for": []}),
        ("create_repository_creation_template", {"prefix": "team/", "applied_for": []}),
        (
            "update_repository_creation_template",
            {
                "prefix": "team",
                "encryption_configuration": EncryptionConfiguration(
                    encryption_type=EncryptionType.KMS, kms_key=""
                ),
                "description": "",
            },
        ),
        (
            "create_repository",
            {"repository_name": "a1", "encryption_configuration": ALIAS},
        ),
    ],
)
def test_what_is_allowed_has_no_note(
    ecr: EcrClient, wire: Wire, method: str, arguments: dict[str, Any]
) -> None:
    """What the model's patterns allow is not blamed."""
    wire.will(refusal("InvalidParameterException"))

    assert notes(ecr, method, **arguments) == []


@pytest.mark.parametrize("name", ["team/app\n", " team/app", "team/app/", "/team", "team//app"])
def test_patterns_are_matched_whole(ecr: EcrClient, wire: Wire, name: str) -> None:
    """A name that merely contains a good one breaks the pattern."""
    wire.will(refusal("InvalidParameterException"))

    assert len(notes(ecr, "create_repository", repository_name=name)) == 1


def test_limits_are_for_requests_only(ecr: EcrClient, wire: Wire) -> None:
    """Answers are read whatever their lengths: more images on a page, shorter policies."""
    images = [{"imageTag": f"v{number}"} for number in range(1000)]
    wire.will(
        answer_of("ListImages", imageIds=images),
        answer_of("GetLifecyclePolicy", lifecyclePolicyText="{}"),
        reply(answer_of("ListImages", imageIds=[])),
    )

    assert len(ecr.list_images("team/app").to_list()) == 1000
    assert "{}" in repr(ecr.get_lifecycle_policy("team/app"))
    assert ecr.list_images("team/app").to_list() == []
