"""Who may call what: policies of repositories, of registries and of principals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from ecr_typed import AccessDeniedException, EcrClient, SubjectIdentifier
from ecr_typed.documents import PolicyDocument, Statement
from ecr_typed.testing import EcrEmulator

from .answers import code_of, refusal
from .sharing import share, share_registry, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

OTHER_ID = "565656565656"
ROLE = "arn:aws:iam::123456789012:role/ci"


@pytest.fixture
def other(make_client: Callable[..., ECRClient]) -> ECRClient:
    """Return a client of another account."""
    return make_client(account_id=OTHER_ID)


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Return a client on a registry with one repository, app."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


def denied(call: Callable[..., Any], **arguments: Any) -> str:
    """Make a call that policies do not allow, and return the error's message."""
    error = refusal(call, **arguments)["Error"]
    assert error["Code"] == "AccessDeniedException"
    message: str = error["Message"]
    return message


def set_policy(boto3_ecr: ECRClient, *statements: Any) -> None:
    """Set the policy of the repository."""
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    boto3_ecr.set_repository_policy(repositoryName="app", policyText=text, force=True)


def test_another_account_needs_a_policy(
    boto3_ecr: ECRClient, other: ECRClient, account_id: str
) -> None:
    """The text is AWS's (hashicorp/terraform-provider-aws#35303)."""
    there: Any = {"repositoryName": "app", "registryId": account_id}
    error = refusal(other.describe_images, **there)["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert error["Message"] == (
        f"User: arn:aws:iam::{OTHER_ID}:root is not authorized to perform: ecr:DescribeImages on "
        f"resource: arn:aws:ecr:us-east-1:{account_id}:repository/app because no resource-based "
        "policy allows the ecr:DescribeImages action"
    )
    share(boto3_ecr, OTHER_ID, "ecr:DescribeImages")
    assert other.describe_images(**there)["imageDetails"] == []
    assert code_of(other.list_images, **there) == "AccessDeniedException"
    share(boto3_ecr, "676767676767")
    assert code_of(other.describe_images, **there) == "AccessDeniedException"


def test_listings_need_a_policy_of_the_registry(
    boto3_ecr: ECRClient, other: ECRClient, account_id: str
) -> None:
    """A policy of one repository says nothing of all of them; the registry's may."""
    share(boto3_ecr, OTHER_ID)
    message = denied(other.describe_repositories, registryId=account_id)
    assert f"resource: arn:aws:ecr:us-east-1:{account_id}:repository/* because" in message
    found: Any = other.describe_repositories(registryId=account_id, repositoryNames=["app"])
    assert len(found["repositories"]) == 1
    share_registry(boto3_ecr, OTHER_ID, "ecr:DescribeRepositories")
    assert len(other.describe_repositories(registryId=account_id)["repositories"]) == 1


def test_every_repository_that_is_named_must_allow(
    boto3_ecr: ECRClient, other: ECRClient, account_id: str
) -> None:
    """One of several repositories without a policy is enough to be refused."""
    share(boto3_ecr, OTHER_ID)
    names = ["app", "secret"]
    call = other.describe_repositories
    message = denied(call, registryId=account_id, repositoryNames=names)
    assert ":repository/secret because" in message


def test_a_denial_is_stronger(boto3_ecr: ECRClient, other: ECRClient, account_id: str) -> None:
    """An explicit Deny wins over any Allow, and holds for the owner as well (IAM user guide)."""
    denial = {**statement(OTHER_ID, "ecr:List*", effect="Deny"), "Principal": "*"}
    set_policy(boto3_ecr, statement(OTHER_ID), denial)
    other.describe_images(repositoryName="app", registryId=account_id)
    for call in (
        lambda: other.list_images(repositoryName="app", registryId=account_id),
        lambda: boto3_ecr.list_images(repositoryName="app"),
    ):
        message = denied(call)
        assert message.endswith("/app with an explicit deny in a resource-based policy")
    share(boto3_ecr, OTHER_ID)
    assert boto3_ecr.list_images(repositoryName="app")["imageIds"] == []


def test_a_lockout_is_one(boto3_ecr: ECRClient, account_id: str) -> None:
    """After a policy that `force` set, no other one can be set, but it can be deleted."""
    set_policy(boto3_ecr, statement(account_id, "ecr:SetRepositoryPolicy", effect="Deny"))
    with pytest.raises(boto3_ecr.exceptions.ClientError, match="explicit deny"):
        share(boto3_ecr, OTHER_ID)
    boto3_ecr.delete_repository_policy(repositoryName="app")
    share(boto3_ecr, OTHER_ID)


@pytest.mark.parametrize(
    ("change", "is_allowed"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": OTHER_ID}}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{OTHER_ID}:role/ci"}}, True),
        ({"Principal": {"AWS": f"arn:aws:sts::{OTHER_ID}:assumed-role/ci/nightly"}}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{OTHER_ID}:role/cd"}}, False),
        ({"Principal": {"Service": "codebuild.amazonaws.com"}}, False),
        ({"Action": "ecr:Describe*"}, True),
        ({"Action": "ECR:describeimages"}, True),
        ({"Action": "ecr:ListImages"}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, False),
    ],
)
def test_whom_a_statement_is_about(
    emulator: EcrEmulator,
    aws: Callable[..., Any],
    boto3_ecr: ECRClient,
    account_id: str,
    change: dict[str, Any],
    is_allowed: bool,
) -> None:
    """An account stands for its roles, and a condition that does not hold allows nothing."""
    role = f"arn:aws:iam::{OTHER_ID}:role/ci"
    issued = aws("sts").assume_role(RoleArn=role, RoleSessionName="nightly")["Credentials"]
    ci = aws("ecr", account_id=issued["AccessKeyId"], aws_session_token=issued["SessionToken"])
    set_policy(boto3_ecr, {**statement(OTHER_ID), **change})
    there: Any = {"repositoryName": "app", "registryId": account_id}
    if is_allowed:
        assert ci.describe_images(**there)["imageDetails"] == []
    else:
        assert f"User: arn:aws:sts::{OTHER_ID}:assumed-role/ci" in denied(
            ci.describe_images, **there
        )


def test_a_role_is_not_the_account(boto3_ecr: ECRClient, other: ECRClient, account_id: str) -> None:
    """To let a role in is not to let its account in."""
    principal = {"AWS": f"arn:aws:iam::{OTHER_ID}:role/ci"}
    set_policy(boto3_ecr, {**statement(OTHER_ID), "Principal": principal})
    call = other.describe_images
    assert code_of(call, repositoryName="app", registryId=account_id) == "AccessDeniedException"


def as_role(emulator: EcrEmulator, role_arn: str = ROLE) -> EcrClient:
    """Return a client that acts as a role."""
    account: Any = boto3.Session("123456789012", "secret", region_name="us-east-1")
    sts = account.client("sts", endpoint_url=emulator.endpoint_url)
    issued: dict[str, str] = sts.assume_role(RoleArn=role_arn, RoleSessionName="build")[
        "Credentials"
    ]
    sts.close()
    session = boto3.Session(
        issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"], "us-east-1"
    )
    return EcrClient(session=session, endpoint_url=emulator.endpoint_url)


PULLER = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["ecr:CreateRepository", "ecr:List*", "s3:*"],
            "Resource": "*",
        },
        {"Effect": "Deny", "Action": "ecr:ListImages", "Resource": "*:repository/secret"},
    ]
}


def test_a_role_with_a_policy_may_do_what_it_allows() -> None:
    """Identity policies limit a role in its own account; others stay free."""
    with (
        EcrEmulator(iam={ROLE: PULLER}) as emulator,
        emulator.client() as owner,
        as_role(emulator) as ci,
        as_role(emulator, ROLE + "-other") as unlimited,
    ):
        for name in ("app", "secret"):
            ci.create_repository(name)
        assert ci.list_images("app").to_list() == []
        who = "User: arn:aws:sts::123456789012:assumed-role/ci/build is not authorized to perform: "
        where = "on resource: arn:aws:ecr:us-east-1:123456789012:repository/"
        with pytest.raises(AccessDeniedException) as caught:
            ci.describe_images("app").to_list()
        assert caught.value.message == (
            f"{who}ecr:DescribeImages {where}app because no identity-based policy allows the "
            "ecr:DescribeImages action"
        )
        with pytest.raises(AccessDeniedException) as caught:
            ci.list_images("secret").to_list()
        assert caught.value.message == (
            f"{who}ecr:ListImages {where}secret with an explicit deny in an identity-based policy"
        )
        with pytest.raises(AccessDeniedException, match="ecr:GetAuthorizationToken on resource: "):
            ci.get_authorization_token()
        # The action in the message is what is missing (estahn/k8s-image-swapper#416).
        with pytest.raises(AccessDeniedException, match="perform: ecr:TagResource"):
            ci.create_repository("tagged", tags={"team": "payments"})
        assert unlimited.describe_images("app").to_list() == []
        policy = PolicyDocument(
            [Statement(sid="ci", principal={"AWS": ROLE}, action="ecr:DescribeImages")]
        )
        owner.set_repository_policy("app", policy)
        assert ci.describe_images("app").to_list() == []


@pytest.mark.parametrize(
    ("principal", "is_allowed"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE}, True),
        ({"AWS": "arn:aws:sts::123456789012:assumed-role/ci/build"}, True),
        ({"AWS": "123456789012"}, False),
        ({"AWS": "arn:aws:iam::123456789012:root"}, False),
    ],
)
def test_an_account_that_is_allowed_leaves_it_to_its_identity_policies(
    principal: Any, *, is_allowed: bool
) -> None:
    """Naming the own account grants a role nothing (IAM user guide, policy elements: Principal)."""
    no_policy = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    with (
        EcrEmulator(iam={ROLE: no_policy}) as emulator,
        emulator.client() as owner,
        as_role(emulator) as ci,
    ):
        owner.create_repository("app")
        rule = {"Effect": "Allow", "Principal": principal, "Action": "ecr:ListImages"}
        owner.set_repository_policy("app", json.dumps({"Statement": [rule]}))
        if is_allowed:
            assert ci.list_images("app").to_list() == []
        else:
            with pytest.raises(AccessDeniedException, match="no identity-based policy allows"):
                ci.list_images("app").to_list()
        rule["Effect"] = "Deny"
        owner.set_repository_policy("app", json.dumps({"Statement": [rule]}))
        with pytest.raises(AccessDeniedException, match="explicit deny in a resource-based"):
            ci.list_images("app").to_list()


def test_referrers_are_listed_by_those_who_may_pull() -> None:
    """ListImageReferrers is allowed by ecr:BatchGetImage, as its reference says."""
    puller = {"Statement": {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "*"}}
    with (
        EcrEmulator(iam={ROLE: puller}) as emulator,
        emulator.client() as owner,
        as_role(emulator) as ci,
    ):
        owner.create_repository("app")
        subject = emulator.push_image("app")
        signature = emulator.push_image("app", subject=subject)
        (found,) = ci.list_image_referrers(
            "app", SubjectIdentifier(image_digest=subject.image_digest)
        )
        assert found.digest == signature.image_digest
        owner.set_repository_policy(
            "app",
            PolicyDocument(
                [Statement(sid="no", effect="Deny", principal="*", action="ecr:BatchGetImage")]
            ),
        )
        with pytest.raises(AccessDeniedException, match="perform: ecr:BatchGetImage"):
            ci.list_image_referrers(
                "app", SubjectIdentifier(image_digest=subject.image_digest)
            ).to_list()


def test_in_another_account_both_policies_must_allow() -> None:
    """A role needs a policy of its own and the repository's (IAM user guide)."""
    role = f"arn:aws:iam::{OTHER_ID}:role/ci"
    text = json.dumps(PULLER)
    with (
        EcrEmulator(iam={role: text}) as emulator,
        emulator.client() as owner,
        as_role(emulator, role) as ci,
    ):
        owner.create_repository("app")
        with pytest.raises(AccessDeniedException, match="no resource-based policy allows"):
            ci.list_images("app", registry_id="123456789012").to_list()
        policy = PolicyDocument([Statement(sid="ci", principal="*", action="ecr:*")])
        owner.set_repository_policy("app", policy)
        assert ci.list_images("app", registry_id="123456789012").to_list() == []
        with pytest.raises(AccessDeniedException, match="no identity-based policy allows"):
            ci.describe_images("app", registry_id="123456789012").to_list()


@pytest.mark.parametrize(
    "arn", ["ci", "arn:aws:sts::123456789012:assumed-role/ci/build", "arn:aws:iam::12:role/ci"]
)
def test_what_can_have_no_identity_policy_is_refused(arn: str) -> None:
    """Else its policy would never be met."""
    with pytest.raises(ValueError, match="is no ARN of a role or a user"):
        EcrEmulator(iam={arn: PULLER})
    with pytest.raises(ValueError, match="is no ARN of a role or a user"):
        EcrEmulator().set_identity_policy(arn, None)


@pytest.mark.parametrize(
    "policy",
    [
        "no policy",
        "[]",
        {"Statement": []},
        {"Statement": [{"Effect": "Allow", "Action": "ecr:*"}]},
        {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}},
    ],
)
def test_what_is_no_identity_policy_is_refused(policy: Any) -> None:
    """The error names the principal, and what a policy needs."""
    with pytest.raises(ValueError, match="the policy of 'arn:aws:iam::123456789012:role/ci' is no"):
        EcrEmulator(iam={ROLE: policy})
