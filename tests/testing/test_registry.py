"""The registry's policy and settings, DescribeRegistry and GetAuthorizationToken."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

STATEMENT: dict[str, Any] = {
    "Sid": "replicate",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
    "Resource": "arn:aws:ecr:us-east-1:210987654321:repository/*",
}


REWRITTEN = """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "replicate",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : [ "ecr:CreateRepository", "ecr:ReplicateImage" ],
    "Resource" : "arn:aws:ecr:us-east-1:210987654321:repository/*"
  } ]
}"""


def policy_of(**changes: Any) -> str:
    """Write a policy of one statement; `None` leaves a member out."""
    statement = {k: v for k, v in {**STATEMENT, **changes}.items() if v is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def without_metadata(answer: Any) -> dict[str, Any]:
    """Give the members of an answer."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_the_policy_comes_back_like_a_repositorys(boto3_ecr: ECRClient, account_id: str) -> None:
    """All three answers have the registry and the policy, rewritten; ours: none is captured."""
    text = policy_of()
    for answer in (
        boto3_ecr.put_registry_policy(policyText=text),
        boto3_ecr.get_registry_policy(),
        boto3_ecr.delete_registry_policy(),
    ):
        members = without_metadata(answer)
        assert members.pop("policyText") == REWRITTEN
        assert members == {"registryId": account_id}


def test_without_a_policy(boto3_ecr: ECRClient, account_id: str) -> None:
    """Without one, get and delete are RegistryPolicyNotFoundException (API reference)."""
    for call in (boto3_ecr.get_registry_policy, boto3_ecr.delete_registry_policy):
        error = refusal(call)["Error"]
        assert error["Code"] == "RegistryPolicyNotFoundException"
        assert error["Message"] == (
            f"Registry policy does not exist in the registry with id '{account_id}'"
        )


@pytest.mark.parametrize(
    "action",
    ["ecr:*", "ecr:BatchImportUpstreamImage", ["ecr:PutImage", "ecr:DescribeRepositories"]],
)
def test_all_actions_are_allowed_in_it(boto3_ecr: ECRClient, action: Any) -> None:
    """A registry's policy takes every action of ECR (user guide, private registry permissions)."""
    text = policy_of(Action=action)
    boto3_ecr.put_registry_policy(policyText=text)
    answer: Any = boto3_ecr.get_registry_policy()
    assert json.loads(answer["policyText"]) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "no policy",
        policy_of(Action="s3:*"),
        policy_of(Principal=None),
        policy_of(Resource=None),
        policy_of(Effect="Maybe"),
    ],
)
def test_policies_that_are_refused(boto3_ecr: ECRClient, text: str) -> None:
    """What is no policy for a registry is refused with one message (pulumi/pulumi-aws#2326)."""
    assert message_of(boto3_ecr.put_registry_policy, policyText=text) == (
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: "
        "'Invalid registry policy provided'"
    )
    assert code_of(boto3_ecr.get_registry_policy) == "RegistryPolicyNotFoundException"


def test_a_registry_is_an_account_in_a_region(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """Each Region of an account has a policy and settings of its own (user guide)."""
    boto3_ecr.put_registry_policy(policyText=policy_of())
    boto3_ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    for other in (make_client(region_name="eu-west-1"), make_client(account_id="131313131313")):
        assert code_of(other.get_registry_policy) == "RegistryPolicyNotFoundException"
        assert other.get_account_setting(name="BLOB_MOUNTING").get("value") == "DISABLED"


def test_a_new_registry_replicates_nowhere(boto3_ecr: ECRClient, account_id: str) -> None:
    """DescribeRegistry gives the id and the replication configuration (API reference)."""
    assert without_metadata(boto3_ecr.describe_registry()) == {
        "registryId": account_id,
        "replicationConfiguration": {"rules": []},
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"),
        ("REGISTRY_POLICY_SCOPE", "V2"),
        ("BLOB_MOUNTING", "DISABLED"),
    ],
)
def test_settings_of_a_new_registry(boto3_ecr: ECRClient, name: str, value: str) -> None:
    """V2 is the default scope (user guide), AWS_NATIVE the one value; blobs aren't mounted yet."""
    expected = {"name": name, "value": value}
    assert without_metadata(boto3_ecr.get_account_setting(name=name)) == expected
    assert without_metadata(boto3_ecr.put_account_setting(name=name, value=value)) == expected


def test_a_setting_is_kept(boto3_ecr: ECRClient) -> None:
    """BLOB_MOUNTING can be switched (user guide, blob mounting)."""
    for value in ("ENABLED", "DISABLED"):
        boto3_ecr.put_account_setting(name="BLOB_MOUNTING", value=value)
        assert boto3_ecr.get_account_setting(name="BLOB_MOUNTING").get("value") == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASIC_SCAN_TYPE_VERSION", "CLAIR"),
        ("REGISTRY_POLICY_SCOPE", "V1"),
        ("BLOB_MOUNTING", "enabled"),
        ("BLOB_MOUNTING", ""),
    ],
)
def test_values_that_are_refused(boto3_ecr: ECRClient, name: str, value: str) -> None:
    """Values that the documentation doesn't name any more are refused (API PutAccountSetting)."""
    assert "'value'" in message_of(boto3_ecr.put_account_setting, name=name, value=value)


def test_names_of_settings_that_are_refused(boto3_ecr: ECRClient) -> None:
    """There are three settings (API PutAccountSetting)."""
    assert "'name'" in message_of(boto3_ecr.get_account_setting, name="NO_SETTING")
    assert "'name'" in message_of(boto3_ecr.put_account_setting, name="NO_SETTING", value="V2")
    assert "'name'" in message_of(boto3_ecr.get_account_setting, name="X" * 65)


def tokens(boto3_ecr: ECRClient, **arguments: Any) -> list[Any]:
    """Get authorization tokens."""
    data: list[Any] = list(boto3_ecr.get_authorization_token(**arguments)["authorizationData"])
    return data


def test_a_token_is_a_name_and_a_password(boto3_ecr: ECRClient, account_id: str) -> None:
    """The decoded token is AWS:<password>, for the registry's host (API AuthorizationData)."""
    (data,) = tokens(boto3_ecr)
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    assert password
    assert data["proxyEndpoint"] == f"https://{account_id}.dkr.ecr.us-east-1.amazonaws.com"


def test_each_call_gives_a_new_token(boto3_ecr: ECRClient) -> None:
    """Tokens differ from call to call, and not all are of one size (API reference)."""
    issued = [tokens(boto3_ecr)[0]["authorizationToken"] for _ in range(20)]
    assert len(set(issued)) == 20
    assert len({len(token) for token in issued}) > 1


def test_a_token_is_good_for_twelve_hours(
    boto3_ecr: ECRClient, emulator: EcrEmulator, passes: Callable[..., None]
) -> None:
    """A token expires 12 hours after it was issued (API GetAuthorizationToken)."""
    for _ in range(2):
        left = tokens(boto3_ecr)[0]["expiresAt"] - emulator.clock.now()
        assert abs(left - timedelta(hours=12)) < timedelta(milliseconds=1)
        passes(days=3)


def test_one_token_for_each_registry(boto3_ecr: ECRClient) -> None:
    """registryIds are answered in their order (API GetAuthorizationToken)."""
    answer = tokens(boto3_ecr, registryIds=["222222222222", "111111111111"])
    assert [data["proxyEndpoint"][8:20] for data in answer] == ["222222222222", "111111111111"]


def test_the_host_fits_the_partition(make_client: Callable[..., ECRClient]) -> None:
    """In China the host ends in amazonaws.com.cn (AWS General Reference)."""
    (data,) = tokens(make_client(region_name="cn-north-1"))
    assert data["proxyEndpoint"].endswith(".dkr.ecr.cn-north-1.amazonaws.com.cn")


@pytest.mark.parametrize("registry_ids", [["222222222222"] * 11, ["22222222222"], ["alice"], []])
def test_registry_ids_that_are_refused(unchecked: ECRClient, registry_ids: list[str]) -> None:
    """There are one to ten registries, each of twelve digits (API GetAuthorizationToken)."""
    message = message_of(unchecked.get_authorization_token, registryIds=registry_ids)
    assert "'registryIds" in message
