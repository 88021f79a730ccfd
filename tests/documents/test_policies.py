"""Policies of repositories and registries: read, written, changed and compared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecr_typed import EcrRequestError, FrozenMap
from ecr_typed.documents import PolicyDocument, Statement

from .strategies import damaged, repository_policies, shuffled

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
# As API SetRepositoryPolicy shows what comes back.
REWRITTEN = """{
  "Version" : "2008-10-17",
  "Statement" : [ {
    "Sid" : "AllowAll",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::012345678910:root"
    },
    "Action" : [ "ecr:DescribeRepositories", "ecr:BatchGetImage" ]
  } ]
}"""


def test_a_policy_is_written_as_the_service_takes_it() -> None:
    policy = PolicyDocument(
        [
            Statement(sid="Pull", principal={"AWS": "111122223333"}, action=PULL),
            Statement(
                sid="Nobody else",
                effect="Deny",
                principal="*",
                action="ecr:*",
                condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            ),
        ]
    )

    assert json.loads(str(policy)) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Pull",
                "Effect": "Allow",
                "Principal": {"AWS": ["111122223333"]},
                "Action": PULL,
            },
            {
                "Sid": "Nobody else",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["ecr:*"],
                "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
            },
        ],
    }
    assert policy.problems() == ()


def test_a_policy_of_the_registry_has_resources() -> None:
    statement = Statement(
        principal={"AWS": "111122223333"},
        action=["ecr:CreateRepository", "ecr:ReplicateImage"],
        resource="arn:aws:ecr:us-east-1:123456789012:repository/*",
    )

    assert PolicyDocument([statement]).problems("registry") == ()


def test_a_text_has_typed_attributes() -> None:
    policy = PolicyDocument.from_text(REWRITTEN)

    assert policy.version == "2008-10-17"
    (statement,) = policy.statements
    assert statement == Statement(
        sid="AllowAll",
        effect="Allow",
        principal={"AWS": ["arn:aws:iam::012345678910:root"]},
        action=("ecr:DescribeRepositories", "ecr:BatchGetImage"),
    )
    assert statement.principal == FrozenMap({"AWS": ("arn:aws:iam::012345678910:root",)})
    assert json.loads(str(policy)) == json.loads(REWRITTEN)
    assert hash(policy) == hash(PolicyDocument.from_text(str(policy)))


def test_what_the_service_rewrites_is_the_same() -> None:
    policy = PolicyDocument(
        [
            Statement(
                sid="AllowAll",
                principal={"AWS": "012345678910"},
                action=["ecr:BatchGetImage", "ecr:DescribeRepositories"],
            )
        ],
        version=None,
    )

    assert policy.is_same(REWRITTEN)
    assert PolicyDocument.from_text(REWRITTEN).is_same(policy)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": "*"}, {"Principal": {"AWS": "*"}}),
        (
            {"Principal": {"AWS": ["1" * 12, "2" * 12]}},
            {"Principal": {"AWS": ["2" * 12, "1" * 12]}},
        ),
        (
            {"Principal": {"AWS": "1" * 12}},
            {"Principal": {"AWS": [f"arn:aws-cn:iam::{'1' * 12}:root"]}},
        ),
        ({"Action": "ecr:PutImage"}, {"Action": ["ecr:putimage"]}),
        ({"Resource": "*"}, {"Resource": ["*"]}),
        ({"Sid": ""}, {}),
        (
            {"Condition": {"Bool": {"aws:SecureTransport": False}}},
            {"Condition": {"Bool": {"AWS:secureTransport": ["false"]}}},
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2"]}}},
            {"Condition": {"StringEquals": {"aws:SourceAccount": ["2", "1"]}}},
        ),
    ],
)
def test_statements_that_mean_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    texts = [json.dumps({"Statement": [{"Effect": "Allow", **each}]}) for each in (one, other)]

    assert PolicyDocument.from_text(texts[0]).is_same(texts[1])
    alone = json.dumps({"Statement": {"Effect": "Allow", **one}})
    assert PolicyDocument.from_text(alone).is_same(texts[1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Principal": "*"}, {"NotPrincipal": "*"}),
        ({"Principal": {"AWS": "*"}}, {"Principal": {"Service": "*"}}),
        ({"Principal": {"AWS": "1" * 12}}, {"Principal": {"AWS": "2" * 12}}),
        (
            {"Principal": {"AWS": f"arn:aws:iam::{'1' * 12}:root"}},
            {"Principal": {"AWS": f"arn:aws:iam::{'1' * 12}:role/root"}},
        ),
        ({"Action": "ecr:PutImage"}, {"Action": ["ecr:PutImage", "ecr:BatchGetImage"]}),
        ({"Sid": "a"}, {"Sid": "b"}),
        ({"Effect": "Allow"}, {"Effect": "Deny"}),
        (
            {"Condition": {"StringEquals": {"a": "b"}}},
            {"Condition": {"StringLike": {"a": "b"}}},
        ),
        ({}, {"Later": 1}),
        ({"Action": 1}, {"Action": 2}),
    ],
)
def test_statements_that_mean_something_else(one: dict[str, Any], other: dict[str, Any]) -> None:
    texts = [json.dumps({"Statement": [{"Effect": "Allow", **each}]}) for each in (one, other)]

    assert not PolicyDocument.from_text(texts[0]).is_same(texts[1])


def test_what_is_missing_in_a_statement_is_empty() -> None:
    text = '{"Statement":[{"Action":"","NotAction":[],"Condition":{},"Principal":{"AWS":[]}}]}'

    policy = PolicyDocument.from_text(text)

    (statement,) = policy.statements
    assert statement.action == ("",)
    assert statement.not_action == statement.resource == ()
    assert statement.condition == {}
    assert statement.principal == {"AWS": ()}
    assert json.loads(str(policy)) == json.loads(text)


def test_a_statement_replaces_the_one_of_its_name() -> None:
    pull = Statement(sid="Pull", principal={"AWS": "111122223333"}, action=PULL)
    push = Statement(sid="Push", principal={"AWS": "111122223333"}, action="ecr:PutImage")
    nameless = Statement(principal="*", action="ecr:DescribeImages")
    policy = PolicyDocument([pull, push])
    others = Statement(sid="Pull", principal={"AWS": "444455556666"}, action=PULL)

    assert policy.with_statement(others).statements == (others, push)
    assert policy.with_statement(pull) == policy
    assert PolicyDocument([push]).with_statement(pull).statements == (push, pull)
    assert policy.with_statement(nameless).with_statement(nameless).statements == (
        *policy.statements,
        nameless,
        nameless,
    )


def test_a_statement_is_taken_out_by_its_name() -> None:
    pull = Statement(sid="Pull", principal="*", action=PULL)
    policy = PolicyDocument([pull])

    assert policy.without("Pull").statements == ()
    assert policy.without("Push") == policy


def test_a_text_with_one_statement_can_be_changed() -> None:
    policy = PolicyDocument.from_text('{"Statement": {"Sid": "a", "Action": "ecr:PutImage"}}')

    changed = policy.with_statement(Statement(sid="b", principal="*", action="ecr:PutImage"))

    assert [statement.sid for statement in changed.statements] == ["a", "b"]
    assert len(json.loads(str(changed))["Statement"]) == 2
    assert json.loads(str(policy.without("a"))) == {"Statement": []}


def test_what_is_no_statement_is_refused() -> None:
    statement: Any = Statement(principal="*", action="ecr:PutImage")
    with pytest.raises(EcrRequestError, match="statements: expected a sequence of Statement"):
        PolicyDocument(statement)
    with pytest.raises(EcrRequestError, match=r"statements\[0\]: expected a Statement"):
        PolicyDocument([{"Effect": "Allow"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]  # what untyped callers do


@given(repository_policies() | damaged(repository_policies()))
def test_a_text_loses_nothing(document: dict[str, Any]) -> None:
    policy = PolicyDocument.from_text(json.dumps(document))

    assert json.loads(str(policy)) == {"Statement": [], **document}
    assert PolicyDocument.from_text(str(policy)) == policy
    assert policy.is_same(str(policy))


@given(st.data(), repository_policies())
def test_another_writing_is_the_same_policy(data: st.DataObject, document: dict[str, Any]) -> None:
    policy = PolicyDocument.from_text(json.dumps(document))
    other = data.draw(shuffled(document))
    other["Statement"] = data.draw(st.permutations(other["Statement"]))
    for statement in other["Statement"]:
        if isinstance(statement["Action"], list):
            statement["Action"].reverse()
        if isinstance(statement["Principal"], dict):
            names = statement["Principal"]["AWS"]
            accounts = [names] if isinstance(names, str) else names
            arns = [f"arn:aws:iam::{account}:root" for account in accounts]
            statement["Principal"]["AWS"] = data.draw(st.permutations(arns))

    assert policy.is_same(json.dumps(other, indent=data.draw(st.integers(0, 4))))


@given(st.data(), repository_policies())
def test_another_policy_is_not_the_same(data: st.DataObject, document: dict[str, Any]) -> None:
    policy = PolicyDocument.from_text(json.dumps(document))
    statement = data.draw(st.sampled_from(document["Statement"]))
    match data.draw(st.sampled_from(["Sid", "Effect", "Action", "Principal", "Statement"])):
        case "Sid":
            statement["Sid"] += "!"
        case "Effect":
            statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
        case "Action":
            statement["Action"] = "ecr:ListImages"
        case "Principal":
            statement["Principal"] = {"Service": "lambda.amazonaws.com"}
        case _:
            document["Statement"].remove(statement)

    assert not policy.is_same(json.dumps(document))
