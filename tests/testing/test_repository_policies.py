"""SetRepositoryPolicy, GetRepositoryPolicy, DeleteRepositoryPolicy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of, refusal
from .sharing import statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

INVALID = (
    "Invalid parameter at 'PolicyText' failed to satisfy constraint: "
    "'Invalid repository policy provided'"
)
STATEMENT: dict[str, Any] = {
    "Sid": "pull",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
}
FLAWS: list[dict[str, Any]] = [
    {"Effect": "Permit"},
    {"Effect": None},
    {"Principal": None},
    {"Principal": "123456789012"},
    {"Principal": {}},
    {"Principal": {"User": "me"}},
    {"Principal": {"AWS": [1]}},
    {"NotPrincipal": "*"},
    {"Action": None},
    {"Action": []},
    {"Action": 1},
    {"Action": "s3:GetObject"},
    {"Action": "BatchGetImage"},
    {"Action": "ecr:GetImages"},
    {"Action": ["ecr:BatchGetImage", "ecr:PullImage"]},
    {"Principal": {"AWS": "arn:aws:iam::123456789012:*"}},
    {"Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}},
    {"Principal": {"AWS": ["123456789012", "1234"]}},
    {"NotAction": "ecr:DeleteRepository"},
    {"Condition": []},
    {"Condition": {"Bool": "true"}},
    {"Condition": {"Bool": {"a": {}}}},
    {"Condition": {"Bool": {"a": [[]]}}},
    {"Sid": 1},
    {"Actions": "ecr:*"},
]


def policy_of(*statements: Any, **members: Any) -> str:
    """Write a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def statement_of(**changes: Any) -> dict[str, Any]:
    """Change a good statement; `None` leaves a member out."""
    return {k: v for k, v in {**STATEMENT, **changes}.items() if v is not None}


def policy_kept(boto3_ecr: ECRClient, repository_name: str = "app") -> Any:
    """Read the policy that a repository has."""
    answer: Any = boto3_ecr.get_repository_policy(repositoryName=repository_name)
    return json.loads(answer["policyText"])


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
# What the example of set-repository-policy in AWS's command line shows of a response.
CAPTURED = """{
  "Version" : "2008-10-17",
  "Statement" : [ {
    "Sid" : "allow public pull",
    "Effect" : "Allow",
    "Principal" : "*",
    "Action" : [ "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", \
"ecr:GetDownloadUrlForLayer" ]
  } ]
}"""


def test_a_policy_comes_back_rewritten(boto3_ecr: ECRClient, account_id: str) -> None:
    """All three answers have the policy in AWS's form (API SetRepositoryPolicy and the others)."""
    statement = {"Action": PULL, "Principal": "*", "Effect": "Allow", "Sid": "allow public pull"}
    text = json.dumps({"Statement": [statement], "Version": "2008-10-17"}, indent=4) + "\n"
    for answer in (
        boto3_ecr.set_repository_policy(repositoryName="app", policyText=text),
        boto3_ecr.get_repository_policy(repositoryName="app"),
        boto3_ecr.delete_repository_policy(repositoryName="app"),
    ):
        members: Any = dict(answer)
        del members["ResponseMetadata"]
        assert members == {
            "registryId": account_id,
            "repositoryName": "app",
            "policyText": CAPTURED,
        }


def test_a_rewritten_policy_stays_as_it_is(boto3_ecr: ECRClient) -> None:
    """Setting what came back changes nothing, however rich the policy is."""
    statement = statement_of(
        Principal={
            "AWS": ["111122223333", "arn:aws:iam::444455556666:root"],
            "Service": "é.amazonaws.com",
        },
        Condition={"StringEquals": {"aws:SourceAccount": ["1", "2"]}, "Null": {}},
        Sid=None,
    )
    for statements in ([statement], [STATEMENT, statement]):
        policy = policy_of(*statements, Id="mine")
        once = boto3_ecr.set_repository_policy(repositoryName="app", policyText=policy)[
            "policyText"
        ]
        assert '"Null" : { }' in once
        assert "é" in once
        answer = boto3_ecr.set_repository_policy(repositoryName="app", policyText=once)
        assert answer["policyText"] == once
        read: Any = json.loads(once)
        assert read["Id"] == "mine"
        assert read["Statement"][-1]["Condition"] == statement["Condition"]


@pytest.mark.parametrize(
    ("region_name", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn")]
)
def test_an_account_comes_back_as_its_root(
    make_client: Callable[..., ECRClient], region_name: str, partition: str
) -> None:
    """An account id is rewritten to an ARN (crossplane-contrib/provider-aws#700)."""
    ecr = make_client(region_name=region_name)
    ecr.create_repository(repositoryName="app")
    for sent, expected in (
        ("111122223333", f"arn:{partition}:iam::111122223333:root"),
        (["111122223333", "*"], [f"arn:{partition}:iam::111122223333:root", "*"]),
    ):
        text = policy_of(statement_of(Principal={"AWS": sent}))
        ecr.set_repository_policy(repositoryName="app", policyText=text)
        kept: Any = ecr.get_repository_policy(repositoryName="app")
        (statement,) = json.loads(kept["policyText"])["Statement"]
        assert statement["Principal"] == {"AWS": expected}


def test_setting_replaces(boto3_ecr: ECRClient) -> None:
    """A second policy takes the place of the first (API SetRepositoryPolicy)."""
    for sid in ("one", "two"):
        policy = policy_of(statement_of(Sid=sid))
        boto3_ecr.set_repository_policy(repositoryName="app", policyText=policy)
    assert policy_kept(boto3_ecr) == json.loads(policy)


def test_without_a_policy(boto3_ecr: ECRClient, account_id: str) -> None:
    """Without one, get and delete are RepositoryPolicyNotFoundException (API reference)."""
    for call in (boto3_ecr.get_repository_policy, boto3_ecr.delete_repository_policy):
        error = refusal(call, repositoryName="app")["Error"]
        assert error["Code"] == "RepositoryPolicyNotFoundException"
        assert error["Message"] == (
            "Repository policy does not exist for the repository with name 'app' in the registry "
            f"with id '{account_id}'"
        )


def test_a_policy_goes_with_its_repository(boto3_ecr: ECRClient) -> None:
    """A new repository of an old name has no policy."""
    boto3_ecr.set_repository_policy(repositoryName="app", policyText=policy_of(STATEMENT))
    boto3_ecr.delete_repository(repositoryName="app")
    boto3_ecr.create_repository(repositoryName="app")
    code = code_of(boto3_ecr.get_repository_policy, repositoryName="app")
    assert code == "RepositoryPolicyNotFoundException"


def test_an_absent_repository(boto3_ecr: ECRClient) -> None:
    """An unknown name is RepositoryNotFoundException (API reference)."""
    code = "RepositoryNotFoundException"
    policy = policy_of(STATEMENT)
    assert code_of(boto3_ecr.set_repository_policy, repositoryName="no", policyText=policy) == code
    assert code_of(boto3_ecr.get_repository_policy, repositoryName="no") == code
    assert code_of(boto3_ecr.delete_repository_policy, repositoryName="no") == code


@pytest.mark.parametrize(
    "text",
    [
        policy_of(STATEMENT, Version="2008-10-17"),
        policy_of(STATEMENT, Id="mine"),
        policy_of(STATEMENT, STATEMENT),
        json.dumps({"Statement": STATEMENT}),
        policy_of(statement_of(Principal="*", Action="ecr:*")),
        policy_of(statement_of(Principal={"Service": ["codebuild.amazonaws.com"]}, Sid=None)),
        policy_of(statement_of(Action="*", Effect="Deny", Condition={"Bool": {"a": "true"}})),
        policy_of(statement_of(Principal=None, NotPrincipal={"AWS": "123456789012"})),
        policy_of(statement_of(Action=None, NotAction="ecr:DeleteRepository")),
    ],
)
def test_policies_that_are_accepted(boto3_ecr: ECRClient, text: str) -> None:
    """What the grammar of policies allows is accepted, old versions and equal Sids included."""
    boto3_ecr.set_repository_policy(repositoryName="app", policyText=text)
    expected = json.loads(text.replace('"123456789012"', '"arn:aws:iam::123456789012:root"'))
    if isinstance(expected["Statement"], dict):
        expected["Statement"] = [expected["Statement"]]
    assert policy_kept(boto3_ecr) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '"policy"',
        "{}",
        "[" * 9_000,
        policy_of(),
        policy_of("statement"),
        policy_of(STATEMENT, Version="2020-01-01"),
        policy_of(STATEMENT, Version=["2012-10-17"]),
        policy_of(STATEMENT, Statements=[]),
        *(policy_of(statement_of(**change)) for change in FLAWS),
    ],
)
def test_policies_that_are_refused(boto3_ecr: ECRClient, text: str) -> None:
    """What is no policy is refused with one message (terraform-aws-modules/terraform-aws-ecr#19)."""
    message = message_of(boto3_ecr.set_repository_policy, repositoryName="app", policyText=text)
    assert message == INVALID


@pytest.mark.parametrize("member", ["Resource", "NotResource"])
def test_a_resource_is_refused(boto3_ecr: ECRClient, member: str) -> None:
    """A repository's policy names no resource (awsdocs/amazon-ecr-user-guide#20, aws-cdk#24314)."""
    text = policy_of(statement_of(**{member: "*"}))
    assert (
        message_of(boto3_ecr.set_repository_policy, repositoryName="app", policyText=text)
        == INVALID
    )


def test_get_authorization_token_is_no_action_on_a_repository(boto3_ecr: ECRClient) -> None:
    """ecr:GetAuthorizationToken is refused in it (cloudposse/terraform-aws-ecr#67)."""
    text = policy_of(statement_of(Action=["ecr:BatchGetImage", "ecr:GetAuthorizationToken"]))
    assert (
        message_of(boto3_ecr.set_repository_policy, repositoryName="app", policyText=text)
        == INVALID
    )


def test_a_policy_that_is_too_long(boto3_ecr: ECRClient) -> None:
    """A policy has 10240 characters at most (API SetRepositoryPolicy)."""
    text = policy_of(STATEMENT) + " " * 10_240
    message = message_of(boto3_ecr.set_repository_policy, repositoryName="app", policyText=text)
    assert "'must have length less than or equal to 10240'" in message


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": "{}"}, {"AWS": "arn:aws:iam::{}:root"}]
)
def test_a_policy_that_locks_out_needs_force(
    boto3_ecr: ECRClient, account_id: str, principal: Any
) -> None:
    """What keeps you from setting another policy is set by `force` only (API reference)."""
    text = policy_of(statement_of(Effect="Deny", Principal=principal, Action="ecr:Set*")).replace(
        "{}", account_id
    )
    call = boto3_ecr.set_repository_policy
    assert "'force'" in message_of(call, repositoryName="app", policyText=text)
    code = code_of(boto3_ecr.get_repository_policy, repositoryName="app")
    assert code == "RepositoryPolicyNotFoundException"
    boto3_ecr.set_repository_policy(repositoryName="app", policyText=text, force=True)


def test_actions_have_both_wildcards(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient], account_id: str
) -> None:
    """`*` is any text and `?` is any character (IAM user guide, policy elements: Action)."""
    other = make_client(account_id="121212121212")
    text = policy_of(statement_of(Principal="*", Action="ecr:List?mage*"))
    boto3_ecr.set_repository_policy(repositoryName="app", policyText=text)
    other.list_images(repositoryName="app", registryId=account_id)


def test_denying_others_locks_nobody_out(boto3_ecr: ECRClient) -> None:
    """A denial to others, or of something else, needs no force."""
    for change in (
        {"Principal": {"AWS": "999999999999"}, "Action": "ecr:*"},
        {"Principal": "*", "Action": "ecr:DeleteRepository"},
        {"Principal": "*", "Action": "ecr:*", "Condition": {"Bool": {"a": "true"}}},
    ):
        text = policy_of(statement_of(Effect="Deny", **change))
        boto3_ecr.set_repository_policy(repositoryName="app", policyText=text)


def test_policies_of_another_account(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """`registryId` names the registry for all three (API reference)."""
    other = make_client(account_id="121212121212")
    text = policy_of(
        statement("121212121212", "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy")
    )
    boto3_ecr.set_repository_policy(repositoryName="app", policyText=text)
    there: Any = {"repositoryName": "app", "registryId": account_id}
    assert other.set_repository_policy(**there, policyText=text)["registryId"] == account_id
    assert policy_kept(boto3_ecr) == json.loads(text)
    assert json.loads(other.delete_repository_policy(**there)["policyText"]) == json.loads(text)


def test_templates_give_a_policy(boto3_ecr: ECRClient) -> None:
    """A repository made by a template has the template's policy (API RepositoryCreationTemplate)."""
    text = policy_of(STATEMENT)
    boto3_ecr.create_repository_creation_template(
        prefix="made", appliedFor=["CREATE_ON_PUSH"], repositoryPolicy=text
    )
    boto3_ecr.initiate_layer_upload(repositoryName="made/app")
    assert policy_kept(boto3_ecr, "made/app") == json.loads(text)
