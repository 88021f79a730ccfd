"""RegisterPullTimeUpdateExclusion, DeregisterPullTimeUpdateExclusion, ListPullTimeUpdateExclusions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

ROLE = "arn:aws:iam::123456789012:role/scanner"


def listed(ecr: ECRClient, **arguments: Any) -> list[str]:
    """List the excluded principals."""
    return list(ecr.list_pull_time_update_exclusions(**arguments)["pullTimeUpdateExclusions"])


def test_a_principal_is_registered_and_deregistered(
    ecr: ECRClient, emulator: EcrEmulator, passes: Callable[..., None]
) -> None:
    """Answers have the principal, and the time when it was excluded (API reference)."""
    passes(hours=1)
    answer: Any = ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    assert answer["principalArn"] == ROLE
    assert abs(answer["createdAt"] - emulator.clock.now()) < timedelta(milliseconds=1)
    assert listed(ecr) == [ROLE]
    gone: Any = ecr.deregister_pull_time_update_exclusion(principalArn=ROLE)
    assert gone["principalArn"] == ROLE
    assert listed(ecr) == []


def test_a_principal_is_excluded_once(ecr: ECRClient) -> None:
    """A repeat is ExclusionAlreadyExistsException (user guide, pull-time update exclusions)."""
    ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    call = ecr.register_pull_time_update_exclusion
    assert code_of(call, principalArn=ROLE) == "ExclusionAlreadyExistsException"


def test_an_unknown_principal(ecr: ECRClient) -> None:
    """What isn't excluded is ExclusionNotFoundException (user guide)."""
    call = ecr.deregister_pull_time_update_exclusion
    assert code_of(call, principalArn=ROLE) == "ExclusionNotFoundException"


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:iam::123456789012:user/team/me", "arn:aws-cn:iam::123456789012:role/a+b=c,d.e@f"],
)
def test_principals_that_are_accepted(ecr: ECRClient, arn: str) -> None:
    """Roles and users with a path are accepted (API RegisterPullTimeUpdateExclusion)."""
    ecr.register_pull_time_update_exclusion(principalArn=arn)
    assert listed(ecr) == [arn]


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "scanner",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::1234:role/scanner",
        "arn:aws:sts::123456789012:assumed-role/scanner/me",
        ROLE + "/",
        ROLE * 5,
    ],
)
def test_principals_that_are_refused(ecr: ECRClient, arn: str) -> None:
    """Only ARNs of roles and users, of 200 characters at most (API reference)."""
    assert "'principalArn'" in message_of(ecr.register_pull_time_update_exclusion, principalArn=arn)


def test_exclusions_are_listed_by_page(ecr: ECRClient) -> None:
    """A page holds 100 unless it is asked for more, 1000 at most (API reference)."""
    roles = [f"{ROLE}{number:03}" for number in range(101)]
    for role in roles:
        ecr.register_pull_time_update_exclusion(principalArn=role)
    first = ecr.list_pull_time_update_exclusions()
    token = first["nextToken"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
    rest = ecr.list_pull_time_update_exclusions(nextToken=token)
    assert len(first["pullTimeUpdateExclusions"]) == 100
    assert sorted(first["pullTimeUpdateExclusions"] + rest["pullTimeUpdateExclusions"]) == roles
    assert "nextToken" not in rest
    assert len(listed(ecr, maxResults=1000)) == 101
    message_of(ecr.list_pull_time_update_exclusions, maxResults=1001)


def test_exclusions_belong_to_a_registry(
    ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """Another Region or account has exclusions of its own (API reference: for a registry)."""
    ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    assert listed(make_client(region_name="eu-west-1")) == []
    assert listed(make_client(account_id="141414141414")) == []
