"""Credentials that are missing, over or refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import boto3
import botocore.credentials
import botocore.exceptions as botocore_errors
import pytest

import ecr_typed
from ecr_typed import EcrClient, EcrCredentialsError, ExpiredTokenException, RetryPolicy
from ecr_typed._calls.explain.credentials import PROVIDERS
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
        ("RepositoryNotEmptyException", "force=True"),
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


class Unheard(Exception):
    """What no library raises."""


def providers() -> list[str]:
    """The names of all providers that botocore has."""
    classes = [*botocore.credentials.CredentialProvider.__subclasses__()]
    for each in classes:
        classes += each.__subclasses__()
    own = {each for each in classes if each.__module__.startswith("botocore.")}
    return sorted({str(each.METHOD) for each in own if each.METHOD})


@pytest.mark.parametrize("name", providers())
@pytest.mark.parametrize("error", [ValueError("no JSON"), Unheard("by a helper"), OSError("disk")])
def test_what_a_provider_raises_is_about_credentials(
    session: boto3.Session, name: str, error: Exception
) -> None:
    """By where it was raised, whatever it is: while credentials are refreshed inside a call."""
    ecr = EcrClient(session=session, retry=RetryPolicy(max_attempts=1))

    def fail() -> Any:
        raise error

    credentials = botocore.credentials.DeferredRefreshableCredentials(
        refresh_using=fail, method=name
    )
    signer: Any = ecr.boto3_client
    signer._request_signer._credentials = credentials

    found = error_of(ecr.delete_repository, "team/app")

    assert isinstance(found, EcrCredentialsError)
    assert found.provider == name
    assert f"the credentials provider {name!r} failed: {type(error).__name__}" in found.message
    assert found.explanations[-1] == PROVIDERS[name]
    assert found.__cause__ is error
    assert not found.maybe_applied


def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Configure the default profile, and nothing else."""
    config = tmp_path / "config"
    config.write_text(f"[default]\n{text}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


EXPIRED = {
    "Version": 1,
    "AccessKeyId": "A",
    "SecretAccessKey": "B",
    "Expiration": "2020-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("echo please log in", ["custom-process", "JSON"]),
        ("/nonexistent/helper", ["custom-process", "No such file"]),
        (f"echo '{json.dumps(EXPIRED)}'", ["custom-process", "expired"]),
    ],
)
def test_credential_process_that_fails_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, words: list[str]
) -> None:
    """A helper that prints no JSON, is not there, or gives what has expired."""
    profile(tmp_path, monkeypatch, f"credential_process = {program}")

    def call() -> None:
        EcrClient(retry=RetryPolicy(max_attempts=1)).describe_registry()

    error = error_of(call)
    assert isinstance(error, EcrCredentialsError)
    assert [word for word in words if word not in error.message] == []
    assert "credential_process" in error.explanations[-1]


def test_web_identity_without_its_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable that names the missing file is in the error."""
    profile(tmp_path, monkeypatch, "")
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/x")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "missing"))

    def call() -> None:
        EcrClient(retry=RetryPolicy(max_attempts=1)).describe_registry()

    error = error_of(call)
    assert isinstance(error, EcrCredentialsError)
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in error.explanations[-1]


@pytest.mark.parametrize(
    ("text", "provider"),
    [
        ("role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = missing", "assume-role"),
        ("sso_session = missing\nsso_account_id = 111122223333\nsso_role_name = Dev", "sso"),
    ],
)
def test_configuration_that_is_wrong_is_to_be_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, provider: str
) -> None:
    """No log-in and no trust policy helps where the profile names what is not there."""
    profile(tmp_path, monkeypatch, text)

    error = error_of(EcrClient)

    assert isinstance(error, EcrCredentialsError)
    assert error.provider == provider
    assert error.explanations[-1].startswith("Correct what the message names")


def test_provider_that_gets_no_response_is_a_matter_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where AWS STS can't be reached, the role's trust policy is not what to look at."""
    keys = "[profile base]\naws_access_key_id = A\naws_secret_access_key = B"
    role = "role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base"
    profile(tmp_path, monkeypatch, f"{role}\n{keys}")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")

    error = error_of(EcrClient(retry=RetryPolicy(max_attempts=1)).describe_registry)

    assert isinstance(error, EcrCredentialsError)
    assert error.provider == "assume-role"
    assert "http://127.0.0.1:1" in error.message
    assert "network" in error.explanations[-1]


def test_mfa_without_a_terminal_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A role that wants a code says so where nobody can be asked."""
    role = "arn:aws:iam::111122223333"
    keys = "[profile base]\naws_access_key_id = A\naws_secret_access_key = B"
    own = f"role_arn = {role}:role/x\nmfa_serial = {role}:mfa/x\nsource_profile = base\n{keys}"
    profile(tmp_path, monkeypatch, own)

    program = (
        "from ecr_typed import EcrClient, RetryPolicy\n"
        "EcrClient(retry=RetryPolicy(max_attempts=1), region_name='eu-west-1').describe_registry()\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(Path(ecr_typed.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )

    last = run.stderr.splitlines()[-2:]
    assert last[0].startswith("ecr_typed.EcrCredentialsError: DescribeRegistry: the credentials ")
    assert "'assume-role' failed: EOFError" in last[0]
    assert "wants an MFA code" in last[1]
