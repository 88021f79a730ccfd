"""`EcrEmulator.pull_through`: images that a pull through cache rule brings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed.testing import EcrEmulator
from tests.support.untyped import untyped

from .pushing import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
    manifest_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecr import ECRClient


@pytest.fixture
def fresh_ecr(fresh: EcrEmulator) -> Iterator[ECRClient]:
    """Give a client of an emulator as new, with a rule for `quay`."""
    client = fresh.boto3_client()
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    yield client
    client.close()


def test_an_image_is_cached(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """A first pull makes the repository and caches the image (user guide, pull through cache)."""
    manifest = manifest_of("upstream")
    digest = fresh.pull_through("quay/org/app", manifest, tag="v1")
    assert digest == digest_of(manifest)
    (image,) = fresh_ecr.batch_get_image(
        repositoryName="quay/org/app", imageIds=[{"imageTag": "v1"}]
    )["images"]
    assert image.get("imageManifest") == manifest
    (detail,) = fresh_ecr.describe_images(repositoryName="quay/org/app")["imageDetails"]
    assert "lastRecordedPullTime" in detail


def test_a_later_pull_updates_the_tag(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """A tag follows the upstream registry (user guide: checked at least every 24 hours)."""
    fresh.pull_through("quay/app", manifest_of("old"), tag="latest")
    fresh.pull_through("quay/app", manifest_of("old"), tag="latest")
    new = fresh.pull_through("quay/app", manifest_of("new"), tag="latest")
    details: Any = fresh_ecr.describe_images(repositoryName="quay/app")["imageDetails"]
    assert len(details) == 2
    assert [each["imageDigest"] for each in details if "imageTags" in each] == [new]


def test_the_repository_is_made_by_template(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """The template for PULL_THROUGH_CACHE applies (user guide, repository creation templates)."""
    for prefix, scenario in (("quay", "PULL_THROUGH_CACHE"), ("quay/push", "CREATE_ON_PUSH")):
        fresh_ecr.create_repository_creation_template(
            prefix=prefix,
            appliedFor=[scenario],  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
            imageTagMutability="IMMUTABLE",
        )
    fresh.pull_through("quay/app", manifest_of())
    fresh.pull_through("quay/push/app", manifest_of())
    mutability = {
        each.get("repositoryName"): each.get("imageTagMutability")
        for each in fresh_ecr.describe_repositories()["repositories"]
    }
    assert mutability == {"quay/app": "IMMUTABLE", "quay/push/app": "MUTABLE"}


def test_a_template_with_tags_needs_a_role(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """Tags without customRoleArn fail the pull (aws/containers-roadmap#2398)."""
    fresh_ecr.create_repository_creation_template(
        prefix="quay",
        appliedFor=["PULL_THROUGH_CACHE"],
        resourceTags=[{"Key": "team", "Value": "payments"}],
    )
    with pytest.raises(ValueError, match="role"):
        fresh.pull_through("quay/app", manifest_of())
    assert fresh_ecr.describe_repositories()["repositories"] == []


def test_without_a_rule_nothing_is_pulled(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """A rule covers what its prefix and a slash begin; ROOT covers the rest (API reference)."""
    for name in ("quayapp", "app"):
        with pytest.raises(ValueError, match="no pull through cache rule"):
            fresh.pull_through(name, manifest_of())
    fresh_ecr.create_pull_through_cache_rule(
        ecrRepositoryPrefix="ROOT", upstreamRegistryUrl="public.ecr.aws"
    )
    assert fresh.pull_through("app", manifest_of())


def test_what_is_no_manifest_is_refused(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """The manifest is read as that of a push."""
    with pytest.raises(ValueError, match="ImageManifest"):
        fresh.pull_through("quay/app", "{")
    assert fresh_ecr.describe_repositories()["repositories"] == []


def test_names_that_nothing_can_have_are_refused(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """A pull by such a name finds nothing upstream, and caches nothing."""
    with pytest.raises(ValueError, match="at 'repositoryName'"):
        fresh.pull_through("quay/App", manifest_of())
    with pytest.raises(ValueError, match="at 'imageTag'"):
        fresh.pull_through("quay/app", manifest_of(), tag="no tag!")
    with pytest.raises(TypeError, match="manifest must be the text of a manifest"):
        untyped(fresh.pull_through)("quay/app", {"schemaVersion": 2})
    assert fresh_ecr.describe_repositories()["repositories"] == []


def test_it_pulls_into_any_registry(fresh: EcrEmulator, fresh_ecr: ECRClient) -> None:
    """The account and the region are the emulator's unless others are given."""
    other = fresh.boto3_client(account_id="181818181818", region_name="eu-west-1")
    other.create_pull_through_cache_rule(
        ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io"
    )
    fresh.pull_through(
        "k8s/pause", manifest_of(), account_id="181818181818", region_name="eu-west-1"
    )
    assert len(other.describe_images(repositoryName="k8s/pause")["imageDetails"]) == 1
    assert fresh_ecr.describe_repositories()["repositories"] == []
    other.close()


@pytest.mark.parametrize("members", [{"layers": []}, {"manifests": []}])
def test_a_manifest_without_a_media_type(
    fresh: EcrEmulator, fresh_ecr: ECRClient, members: dict[str, Any]
) -> None:
    """OCI allows a manifest to leave its media type out; another one can be named."""
    config = {"digest": digest_of("{}"), "size": 2}
    text = json.dumps({"schemaVersion": 2, "config": config, **members})
    fresh.pull_through("quay/app", text)
    oci = OCI_INDEX if "manifests" in members else OCI_MANIFEST
    docker = DOCKER_LIST if "manifests" in members else DOCKER_MANIFEST
    fresh.pull_through("quay/other", text, media_type=docker)
    for repository, media_type in (("quay/app", oci), ("quay/other", docker)):
        (image,) = fresh_ecr.describe_images(repositoryName=repository)["imageDetails"]
        assert image.get("imageManifestMediaType") == media_type
