"""What is known to be wrong with policies, by place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import given

from ecr_typed.documents import PolicyDocument, Statement

from .strategies import repository_policies


def statement(**changes: Any) -> dict[str, Any]:
    """A statement of a repository's policy; members are changed or, by ..., left out."""
    members = {
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": ["ecr:BatchGetImage"],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not ...}


def policy_of(*statements: object) -> PolicyDocument:
    """A policy of statements."""
    return PolicyDocument.from_text(
        json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Principal": ...}, "Statement[0].Principal: missing; name who the statement applies to"),
        ({"Principal": None}, "Statement[0].Principal: expected a value, got null"),
        (
            {"Principal": "111122223333"},
            "Principal: expected an object or '*', got '111122223333'; did you mean {\"AWS\": ",
        ),
        ({"Principal": {}}, "Statement[0].Principal: expected at least 1 member, got none"),
        ({"NotPrincipal": "*"}, "Statement[0]: use Principal or NotPrincipal, not both"),
        ({"NotAction": "ecr:*"}, "Statement[0]: use Action or NotAction, not both"),
        ({"Principal": 7}, "Statement[0].Principal: expected an object or '*', got 7"),
        ({"Principal": {"aws": "*"}}, "Principal.aws: 'aws' is none of 'AWS', 'Service', "),
        ({"Principal": {"AWS": 111122223333}}, "Principal.AWS: expected text, got 111122223333"),
        (
            {"Principal": {"AWS": []}},
            "Statement[0].Principal.AWS: expected at least 1 text, got none",
        ),
        ({"Principal": {"AWS": ["*", 7]}}, "Statement[0].Principal.AWS[1]: expected text, got 7"),
        (
            {"Principal": {"AWS": "arn:aws:iam::111122223333:*"}},
            "expected '*', an account id or an IAM ARN without wildcards, got 'arn:aws:iam::111122223333:*'",
        ),
        (
            {"Principal": {"AWS": ["1234"]}},
            "Principal.AWS[0]: expected '*', an account id or an IAM ARN",
        ),
        (
            {"Resource": "*"},
            "Statement[0].Resource: not allowed in a repository's policy",
        ),
        (
            {"Action": ["ecr:PutImage", "ecr:GetAuthorizationToken"]},
            "Statement[0].Action[1]: 'ecr:GetAuthorizationToken' does not apply to a repository",
        ),
        (
            {"Action": "ecr:BatchGetImages"},
            "is not a known ECR action; did you mean 'ecr:BatchGetImage'?",
        ),
        ({"Action": ["s3:GetObject"]}, "Action[0]: 's3:GetObject' is not a known ECR action"),
        ({"Action": ...}, "Statement[0].Action: missing; name actions, such as"),
        ({"Action": []}, "Statement[0].Action: expected at least 1 text, got none"),
        (
            {"Action": {}},
            "Statement[0].Action: expected text, got {}; an array of texts is allowed, too",
        ),
        ({"Effect": ...}, "Statement[0].Effect: missing; expected 'Allow' or 'Deny'"),
        ({"Effect": "allow"}, "Effect: 'allow' is none of 'Allow', 'Deny'; did you mean 'Allow'?"),
        ({"Actions": []}, "Statement[0].Actions: unknown member; did you mean 'Action'?"),
        ({"Sid": 7}, "Statement[0].Sid: expected text, got 7"),
        ({"Condition": []}, "Statement[0].Condition: expected an object, got []"),
        ({"Condition": {"Bool": "a"}}, "Statement[0].Condition.Bool: expected an object, got 'a'"),
        (
            {"Condition": {"StringIs": {"aws:PrincipalOrgID": "o-1"}}},
            "Statement[0].Condition.StringIs: IAM has no such operator; expected one such as StringEquals",
        ),
        (
            {"Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-1", None]}}},
            "Condition.StringEquals.aws:PrincipalOrgID: expected text, a number, true or false, got null",
        ),
    ],
)
def test_what_is_wrong_in_a_statement_is_named(changes: dict[str, Any], expected: str) -> None:
    (problem,) = policy_of(statement(**changes)).problems()

    assert expected in str(problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "Statement: expected at least 1 statement, got none"),
        ('{"Statement": []}', "Statement: expected at least 1 statement, got none"),
        ('{"Statement": [7]}', "Statement[0]: expected an object, got 7"),
        ('{"Statement": "Allow"}', "Statement: expected an object, got 'Allow'"),
        ('{"Statement": null}', "Statement: expected a value, got null"),
        ('{"Statements": []}', "Statements: unknown member; did you mean 'Statement'?"),
        ('{"Version": "2012-10-18"}', "Version: '2012-10-18' is none of '2012-10-17', '2008"),
        ('{"Statement": {"Effect": "Allow"}}', "Statement.Principal: missing; "),
    ],
)
def test_what_is_wrong_with_the_document_is_named(text: str, expected: str) -> None:
    found = [str(problem) for problem in PolicyDocument.from_text(text).problems()]

    assert [problem for problem in found if problem.startswith(expected)]


def test_statements_of_one_name_are_named() -> None:
    (problem,) = policy_of(statement(Sid="a"), statement(Sid="a")).problems()

    assert str(problem) == "Statement[1].Sid: 'a' is also the Sid of Statement[0]"


def test_a_text_that_is_too_long_is_named() -> None:
    (problem,) = policy_of(statement(Sid="x" * 10_240)).problems()

    assert str(problem).startswith("expected at most 10,240 characters, got 10,")


def test_a_policy_of_the_registry_needs_resources() -> None:
    policy = policy_of(statement(Action=["ecr:ReplicateImage"]))

    (problem,) = policy.problems("registry")

    assert str(problem).startswith(
        "Statement[0].Resource: missing; the registry's policy must name"
    )
    assert policy_of(statement(Resource=["*"])).problems("registry") == ()
    (problem,) = policy_of(statement(Resource=[])).problems("registry")
    assert problem.place == "Statement[0].Resource"


@pytest.mark.parametrize(
    "name",
    [
        "*",
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws-us-gov:iam::111122223333:role/path/name",
        "arn:aws:iam::111122223333:user/a+b@c",
        "arn:aws:sts::111122223333:assumed-role/name/session",
        "AROAEXAMPLEEXAMPLEEXA",
    ],
)
def test_principals_that_are_right_are_no_problem(name: str) -> None:
    assert policy_of(statement(Principal={"AWS": name})).problems() == ()
    services = {"AWS": [name], "Service": "lambda.amazonaws.com"}
    assert policy_of(statement(Principal=services)).problems() == ()


def test_all_actions_of_the_service_are_known() -> None:
    model = Loader().load_service_model("ecr", "service-2")
    # Whoever may get images may list what refers to them.
    names = set(model["operations"]) - {"GetAuthorizationToken", "ListImageReferrers"}
    actions = sorted(f"ecr:{name}" for name in names)

    policy = PolicyDocument([Statement(principal="*", action=[*actions, "ecr:*", "ecr:Describe*"])])

    assert policy.problems() == ()


@given(repository_policies())
def test_a_good_policy_has_no_problems(document: dict[str, Any]) -> None:
    assert PolicyDocument.from_text(json.dumps(document)).problems() == ()
