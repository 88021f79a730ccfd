"""Requests that botocore would not send, and what is around every answer."""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from botocore.loaders import create_loader

from ecr_typed.testing._emulator.http.service_description import REQUESTS
from ecr_typed.testing._emulator.topics.operations import OPERATIONS
from tests.support.newer import holds_the_model

from .answers import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

AUTHORIZATION = "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/ecr/aws4_request"
TARGET = "AmazonEC2ContainerRegistry_V20150921"


def post(emulator: EcrEmulator, operation: str, body: bytes) -> tuple[int, Any, Any]:
    """Send a request without botocore; give status, JSON body and headers."""
    request = urllib.request.Request(
        emulator.endpoint_url,
        body,
        {
            "X-Amz-Target": f"{TARGET}.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": AUTHORIZATION,
        },
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), error.headers


def test_every_answer_has_a_request_id(boto3_ecr: ECRClient) -> None:
    """Good and bad answers carry an x-amzn-RequestId, each its own (API reference)."""
    good = boto3_ecr.describe_repositories()["ResponseMetadata"]
    bad = refusal(boto3_ecr.delete_repository, repositoryName="absent")["ResponseMetadata"]
    assert good["RequestId"] != bad["RequestId"]
    assert len(good["RequestId"]) == len(bad["RequestId"]) == 36


def test_times_are_numbers_on_the_wire(emulator: EcrEmulator) -> None:
    """Times are epoch seconds as JSON numbers (hashicorp/terraform-provider-aws#35268)."""
    status, answer, headers = post(emulator, "CreateRepository", b'{"repositoryName": "wire/time"}')
    assert status == 200
    assert headers["Content-Type"] == "application/x-amz-json-1.1"
    assert isinstance(answer["repository"]["createdAt"], float)


def test_an_operation_without_output_has_an_empty_body(boto3_ecr: ECRClient) -> None:
    """TagResource answers HTTP 200 with an empty body (API TagResource)."""
    arn = boto3_ecr.create_repository(repositoryName="app")["repository"]["repositoryArn"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
    answer = boto3_ecr.tag_resource(resourceArn=arn, tags=[{"Key": "k", "Value": "v"}])
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-length"] == "0"


@pytest.mark.parametrize("operation", ["NoSuchOperation", ""])
def test_an_operation_that_is_not_there_is_a_client_error(
    emulator: EcrEmulator, operation: str
) -> None:
    """Operations that don't exist are UnknownOperationException, HTTP 400."""
    status, error, headers = post(emulator, operation, b"{}")
    assert (status, error["__type"]) == (400, "UnknownOperationException")
    assert f"ecr_typed.testing does not emulate an operation '{operation}'" in error["message"]
    assert headers["x-amzn-RequestId"]


@holds_the_model
def test_every_operation_is_emulated() -> None:
    """The emulator has all operations of the service that the package was generated from."""
    operations = create_loader().load_service_model("ecr", "service-2")["operations"]
    assert set(OPERATIONS) == set(REQUESTS) == set(operations)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'"text"',
        b'{"repositoryName": 1}',
        b'{"repositoryName": "app", "tags": [{"Key": "half a pair", "Value": "\\ud83d"}]}',
        b'{"repositoryName": ["app"]}',
        b'{"repositoryName": "app", "tags": {}}',
        b'{"repositoryName": "app", "tags": ["k"]}',
        b'{"repositoryName": "app", "imageScanningConfiguration": {"scanOnPush": "true"}}',
    ],
)
def test_what_has_the_wrong_type_cannot_be_read(emulator: EcrEmulator, body: bytes) -> None:
    """A body that is no JSON, or holds a value of another type, is a SerializationException."""
    status, error, _ = post(emulator, "CreateRepository", body)
    assert (status, error["__type"]) == (400, "SerializationException")


def test_booleans_are_no_numbers(emulator: EcrEmulator) -> None:
    """A boolean where an integer is due is a SerializationException."""
    status, error, _ = post(emulator, "DescribeRepositories", b'{"maxResults": true}')
    assert (status, error["__type"]) == (400, "SerializationException")


def test_null_counts_as_absent(emulator: EcrEmulator) -> None:
    """Optional members that are null, and unknown members, are passed over."""
    body = b'{"repositoryName": "wire/null", "tags": null, "somethingNew": {"a": 1}}'
    assert post(emulator, "CreateRepository", body)[0] == 200


def test_a_missing_required_member_is_an_invalid_parameter(emulator: EcrEmulator) -> None:
    """A required member that is absent is an InvalidParameterException that names it."""
    status, error, _ = post(emulator, "CreateRepository", b"{}")
    assert (status, error["__type"]) == (400, "InvalidParameterException")
    assert "'repositoryName'" in error["message"]


def test_a_bug_of_the_emulator_is_a_server_exception(
    emulator: EcrEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong inside is HTTP 500, ServerException, and told in the log."""
    with (
        caplog.at_level(logging.ERROR, "ecr_typed.testing"),
        patch(
            "ecr_typed.testing._emulator.http.shapes.Structure.check", side_effect=ZeroDivisionError
        ),
    ):
        status, error, headers = post(emulator, "DescribeRepositories", b"{}")
    assert (status, error["__type"]) == (500, "ServerException")
    assert headers["x-amzn-RequestId"]
    assert "ZeroDivisionError" in caplog.text


def test_a_malformed_registry_id_is_refused(make_client: Callable[..., ECRClient]) -> None:
    """`registryId` is twelve digits, no more (API DescribeRepositories)."""
    error = refusal(make_client().describe_repositories, registryId="1234567890123")["Error"]
    assert error["Code"] == "InvalidParameterException"
    assert "'registryId'" in error["Message"]
