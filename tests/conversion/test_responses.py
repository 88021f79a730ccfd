"""What the service returns is kept whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    Repository,
    to_boto3,
)
from tests.support.clients import KINDS, PlainRig, Rig
from tests.support.declared import untrue
from tests.support.samples import CREATED_AT, page, repository
from tests.support.service import METHODS, Method, as_boto3, as_model
from tests.support.strategies import Optional, arguments, bodies
from tests.support.wire import Reply, Wire, reply

ARN = "arn:aws:ecr:us-east-1:123456789012:repository/team/app"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.operation)
@settings(max_examples=5)
@given(data=st.data(), newer=st.booleans())
def test_response_is_kept_whole(
    rigs: dict[str, Rig],
    plain: PlainRig,
    method: Method,
    kind: str,
    newer: bool,
    data: st.DataObject,
) -> None:
    """A response's model has what boto3 has, a newer service's enum values included."""
    given_arguments = data.draw(arguments(method, "none"))
    body = data.draw(bodies(method.output, newer=newer))
    rig = rigs[kind]
    rig.reset()
    rig.wire.will(Reply(body))
    plain.wire.reset()
    plain.wire.will(Reply(body))

    result = method.call(rig.ecr, given_arguments.ours)

    expected: dict[str, Any] = getattr(plain.client, method.name)(**given_arguments.boto3)
    del expected["ResponseMetadata"]
    [event] = rig.events
    assert event.response is not None
    assert to_boto3(event.response) == expected
    assert event.response == as_model(method.output, expected)
    assert result == method.result(event.response)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.operation)
@settings(max_examples=3)
@given(data=st.data(), optional=st.sampled_from(["none", "all"]))
def test_declared_types_are_the_real_ones(
    rigs: dict[str, Rig], method: Method, optional: Optional, data: st.DataObject
) -> None:
    """With least members and with all, each attribute has the type that the model declares."""
    given_arguments = data.draw(arguments(method, "none"))
    rig = rigs["made"]
    rig.reset()
    rig.wire.will(Reply(data.draw(bodies(method.output, optional=optional))))

    method.call(rig.ecr, given_arguments.ours)

    assert rig.events[0].response is not None
    assert untrue(rig.events[0].response) == []


def test_timestamps_are_in_utc(ecr: EcrClient, wire: Wire) -> None:
    """A creation time is aware and in UTC, fractions of a second included."""
    wire.will({"repository": repository()})

    created_at = ecr.delete_repository("team/app").created_at

    assert created_at == datetime.fromtimestamp(CREATED_AT, UTC)
    assert created_at.tzinfo is UTC
    assert created_at.microsecond == 500_000


@pytest.mark.parametrize(
    "text",
    [
        "1700000000",
        "1700000000.0",
        "1.7E9",
        "1.7e+9",
        '"1700000000"',
        '"2023-11-14T22:13:20Z"',
        '"2023-11-14T23:13:20+01:00"',
        '"Tue, 14 Nov 2023 22:13:20 GMT"',
    ],
)
def test_every_form_of_timestamp_is_read(ecr: EcrClient, wire: Wire, text: str) -> None:
    """Timestamps are read in every form that boto3 reads."""
    body = reply({"repository": repository(createdAt="HERE")}).body
    wire.will(Reply(body.replace(b'"HERE"', text.encode())))

    created_at = ecr.delete_repository("team/app").created_at

    assert created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert created_at.tzinfo is UTC


def test_collections_are_tuples(ecr: EcrClient, wire: Wire) -> None:
    """A collection comes back as a tuple of models."""
    wire.will({"tags": [{"Key": "a", "Value": "1"}]}, {"tags": []})

    tags = ecr.list_tags_for_resource(ARN)

    assert type(tags) is tuple
    assert [(tag.key, tag.value) for tag in tags] == [("a", "1")]
    assert ecr.list_tags_for_resource(ARN) == ()


def test_calls_without_a_result_give_none(ecr: EcrClient, wire: Wire) -> None:
    """Tagging has an empty body for a response, and gives `None`."""
    wire.will(reply(b""), reply(b"{}"))
    results: list[object] = [
        getattr(ecr, "tag_resource")(ARN, {"a": "1"}),  # noqa: B009  # it is declared None
        getattr(ecr, "untag_resource")(ARN, ["a"]),  # noqa: B009
    ]

    assert results == [None, None]


def test_unknown_enum_value_survives(ecr: EcrClient, wire: Wire) -> None:
    """A value of a newer service is a member of the same enum, with its text."""
    settings = {"encryptionType": "QUANTUM"}
    wire.will({"repository": repository(encryptionConfiguration=settings)})

    configuration = ecr.delete_repository("team/app").encryption_configuration

    assert configuration == EncryptionConfiguration(encryption_type=EncryptionType("QUANTUM"))
    assert configuration is not None
    assert type(configuration.encryption_type) is EncryptionType
    assert not configuration.encryption_type.is_known


def test_null_says_what_absence_says(ecr: EcrClient, wire: Wire) -> None:
    """A member that is null is `None`."""
    wire.will({"repository": repository(imageScanningConfiguration=None)})

    assert ecr.delete_repository("team/app").image_scanning_configuration is None


@pytest.mark.parametrize("kind", KINDS)
def test_equal_values_of_a_page_are_one_object(rigs: dict[str, Rig], kind: str) -> None:
    """Equal settings are shared inside a page, different ones are not, and pages share nothing."""
    rig = rigs[kind]
    rig.reset()
    configurations = [
        {"encryptionType": "KMS", "kmsKey": "a"},
        {"encryptionType": "KMS", "kmsKey": "a"},
        {"encryptionType": "KMS", "kmsKey": "b"},
        {"encryptionType": "KMS"},
    ]
    content = {
        "repositories": [
            repository(
                str(number),
                encryptionConfiguration=configuration,
                imageScanningConfiguration={"scanOnPush": number % 2 == 0},
            )
            for number, configuration in enumerate(configurations)
        ]
    }
    rig.wire.will(content, content)

    first = [found.encryption_configuration for found in rig.ecr.describe_repositories()]
    again = [found.encryption_configuration for found in rig.ecr.describe_repositories()]

    assert [found and found.kms_key for found in first] == ["a", "a", "b", None]
    assert first[0] is first[1]
    assert first == again
    assert first[0] is not again[0]


def test_order_of_a_page_is_the_services(ecr: EcrClient, wire: Wire) -> None:
    """Items come in the order of the response."""
    names = [f"r{number}" for number in (3, 1, 2, 30, 10)]
    wire.will(page(*names))

    assert [found.repository_name for found in ecr.describe_repositories()] == names


def test_response_read_by_us_is_what_botocore_parses() -> None:
    """The parser that tests compare with drops nulls and unknown members, as boto3 does."""
    [output] = [method.output for method in METHODS if method.operation == "CreateRepository"]
    body = reply({"repository": repository(encryptionConfiguration=None), "new": 1}).body

    parsed = as_boto3(output, body)

    assert set(parsed) == {"repository"}
    assert "encryptionConfiguration" not in parsed["repository"]
    assert Repository.__name__ == output.members["repository"].name
