"""PutReplicationConfiguration, DescribeImageReplicationStatus, and the copies themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .answers import code_of, message_of
from .pushing import index_of, manifest_of, push, upload_layers
from .replicating import configure, destination_of, images, permit, rule_of, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

OTHER = "191919191919"


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


@pytest.fixture
def ireland(make_client: Callable[..., ECRClient]) -> ECRClient:
    """Give a client on the same account's registry in another Region."""
    return make_client(region_name="eu-west-1")


@pytest.fixture
def to_ireland(boto3_ecr: ECRClient, ireland: ECRClient, account_id: str) -> dict[str, str]:
    """Let everything be replicated to the other Region, and give the destination."""
    destination = destination_of(account_id)
    configure(boto3_ecr, rule_of(destination))
    return destination


def test_the_configuration_is_described(boto3_ecr: ECRClient, account_id: str) -> None:
    """DescribeRegistry gives the rules that were put (API PutReplicationConfiguration)."""
    rules = [
        rule_of(destination_of(account_id), destination_of(OTHER, "us-east-1"), prefixes=["prod"]),
        rule_of(destination_of(account_id, "us-west-2"), deleteReplication={"enabled": True}),
    ]
    assert configure(boto3_ecr, *rules)["replicationConfiguration"] == {"rules": rules}
    assert boto3_ecr.describe_registry().get("replicationConfiguration") == {"rules": rules}
    configure(boto3_ecr)
    assert boto3_ecr.describe_registry().get("replicationConfiguration") == {"rules": []}


def test_twenty_five_rules(boto3_ecr: ECRClient, account_id: str) -> None:
    """There are 25 rules at most (API ReplicationConfiguration)."""
    rule = rule_of(destination_of(account_id))
    configure(boto3_ecr, *[rule] * 25)
    message = message_of(
        boto3_ecr.put_replication_configuration, replicationConfiguration={"rules": [rule] * 26}
    )
    assert "'replicationConfiguration.rules'" in message
    assert len(boto3_ecr.describe_registry()["replicationConfiguration"]["rules"]) == 25  # pyright: ignore[reportTypedDictNotRequiredAccess]


def test_the_source_is_no_destination(boto3_ecr: ECRClient, account_id: str) -> None:
    """A registry doesn't replicate to itself, whichever rule says so."""
    rules = [
        rule_of(destination_of(account_id)),
        rule_of(destination_of(account_id, "us-west-2"), destination_of(account_id, "us-east-1")),
    ]
    message = message_of(
        boto3_ecr.put_replication_configuration, replicationConfiguration={"rules": rules}
    )
    assert message == (
        "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
        "'Replication destination cannot be the same as the source registry'"
    )


def test_partitions_are_not_crossed(boto3_ecr: ECRClient, account_id: str) -> None:
    """Images aren't replicated between partitions (user guide, replication considerations)."""
    rules = [rule_of(destination_of(account_id, "cn-north-1"))]
    message = message_of(
        boto3_ecr.put_replication_configuration, replicationConfiguration={"rules": rules}
    )
    assert "partition" in message


@pytest.mark.parametrize("prefix", ["a", "Prod", "prod//", "a" * 257, "a*"])
def test_filters_that_are_refused(unchecked: ECRClient, account_id: str, prefix: str) -> None:
    """A filter is the beginning of a repository's name, of two characters at least (API reference)."""
    rules = [rule_of(destination_of(account_id), prefixes=[prefix])]
    message = message_of(
        unchecked.put_replication_configuration, replicationConfiguration={"rules": rules}
    )
    assert "repositoryFilters" in message


def layer_of(manifest: str) -> str:
    """Read the digest of a manifest's only layer."""
    digest: str = json.loads(manifest)["layers"][0]["digest"]
    return digest


def test_a_push_is_replicated(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    to_ireland: dict[str, str],
    passes: Callable[..., None],
) -> None:
    """An image pushed after the configuration is copied with its tag (user guide, replication)."""
    digest = push(boto3_ecr, "v1")
    assert statuses(boto3_ecr, imageTag="v1") == [{**to_ireland, "status": "IN_PROGRESS"}]
    assert images(ireland) == set()
    passes(seconds=1)
    assert statuses(boto3_ecr, imageDigest=digest) == [{**to_ireland, "status": "COMPLETE"}]
    assert images(ireland) == {(digest, "v1")}
    copied: Any = ireland.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])
    assert copied["images"][0]["imageManifest"] == manifest_of("v1")
    layers = ireland.batch_check_layer_availability(
        repositoryName="app", layerDigests=[layer_of(copied["images"][0]["imageManifest"])]
    )["layers"]
    assert layers[0].get("layerAvailability") == "AVAILABLE"


def test_what_was_there_before_is_not_replicated(
    boto3_ecr: ECRClient, ireland: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """Only what is pushed after the configuration is replicated (user guide, replication)."""
    old = push(boto3_ecr, "old")
    configure(boto3_ecr, rule_of(destination_of(account_id)))
    new = push(boto3_ecr, "new")
    passes(seconds=1)
    assert images(ireland) == {(new, "new")}
    assert statuses(boto3_ecr, imageDigest=old) == []
    configure(boto3_ecr)
    push(boto3_ecr, "newest")
    passes(seconds=1)
    assert images(ireland) == {(new, "new")}


def test_filters_choose_repositories(
    boto3_ecr: ECRClient, ireland: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """A rule with filters covers names that begin with one of them (user guide, replication)."""
    configure(boto3_ecr, rule_of(destination_of(account_id), prefixes=["prod", "team/"]))
    names = ["prod", "production", "team/app", "team", "my/prod"]
    for name in names:
        boto3_ecr.create_repository(repositoryName=name)
        push(boto3_ecr, "v1", repository=name)
    passes(seconds=1)
    assert [name for name in names if images(ireland, name)] == names[:3]


def test_several_rules_and_destinations(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
) -> None:
    """Every destination of every rule that covers the repository gets one copy (API reference)."""
    oregon = destination_of(account_id, "us-west-2")
    configure(
        boto3_ecr,
        rule_of(destination_of(account_id), oregon),
        rule_of(destination_of(account_id), prefixes=["app"]),
        rule_of(destination_of(account_id, "ap-south-1"), prefixes=["other"]),
    )
    digest = push(boto3_ecr, "v1")
    passes(seconds=1)
    regions = [each["region"] for each in statuses(boto3_ecr, imageDigest=digest)]
    assert sorted(regions) == ["eu-west-1", "us-west-2"]
    assert images(make_client(region_name="us-west-2")) == images(ireland) == {(digest, "v1")}


def test_a_push_is_replicated_once(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    to_ireland: dict[str, str],
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
) -> None:
    """A copy is not copied any further (user guide, replication considerations)."""
    configure(ireland, rule_of(destination_of(account_id, "us-west-2")))
    push(boto3_ecr, "v1")
    passes(seconds=5)
    assert images(ireland)
    assert images(make_client(region_name="us-west-2")) == set()


def test_tags_follow(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    to_ireland: dict[str, str],
    passes: Callable[..., None],
) -> None:
    """A tag that moves or is added moves or is added at the destination, too."""
    one, two = push(boto3_ecr, "latest", name="one"), push(boto3_ecr, "latest", name="two")
    push(boto3_ecr, "v1", manifest=manifest_of("one"))
    passes(seconds=1)
    assert images(ireland) == {(one, "v1"), (two, "latest")}


def test_an_immutable_tag_stays(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    to_ireland: dict[str, str],
    passes: Callable[..., None],
) -> None:
    """Where the tag is taken and immutable, the copy goes without (user guide, replication)."""
    ireland.create_repository(repositoryName="app", imageTagMutability="IMMUTABLE")
    theirs = push(ireland, "v1", name="theirs")
    ours = push(boto3_ecr, "v1")
    passes(seconds=1)
    assert images(ireland) == {(theirs, "v1"), (ours, None)}


def test_an_index_brings_what_it_lists(
    boto3_ecr: ECRClient, ireland: ECRClient, account_id: str, passes: Callable[..., None]
) -> None:
    """An index is replicated with the images that it lists."""
    children = [manifest_of("arm"), manifest_of("amd")]
    digests: list[str] = []
    for name, child in zip(("arm", "amd"), children, strict=True):
        upload_layers(boto3_ecr, name)
        digests.append(push(boto3_ecr, manifest=child))
    configure(boto3_ecr, rule_of(destination_of(account_id)))
    index = push(boto3_ecr, "all", manifest=index_of(*children))
    passes(seconds=1)
    assert images(ireland) == {(index, "all"), *((digest, None) for digest in digests)}


def test_repositories_are_made_by_template(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    to_ireland: dict[str, str],
    passes: Callable[..., None],
) -> None:
    """The destination's template for REPLICATION applies to a new repository (user guide)."""
    ireland.create_repository_creation_template(
        prefix="ROOT", appliedFor=["REPLICATION"], imageTagMutability="IMMUTABLE"
    )
    push(boto3_ecr, "v1")
    passes(seconds=1)
    (repository,) = ireland.describe_repositories()["repositories"]
    assert repository.get("imageTagMutability") == "IMMUTABLE"


@pytest.mark.parametrize(
    "settings",
    [
        {"resourceTags": [{"Key": "team", "Value": "payments"}]},
        {
            "encryptionConfiguration": {
                "encryptionType": "KMS",
                "kmsKey": "arn:aws:kms:us-west-2:123456789012:key/1234abcd",
            },
            "customRoleArn": "arn:aws:iam::123456789012:role/templates",
        },
    ],
)
def test_a_repository_that_cannot_be_made(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    to_ireland: dict[str, str],
    passes: Callable[..., None],
    settings: dict[str, Any],
) -> None:
    """A template that lacks its role, or whose key is no good, fails the replication."""
    arguments: Any = {"prefix": "ROOT", "appliedFor": ["REPLICATION"], **settings}
    ireland.create_repository_creation_template(**arguments)
    digest = push(boto3_ecr, "v1")
    passes(seconds=1)
    (status,) = statuses(boto3_ecr, imageDigest=digest)
    assert status["status"] == "FAILED"
    assert status["failureCode"]
    assert ireland.describe_repositories()["repositories"] == []


@pytest.mark.parametrize(
    ("actions", "repositories", "status"),
    [
        ([], [], "FAILED"),
        (["ReplicateImage"], [], "FAILED"),
        (["CreateRepository"], ["app"], "FAILED"),
        (["ReplicateImage"], ["app"], "COMPLETE"),
        (["ReplicateImage", "CreateRepository"], [], "COMPLETE"),
        (["*"], [], "COMPLETE"),
    ],
)
def test_another_account_has_to_permit_it(
    boto3_ecr: ECRClient,
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
    actions: list[str],
    repositories: list[str],
    status: str,
) -> None:
    """The destination's registry policy allows the copy, and the new repository (user guide)."""
    other_id = account_id[::-1]
    other = make_client(account_id=other_id)
    for name in repositories:
        other.create_repository(repositoryName=name)
    if actions:
        permit(other, account_id, *actions)
    configure(boto3_ecr, rule_of(destination_of(other_id, "us-east-1")))
    digest = push(boto3_ecr, "v1")
    passes(seconds=1)
    (found,) = statuses(boto3_ecr, imageDigest=digest)
    assert found["status"] == status
    assert bool(images(other)) == (status == "COMPLETE")
    if status == "FAILED":
        # aws/containers-roadmap#2675
        assert found["failureCode"] == "DESTINATION_REGISTRY_ACCESS_DENIED"


def test_the_policys_resource_counts(
    boto3_ecr: ECRClient,
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
) -> None:
    """A policy for other repositories allows nothing (aws/containers-roadmap#2675)."""
    other_id = account_id[::-1]
    other = make_client(account_id=other_id)
    configure(boto3_ecr, rule_of(destination_of(other_id, "us-east-1")))
    for resource, tag in (("arn:aws:us-east-1:*:repository/*", "v1"), ("arn:aws:ecr:*/ap*", "v2")):
        permit(other, account_id, "*", resource=resource)
        push(boto3_ecr, tag)
        passes(seconds=1)
    assert {tag for _, tag in images(other)} == {"v2"}


def test_deletions_are_replicated_if_a_rule_says_so(
    boto3_ecr: ECRClient,
    ireland: ECRClient,
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
) -> None:
    """deleteReplication replicates deletions and tag removals; else neither (API reference)."""
    configure(
        boto3_ecr,
        rule_of(destination_of(account_id), deleteReplication={"enabled": True}),
        rule_of(destination_of(account_id, "us-west-2"), deleteReplication={"enabled": False}),
    )
    oregon = make_client(region_name="us-west-2")
    kept, gone = push(boto3_ecr, "v1", name="kept"), push(boto3_ecr, "v3", name="gone")
    push(boto3_ecr, "v2", manifest=manifest_of("kept"))
    passes(seconds=1)
    everything = {(kept, "v1"), (kept, "v2"), (gone, "v3")}
    assert images(ireland) == images(oregon) == everything
    boto3_ecr.batch_delete_image(
        repositoryName="app", imageIds=[{"imageTag": "v2"}, {"imageDigest": gone}]
    )
    passes(seconds=1)
    assert images(ireland) == {(kept, "v1")}
    assert images(oregon) == everything


def test_statuses_of_what_is_not_there(boto3_ecr: ECRClient) -> None:
    """Unknown images and repositories are errors (API DescribeImageReplicationStatus)."""
    call = boto3_ecr.describe_image_replication_status
    image: Any = {"imageTag": "v1"}
    assert code_of(call, repositoryName="app", imageId=image) == "ImageNotFoundException"
    assert code_of(call, repositoryName="no", imageId=image) == "RepositoryNotFoundException"
    assert "'imageId'" in message_of(call, repositoryName="app", imageId={})


@pytest.mark.parametrize("region", ["nowhere", "us-east", "local-1"])
def test_a_destination_in_no_region(boto3_ecr: ECRClient, region: str) -> None:
    """A region that can't exist is refused."""
    message = message_of(
        boto3_ecr.put_replication_configuration,
        replicationConfiguration={"rules": [rule_of(destination_of("1" * 12, region))]},
    )
    assert f"'{region}'" in message
