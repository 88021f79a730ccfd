"""Registries: what names them, and clients for them."""

from __future__ import annotations

import pickle

import pytest

from ecr_typed import EcrConfigurationError, EcrRequestError
from ecr_typed.jobs import Registry, registries
from ecr_typed.testing import EcrEmulator
from tests.support.untyped import untyped

ROLE = "arn:aws:iam::210987654321:role/ecr/reader"


def test_each_account_in_each_region() -> None:
    """The registries are those of every account in every region, by account."""
    found = registries(
        regions=["eu-west-1", "us-east-1"],
        accounts=["111111111111", "222222222222"],
        role_name="ecr/reader",
    )

    assert [str(one) for one in found] == [
        "111111111111/eu-west-1",
        "111111111111/us-east-1",
        "222222222222/eu-west-1",
        "222222222222/us-east-1",
    ]
    assert found[-1].role_arn == "arn:aws:iam::222222222222:role/ecr/reader"


def test_regions_alone_are_those_of_the_own_account() -> None:
    """Without accounts the credentials are used as they are."""
    (registry,) = registries(regions=["eu-west-1", "eu-west-1"])
    assert registry == Registry("eu-west-1")
    assert str(registry) == "eu-west-1"


def test_roles_are_in_their_partition() -> None:
    """Roles in China have ARNs of their own."""
    (registry,) = registries(
        regions=["cn-north-1"], accounts=["111111111111"], role_name="r", partition="aws-cn"
    )
    assert registry.role_arn == "arn:aws-cn:iam::111111111111:role/r"


def test_the_account_is_that_of_the_role() -> None:
    """A registry that is entered by a role is the one of the role's account."""
    assert Registry("eu-west-1", role_arn=ROLE).account_id == "210987654321"
    assert Registry("eu-west-1", role_arn=ROLE, account_id="1" * 12).account_id == "1" * 12


def test_registries_are_values() -> None:
    """They can be keys, and go to other processes."""
    registry = Registry("eu-west-1", role_arn=ROLE, external_id="x1")
    assert pickle.loads(pickle.dumps(registry)) == registry
    assert {registry: 1}[Registry("eu-west-1", role_arn=ROLE, external_id="x1")] == 1
    assert "x1" not in repr(registry)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"region_name": ""}, "region_name"),
        ({"region_name": "eu-west-1\n"}, "region_name: expected the name of a region"),
        ({"region_name": None}, "region_name"),
        ({"region_name": "eu-west-1", "account_id": "123"}, "account_id: expected 12 digits"),
        ({"region_name": "eu-west-1", "role_arn": "reader"}, "role_arn: expected a role's ARN"),
        ({"region_name": "eu-west-1", "external_id": "x"}, "external_id"),
        ({"region_name": "eu-west-1", "profile_name": 5}, "profile_name"),
    ],
)
def test_wrong_registries_are_refused(arguments: dict[str, object], named: str) -> None:
    """What can be no registry is refused when it is made, and not by each call."""
    with pytest.raises(EcrRequestError, match=named):
        untyped(Registry)(**arguments)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"regions": "eu-west-1"}, "regions: expected a list of texts, got 'eu-west-1'"),
        ({"regions": [5]}, r"regions\[0\]"),
        ({"regions": ["eu-west-1\n"]}, r"regions\[0\]: expected the name of a region"),
        ({"regions": ["eu-west-1"], "role_name": "r"}, "accounts"),
        ({"regions": ["eu-west-1"], "accounts": ["1"], "role_name": "r"}, r"accounts\[0\]: .*12"),
        ({"regions": ["eu-west-1"], "accounts": ["1" * 12, "1"]}, r"accounts\[1\]: .*12 digits"),
        ({"regions": "eu-west-1"}, "regions: .*; put it in a list$"),
        ({"regions": ["eu-west-1"], "accounts": [111111111111]}, r"accounts\[0\]: .*12 digits"),
    ],
)
def test_wrong_fleets_are_refused(arguments: dict[str, object], named: str) -> None:
    """A text in place of a list, or an account that is none, is told."""
    with pytest.raises(EcrRequestError, match=named):
        untyped(registries)(**arguments)


def test_connecting_makes_a_client_of_the_region(emulator: EcrEmulator) -> None:
    """A registry's client works in its region and at its endpoint."""
    with Registry("eu-west-1", endpoint_url=emulator.endpoint_url).connect() as ecr:
        repository = ecr.create_repository("team/app")
    assert ":eu-west-1:" in repository.repository_arn


def test_the_environment_is_read_again_when_it_has_changed(
    emulator: EcrEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registries share a session, but not with those that had other credentials."""
    registry = Registry("eu-west-1", endpoint_url=emulator.endpoint_url)
    for account in ("111111111111", "222222222222"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
        with registry.connect() as ecr:
            repository = ecr.create_repository("team/app")
        assert f":{account}:" in repository.repository_arn


def test_an_unknown_profile_is_an_error_of_the_configuration() -> None:
    """A profile that is not configured is said when the client is made."""
    with pytest.raises(EcrConfigurationError, match="nobody"):
        Registry("eu-west-1", profile_name="nobody").connect()
