"""Region, profile and endpoint."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from ecr_typed import (
    EcrClient,
    EcrConfigurationError,
    EcrConnectionError,
    EcrResponseError,
    EcrServiceError,
    RetryPolicy,
)
from tests.support.clients import boto3_client
from tests.support.errors import error_of
from tests.support.wire import Reply, Wire

ONCE = RetryPolicy(max_attempts=1)


def test_no_region_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region there is no client, and the error names argument and variable."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    error = error_of(EcrClient, session=boto3.Session())

    assert isinstance(error, EcrConfigurationError)
    assert "region_name" in str(error)
    assert "AWS_DEFAULT_REGION" in str(error)


@pytest.mark.parametrize("in_environment", [True, False])
def test_wrong_profile_names_those_that_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, in_environment: bool
) -> None:
    """A profile that does not exist is named, with the ones that do."""
    config = tmp_path / "config"
    config.write_text("[default]\n[profile payments]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    if in_environment:
        monkeypatch.setenv("AWS_PROFILE", "paymets")

    error = error_of(EcrClient, **({} if in_environment else {"profile_name": "paymets"}))

    assert isinstance(error, EcrConfigurationError)
    assert "paymets" in str(error)
    assert "'default', 'payments'" in str(error)


@pytest.mark.parametrize("kind", ["made", "adopted"])
def test_refused_connection_names_the_endpoint(session: boto3.Session, kind: str) -> None:
    """Where nobody listens, the error has the URL and says where it may come from."""
    url = "http://127.0.0.1:1"
    if kind == "made":
        ecr = EcrClient(session=session, endpoint_url=url, retry=ONCE)
    else:
        ecr = EcrClient.from_boto3(boto3_client(session, endpoint_url=url), retry=ONCE)

    error = error_of(ecr.delete_repository, "team/app")

    assert isinstance(error, EcrConnectionError)
    assert url in str(error)
    assert url in error.explanations[-1]
    assert "AWS_ENDPOINT_URL_ECR" in error.explanations[-1]


def test_web_page_is_no_answer(made: EcrClient, wire: Wire) -> None:
    """Where a web server answers, found or not, the error says to look at the endpoint."""
    web_page = b"<html><body>Welcome</body></html>"
    wire.will(Reply(web_page, 404), Reply(web_page, 200))

    for expected in (EcrServiceError, EcrResponseError):
        error = error_of(made.delete_repository, "team/app")
        assert type(error) is expected
        assert "https://api.ecr.us-east-1.amazonaws.com" in error.explanations[-1]
