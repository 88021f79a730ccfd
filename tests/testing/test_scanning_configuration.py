"""When repositories are scanned: rules of the registry, and settings of repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of
from .sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

NAMES = ["prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo"]


def rule_of(frequency: str, *filters: str) -> Any:
    """Spell a rule as the API takes it."""
    return {
        "scanFrequency": frequency,
        "repositoryFilters": [{"filter": each, "filterType": "WILDCARD"} for each in filters],
    }


def configure(boto3_ecr: ECRClient, scan_type: str, *rules: Any) -> Any:
    """Put a scanning configuration."""
    call: Any = boto3_ecr.put_registry_scanning_configuration
    return call(scanType=scan_type, rules=list(rules))["registryScanningConfiguration"]


def frequencies(boto3_ecr: ECRClient, *names: str) -> dict[str, str]:
    """Give the scan frequency of repositories by name."""
    answer: Any = boto3_ecr.batch_get_repository_scanning_configuration(repositoryNames=list(names))
    return {c["repositoryName"]: c["scanFrequency"] for c in answer["scanningConfigurations"]}


def test_a_new_registry(boto3_ecr: ECRClient, account_id: str) -> None:
    """Without a configuration scanning is BASIC (API PutRegistryScanningConfiguration)."""
    answer: Any = boto3_ecr.get_registry_scanning_configuration()
    assert answer["registryId"] == account_id
    assert answer["scanningConfiguration"] == {"scanType": "BASIC", "rules": []}


@pytest.mark.parametrize(
    ("scan_type", "frequency"),
    [
        ("BASIC", "SCAN_ON_PUSH"),
        ("BASIC", "MANUAL"),
        ("ENHANCED", "SCAN_ON_PUSH"),
        ("ENHANCED", "CONTINUOUS_SCAN"),
    ],
)
def test_a_configuration_is_kept(boto3_ecr: ECRClient, scan_type: str, frequency: str) -> None:
    """What is put is answered, and read again (API PutRegistryScanningConfiguration)."""
    configuration = {"scanType": scan_type, "rules": [rule_of(frequency, "prod*", "app")]}
    assert configure(boto3_ecr, scan_type, *configuration["rules"]) == configuration
    answer: Any = boto3_ecr.get_registry_scanning_configuration()
    assert answer["scanningConfiguration"] == configuration


def test_what_is_left_out_is_as_in_a_new_registry(boto3_ecr: ECRClient) -> None:
    """Type and rules are optional (API PutRegistryScanningConfiguration)."""
    configure(boto3_ecr, "ENHANCED", rule_of("SCAN_ON_PUSH", "*"))
    boto3_ecr.put_registry_scanning_configuration()
    answer: Any = boto3_ecr.get_registry_scanning_configuration()
    assert answer["scanningConfiguration"] == {"scanType": "BASIC", "rules": []}


@pytest.mark.parametrize(
    ("scan_type", "frequency"), [("BASIC", "CONTINUOUS_SCAN"), ("ENHANCED", "MANUAL")]
)
def test_frequencies_of_the_other_type(
    boto3_ecr: ECRClient, scan_type: str, frequency: str
) -> None:
    """Each type of scanning has its frequencies (API RegistryScanningRule)."""
    call: Any = boto3_ecr.put_registry_scanning_configuration
    message = message_of(call, scanType=scan_type, rules=[rule_of(frequency, "*")])
    assert "'rules.1.member.scanFrequency'" in message


@pytest.mark.parametrize(
    "rules",
    [
        [rule_of("SCAN_ON_PUSH", "*")] * 3,
        [rule_of("SCAN_ON_PUSH", *["prod"] * 101)],
        [rule_of("SCAN_ON_PUSH", "Prod")],
        [rule_of("SCAN_ON_PUSH", "a" * 256)],
        [rule_of("SOMETIMES", "*")],
    ],
)
def test_rules_that_are_refused(boto3_ecr: ECRClient, rules: Any) -> None:
    """There are two rules at most, of 100 filters each (API RegistryScanningRule)."""
    call: Any = boto3_ecr.put_registry_scanning_configuration
    assert "'rules" in message_of(call, scanType="BASIC", rules=rules)


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("prod", NAMES),
        ("*prod", ["prod", "repo-prod"]),
        ("prod*", ["prod", "prod-repo", "prodrepo"]),
        ("*prod*", NAMES),
        ("prod*repo", ["prod-repo", "prodrepo"]),
    ],
)
def test_filters(boto3_ecr: ECRClient, pattern: str, matched: list[str]) -> None:
    """Filters fit as in the table of the user guide (filter wildcards)."""
    configure(boto3_ecr, "BASIC", rule_of("SCAN_ON_PUSH", pattern))
    for name in NAMES:
        boto3_ecr.create_repository(repositoryName=name)
    found = frequencies(boto3_ecr, *NAMES)
    assert [name for name in NAMES if found[name] == "SCAN_ON_PUSH"] == matched
    assert {found[name] for name in NAMES} <= {"SCAN_ON_PUSH", "MANUAL"}


def test_continuous_scans_come_first(boto3_ecr: ECRClient) -> None:
    """Of two rules that fit, the continuous one is enforced (user guide, scanning filters)."""
    for name in ("prod-app", "test-app"):
        boto3_ecr.create_repository(repositoryName=name)
    rules = [rule_of("CONTINUOUS_SCAN", "prod-*"), rule_of("SCAN_ON_PUSH", "*")]
    for ordered in (rules, rules[::-1]):
        configure(boto3_ecr, "ENHANCED", *ordered)
        assert frequencies(boto3_ecr, "prod-app", "test-app") == {
            "prod-app": "CONTINUOUS_SCAN",
            "test-app": "SCAN_ON_PUSH",
        }


def test_the_configuration_of_repositories(boto3_ecr: ECRClient, account_id: str) -> None:
    """Frequency and filter are given for each repository (API RepositoryScanningConfiguration)."""
    for name in ("prod", "test"):
        boto3_ecr.create_repository(repositoryName=name)
    configure(boto3_ecr, "BASIC", rule_of("SCAN_ON_PUSH", "prod"))
    answer: Any = boto3_ecr.batch_get_repository_scanning_configuration(
        repositoryNames=["test", "prod", "test"]
    )
    arn = f"arn:aws:ecr:us-east-1:{account_id}:repository/"
    assert answer["failures"] == []
    assert answer["scanningConfigurations"] == [
        {
            "repositoryArn": arn + "test",
            "repositoryName": "test",
            "scanOnPush": False,
            "scanFrequency": "MANUAL",
            "appliedScanFilters": [],
        },
        {
            "repositoryArn": arn + "prod",
            "repositoryName": "prod",
            "scanOnPush": True,
            "scanFrequency": "SCAN_ON_PUSH",
            "appliedScanFilters": [{"filter": "prod", "filterType": "WILDCARD"}],
        },
    ]


def test_absent_repositories_are_failures(boto3_ecr: ECRClient) -> None:
    """A name that isn't there fails alone (API BatchGetRepositoryScanningConfiguration)."""
    boto3_ecr.create_repository(repositoryName="app")
    answer: Any = boto3_ecr.batch_get_repository_scanning_configuration(
        repositoryNames=["none", "app"]
    )
    assert [c["repositoryName"] for c in answer["scanningConfigurations"]] == ["app"]
    (failure,) = answer["failures"]
    assert failure["repositoryName"] == "none"
    assert failure["failureCode"] == "REPOSITORY_NOT_FOUND"
    assert failure["failureReason"]


def test_twenty_five_names(unchecked: ECRClient) -> None:
    """A call takes 1 to 25 names (mondoohq/mql#8194)."""
    call = unchecked.batch_get_repository_scanning_configuration
    call(repositoryNames=["app"] * 25)
    for names in (["app"] * 26, []):
        assert "'repositoryNames'" in message_of(call, repositoryNames=names)


def test_a_repositorys_own_setting(boto3_ecr: ECRClient, account_id: str) -> None:
    """PutImageScanningConfiguration is the repository's own setting (API reference)."""
    boto3_ecr.create_repository(repositoryName="app")
    for setting in (True, False):
        answer: Any = boto3_ecr.put_image_scanning_configuration(
            repositoryName="app", imageScanningConfiguration={"scanOnPush": setting}
        )
        assert answer["registryId"] == account_id
        assert answer["repositoryName"] == "app"
        assert answer["imageScanningConfiguration"] == {"scanOnPush": setting}
        (repository,) = boto3_ecr.describe_repositories()["repositories"]
        assert repository.get("imageScanningConfiguration") == {"scanOnPush": setting}
        assert frequencies(boto3_ecr, "app") == {"app": "SCAN_ON_PUSH" if setting else "MANUAL"}


def test_an_empty_setting_is_false(boto3_ecr: ECRClient) -> None:
    """scanOnPush is false if it isn't specified (API ImageScanningConfiguration)."""
    boto3_ecr.create_repository(
        repositoryName="app", imageScanningConfiguration={"scanOnPush": True}
    )
    answer: Any = boto3_ecr.put_image_scanning_configuration(
        repositoryName="app", imageScanningConfiguration={}
    )
    assert answer["imageScanningConfiguration"] == {"scanOnPush": False}


def test_enhanced_scanning_has_no_settings_of_repositories(boto3_ecr: ECRClient) -> None:
    """What no enhanced filter fits is not scanned (user guide, scanning filters)."""
    boto3_ecr.create_repository(
        repositoryName="app", imageScanningConfiguration={"scanOnPush": True}
    )
    configure(boto3_ecr, "ENHANCED", rule_of("SCAN_ON_PUSH", "other"))
    assert frequencies(boto3_ecr, "app") == {"app": "MANUAL"}


def test_the_setting_of_an_absent_repository(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """The repository is looked for in the registry of `registryId` (API reference)."""
    boto3_ecr.create_repository(repositoryName="app")
    other = make_client(account_id="242424242424")
    share(boto3_ecr, "242424242424", "ecr:PutImageScanningConfiguration")
    setting: Any = {"repositoryName": "app", "imageScanningConfiguration": {"scanOnPush": True}}
    call = other.put_image_scanning_configuration
    assert code_of(call, **setting) == "RepositoryNotFoundException"
    call(**setting, registryId=account_id)
    assert frequencies(boto3_ecr, "app") == {"app": "SCAN_ON_PUSH"}
