"""Conditions of policies: operators, and the values of the request that they compare."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import (
    AccessDeniedException,
    EcrClient,
    InvalidParameterException,
    RCTAppliedFor,
)
from ecr_typed.testing import EcrEmulator
from ecr_typed.testing._emulator.registry.policy_evaluation.patterns import matches, tokens

from .sharing import statement
from .test_access import as_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OWNER_ID = "123456789012"
OTHER_ID = "565656565656"
ROLE = f"arn:aws:iam::{OTHER_ID}:role/team/ci"


@pytest.fixture
def owner(fresh: EcrEmulator) -> Iterator[EcrClient]:
    """Return a client of the owner of a repository, app, with a tag."""
    with fresh.client() as client:
        client.create_repository("app", tags={"team": "payments"})
        yield client


@pytest.fixture(scope="module")
def serving() -> Iterator[EcrEmulator]:
    """Serve an emulator for tests that change nothing but one policy."""
    with EcrEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def holds(serving: EcrEmulator) -> Iterator[Callable[..., bool]]:
    """Return a function that tells whether a role of another account is let in."""
    with serving.client() as owner, as_role(serving, ROLE) as ci:
        owner.create_repository("app", tags={"team": "payments"})

        def holds(condition: object, version: str = "2012-10-17") -> bool:
            members = {**statement(OTHER_ID), "Condition": condition}
            document = {"Version": version, "Statement": [members]}
            owner.set_repository_policy("app", json.dumps(document))
            try:
                ci.list_images("app", registry_id=OWNER_ID).to_list()
            except AccessDeniedException:
                return False
            return True

        yield holds


# Each with what it is on a request of the role's session.
CONDITIONS: list[tuple[str, str, Any, bool]] = [
    ("StringEquals", "aws:PrincipalAccount", OTHER_ID, True),
    ("StringEquals", "aws:PrincipalAccount", ["1", OTHER_ID], True),
    ("StringEquals", "aws:principalaccount", OTHER_ID, True),
    ("stringequals", "aws:PrincipalAccount", OTHER_ID, True),
    ("StringEquals", "aws:PrincipalAccount", OWNER_ID, False),
    ("StringEquals", "aws:PrincipalArn", ROLE, True),
    ("StringEquals", "aws:PrincipalArn", ROLE.upper(), False),
    ("StringEquals", "aws:PrincipalArn", f"arn:aws:iam::{OTHER_ID}:role/*", False),
    ("StringEqualsIgnoreCase", "aws:PrincipalArn", ROLE.upper(), True),
    ("StringNotEquals", "aws:PrincipalAccount", OTHER_ID, False),
    ("StringNotEquals", "aws:PrincipalAccount", ["1", OTHER_ID], False),
    ("StringNotEquals", "aws:PrincipalAccount", ["1", "2"], True),
    ("StringNotEqualsIgnoreCase", "aws:PrincipalArn", ROLE.upper(), False),
    ("StringLike", "aws:PrincipalArn", "*:role/team/??", True),
    ("StringLike", "aws:PrincipalArn", "*:role/team/?", False),
    ("StringNotLike", "aws:PrincipalArn", "*:role/team/*", False),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team/*", True),
    ("ArnEquals", "aws:PrincipalArn", "arn:*:iam::*:role/*/c?", True),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:*:role/team/ci", False),
    ("ArnLike", "aws:PrincipalArn", "*", False),
    ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team/*", False),
    ("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:user/*", True),
    ("StringEquals", "aws:PrincipalType", "AssumedRole", True),
    ("StringLike", "aws:userid", "AROA*:build", True),
    ("Bool", "aws:SecureTransport", "true", True),
    ("Bool", "aws:SecureTransport", True, True),
    ("Bool", "aws:SecureTransport", "False", False),
    ("Bool", "aws:ViaAWSService", "false", True),
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8", True),
    ("IpAddress", "aws:SourceIp", "127.0.0.1", True),
    ("IpAddress", "aws:SourceIp", ["::1", "10.0.0.0/8"], False),
    ("NotIpAddress", "aws:SourceIp", "127.0.0.0/8", False),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", True),
    ("IpAddress", "aws:SourceIp", "nonsense", False),
    ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", True),
    ("DateLessThan", "aws:CurrentTime", "2020-01-01", False),
    ("DateLessThanEquals", "aws:EpochTime", "4102444800", True),
    ("DateGreaterThanEquals", "aws:CurrentTime", 4102444800, False),
    ("DateNotEquals", "aws:CurrentTime", "2020-01-01T00:00:00Z", True),
    ("DateGreaterThan", "aws:TokenIssueTime", "2020-01-01T00:00:00Z", True),
    ("DateLessThan", "aws:CurrentTime", "tomorrow", False),
    ("NumericGreaterThan", "aws:EpochTime", 1_000_000_000, True),
    ("NumericLessThanEquals", "aws:EpochTime", "1e9", False),
    ("NumericNotEquals", "aws:EpochTime", "7", True),
    ("NumericEquals", "aws:EpochTime", "many", False),
    ("StringEquals", "aws:ResourceTag/team", "payments", True),
    ("StringEquals", "ecr:ResourceTag/team", "payments", True),
    ("StringEquals", "aws:ResourceTag/team", "search", False),
    ("StringEquals", "aws:ResourceTag/owner", "payments", False),
    ("StringEquals", "aws:ResourceAccount", OWNER_ID, True),
    ("StringEquals", "aws:RequestedRegion", "us-east-1", True),
    ("StringLike", "aws:UserAgent", "*Boto3*", True),
    # What is absent is equal to nothing, and so unequal to everything.
    ("StringEquals", "aws:SourceArn", "*", False),
    ("StringLike", "aws:SourceAccount", "*", False),
    ("StringNotEquals", "aws:SourceAccount", OTHER_ID, True),
    ("ArnNotLike", "aws:SourceArn", "*", True),
    ("StringEqualsIfExists", "aws:SourceAccount", "1", True),
    ("StringEqualsIfExists", "aws:PrincipalAccount", "1", False),
    ("ArnLikeIfExists", "aws:SourceArn", "arn:aws:lambda:*:*:function:*", True),
    ("Null", "aws:SourceArn", "true", True),
    ("Null", "aws:SourceArn", False, False),
    ("Null", "aws:PrincipalArn", "false", True),
    ("Bool", "aws:MadeUp", "true", False),
    ("StringEquals", "aws:PrincipalOrgID", "o-1234567890", False),
    ("ForAllValues:StringEquals", "aws:TagKeys", ["team"], True),
    ("ForAnyValue:StringEquals", "aws:TagKeys", ["team"], False),
    # Variables.
    ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}", True),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:role/*", True),
    ("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team, 'payments'}", True),
    ("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}", False),
    ("StringLike", "aws:PrincipalArn", "*${*}", False),
]


@pytest.mark.parametrize(("operator", "key", "value", "expected"), CONDITIONS)
def test_one_condition(
    holds: Callable[..., bool], operator: str, key: str, value: object, *, expected: bool
) -> None:
    """Operators compare as the IAM user guide says (reference_policies_elements_condition_...)."""
    assert holds({operator: {key: value}}) is expected


def test_all_conditions_must_hold(holds: Callable[..., bool]) -> None:
    """Operators and keys are joined by `and`, the values of a key by `or`."""
    account = {"aws:PrincipalAccount": OTHER_ID}
    assert holds({"StringEquals": {**account, "aws:RequestedRegion": "us-east-1"}})
    assert not holds({"StringEquals": {**account, "aws:RequestedRegion": "eu-west-1"}})
    assert holds({"StringEquals": account, "Bool": {"aws:SecureTransport": "true"}})
    assert not holds({"StringEquals": account, "Bool": {"aws:SecureTransport": "false"}})
    assert holds({})


def test_the_older_version_has_no_variables(holds: Callable[..., bool]) -> None:
    """In a policy of 2008, `${...}` is text (IAM user guide, policy elements: variables)."""
    condition = {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}
    assert holds(condition)
    assert not holds(condition, "2008-10-17")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqual": {"aws:PrincipalAccount": OTHER_ID}},
        {"ForSomeValues:StringEquals": {"aws:TagKeys": "team"}},
        {"ForAnyValue:Null": {"aws:TagKeys": "true"}},
        {"NullIfExists": {"aws:TagKeys": "true"}},
        {"StringEquals": OTHER_ID},
        {"StringEquals": {"aws:PrincipalAccount": {}}},
        [],
    ],
)
def test_an_operator_that_does_not_exist_is_refused(owner: EcrClient, condition: object) -> None:
    """Policies of both kinds are refused as malformed, and so are identity policies."""
    members = {**statement(OTHER_ID), "Condition": condition}
    with pytest.raises(InvalidParameterException, match="Invalid repository policy provided"):
        owner.set_repository_policy("app", json.dumps({"Statement": [members]}))
    members["Resource"] = "*"
    with pytest.raises(InvalidParameterException, match="Invalid registry policy provided"):
        owner.put_registry_policy(json.dumps({"Statement": [members]}))
    del members["Principal"]
    with pytest.raises(ValueError, match="its Condition, if there is one, needs operators"):
        EcrEmulator(iam={ROLE: {"Statement": [members]}})


def test_a_denial_with_a_condition(fresh: EcrEmulator, owner: EcrClient) -> None:
    """A denial whose condition does not hold denies nothing: the usual rule for an organization."""
    foreign = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1234567890"}}
    rules = [
        statement(OTHER_ID),
        {**statement("*", effect="Deny"), "Principal": "*", "Condition": foreign},
    ]
    owner.set_repository_policy("app", json.dumps({"Statement": rules}), force=True)
    with fresh.client(account_id=OTHER_ID) as other:
        with pytest.raises(AccessDeniedException, match="explicit deny"):
            other.list_images("app", registry_id=OWNER_ID).first()
        fresh.add_organization("o-1234567890", [OTHER_ID])
        assert other.list_images("app", registry_id=OWNER_ID).first() is None
    with pytest.raises(TypeError, match="not one text"):
        fresh.add_organization("o-1", OWNER_ID)


def test_the_organization_of_a_resource(serving: EcrEmulator, holds: Callable[..., bool]) -> None:
    """Caller and resource may have to be members of the same organization."""
    same = {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}
    serving.add_organization("o-0987654321", [OTHER_ID])
    assert not holds(same)
    serving.add_organization("o-0987654321", [OWNER_ID])
    assert holds(same)
    serving.add_organization("o-other", [OWNER_ID, OTHER_ID])


def allowed(*actions: str, **condition: Any) -> dict[str, Any]:
    """Return an identity policy that allows actions on a condition."""
    members = {"Effect": "Allow", "Action": list(actions), "Resource": "*", "Condition": condition}
    return {"Version": "2012-10-17", "Statement": [members]}


def test_tags_of_the_request(fresh: EcrEmulator) -> None:
    """Who may only set certain tags can't set others (`aws:RequestTag`, `aws:TagKeys`)."""
    role = f"arn:aws:iam::{OWNER_ID}:role/ci"
    policy = allowed(
        "ecr:CreateRepository",
        "ecr:TagResource",
        "ecr:UntagResource",
        **{"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "stage"]}},
        StringEqualsIfExists={"aws:RequestTag/team": "payments"},
    )
    fresh.set_identity_policy(role, policy)
    with as_role(fresh, role) as ci:
        arn = ci.create_repository("app", tags={"team": "payments"}).repository_arn
        ci.create_repository("plain")
        for tags in ({"team": "search"}, {"team": "payments", "owner": "me"}):
            with pytest.raises(AccessDeniedException, match="ecr:CreateRepository"):
                ci.create_repository("other", tags=tags)
            with pytest.raises(AccessDeniedException, match="ecr:TagResource"):
                ci.tag_resource(arn, tags)
        ci.tag_resource(arn, {"stage": "test"})
        with pytest.raises(AccessDeniedException):
            ci.untag_resource(arn, ["owner"])
        ci.untag_resource(arn, ["stage"])
        fresh.set_identity_policy(role, allowed("ecr:*", StringEquals={"aws:TagKeys": "team"}))
        with pytest.raises(AccessDeniedException):
            ci.tag_resource(arn, {"stage": "test"})
        ci.tag_resource(arn, {"team": "payments"})
        fresh.set_identity_policy(role, None)
        ci.tag_resource(arn, {"any": "tag"})


def test_old_sessions_can_be_revoked(fresh: EcrEmulator) -> None:
    """IAM's way to end sessions: deny what was issued before a time."""
    role = f"arn:aws:iam::{OWNER_ID}:role/ci"
    with as_role(fresh, role) as ci:
        assert ci.describe_repositories().to_list() == []
        now = datetime.now(UTC) + timedelta(seconds=1)
        fresh.clock.advance(timedelta(seconds=2))
        rule = {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": now.isoformat()}},
        }
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        fresh.set_identity_policy(role, {"Version": "2012-10-17", "Statement": [rule, everything]})
        with pytest.raises(AccessDeniedException, match="explicit deny"):
            ci.describe_repositories().to_list()
        with as_role(fresh, role) as later:
            assert later.describe_repositories().to_list() == []


def test_variables_in_resources(fresh: EcrEmulator) -> None:
    """One policy for all accounts: each may use its own part of the names."""
    role = f"arn:aws:iam::{OWNER_ID}:role/ci"
    own = "arn:aws:ecr:*:*:repository/${aws:PrincipalAccount}/*"
    rule = {"Effect": "Allow", "Action": "ecr:CreateRepository", "Resource": own}
    fresh.set_identity_policy(role, {"Version": "2012-10-17", "Statement": [rule]})
    with as_role(fresh, role) as ci:
        ci.create_repository(f"{OWNER_ID}/app")
        with pytest.raises(AccessDeniedException):
            ci.create_repository(f"{OTHER_ID}/app")
    fresh.set_identity_policy(role, {"Version": "2008-10-17", "Statement": [rule]})
    with as_role(fresh, role) as ci, pytest.raises(AccessDeniedException):
        ci.create_repository(f"{OWNER_ID}/other")


def test_conditions_of_a_replication(fresh: EcrEmulator, owner: EcrClient) -> None:
    """A registry's policy lets copies in on conditions, too."""
    destination = {"region": "us-east-1", "registryId": OTHER_ID}
    rules: Any = {"rules": [{"destinations": [destination]}]}
    boto3_ecr = fresh.boto3_client()
    boto3_ecr.put_replication_configuration(replicationConfiguration=rules)
    boto3_ecr.close()
    with fresh.client(account_id=OTHER_ID) as target:
        for source, expected in (("111111111111", 0), (OWNER_ID, 1)):
            rule = {
                **statement(OWNER_ID, "ecr:ReplicateImage", "ecr:CreateRepository"),
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": source}},
            }
            target.put_registry_policy(json.dumps({"Statement": [rule]}))
            fresh.push_image("app", tags=[source])
            fresh.clock.advance(timedelta(seconds=2))
            assert len(target.describe_repositories().to_list()) == expected


def test_the_policy_of_a_template_may_be_no_policy(fresh: EcrEmulator) -> None:
    """Nobody has checked it, and it denies and allows nothing."""
    with fresh.client() as ecr:
        for number, text in enumerate(('{"Statement": [{"Effect": "Allow"}]}', "[]", "no json")):
            ecr.create_repository_creation_template(
                f"t{number}", [RCTAppliedFor.CREATE_ON_PUSH], repository_policy=text
            )
            fresh.push_image(f"t{number}/app")
            assert len(ecr.list_images(f"t{number}/app").to_list()) == 1


def test_members_of_motos_organizations() -> None:
    """With moto, organizations are looked up there."""
    with EcrEmulator(moto=True) as emulator, emulator.client(account_id=OTHER_ID) as owner:
        session: Any = boto3.Session(OTHER_ID, "secret", region_name="us-east-1")
        organizations = session.client("organizations", endpoint_url=emulator.endpoint_url)
        organization_id = organizations.create_organization()["Organization"]["Id"]
        created = organizations.create_account(AccountName="ci", Email="ci@example.com")
        member = created["CreateAccountStatus"]["AccountId"]
        owner.create_repository("app")
        rule = {
            **statement("*"),
            "Principal": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization_id}},
        }
        owner.set_repository_policy("app", json.dumps({"Statement": [rule]}))
        with emulator.client(account_id=member) as ci:
            assert ci.list_images("app", registry_id=OTHER_ID).first() is None
        with emulator.client(account_id=OWNER_ID) as foreign, pytest.raises(AccessDeniedException):
            foreign.list_images("app", registry_id=OTHER_ID).first()


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_match_as_regular_expressions_do(pattern: str, text: str) -> None:
    """`*` stands for any run of characters and `?` for one."""

    expected = re.fullmatch(pattern.replace("*", ".*").replace("?", "."), text) is not None
    assert matches(tokens(pattern, None) or [], text) is expected


def test_many_wildcards_take_no_time() -> None:
    """No pattern makes the emulator hang."""
    assert not matches(tokens("*a" * 2_000, None) or [], "a" * 1_999 + "b")
