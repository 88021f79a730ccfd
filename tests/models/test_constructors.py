"""Constructors convert what people have to what models hold."""

from __future__ import annotations

import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import (
    EcrClient,
    EcrRequestError,
    EncryptionConfiguration,
    EncryptionType,
    FindingSeverity,
    FrozenMap,
    ImageScanFindings,
    ImageTagMutability,
    RCTAppliedFor,
    RepositoryCreationTemplate,
    Tag,
    to_boto3,
)
from ecr_typed.models import CreateRepositoryRequest
from tests.support.untyped import untyped


def test_text_becomes_the_member_of_the_enum() -> None:
    """A plain text is as good as the member, and has what a member has."""
    made = EncryptionConfiguration(encryption_type=untyped("KMS"))

    assert made.encryption_type is EncryptionType.KMS
    assert made.encryption_type.is_known
    assert made == EncryptionConfiguration(encryption_type=EncryptionType.KMS)


def test_unknown_text_becomes_an_unknown_member() -> None:
    """A value that this release does not know is a member, too."""
    made = EncryptionConfiguration(encryption_type=untyped("KMS_NEXT"))

    assert type(made.encryption_type) is EncryptionType
    assert not made.encryption_type.is_known


def test_texts_in_a_sequence_become_members() -> None:
    """Each item of a list of an enum's texts is converted."""
    made = RepositoryCreationTemplate(
        prefix="team", applied_for=untyped(["REPLICATION", RCTAppliedFor.CREATE_ON_PUSH, "NEW"])
    )

    assert made.applied_for == ("REPLICATION", "CREATE_ON_PUSH", "NEW")
    assert made.applied_for is not None
    assert {type(each) for each in made.applied_for} == {RCTAppliedFor}


def test_texts_in_a_mapping_become_members() -> None:
    """The keys of a map are converted, and the map is immutable."""
    made = ImageScanFindings(finding_severity_counts=untyped({"HIGH": 1, "DREADFUL": 2}))

    counts = made.finding_severity_counts
    assert type(counts) is FrozenMap
    assert counts == {FindingSeverity.HIGH: 1, "DREADFUL": 2}
    assert {type(key) for key in made.finding_severity_counts or ()} == {FindingSeverity}


class Shade(enum.StrEnum):
    """An enum of a user's own."""

    KMS = "KMS"


@pytest.mark.parametrize("value", [1, None, b"KMS", ImageTagMutability.MUTABLE, Shade.KMS])
def test_what_is_no_text_of_the_enum_is_kept_and_refused_when_it_is_sent(
    ecr: EcrClient, value: Any
) -> None:
    """The member of another enum is a mistake, as is a number: the request names the argument."""
    made = EncryptionConfiguration(encryption_type=value)

    assert made.encryption_type is value
    with pytest.raises(EcrRequestError, match=r"encryption_type: expected"):
        ecr.create_repository("team/app", encryption_configuration=made)


@pytest.mark.parametrize("tags", ["team", b"team", 1, Tag(key="a", value="b"), {1: 2}])
def test_what_is_no_sequence_is_kept_and_refused_when_it_is_sent(tags: Any) -> None:
    """A text is a sequence of characters, but no list of anything."""
    made = CreateRepositoryRequest(repository_name="team/app", tags=tags)

    assert made.tags is tags
    with pytest.raises(EcrRequestError, match=r"tags: expected"):
        to_boto3(made)


@given(values=st.lists(st.sampled_from(list(RCTAppliedFor)) | st.text()))
def test_any_texts_are_sent_as_they_are(values: list[str]) -> None:
    """Whatever texts a model is made of, boto3 is given the same."""
    made = RepositoryCreationTemplate(prefix="team", applied_for=untyped(values))

    assert to_boto3(made) == {"prefix": "team", "appliedFor": values}
    assert hash(made) == hash(
        RepositoryCreationTemplate(prefix="team", applied_for=made.applied_for)
    )
