"""What no version of the service could accept is refused before it is sent."""

from __future__ import annotations

import tracemalloc
from typing import Any, cast

import pytest

from ecr_typed import (
    EcrClient,
    EcrRequestError,
    EncryptionConfiguration,
    EncryptionType,
    ImageIdentifier,
    ImageTagMutability,
    ImageTagMutabilityExclusionFilter,
    ImageTagMutabilityExclusionFilterType,
    Tag,
)
from tests.support.newer import holds_the_model
from tests.support.service import METHODS, Method
from tests.support.wire import Wire

ANY = cast("Any", None)
LARGE = bytearray(1_000_000)
CREATE = "create_repository"
TEMPLATE = "create_repository_creation_template"
FILTER = ImageTagMutabilityExclusionFilter(
    filter_type=ImageTagMutabilityExclusionFilterType.WILDCARD, filter="a*"
)

Case = tuple[str, dict[str, Any], str, str, str]
"""A method, its arguments, the argument that is refused, its value's text, and what is allowed."""

NAME = {"repository_name": "team/app"}
PREFIX: dict[str, Any] = {"prefix": "team", "applied_for": []}

WRONG: list[Case] = [
    # text
    (CREATE, {"repository_name": 5}, "repository_name", "5 (int)", "text"),
    (CREATE, {"repository_name": b"team"}, "repository_name", "(bytes)", "text"),
    (CREATE, {"repository_name": ["team"]}, "repository_name", "(list)", "text"),
    (CREATE, {**NAME, "registry_id": 123456789012}, "registry_id", "123456789012", "text"),
    (CREATE, {**NAME, "registry_id": True}, "registry_id", "True", "text"),
    # required, and too short
    (CREATE, {"repository_name": None}, "repository_name", "None", "required"),
    (CREATE, {"repository_name": ""}, "repository_name", "''", "2 to 256 characters"),
    (CREATE, {"repository_name": "a"}, "repository_name", "'a'", "2 to 256 characters"),
    (TEMPLATE, {"prefix": "", "applied_for": []}, "prefix", "''", "1 to 256 characters"),
    (TEMPLATE, {"prefix": "team", "applied_for": None}, "applied_for", "None", "required"),
    ("tag_resource", {"resource_arn": "arn", "tags": None}, "tags", "None", "required"),
    ("list_tags_for_resource", {"resource_arn": None}, "resource_arn", "None", "required"),
    # booleans
    ("delete_repository", {**NAME, "force": 1}, "force", "1 (int)", "True or False"),
    ("delete_repository", {**NAME, "force": "yes"}, "force", "'yes'", "True or False"),
    # models
    (
        CREATE,
        {**NAME, "encryption_configuration": {"encryptionType": "KMS"}},
        "encryption_configuration",
        "(dict)",
        "EncryptionConfiguration",
    ),
    (
        CREATE,
        {**NAME, "encryption_configuration": "KMS"},
        "encryption_configuration",
        "'KMS'",
        "EncryptionConfiguration",
    ),
    (
        CREATE,
        {**NAME, "encryption_configuration": EncryptionConfiguration},
        "encryption_configuration",
        "EncryptionConfiguration",
        "EncryptionConfiguration",
    ),
    (
        CREATE,
        {**NAME, "encryption_configuration": Tag(key="a", value="b")},
        "encryption_configuration",
        "Tag",
        "EncryptionConfiguration",
    ),
    # what is in models
    (
        CREATE,
        {**NAME, "encryption_configuration": EncryptionConfiguration(encryption_type=ANY)},
        "encryption_configuration.encryption_type",
        "None",
        "AES256",
    ),
    (
        CREATE,
        {
            **NAME,
            "encryption_configuration": EncryptionConfiguration(
                encryption_type=cast("EncryptionType", ImageTagMutability.MUTABLE)
            ),
        },
        "encryption_configuration.encryption_type",
        "ImageTagMutability.MUTABLE",
        "KMS_DSSE",
    ),
    (
        CREATE,
        {
            **NAME,
            "encryption_configuration": EncryptionConfiguration(
                encryption_type=EncryptionType.KMS, kms_key=""
            ),
        },
        "encryption_configuration.kms_key",
        "''",
        "1 to 2,048 characters",
    ),
    # enums
    (CREATE, {**NAME, "image_tag_mutability": 1}, "image_tag_mutability", "1 (int)", "MUTABLE"),
    (
        CREATE,
        {**NAME, "image_tag_mutability": EncryptionType.KMS},
        "image_tag_mutability",
        "EncryptionType.KMS",
        "MUTABLE",
    ),
    (
        CREATE,
        {**NAME, "image_tag_mutability": EncryptionType("NEW")},
        "image_tag_mutability",
        "NEW",
        "MUTABLE",
    ),
    (
        TEMPLATE,
        {"prefix": "team", "applied_for": [ImageTagMutability.MUTABLE]},
        "applied_for[0]",
        "MUTABLE",
        "CREATE_ON_PUSH",
    ),
    # lists
    (TEMPLATE, {"prefix": "team", "applied_for": "REPLICATION"}, "applied_for", "'REP", "list"),
    (TEMPLATE, {"prefix": "team", "applied_for": b"ab"}, "applied_for", "(bytes)", "list"),
    (TEMPLATE, {"prefix": "team", "applied_for": {"REPLICATION"}}, "applied_for", "(set)", "list"),
    (TEMPLATE, {"prefix": "team", "applied_for": 5}, "applied_for", "5 (int)", "list"),
    (TEMPLATE, {"prefix": "team", "applied_for": iter([])}, "applied_for", "iterator", "list"),
    (TEMPLATE, {"prefix": "team", "applied_for": [None]}, "applied_for[0]", "None", "REPLICATION"),
    ("untag_resource", {"resource_arn": "arn", "tag_keys": "key"}, "tag_keys", "'key'", "list"),
    ("untag_resource", {"resource_arn": "arn", "tag_keys": ["a", 1]}, "tag_keys[1]", "1", "text"),
    (
        CREATE,
        {**NAME, "image_tag_mutability_exclusion_filters": []},
        "image_tag_mutability_exclusion_filters",
        "[] (list)",
        "item",
    ),
    (
        CREATE,
        {**NAME, "image_tag_mutability_exclusion_filters": [FILTER, "a*"]},
        "image_tag_mutability_exclusion_filters[1]",
        "'a*'",
        "ImageTagMutabilityExclusionFilter",
    ),
    # tags
    (CREATE, {**NAME, "tags": "key=value"}, "tags", "'key=value'", "list"),
    (CREATE, {**NAME, "tags": [("key", "value")]}, "tags[0]", "(tuple)", "Tag"),
    (CREATE, {**NAME, "tags": [{"Key": "a", "Value": "b"}]}, "tags[0]", "(dict)", "Tag"),
    (CREATE, {**NAME, "tags": {"key": 1}}, "tags[0].value", "1 (int)", "text"),
    (CREATE, {**NAME, "tags": {1: "value"}}, "tags[0].key", "1 (int)", "text"),
    (CREATE, {**NAME, "tags": {"a": "b", "key": None}}, "tags[1].value", "None", "text"),
    (CREATE, {**NAME, "tags": 5}, "tags", "5 (int)", "list"),
    # paging
    ("describe_repositories", {"page_size": 0}, "page_size", "0", "1 to 1,000"),
    ("describe_repositories", {"page_size": -1}, "page_size", "-1", "1 to 1,000"),
    ("describe_repositories", {"page_size": 1001}, "page_size", "1001", "1 to 1,000"),
    ("describe_repositories", {"page_size": True}, "page_size", "True", "1 to 1,000"),
    ("describe_repositories", {"page_size": 10.0}, "page_size", "10.0", "1 to 1,000"),
    ("describe_repositories", {"page_size": "10"}, "page_size", "'10'", "1 to 1,000"),
    ("describe_repositories", {"max_items": 0}, "max_items", "0", "at least 1"),
    ("describe_repositories", {"max_items": True}, "max_items", "True", "at least 1"),
    ("describe_repositories", {"max_items": "5"}, "max_items", "'5'", "at least 1"),
    ("describe_repositories", {"starting_token": ""}, "starting_token", "''", "next_token"),
    ("describe_repositories", {"starting_token": 5}, "starting_token", "5", "next_token"),
    ("describe_repositories", {"repository_names": "team"}, "repository_names", "'team'", "list"),
    ("describe_repositories", {"repository_names": ["ab", "a"]}, "repository_names[1]", "'a'", "2"),
    # numbers and bytes
    (
        "upload_layer_part",
        {
            **NAME,
            "upload_id": "x",
            "part_first_byte": True,
            "part_last_byte": 1,
            "layer_part_blob": b"",
        },
        "part_first_byte",
        "True",
        "whole number",
    ),
    (
        "upload_layer_part",
        {
            **NAME,
            "upload_id": "x",
            "part_first_byte": 0,
            "part_last_byte": -1,
            "layer_part_blob": b"",
        },
        "part_last_byte",
        "-1",
        "at least 0",
    ),
    (
        "upload_layer_part",
        {
            **NAME,
            "upload_id": "x",
            "part_first_byte": 0,
            "part_last_byte": 1,
            "layer_part_blob": "a",
        },
        "layer_part_blob",
        "'a'",
        "bytes",
    ),
    ("batch_get_image", {**NAME, "image_ids": []}, "image_ids", "[] (list)", "item"),
    (
        "batch_get_image",
        {**NAME, "image_ids": ImageIdentifier(image_tag="v1")},
        "image_ids",
        "ImageIdentifier",
        "list",
    ),
]


@pytest.mark.parametrize(("method", "arguments", "argument", "value", "allowed"), WRONG)
def test_bad_argument_is_refused_by_name(
    ecr: EcrClient,
    wire: Wire,
    method: str,
    arguments: dict[str, Any],
    argument: str,
    value: str,
    allowed: str,
) -> None:
    """The error has the argument's name, what it got and what is allowed; nothing was sent."""
    with pytest.raises(EcrRequestError) as caught:
        getattr(ecr, method)(**arguments)

    error = caught.value
    [problem] = error.problems
    assert problem.argument == argument
    assert value in problem.value
    assert allowed in problem.allowed
    assert f"{argument}: expected {problem.allowed}, got {problem.value}" in str(error)
    assert isinstance(error, ValueError)
    assert (error.attempts, error.maybe_applied) == (0, False)
    assert wire.sent == []


def test_all_problems_are_told_at_once(ecr: EcrClient) -> None:
    """Whoever has three mistakes hears of three."""
    bad: dict[str, Any] = {
        "registry_id": 5,
        "image_tag_mutability": 1,
        "encryption_configuration": {},
    }

    with pytest.raises(EcrRequestError) as caught:
        getattr(ecr, CREATE)("a", **bad)

    found = [problem.argument for problem in caught.value.problems]
    assert set(found) == {"repository_name", *bad}
    assert caught.value.operation_name == "CreateRepository"


def test_large_values_are_not_written_out(ecr: EcrClient) -> None:
    """Of bytes in the wrong place no more is written than is shown."""
    tracemalloc.start()
    try:
        with pytest.raises(EcrRequestError, match="bytearray") as caught:
            ecr.create_repository(cast("str", LARGE))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(str(caught.value)) < 300
    assert peak < len(LARGE)


def test_long_values_are_shortened(ecr: EcrClient) -> None:
    """An error's text does not grow with the value that is refused."""
    with pytest.raises(EcrRequestError) as caught:
        ecr.create_repository("team/app", tags=cast("Any", "x" * 1_000_000))

    assert len(str(caught.value)) < 300
    assert "1,000,000 characters" in str(caught.value)


@holds_the_model
@pytest.mark.parametrize(
    "method",
    [method for method in METHODS if method.input.required_members],
    ids=lambda method: method.operation,
)
def test_every_required_argument_is_required(made: EcrClient, wire: Wire, method: Method) -> None:
    """Where `None` is given for all that an operation requires, each is named."""
    count = len(method.input.required_members)
    with pytest.raises(EcrRequestError) as caught:
        getattr(made, method.name)(*[None] * count)

    assert len(caught.value.problems) == count
    assert all(problem.value == "None" for problem in caught.value.problems)
    assert wire.sent == []


@pytest.mark.parametrize("name", ["max_results", "next_token", "maxResults", "repositoryName"])
def test_there_are_no_other_parameters(ecr: EcrClient, name: str) -> None:
    """Paged methods have boto3's paging options, and no parameter has the wire's name."""
    with pytest.raises(TypeError, match=name):
        getattr(ecr, "describe_repositories")(**{name: 5})  # noqa: B009  # it has no such parameter


def test_optional_arguments_are_keyword_only(ecr: EcrClient) -> None:
    """A parameter that AWS adds later can't move the others."""
    create: Any = ecr.create_repository

    with pytest.raises(TypeError):
        create("team/app", "123456789012")


def test_upper_limits_are_the_services(ecr: EcrClient, wire: Wire) -> None:
    """Lengths, patterns and values that may move are sent: the service knows them best."""
    wire.responder = lambda _: RuntimeError("was sent")
    calls: list[tuple[str, dict[str, Any]]] = [
        (CREATE, {"repository_name": "Team/App"}),
        (CREATE, {"repository_name": "x" * 10_000}),
        (CREATE, {**NAME, "registry_id": "not an account"}),
        (CREATE, {**NAME, "image_tag_mutability": ImageTagMutability("SOMETIMES")}),
        (CREATE, {**NAME, "image_tag_mutability_exclusion_filters": [FILTER] * 6}),
        (CREATE, {**NAME, "tags": {f"k{number}": "v" * 1000 for number in range(60)}}),
        (TEMPLATE, {**PREFIX, "description": "d" * 5000}),
    ]

    for method, arguments in calls:
        with pytest.raises(Exception, match="was sent"):
            getattr(ecr, method)(**arguments)

    assert len(wire.sent) == len(calls)
