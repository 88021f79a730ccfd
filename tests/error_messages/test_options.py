"""Options of a client that can't be right."""

from __future__ import annotations

import traceback
from functools import partial
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config

from ecr_typed import EcrClient, EcrConfigurationError, EcrRequestError
from tests.support.clients import MakeEcr, boto3_client
from tests.support.errors import error_of


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"region_name": 3}, "region_name: expected the name of a region, as 'eu-west-1', got 3"),
        ({"region_name": ""}, "region_name: expected the name of a region, as 'eu-west-1', got ''"),
        (
            {"region_name": "eu-west-1\n"},
            "region_name: expected the name of a region, as 'eu-west-1', got 'eu-west-1\\n'",
        ),
        ({"profile_name": b"dev"}, "profile_name: expected the name of a profile, got b'dev'"),
        ({"endpoint_url": 3}, "endpoint_url: expected a URL, got 3"),
        ({"session": "dev"}, "session: expected a boto3.Session, got 'dev'"),
        ({"config": {"a": 1}}, "config: expected a botocore.config.Config, got a dict"),
        (
            {"retry": 5},
            "retry: expected a RetryPolicy, as RetryPolicy(max_attempts=5), got 5",
        ),
        ({"on_call": "print"}, "on_call: expected a function of a CallEvent, got 'print'"),
    ],
)
def test_option_of_another_type_is_refused(options: dict[str, Any], text: str) -> None:
    """The error names the option, its value and what is allowed."""
    error = error_of(EcrClient, **options)
    assert isinstance(error, EcrRequestError)
    assert str(error) == text


def test_all_that_is_wrong_is_said_at_once(session: boto3.Session) -> None:
    """Whoever has two options wrong need not try twice."""
    error = error_of(
        EcrClient,
        session=session,
        profile_name="dev",
        config=Config(retries={"max_attempts": 9}),
        retry=9,
    )
    assert isinstance(error, EcrRequestError)
    assert [problem.argument for problem in error.problems] == ["retry", "config", "profile_name"]


@pytest.mark.parametrize("of", ["argument", "environment"])
@pytest.mark.parametrize(
    "url", ["https://user:hunter2@ecr.example", "https://hunter2@ecr.example/"]
)
def test_password_in_an_endpoint_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, of: str, url: str
) -> None:
    """An endpoint with a password is refused, and nothing that is printed of it has it."""
    if of == "environment":
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", url)
    error = error_of(EcrClient, **({"endpoint_url": url} if of == "argument" else {}))
    assert isinstance(error, EcrConfigurationError)
    assert "the endpoint 'https://***@ecr.example" in str(error)
    assert "hunter2" not in "".join(traceback.format_exception(error))


def test_endpoint_without_a_scheme_says_what_is_missing() -> None:
    """What people write for a local server is no URL yet."""
    error = error_of(EcrClient, endpoint_url="localhost:4566")
    assert isinstance(error, EcrConfigurationError)
    assert "Invalid endpoint: localhost:4566" in error.message
    assert "An endpoint begins with http:// or https://." in str(error)


def test_a_region_that_makes_no_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """No endpoint was set, so none is to be corrected alone."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1\n")
    error = error_of(EcrClient)
    assert isinstance(error, EcrConfigurationError)
    assert "made of the region, which comes from region_name, AWS_DEFAULT_REGION" in str(error)


def test_no_client_is_no_client() -> None:
    """None where a client is due is refused as anything else is."""
    nothing: Any = None
    error = error_of(EcrClient.from_boto3, nothing)
    assert isinstance(error, EcrRequestError)
    assert str(error) == "client: expected a boto3 client for 'ecr', got None"


def test_session_of_botocore_is_no_session_of_boto3() -> None:
    """botocore's sessions have the name, and not what is needed."""
    error = error_of(EcrClient, session=botocore.session.Session())
    assert isinstance(error, EcrRequestError)
    assert str(error).startswith("session: expected a boto3.Session, got a Session")


@pytest.mark.parametrize("options", [{"retry": 5}, {"on_call": "print"}])
def test_options_are_checked_wherever_they_are_given(
    make: MakeEcr, session: boto3.Session, options: dict[str, Any]
) -> None:
    """Adopting a client and changing options refuse the same."""
    adopt = partial(EcrClient.from_boto3, boto3_client(session))
    for give in (make().with_options, adopt):
        error = error_of(give, **options)
        assert isinstance(error, EcrRequestError)
        assert [problem.argument for problem in error.problems] == [*options]


def test_client_of_the_public_registries_is_refused() -> None:
    """The error names the class that was given, and the service that is meant."""
    session: Any = boto3.Session(region_name="us-east-1")
    error = error_of(EcrClient.from_boto3, session.client("ecr-public"))
    assert str(error) == (
        "client: expected a boto3 client for 'ecr', got an ECRPublic; "
        "the private registries are the service 'ecr'"
    )
