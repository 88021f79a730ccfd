"""Where the client's settings come from, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config

from ecr_typed import (
    EcrClient,
    EcrConfigurationError,
    EcrCredentialsError,
    EcrError,
    EcrRequestError,
    RetryPolicy,
)
from tests.support.wire import Wire


@pytest.fixture(autouse=True)
def no_default_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test without boto3's default session."""
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)


def config_file(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Make a configuration file boto3's."""
    file = folder / "config"
    file.write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))


def endpoint(ecr: EcrClient) -> str:
    """Where a client sends its requests."""
    return ecr.boto3_client.meta.endpoint_url


def test_region_is_an_argument() -> None:
    """A region that is given goes before the environment."""
    ecr = EcrClient(region_name="us-gov-west-1")

    assert ecr.boto3_client.meta.region_name == "us-gov-west-1"
    assert endpoint(ecr) == "https://api.ecr.us-gov-west-1.amazonaws.com"


def test_region_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument, boto3's own sources decide."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    assert EcrClient().boto3_client.meta.region_name == "eu-central-1"


def test_region_comes_from_the_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile's region is used where the environment has none."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    config_file(monkeypatch, tmp_path, "[profile work]\nregion = ap-south-1\n")

    assert EcrClient(profile_name="work").boto3_client.meta.region_name == "ap-south-1"


def test_no_region_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a region, the error says where one can come from."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(EcrConfigurationError, match="region_name") as caught:
        EcrClient()

    assert isinstance(caught.value, EcrError)
    assert type(caught.value.__cause__).__name__ == "NoRegionError"


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_advice_about_the_region_is_good(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The variables that the error and the docstring name are those that boto3 reads."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(EcrConfigurationError) as caught:
        EcrClient()
    monkeypatch.setenv(name, "eu-west-1")
    is_read = boto3.Session().region_name == "eu-west-1"

    assert (name in str(caught.value)) == is_read
    assert (f"`{name}`" in str(EcrClient.__init__.__doc__)) == is_read


def test_unknown_profile_is_an_error() -> None:
    """A profile that is not there is named."""
    with pytest.raises(EcrConfigurationError, match="nobody"):
        EcrClient(profile_name="nobody")


def test_bad_endpoint_is_an_error() -> None:
    """An endpoint that is no URL is refused as configuration."""
    with pytest.raises(EcrConfigurationError, match="nonsense") as caught:
        EcrClient(endpoint_url="nonsense")

    assert caught.value.__cause__ is not None


def test_bad_region_is_an_error() -> None:
    """A region that can't be one is refused before anything is sent."""
    with pytest.raises(EcrError, match="us east"):
        EcrClient(region_name="us east 1")


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL"])
def test_endpoint_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Nothing is passed on for an endpoint that is not given, so that boto3 finds its own."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert endpoint(EcrClient()) == "http://127.0.0.1:9"
    assert endpoint(EcrClient(endpoint_url="http://127.0.0.1:8")) == "http://127.0.0.1:8"


def test_session_is_the_users() -> None:
    """A session gives region and credentials."""
    session = boto3.Session("AKIAOTHER", "secret", region_name="eu-west-3")
    ecr, wire = EcrClient(session=session), Wire()
    wire.attach(ecr.boto3_client)
    wire.will({"tags": []})

    ecr.list_tags_for_resource("arn")

    assert ecr.boto3_client.meta.region_name == "eu-west-3"
    assert "Credential=AKIAOTHER/" in wire.sent[0].headers["Authorization"]


def test_default_session_is_used() -> None:
    """What `boto3.setup_default_session` set up is the default here, too."""
    boto3.setup_default_session(region_name="eu-north-1")

    assert EcrClient().boto3_client.meta.region_name == "eu-north-1"


def test_config_is_the_users() -> None:
    """A botocore config goes to the client, and retries stay off."""
    config = Config(connect_timeout=3, read_timeout=7, max_pool_connections=4)

    made = EcrClient(config=config).boto3_client.meta.config

    effective = cast("Any", made)
    assert (effective.connect_timeout, effective.read_timeout) == (3, 7)
    assert effective.max_pool_connections == 4
    assert effective.retries["total_max_attempts"] == 1


@pytest.mark.parametrize("retries", [{"max_attempts": 5}, {"mode": "adaptive"}])
def test_config_with_retries_is_refused(retries: Any) -> None:
    """Retries are set by `RetryPolicy`, and the error says so."""
    with pytest.raises(EcrRequestError, match="RetryPolicy") as caught:
        EcrClient(config=Config(retries=retries))

    assert [problem.argument for problem in caught.value.problems] == ["config"]


def test_session_and_profile_are_refused() -> None:
    """A session has a profile already."""
    with pytest.raises(EcrRequestError, match="profile_name"):
        EcrClient(session=boto3.Session(), profile_name="work")


@pytest.mark.parametrize("value", ["many", "0.5", ""])
def test_senseless_attempts_in_the_environment(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """`AWS_MAX_ATTEMPTS` that is no number is an error about the configuration."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", value)

    with pytest.raises(EcrConfigurationError):
        EcrClient()


def test_no_credentials_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials the first call says so; nothing is sent."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ecr, wire = EcrClient(), Wire()
    wire.attach(ecr.boto3_client)

    with pytest.raises(EcrCredentialsError) as caught:
        ecr.list_tags_for_resource("arn")

    assert not caught.value.maybe_applied
    assert wire.sent == []


def test_partial_credentials_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key without its secret is named."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(EcrCredentialsError, match="AWS_SECRET_ACCESS_KEY"):
        EcrClient().list_tags_for_resource("arn")


def test_refused_connection_is_an_error() -> None:
    """A port where nobody listens is a connection that was never made."""
    ecr = EcrClient(endpoint_url="http://127.0.0.1:1", retry=RetryPolicy(max_attempts=1))

    with pytest.raises(EcrError, match="Could not connect") as caught:
        ecr.delete_repository("team/app")

    assert type(caught.value).__name__ == "EcrConnectionError"
    assert not caught.value.maybe_applied


def test_options_are_keyword_only() -> None:
    """An option that comes later can't move the others."""
    make: Any = EcrClient

    with pytest.raises(TypeError):
        make("us-east-1")
    with pytest.raises(TypeError):
        make(region="us-east-1")
