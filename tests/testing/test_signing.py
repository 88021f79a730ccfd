"""Signing: its configuration, and the signatures of pushed images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of
from .pushing import index_of, manifest_of, push, push_signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

PROFILE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/{}"
SIGNATURE = "application/vnd.cncf.notary.signature"


def rule_of(profile: str = "one", *filters: str) -> Any:
    """Spell a rule as the API takes it."""
    rule: dict[str, Any] = {"signingProfileArn": PROFILE.format(profile)}
    if filters:
        rule["repositoryFilters"] = [
            {"filter": each, "filterType": "WILDCARD_MATCH"} for each in filters
        ]
    return rule


def configure(boto3_ecr: ECRClient, *rules: Any) -> Any:
    """Put a signing configuration."""
    return boto3_ecr.put_signing_configuration(signingConfiguration={"rules": list(rules)})


def statuses(boto3_ecr: ECRClient, repository: str = "app", **image_id: str) -> dict[str, str]:
    """Give the signing status of an image by the name of the profile."""
    call: Any = boto3_ecr.describe_image_signing_status
    answer = call(repositoryName=repository, imageId=image_id)
    return {
        each["signingProfileArn"].rpartition("/")[2]: each["status"]
        for each in answer["signingStatuses"]
    }


def referrers(boto3_ecr: ECRClient, digest: str) -> list[Any]:
    """List what refers to an image."""
    answer: Any = boto3_ecr.list_image_referrers(
        repositoryName="app", subjectId={"imageDigest": digest}
    )
    return list(answer["referrers"])


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


def test_the_configuration_is_kept(boto3_ecr: ECRClient, account_id: str) -> None:
    """Put, get and delete answer with the rules (API reference)."""
    configuration = {"rules": [rule_of("one", "app*", "*/prod"), rule_of("two")]}
    assert configure(boto3_ecr, *configuration["rules"])["signingConfiguration"] == configuration
    for call in (boto3_ecr.get_signing_configuration, boto3_ecr.delete_signing_configuration):
        answer: Any = call()
        assert (answer["registryId"], answer["signingConfiguration"]) == (account_id, configuration)


def test_without_a_configuration(boto3_ecr: ECRClient) -> None:
    """Without one, get and delete are SigningConfigurationNotFoundException (API reference)."""
    code = "SigningConfigurationNotFoundException"
    assert code_of(boto3_ecr.get_signing_configuration) == code
    assert code_of(boto3_ecr.delete_signing_configuration) == code
    configure(boto3_ecr)
    assert boto3_ecr.get_signing_configuration()["signingConfiguration"] == {"rules": []}


@pytest.mark.parametrize(
    "rules",
    [
        [rule_of()] * 11,
        [rule_of("x")],
        [{"signingProfileArn": "one"}],
        [rule_of("one", "App")],
        [rule_of("one", "a" * 257)],
        [rule_of("one", *["app"] * 101)],
        [{**rule_of(), "repositoryFilters": [{"filter": "app", "filterType": "PREFIX_MATCH"}]}],
    ],
)
def test_configurations_that_are_refused(boto3_ecr: ECRClient, rules: Any) -> None:
    """Rules, filters and profiles have limits (API SigningRule)."""
    call = boto3_ecr.put_signing_configuration
    assert "'signingConfiguration" in message_of(call, signingConfiguration={"rules": rules})
    assert code_of(boto3_ecr.get_signing_configuration) == "SigningConfigurationNotFoundException"


def test_an_image_is_signed_when_it_is_pushed(
    boto3_ecr: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """A push begins the signature, which then refers to the image (user guide, managed signing)."""
    configure(boto3_ecr, rule_of())
    digest = push(boto3_ecr, "v1")
    assert statuses(boto3_ecr, imageTag="v1") == {"one": "IN_PROGRESS"}
    assert referrers(boto3_ecr, digest) == []
    passes(seconds=1)
    answer: Any = boto3_ecr.describe_image_signing_status(
        repositoryName="app", imageId={"imageTag": "v1"}
    )
    assert answer["registryId"] == account_id
    assert answer["imageId"] == {"imageTag": "v1", "imageDigest": digest}
    assert statuses(boto3_ecr, imageDigest=digest) == {"one": "COMPLETE"}
    (signature,) = referrers(boto3_ecr, digest)
    assert signature["artifactType"] == SIGNATURE
    assert statuses(boto3_ecr, imageDigest=signature["digest"]) == {}


def test_each_profile_signs_once(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """There is a status for each profile whose rules cover the image (API reference)."""
    configure(
        boto3_ecr,
        rule_of("one"),
        rule_of("two", "ap*"),
        rule_of("one", "*"),
        rule_of("three", "b*"),
    )
    digest = push(boto3_ecr, "v1")
    push(boto3_ecr, "v2", manifest=manifest_of("v1"))
    passes(seconds=1)
    assert statuses(boto3_ecr, imageDigest=digest) == {"one": "COMPLETE", "two": "COMPLETE"}
    assert len(referrers(boto3_ecr, digest)) == 2


def test_filters_fit_whole_names(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """A `*` stands for any characters, and nothing else does (API SigningRepositoryFilter)."""
    names = ["myapp/web", "myapp", "my/production", "production", "my-prod-app", "other"]
    signed = {}
    for name in names:
        boto3_ecr.create_repository(repositoryName=name)
    for rule in ("myapp/*", "*/production", "*prod*", "other"):
        configure(boto3_ecr, rule_of("one", rule))
        for name in names:
            push(boto3_ecr, rule.strip("*/"), name=rule, repository=name)
        signed[rule] = [
            name for name in names if statuses(boto3_ecr, name, imageTag=rule.strip("*/"))
        ]
    assert signed == {
        "myapp/*": ["myapp/web"],
        "*/production": ["my/production"],
        "*prod*": ["my/production", "production", "my-prod-app"],
        "other": ["other"],
    }


def test_what_was_there_before_is_not_signed(
    boto3_ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """Images are signed as they are pushed; signatures outlive the rules (API reference)."""
    before = push(boto3_ecr, "before")
    configure(boto3_ecr, rule_of())
    signed = push(boto3_ecr, "signed")
    passes(seconds=1)
    boto3_ecr.delete_signing_configuration()
    after = push(boto3_ecr, "after")
    assert statuses(boto3_ecr, imageDigest=before) == statuses(boto3_ecr, imageDigest=after) == {}
    assert statuses(boto3_ecr, imageDigest=signed) == {"one": "COMPLETE"}
    assert len(referrers(boto3_ecr, signed)) == 1


def test_what_is_signed(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """Indexes are signed like images; what is about an image is not."""
    configure(boto3_ecr, rule_of())
    push(boto3_ecr, "v1")
    index = push(boto3_ecr, "all", manifest=index_of(manifest_of("v1")))
    signature = push_signature(boto3_ecr, manifest_of("v1"), "ours")
    passes(seconds=1)
    assert statuses(boto3_ecr, imageDigest=index) == {"one": "COMPLETE"}
    assert statuses(boto3_ecr, imageDigest=signature) == {}


def test_an_image_that_is_pushed_anew_is_signed_anew(
    boto3_ecr: ECRClient, passes: Callable[..., None]
) -> None:
    """A deleted image takes its status along; the signature that is there stays one."""
    configure(boto3_ecr, rule_of())
    for _ in range(2):
        digest = push(boto3_ecr, "v1")
        assert statuses(boto3_ecr, imageDigest=digest) == {"one": "IN_PROGRESS"}
        passes(seconds=1)
        assert len(referrers(boto3_ecr, digest)) == 1
        boto3_ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])


def test_statuses_of_what_is_not_there(boto3_ecr: ECRClient) -> None:
    """Unknown images and repositories are errors (API DescribeImageSigningStatus)."""
    call = boto3_ecr.describe_image_signing_status
    image: Any = {"imageTag": "v1"}
    assert code_of(call, repositoryName="app", imageId=image) == "ImageNotFoundException"
    assert code_of(call, repositoryName="no", imageId=image) == "RepositoryNotFoundException"


def test_a_registry_has_a_configuration_of_its_own(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient]
) -> None:
    """Each account in each Region has rules of its own (API reference: the registry's)."""
    configure(boto3_ecr, rule_of())
    code = "SigningConfigurationNotFoundException"
    assert code_of(make_client(region_name="eu-west-1").get_signing_configuration) == code
    assert code_of(make_client(account_id="232323232323").get_signing_configuration) == code
