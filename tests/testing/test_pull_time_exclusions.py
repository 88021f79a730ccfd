"""RegisterPullTimeUpdateExclusion, DeregisterPullTimeUpdateExclusion, ListPullTimeUpdateExclusions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from ecr_typed.testing._emulator.topics import pull_time_exclusions

from .answers import check_answers, code_of, message_of, refusal
from .pushing import push
from .sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

ROLE = "arn:aws:iam::123456789012:role/scanner"


def listed(boto3_ecr: ECRClient, **arguments: Any) -> list[str]:
    """List the excluded principals."""
    return list(boto3_ecr.list_pull_time_update_exclusions(**arguments)["pullTimeUpdateExclusions"])


def test_a_principal_is_registered_and_deregistered(
    boto3_ecr: ECRClient, emulator: EcrEmulator, passes: Callable[..., None]
) -> None:
    """Answers have the principal, and the time when it was excluded (API reference)."""
    passes(hours=1)
    answer: Any = boto3_ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    assert answer["principalArn"] == ROLE
    assert abs(answer["createdAt"] - emulator.clock.now()) < timedelta(milliseconds=1)
    assert listed(boto3_ecr) == [ROLE]
    gone: Any = boto3_ecr.deregister_pull_time_update_exclusion(principalArn=ROLE)
    assert gone["principalArn"] == ROLE
    assert listed(boto3_ecr) == []


def test_a_principal_is_excluded_once(boto3_ecr: ECRClient) -> None:
    """A repeat is ExclusionAlreadyExistsException (user guide, pull-time update exclusions)."""
    boto3_ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    call = boto3_ecr.register_pull_time_update_exclusion
    assert code_of(call, principalArn=ROLE) == "ExclusionAlreadyExistsException"


def test_an_unknown_principal(boto3_ecr: ECRClient) -> None:
    """What isn't excluded is ExclusionNotFoundException (user guide)."""
    call = boto3_ecr.deregister_pull_time_update_exclusion
    assert code_of(call, principalArn=ROLE) == "ExclusionNotFoundException"


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:iam::123456789012:user/team/me", "arn:aws-cn:iam::123456789012:role/a+b=c,d.e@f"],
)
def test_principals_that_are_accepted(boto3_ecr: ECRClient, arn: str) -> None:
    """Roles and users with a path are accepted (API RegisterPullTimeUpdateExclusion)."""
    boto3_ecr.register_pull_time_update_exclusion(principalArn=arn)
    assert listed(boto3_ecr) == [arn]


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
def test_principals_that_are_refused(boto3_ecr: ECRClient, arn: str) -> None:
    """Only ARNs of roles and users, of 200 characters at most (API reference)."""
    assert "'principalArn'" in message_of(
        boto3_ecr.register_pull_time_update_exclusion, principalArn=arn
    )


def test_quota_of_exclusions(make_client: Callable[..., ECRClient]) -> None:
    """A registry can have 100 exclusions (user guide, pull-time update exclusions)."""
    # botocore would wait and try again when a limit is exceeded.
    ecr = make_client(config=Config(retries={"total_max_attempts": 1}))
    for number in range(100):
        ecr.register_pull_time_update_exclusion(principalArn=f"{ROLE}{number}")
    error = refusal(ecr.register_pull_time_update_exclusion, principalArn=ROLE)["Error"]
    assert error["Code"] == "LimitExceededException"
    code = code_of(ecr.register_pull_time_update_exclusion, principalArn=f"{ROLE}0")
    assert code == "ExclusionAlreadyExistsException"


def test_exclusions_are_listed_by_page(
    boto3_ecr: ECRClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page holds 100 unless it is asked for more, 1000 at most (API reference)."""
    assert pull_time_exclusions.MOST_EXCLUSIONS == 100
    monkeypatch.setattr(pull_time_exclusions, "MOST_EXCLUSIONS", 101)
    roles = [f"{ROLE}{number:03}" for number in range(101)]
    for role in roles:
        boto3_ecr.register_pull_time_update_exclusion(principalArn=role)
    first = boto3_ecr.list_pull_time_update_exclusions()
    token = first["nextToken"]  # pyright: ignore[reportTypedDictNotRequiredAccess]
    rest = boto3_ecr.list_pull_time_update_exclusions(nextToken=token)
    assert len(first["pullTimeUpdateExclusions"]) == 100
    assert sorted(first["pullTimeUpdateExclusions"] + rest["pullTimeUpdateExclusions"]) == roles
    assert "nextToken" not in rest
    assert len(listed(boto3_ecr, maxResults=1000)) == 101
    message_of(boto3_ecr.list_pull_time_update_exclusions, maxResults=1001)


def test_exclusions_belong_to_a_registry(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """Another Region or account has exclusions of its own (API reference: for a registry)."""
    boto3_ecr.register_pull_time_update_exclusion(principalArn=ROLE)
    assert listed(make_client(region_name="eu-west-1")) == []
    assert listed(make_client(account_id="141414141414")) == []


@pytest.fixture
def roles_client(
    aws: Callable[..., Any], emulator: EcrEmulator, session: Any, account_id: str
) -> Callable[[str], ECRClient]:
    """Give a maker of clients that work as a role of this test's account."""

    def as_role(name: str) -> ECRClient:
        arn = f"arn:aws:iam::{account_id}:role/{name}"
        issued = aws("sts").assume_role(RoleArn=arn, RoleSessionName="pull")["Credentials"]
        client: ECRClient = session.client(
            "ecr",
            endpoint_url=emulator.endpoint_url,
            aws_access_key_id=issued["AccessKeyId"],
            aws_secret_access_key=issued["SecretAccessKey"],
            aws_session_token=issued["SessionToken"],
        )
        check_answers(client)
        return client

    return as_role


def pull(boto3_ecr: ECRClient, **arguments: Any) -> None:
    """Pull the image."""
    assert boto3_ecr.batch_get_image(
        repositoryName="app", imageIds=[{"imageTag": "v1"}], **arguments
    )["images"]


def pulled_at(boto3_ecr: ECRClient) -> Any:
    """Give the time when the image was pulled last, as far as that was recorded."""
    details: Any = boto3_ecr.describe_images(repositoryName="app")["imageDetails"]
    return details[0].get("lastRecordedPullTime")


def test_pulls_of_an_excluded_role_are_not_recorded(
    boto3_ecr: ECRClient,
    account_id: str,
    emulator: EcrEmulator,
    passes: Callable[..., None],
    roles_client: Callable[[str], ECRClient],
) -> None:
    """Others go on to be, and so is the role once it is deregistered (user guide, API reference)."""
    scanner, node = roles_client("security/scanner"), roles_client("node")
    arn = f"arn:aws:iam::{account_id}:role/security/scanner"
    boto3_ecr.create_repository(repositoryName="app")
    push(boto3_ecr, "v1")
    boto3_ecr.register_pull_time_update_exclusion(principalArn=arn)
    pull(scanner)
    assert pulled_at(boto3_ecr) is None
    pull(node)
    recorded = pulled_at(boto3_ecr)
    assert recorded == emulator.clock.now()
    passes(minutes=30)
    pull(scanner)
    assert pulled_at(boto3_ecr) == recorded
    boto3_ecr.deregister_pull_time_update_exclusion(principalArn=arn)
    pull(scanner)
    assert pulled_at(boto3_ecr) == emulator.clock.now() > recorded


def test_the_registry_of_the_image_excludes(
    make_client: Callable[..., ECRClient],
    boto3_ecr: ECRClient,
    account_id: str,
    roles_client: Callable[[str], ECRClient],
) -> None:
    """What counts is the list of the registry that is pulled from (API reference: for a registry)."""
    puller = roles_client("scanner")
    theirs = make_client(account_id="151515151515")
    theirs.create_repository(repositoryName="app")
    push(theirs, "v1")
    share(theirs, account_id, "ecr:BatchGetImage")
    role = f"arn:aws:iam::{account_id}:role/scanner"
    boto3_ecr.register_pull_time_update_exclusion(principalArn=role)
    pull(puller, registryId="151515151515")
    recorded = pulled_at(theirs)
    assert recorded is not None
    theirs.register_pull_time_update_exclusion(principalArn=role)
    pull(puller, registryId="151515151515")
    assert pulled_at(theirs) == recorded
