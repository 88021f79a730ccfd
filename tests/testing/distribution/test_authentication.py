"""Log in to a registry: with a token that is good, expired, or none at all."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.testing.sharing import share

from .registry import Registry, basic, error_of, token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator


def password_of(token: str) -> str:
    return base64.b64decode(token).decode().partition(":")[2]


def test_a_token_opens_the_registry_by_basic_and_bearer(registry: Registry) -> None:
    password = password_of(registry.token)
    for value in (
        f"Basic {registry.token}",
        basic("AWS", password),
        f"Bearer {registry.token}",
        f"Bearer {password}",
    ):
        response = registry("GET", "", headers={"Authorization": value})
        assert response.status == 200
        assert response.headers["Docker-Distribution-Api-Version"] == "registry/2.0"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Basic",
        "Basic !",
        "Digest abc",
        basic("AWS", "wrong"),
        basic("AWS", base64.b64encode(b'{"payload": "e30=", "datakey": "00"}').decode()),
        basic("AWS", base64.b64encode(b'{"payload": "e30="}').decode()),
        basic("AWS", base64.b64encode(b"[]").decode()),
        "Bearer wrong",
    ],
)
def test_a_request_without_a_token_is_told_how_to_send_one(registry: Registry, value: str) -> None:
    for path in ("", "app/tags/list", "app/manifests/latest", "nothing"):
        response = registry("GET", path, headers={"Authorization": value})
        assert response.status == 401
        assert response.data == b"Not Authorized\n"
        assert response.headers["WWW-Authenticate"] == (
            f'Basic realm="{registry.endpoint_url}/",service="ecr.amazonaws.com"'
        )


def test_a_token_of_another_user_is_refused(registry: Registry) -> None:
    value = basic("alice", password_of(registry.token))
    assert registry("GET", "", headers={"Authorization": value}).status == 401


def test_a_token_expires_by_the_emulators_clock(fresh: EcrEmulator, fresh_boto3: ECRClient) -> None:
    registry = Registry(fresh.endpoint_url, token_of(fresh_boto3))
    fresh.clock.advance(timedelta(hours=11, minutes=59))
    assert registry("GET", "").status == 200
    fresh.clock.advance(timedelta(minutes=2))
    assert error_of(registry("GET", "")) == (
        403,
        "DENIED",
        "Your authorization token has expired. Reauthenticate and try again.",
    )
    registry.close()


def test_a_reset_forgets_tokens(fresh: EcrEmulator, fresh_boto3: ECRClient) -> None:
    registry = Registry(fresh.endpoint_url, token_of(fresh_boto3))
    assert registry("GET", "").status == 200
    fresh.reset()
    assert registry("GET", "").status == 401
    registry.close()


def test_a_token_is_for_the_account_and_the_region_that_it_was_got_in(
    make_client: Callable[..., ECRClient], registry: Registry
) -> None:
    elsewhere = make_client(region_name="eu-west-1")
    elsewhere.create_repository(repositoryName="europe")
    there = Registry(registry.endpoint_url, token_of(elsewhere))
    assert there("GET", "europe/tags/list").status == 200
    assert registry("GET", "europe/tags/list").status == 404
    assert there("GET", "app/tags/list").status == 404
    there.close()


def test_a_token_can_be_for_another_accounts_registry(
    make_client: Callable[..., ECRClient],
    boto3_ecr: ECRClient,
    registry: Registry,
    account_id: str,
) -> None:
    other = make_client(account_id="999999999999")
    there = Registry(registry.endpoint_url, token_of(other, registryIds=[account_id]))
    refused = there("GET", "app/tags/list")
    assert error_of(refused)[:2] == (403, "DENIED")
    assert "no resource-based policy allows the ecr:ListImages action" in error_of(refused)[2]
    share(boto3_ecr, "999999999999", "ecr:ListImages")
    assert there("GET", "app/tags/list").status == 200
    there.close()
