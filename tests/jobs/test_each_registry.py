"""A function is called with a client for each registry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ecr_typed import (
    ClientClosedError,
    EcrClient,
    EcrConfigurationError,
    EcrConnectionError,
    EcrCredentialsError,
    EcrRequestError,
    RetryPolicy,
)
from ecr_typed.jobs import Registry, Status, each, each_registry, raise_failures, registries
from ecr_typed.testing import EcrEmulator
from tests.support.untyped import untyped

ACCOUNTS = ["111111111111", "222222222222"]
REGIONS = ["us-east-1", "eu-west-1"]


@pytest.fixture
def fleet(emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch) -> tuple[Registry, ...]:
    """Give four registries, which are entered by roles of the emulator's STS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
    return registries(regions=REGIONS, accounts=ACCOUNTS, role_name="fleet")


def create(ecr: EcrClient, registry: Registry) -> str:
    """Create a repository that is named after its registry."""
    return ecr.create_repository(f"of/{registry.account_id}").repository_arn


def test_each_registry_has_a_client_of_its_own(fleet: tuple[Registry, ...]) -> None:
    """The function acts in each account and region, by the role that is assumed there."""
    outcomes = {one.item: one for one in each_registry(create, fleet)}

    assert set(outcomes) == set(fleet)
    for registry, outcome in outcomes.items():
        place = f":{registry.region_name}:{registry.account_id}:"
        assert outcome.value is not None
        assert place in outcome.value
        assert outcome.registry == registry


def test_an_error_of_one_registry_ends_no_other(
    emulator: EcrEmulator, fleet: tuple[Registry, ...]
) -> None:
    """A registry that can't be entered is an outcome, whatever the reason is."""
    broken = [
        Registry("us-east-1", profile_name="nobody"),
        Registry("us-east-1", endpoint_url="http://127.0.0.1:1"),
    ]

    def work(ecr: EcrClient, registry: Registry) -> str:
        once = ecr.with_options(retry=RetryPolicy(max_attempts=1))
        return create(once, registry)

    outcomes = {one.item: one for one in each_registry(work, [*broken, *fleet])}

    assert isinstance(outcomes[broken[0]].error, EcrConfigurationError)
    assert isinstance(outcomes[broken[1]].error, EcrConnectionError)
    assert all(outcomes[registry].status is Status.DONE for registry in fleet)


def test_a_role_that_can_not_be_assumed_is_lost_credentials(
    emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What STS refuses is said of the registry, and the others are worked on."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint_url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ECR", emulator.endpoint_url)
    refused = Registry("us-east-1", role_arn="arn:aws:iam::333333333333:role/no such role")
    own = Registry("us-east-1")

    outcomes = {one.item: one for one in each_registry(create_plain, [refused, own])}

    assert isinstance(outcomes[refused].error, EcrCredentialsError)
    assert "no such role" in str(outcomes[refused].error)
    assert outcomes[own].status is Status.DONE


def test_credentials_of_a_role_renew_themselves(
    emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the credentials of a client expire, the role is assumed again."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint_url)
    registry = Registry(
        "us-east-1",
        role_arn="arn:aws:iam::555555555555:role/renewed",
        endpoint_url=emulator.endpoint_url,
    )
    # By the clock of STS it is so early that an hour is over in five minutes.
    emulator.clock.set(datetime.now(UTC) - timedelta(minutes=55))
    with registry.connect() as ecr:
        private: Any = ecr.boto3_client
        ecr.describe_repositories().to_list()
        expiring = private._request_signer._credentials.get_frozen_credentials().access_key
        emulator.clock.set(datetime.now(UTC))
        ecr.describe_repositories().to_list()
        lasting = {
            private._request_signer._credentials.get_frozen_credentials().access_key
            for _ in range(3)
        }

    assert len(lasting) == 1
    assert expiring not in lasting


def create_plain(ecr: EcrClient, _: Registry) -> str:
    """Create a repository."""
    return ecr.create_repository("team/app").repository_arn


def test_lost_credentials_of_a_registry_end_no_job_of_registries() -> None:
    """With registries as items, credentials are lost for one of them, also with `each`."""

    def work(registry: Registry) -> str:
        if registry.region_name == "us-east-1":
            raise EcrCredentialsError("expired")
        return registry.region_name

    outcomes = list(each(work, registries(regions=REGIONS), ordered=True))
    assert [one.status for one in outcomes] == [Status.FAILED, Status.DONE]


def test_a_role_is_assumed_once_for_all_regions(
    emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The regions of an account share the role's credentials."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint_url)
    keys: set[str] = set()

    def work(ecr: EcrClient, _: Registry) -> None:
        private: Any = ecr.boto3_client
        keys.add(private._request_signer._credentials.access_key)

    regions = ["us-east-1", "us-east-2", "eu-west-1", "eu-central-1"]
    fleet = registries(regions=regions, accounts=["444444444444"], role_name="once")
    raise_failures(each_registry(work, fleet))
    assert len(keys) == 1


def test_clients_are_closed_after_their_registries(fleet: tuple[Registry, ...]) -> None:
    """The client that the function gets is open as long as the function runs."""
    clients: list[EcrClient] = []

    def work(ecr: EcrClient, _: Registry) -> None:
        ecr.describe_repositories().to_list()
        clients.append(ecr)

    raise_failures(each_registry(work, fleet))

    assert len(clients) == len(fleet)
    for ecr in clients:
        with pytest.raises(ClientClosedError):
            ecr.describe_repositories().first()


def test_what_is_no_registry_ends_the_job() -> None:
    """Registries may come one by one; the first that is none is told."""
    with pytest.raises(EcrRequestError, match=r"registries\[1\]: expected a Registry, got 'x'"):
        list(untyped(each_registry)(create_plain, [Registry("us-east-1"), "x"]))
    with pytest.raises(EcrRequestError, match="registries: expected an iterable, got 'eu-west-1'"):
        untyped(each_registry)(create_plain, "eu-west-1")
