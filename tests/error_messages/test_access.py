"""Denied calls name the action, the resource and whose policy it is, as the service's message does."""

from __future__ import annotations

import pytest

from ecr_typed import AccessDeniedException, EcrClient
from tests.support.errors import error_of
from tests.support.wire import Wire, refusal

ALL = "arn:aws:ecr:us-east-1:999922223333:repository/*"
KEY = "arn:aws:kms:us-east-1:999922223333:key/1234"
APP = "arn:aws:ecr:us-east-1:999922223333:repository/team/app"


def denied(action: str, resource: str, reason: str) -> str:
    """The text that IAM's refusals have."""
    who = "User: arn:aws:iam::111122223333:user/ci"
    return f"{who} is not authorized to perform: {action} on resource: {resource} {reason}"


def no_policy(kind: str, action: str) -> str:
    """The reason that nobody allows it."""
    return f"because no {kind} policy allows the {action} action"


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (
            denied("ecr:TagResource", "*", no_policy("identity-based", "ecr:TagResource")),
            ["the permission ecr:TagResource on *:", "identity-based policy of the caller"],
        ),
        (
            denied(
                "iam:PassRole", "arn:aws:iam::1:role/x", no_policy("identity-based", "iam:PassRole")
            ),
            ["the permission iam:PassRole on arn:aws:iam::1:role/x"],
        ),
        (
            denied("ecr:DescribeImages", APP, no_policy("resource-based", "ecr:DescribeImages")),
            [
                "'team/app' belongs to account 999922223333",
                "repository policy",
                "ecr:DescribeImages",
            ],
        ),
        (
            denied(
                "ecr:DeleteRepository", APP, "with an explicit deny in a service control policy"
            ),
            ["a service control policy denies", "administrator of the AWS organization"],
        ),
        (
            denied(
                "ecr:DeleteRepository", APP, "with an explicit deny in an identity-based policy"
            ),
            ["an identity-based policy denies"],
        ),
        (
            denied(
                "ecr:DeleteRepository", APP, "because no permissions boundary allows the action"
            ),
            ["no permissions boundary allows", "limits what the caller's other policies"],
        ),
        (
            denied("ecr:DeleteRepository", APP, no_policy("session", "ecr:DeleteRepository")),
            ["no session policy allows", "passed when the role was assumed"],
        ),
        (
            denied("ecr:DescribeRepositories", ALL, no_policy("resource-based", "ecr:Describe")),
            ["The repositories belong to account 999922223333", "their repository policies"],
        ),
        (
            denied("ecr:ReplicateImage", APP, no_policy("resource-based", "ecr:ReplicateImage")),
            ["The registry belongs to account 999922223333", "put_registry_policy"],
        ),
        (
            denied("kms:CreateGrant", KEY, no_policy("resource-based", "kms:CreateGrant")),
            ["another owner's resource", "kms:CreateGrant for the caller in the policy of the"],
        ),
        (
            denied("ecr:DescribeImages", APP, no_policy("resource control", "ecr:DescribeImages")),
            ["no resource control policy allows", "the resource's AWS organization"],
        ),
        (
            denied("ecr:DescribeImages", APP, no_policy("new kind of", "ecr:DescribeImages")),
            ["which no new kind of policy allows."],
        ),
        (
            denied("ecr:DescribeImages", APP, "with an explicit deny"),
            ["which a policy denies: no other policy can allow it."],
        ),
        (
            "User: x is not authorized to perform: ecr:*",
            ["the permission ecr:*: an identity-based policy of the caller must allow it"],
        ),
    ],
)
def test_denial_says_what_the_message_says(
    once: EcrClient, wire: Wire, message: str, wanted: list[str]
) -> None:
    """Action, resource and kind of policy are the message's, whatever operation was called."""
    wire.will(refusal("AccessDeniedException", message))

    error = error_of(once.create_repository, "team/other", tags={"a": "b"})

    assert isinstance(error, AccessDeniedException)
    assert error.message == message
    assert [word for word in wanted if word not in error.explanations[-1]] == []
    assert "ecr:CreateRepository" not in error.explanations[-1]
    assert "repository policy" not in error.explanations[-1] or "repository/team" in message
