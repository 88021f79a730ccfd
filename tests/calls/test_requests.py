"""What is sent is what was asked for."""

from __future__ import annotations

import re
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import xform_name
from botocore.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from ecr_typed import (
    EcrClient,
    EncryptionConfiguration,
    EncryptionType,
    RCTAppliedFor,
    Tag,
)
from tests.support.clients import KINDS, PlainRig, Rig
from tests.support.newer import holds_the_model
from tests.support.samples import least, page, repository, template
from tests.support.service import METHODS, Method
from tests.support.strategies import Arguments, Optional, arguments
from tests.support.wire import REQUEST_ID, Reply, Wire, reply

ARN = "arn:aws:ecr:us-east-1:123456789012:repository/team/app"
LARGEST_PAGES = {
    "GetLifecyclePolicyPreview": 100,
    "ListImageReferrers": 50,
    "ListReplicationBackfills": 50,
}
"""Where the largest page is not 1,000 items."""

REFUSES_PAGING_WITH = {
    "DescribeRepositories": "repositoryNames",
    "DescribeImages": "imageIds",
    "GetLifecyclePolicyPreview": "imageIds",
}
"""The members that can't be sent with a page size."""


def sent_by_boto3(plain: PlainRig, method: Method, given_arguments: Arguments) -> Any:
    """The body that plain boto3 sends."""
    plain.wire.reset()
    plain.wire.will(least(method.output))
    getattr(plain.client, method.name)(**given_arguments.boto3)
    return plain.wire.bodies[0]


def paging_of(method: Method, given_arguments: Arguments) -> dict[str, int]:
    """The paging members that are sent besides."""
    refused = REFUSES_PAGING_WITH.get(method.operation)
    if not method.is_paged or given_arguments.boto3.get(str(refused)) is not None:
        return {}
    return {"maxResults": LARGEST_PAGES.get(method.operation, 1000)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.operation)
@settings(max_examples=5)
@given(data=st.data(), optional=st.sampled_from(["none", "some", "all"]))
def test_request_is_what_boto3_sends(
    rigs: dict[str, Rig],
    plain: PlainRig,
    method: Method,
    kind: str,
    optional: Optional,
    data: st.DataObject,
) -> None:
    """Any arguments are sent as plain boto3 sends them, with the page size besides."""
    drawn = data.draw(arguments(method, optional))
    rig = rigs[kind]
    rig.reset()
    rig.wire.will(least(method.output))

    method.call(rig.ecr, drawn.ours)

    [sent] = rig.wire.sent
    expected = {**sent_by_boto3(plain, method, drawn), **paging_of(method, drawn)}
    assert sent.body == expected
    assert sent.operation == method.operation


@holds_the_model
@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.operation)
@settings(max_examples=2)
@given(data=st.data())
def test_required_arguments_can_be_positional(
    rigs: dict[str, Rig], plain: PlainRig, method: Method, data: st.DataObject
) -> None:
    """What the service requires can be given by position, in the model's order."""
    drawn = data.draw(arguments(method, "none"))
    rig = rigs["made"]
    rig.reset()
    rig.wire.will(least(method.output))

    in_order = [drawn.ours[xform_name(name)] for name in method.input.required_members]
    result = getattr(rig.ecr, method.name)(*in_order)
    if method.is_paged:
        next(result.pages())

    expected = {**sent_by_boto3(plain, method, drawn), **paging_of(method, drawn)}
    assert rig.wire.bodies == [expected]


def test_tags_can_be_a_mapping(ecr: EcrClient, wire: Wire) -> None:
    """A mapping of tags is sent as the service's list, in its order."""
    wire.will({"repository": repository()}, reply(b""), template())

    ecr.create_repository("team/app", tags={"b": "1", "a": ""})
    ecr.tag_resource(ARN, {"b": "1"})
    ecr.create_repository_creation_template("team", [], resource_tags={"b": "1"})

    expected = {"Key": "b", "Value": "1"}
    assert wire.bodies[0]["tags"] == [expected, {"Key": "a", "Value": ""}]
    assert wire.bodies[1]["tags"] == [expected]
    assert wire.bodies[2]["resourceTags"] == [expected]


def test_tags_can_be_tag_objects(ecr: EcrClient, wire: Wire) -> None:
    """Tags are sent in the order they are given in."""
    wire.will(reply(b""))

    ecr.tag_resource(ARN, [Tag(key="b", value="1"), Tag(key="a", value="2")])

    assert wire.bodies[0]["tags"] == [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]


def test_none_is_not_sent_and_empty_is(ecr: EcrClient, wire: Wire) -> None:
    """`None` stands for absence; an empty text, list or mapping is sent, as it clears a value."""
    wire.will(template())

    ecr.update_repository_creation_template(
        "team",
        description="",
        custom_role_arn="",
        repository_policy="",
        lifecycle_policy=None,
        applied_for=[],
        resource_tags={},
        encryption_configuration=EncryptionConfiguration(
            encryption_type=EncryptionType.KMS_DSSE, kms_key=""
        ),
    )

    assert wire.bodies == [
        {
            "prefix": "team",
            "description": "",
            "customRoleArn": "",
            "repositoryPolicy": "",
            "appliedFor": [],
            "resourceTags": [],
            "encryptionConfiguration": {"encryptionType": "KMS_DSSE", "kmsKey": ""},
        }
    ]


def test_false_is_sent(ecr: EcrClient, wire: Wire) -> None:
    """`False` is a value, no absence."""
    wire.will({"repository": repository()})

    ecr.delete_repository("team/app", force=False)

    assert wire.bodies == [{"repositoryName": "team/app", "force": False}]


def test_any_sequence_is_a_list(ecr: EcrClient, wire: Wire) -> None:
    """Tuples and lists are sent alike."""
    wire.will(template(), template())

    ecr.create_repository_creation_template("team", [RCTAppliedFor.CREATE_ON_PUSH])
    ecr.create_repository_creation_template("team", (RCTAppliedFor.CREATE_ON_PUSH,))

    assert [body["appliedFor"] for body in wire.bodies] == [["CREATE_ON_PUSH"]] * 2


def test_plain_text_serves_for_an_enum(ecr: EcrClient, wire: Wire) -> None:
    """What boto3's users write for an enum, known or not, is sent as it is."""
    wire.will(template())
    scenarios: Any = ["CREATE_ON_PUSH", "BY_MOONLIGHT"]

    ecr.create_repository_creation_template("team", scenarios)

    assert wire.bodies[0]["appliedFor"] == scenarios


def test_unknown_enum_value_is_sent(ecr: EcrClient, wire: Wire) -> None:
    """A value that this release does not know goes to the service."""
    wire.will({"repository": repository()})
    unknown = EncryptionType("QUANTUM")

    ecr.create_repository(
        "team/app", encryption_configuration=EncryptionConfiguration(encryption_type=unknown)
    )

    assert wire.bodies[0]["encryptionConfiguration"] == {"encryptionType": "QUANTUM"}


def test_answer_can_be_asked_for_again(ecr: EcrClient, wire: Wire) -> None:
    """A setting of one repository can be given to another as it is."""
    settings = {"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-east-1:1:key/k"}
    wire.will(
        page("a", repositories=[repository("a", encryptionConfiguration=settings)]),
        {"repository": repository("b")},
    )

    first = ecr.describe_repositories().first()
    assert first is not None
    ecr.create_repository("b1", encryption_configuration=first.encryption_configuration)

    assert wire.bodies[1]["encryptionConfiguration"] == settings


def test_request_is_signed_and_says_who_sends_it(made: EcrClient, wire: Wire) -> None:
    """Requests are JSON 1.1, signed for ECR, and the user agent names this library."""
    wire.will(Reply(b"", headers={"x-amzn-RequestId": REQUEST_ID}))

    made.untag_resource(ARN, ["a"])

    [sent] = wire.sent
    assert sent.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert "/us-east-1/ecr/aws4_request" in sent.headers["Authorization"]
    assert "ecr_typed/" in sent.headers["User-Agent"]
    assert sent.url == "https://api.ecr.us-east-1.amazonaws.com/"


@pytest.mark.parametrize("of", ["client", "session"])
def test_what_users_add_to_the_user_agent_is_kept(wire: Wire, of: str) -> None:
    """The name of a user's program stands before that of this library."""
    config = Config(user_agent_extra="inventory/7")
    botocore_session = botocore.session.Session()
    if of == "session":
        botocore_session.set_default_client_config(config)
    session = boto3.Session(botocore_session=botocore_session, region_name="us-east-1")
    ecr = EcrClient(session=session, config=config if of == "client" else None)
    wire.attach(ecr.boto3_client)
    wire.will(Reply(b"", headers={"x-amzn-RequestId": REQUEST_ID}))

    ecr.untag_resource(ARN, ["a"])

    [sent] = wire.sent
    assert re.search(r" inventory/7 ecr_typed/\S+$", str(sent.headers["User-Agent"]))
