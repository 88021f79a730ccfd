"""Arguments: what can't be sent, and what the service refuses."""

from __future__ import annotations

from typing import Any, cast

import boto3
import pytest

from ecr_typed import (
    EcrClient,
    EcrRequestError,
    EncryptionConfiguration,
    EncryptionType,
    ImageIdentifier,
    InvalidParameterException,
    RetryPolicy,
)
from tests.support.errors import error_of
from tests.support.wire import Wire, refusal


def test_errors_of_the_service_say_what_was_sent(ecr: EcrClient, wire: Wire) -> None:
    """The arguments of a call that fails are in a note, long ones shortened."""
    wire.will(refusal("ThrottlingException", "Rate exceeded", status=400), refusal("KmsException"))

    error = error_of(
        ecr.with_options(retry=RetryPolicy(max_attempts=2)).put_lifecycle_policy,
        "team/app",
        "x" * 5000,
    )

    assert error.explanations[0].startswith(
        "Called with repository_name='team/app', lifecycle_policy_text='xxx"
    )
    assert len(error.explanations[0]) < 300
    assert error.explanations[1] == "This was the last of 2 attempts."


def test_call_without_arguments_has_no_note_of_them(ecr: EcrClient, wire: Wire) -> None:
    """Where nothing was given, nothing is said of it."""
    wire.will(refusal("RegistryPolicyNotFoundException"))

    assert error_of(ecr.get_registry_policy).explanations == ()


@pytest.mark.parametrize(
    ("value", "meant"),
    [("KMS_DSSSE", "KMS_DSSE"), ("aes-256", "AES256"), ("kms", "KMS"), ("something else", None)],
)
def test_misspelt_value_says_what_may_be_meant(
    ecr: EcrClient, wire: Wire, value: str, meant: str | None
) -> None:
    """A value that nobody knows is sent; if it is refused, a note has all that are known."""
    wire.will(refusal("InvalidParameterException", "Invalid parameter"))

    error = error_of(
        ecr.create_repository,
        "team/app",
        encryption_configuration=EncryptionConfiguration(encryption_type=EncryptionType(value)),
    )

    assert isinstance(error, InvalidParameterException)
    assert wire.bodies[0]["encryptionConfiguration"] == {"encryptionType": value}
    note = error.explanations[-1]
    assert "encryption_configuration.encryption_type" in note
    assert "AES256 | KMS | KMS_DSSE" in note
    assert f"did you mean {meant}?" in note if meant else "did you mean" not in note


WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("delete_repository", {"repository_name": 3}, ["repository_name", "text", "3 (int)"]),
    ("delete_repository", {"repository_name": None}, ["repository_name", "required", "None"]),
    ("delete_repository", {"repository_name": "a/b", "force": "yes"}, ["force", "True or False"]),
    (
        "create_repository",
        {"repository_name": "a/b", "encryption_configuration": {"encryptionType": "KMS"}},
        ["encryption_configuration", "(dict)", "from_boto3(EncryptionConfiguration, ...)"],
    ),
    (
        "batch_get_image",
        {"repository_name": "a/b", "image_ids": ImageIdentifier(image_tag="v1")},
        ["image_ids", "a list", "put it in a list"],
    ),
    (
        "untag_resource",
        {"resource_arn": "arn", "tag_keys": "team"},
        ["tag_keys", "a list of text", "'team'", "put it in a list"],
    ),
    ("batch_get_image", {"repository_name": "a/b", "image_ids": []}, ["image_ids", "1 item"]),
    (
        "batch_get_image",
        {"repository_name": "a/b", "image_ids": ["v1"]},
        [
            "image_ids[0]: expected ImageIdentifier, got 'v1'",
            "pass ImageIdentifier(image_digest=...) or ImageIdentifier(image_tag=...)",
        ],
    ),
    (
        "create_repository",
        {"repository_name": "a/b", "encryption_configuration": "KMS"},
        ["encryption_configuration: expected", "pass EncryptionConfiguration(encryption_type=...)"],
    ),
    (
        "batch_delete_image",
        {"repository_name": "a/b", "image_ids": {ImageIdentifier(image_tag="v1")}},
        ["image_ids: expected a list", "list(...) makes one"],
    ),
    (
        "put_lifecycle_policy",
        {"repository_name": "a/b", "lifecycle_policy_text": {"rules": []}},
        ["lifecycle_policy_text", "(dict)", "json.dumps(...) makes text of it"],
    ),
    ("put_image_tag_mutability", {"repository_name": "a/b", "image_tag_mutability": 1}, ["IMMUT"]),
]


@pytest.mark.parametrize(("method", "arguments", "words"), WRONG)
def test_wrong_types_are_refused_before_anything_is_sent(
    ecr: EcrClient, wire: Wire, method: str, arguments: dict[str, Any], words: list[str]
) -> None:
    """An argument of a wrong type is named with its value, what is allowed, and what may help."""
    error = error_of(getattr(ecr, method), **arguments)

    assert isinstance(error, EcrRequestError)
    assert wire.sent == []
    assert [word for word in words if word not in str(error)] == []


def test_pager_is_no_list(ecr: EcrClient, wire: Wire) -> None:
    """A listing where a list is due is refused, with the way to one."""
    listing: Any = ecr.list_images("team/app")

    error = error_of(ecr.batch_delete_image, "team/app", listing)

    assert isinstance(error, EcrRequestError)
    assert "to_list() gives one" in str(error)
    assert wire.sent == []


@pytest.mark.parametrize("service", ["ecr-public", "sts"])
def test_client_of_another_service_is_not_adopted(session: boto3.Session, service: str) -> None:
    """What is adopted has to be a client for private registries."""
    make = cast("Any", session).client

    error = error_of(EcrClient.from_boto3, make(service))

    assert isinstance(error, EcrRequestError)
    assert "a boto3 client for 'ecr'" in str(error)
    assert ("private registries" in str(error)) == (service == "ecr-public")


def test_session_is_not_adopted(session: boto3.Session) -> None:
    """A session where a client is due is refused as such."""
    adopt: Any = EcrClient.from_boto3

    assert "a boto3 client for 'ecr'" in str(error_of(adopt, session))
