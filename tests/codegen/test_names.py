"""Names of the service become names of Python that a reader can guess."""

from __future__ import annotations

import pytest

from codegen.names import (
    attribute_name,
    attribute_path,
    class_prefix,
    constant_name,
    enum_member_name,
)


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("repositoryArn", "repository_arn"),
        ("kmsKey", "kms_key"),
        ("Key", "key"),
        ("imageIds", "image_ids"),
        ("from", "from_"),
        ("class", "class_"),
        ("filter", "filter"),
    ],
)
def test_members_are_in_snake_case(member: str, name: str) -> None:
    """An attribute is called as boto3 would, with an underscore where Python has the word."""
    assert attribute_name(member) == name


def test_paths_are_in_snake_case() -> None:
    """Each part of a path is an attribute's name."""
    assert attribute_path("imageScanFindings.from") == "image_scan_findings.from_"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("KMS_DSSE", "KMS_DSSE"),
        ("AES256", "AES256"),
        ("docker-hub", "DOCKER_HUB"),
        ("k8s", "K8S"),
        ("ImageNotFound", "IMAGE_NOT_FOUND"),
        ("ecr.public", "ECR_PUBLIC"),
        ("with space", "WITH_SPACE"),
        ("-edges-", "EDGES"),
        ("2way", "VALUE_2WAY"),
        ("*", "VALUE_"),
    ],
)
def test_values_are_in_capitals(value: str, name: str) -> None:
    """A member of an enum is in capitals, and a name whatever its value is."""
    assert enum_member_name(value) == name
    assert name.isidentifier()


def test_constants_have_the_names_of_operations() -> None:
    """What is known of an operation has the operation's name in capitals."""
    assert constant_name("CreateRepository") == "CREATE_REPOSITORY"


def test_classes_are_called_after_their_topic() -> None:
    """A topic's file gives the class of its methods its name."""
    assert class_prefix("pull_through_cache") == "PullThroughCache"
