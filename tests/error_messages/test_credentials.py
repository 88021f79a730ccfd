"""Credentials that are missing, over or refused."""

from __future__ import annotations

from typing import Any, cast

import boto3
import botocore.exceptions as botocore_errors
import pytest

from ecr_typed import EcrClient, EcrCredentialsError, ExpiredTokenException
from tests.support.clients import boto3_client
from tests.support.errors import error_of, text_of
from tests.support.wire import Wire, refusal


def test_expired_token_says_how_to_renew(ecr: EcrClient, wire: Wire) -> None:
    """Credentials that have expired are called so, and the error says how to get new ones."""
    wire.will(refusal("ExpiredTokenException", "The security token included in the request is..."))

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, ExpiredTokenException)
    assert "credentials have expired" in text_of(error)
    assert "aws sso login" in text_of(error)
    assert "new boto3 session" in text_of(error)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("ExpiredToken", "expired"),
        ("InvalidSignatureException", "clock"),
        ("MissingAuthenticationTokenException", "credentials"),
        ("OptInRequired", "region"),
        ("RequestExpired", "clock"),
        ("UnrecognizedClientException", "aws sts get-caller-identity"),
        ("UnknownOperationException", "https://api.ecr.us-east-1.amazonaws.com"),
    ],
)
def test_common_errors_say_what_to_check(ecr: EcrClient, wire: Wire, code: str, word: str) -> None:
    """The errors that all of AWS has come with what to look at."""
    wire.will(refusal(code))

    assert word in error_of(ecr.delete_repository, "team/app").explanations[-1]


def test_no_credentials_say_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Without credentials, the error names the variables, the profile and the log-in."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    session = boto3.Session()
    made = EcrClient(session=session)
    ecr = made if kind == "made" else EcrClient.from_boto3(boto3_client(session))

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, EcrCredentialsError)
    for word in ("DeleteRepository", "AWS_ACCESS_KEY_ID", "profile_name", "aws sso login"):
        assert word in str(error)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (botocore_errors.SSOTokenLoadError(error_msg="no token"), ["no token", "aws sso login"]),
        (botocore_errors.UnauthorizedSSOTokenError(), ["expired", "aws sso login"]),
        (
            botocore_errors.TokenRetrievalError(provider="sso", error_msg="refresh failed"),
            ["refresh failed", "aws sso login"],
        ),
        (botocore_errors.RefreshWithMFAUnsupportedError(), ["MFA", "new boto3 session"]),
        (
            cast("Any", botocore_errors.PartialCredentialsError)(
                provider="env", cred_var="AWS_SECRET_ACCESS_KEY"
            ),
            ["AWS_SECRET_ACCESS_KEY", "Set what is missing"],
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_credentials_that_are_no_good_say_what_to_do(
    once: EcrClient, wire: Wire, error: Exception, words: list[str]
) -> None:
    """A log-in that is over, a code that is due, half a pair of keys: each says what to do once."""
    wire.will(error)

    found = error_of(once.delete_repository, "team/app")

    assert isinstance(found, EcrCredentialsError)
    assert [word for word in words if word not in str(found)] == []
    assert str(found).count("aws sso login") <= 1


def test_role_that_is_refused_is_about_credentials(once: EcrClient, wire: Wire) -> None:
    """What AWS STS refuses on the way is no answer of Amazon ECR, and names no action of it."""
    details: Any = {"Error": {"Code": "AccessDenied", "Message": "User is not authorized"}}
    wire.will(botocore_errors.ClientError(details, "AssumeRole"))

    error = error_of(once.delete_repository, "team/app")

    assert isinstance(error, EcrCredentialsError)
    assert "AssumeRole" in text_of(error)
    assert "ecr:" not in text_of(error)
