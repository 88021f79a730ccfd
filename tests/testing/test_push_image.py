"""`EcrEmulator.push_image`: images in one step."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed import ImageDetail, ImageIdentifier, ImageTagMutability, SubjectIdentifier

from .pushing import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, digest_of

if TYPE_CHECKING:
    from ecr_typed import EcrClient
    from ecr_typed.testing import EcrEmulator

ABSENT = f"sha256:{64 * '0'}"


@pytest.fixture
def typed(fresh: EcrEmulator, typed: EcrClient) -> EcrClient:
    """Return a client on a registry with one repository, app."""
    typed.create_repository("app")
    return typed


def manifest_of(typed: EcrClient, image: ImageDetail) -> dict[str, Any]:
    """Pull an image by its digest, and return its manifest."""
    identifier = ImageIdentifier(image_digest=image.image_digest)
    (pulled,) = typed.batch_get_image("app", [identifier]).images
    text = pulled.image_manifest or ""
    assert digest_of(text) == image.image_digest
    manifest: dict[str, Any] = json.loads(text)
    return manifest


def config_of(typed: EcrClient, image: ImageDetail) -> dict[str, Any]:
    """Download the configuration of an image."""
    digest = manifest_of(typed, image)["config"]["digest"]
    url = typed.get_download_url_for_layer("app", digest).download_url or ""
    with urllib.request.urlopen(url) as response:
        content = response.read()
    assert digest_of(content) == digest
    config: dict[str, Any] = json.loads(content)
    return config


def test_a_subject_is_named_by_its_digest(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A tag refers to nothing, so it is refused."""
    fresh.push_image("app", tags=["v1"])
    with pytest.raises(ValueError, match="'imageDigest'"):
        fresh.push_image("app", subject="v1")
    assert len(list(typed.describe_images("app"))) == 1


def test_an_image_with_all_defaults(fresh: EcrEmulator, typed: EcrClient) -> None:
    """The image is what DescribeImages describes, for linux/amd64, pushed now."""
    image = fresh.push_image("app")
    assert list(typed.describe_images("app")) == [image]
    assert (image.image_manifest_media_type, image.image_tags) == (OCI_MANIFEST, None)
    assert abs(image.image_pushed_at - fresh.clock.now()) < timedelta(seconds=5)
    config = config_of(typed, image)
    assert (config["os"], config["architecture"]) == ("linux", "amd64")


def test_each_push_is_another_image(fresh: EcrEmulator, typed: EcrClient) -> None:
    """Two pushes with the same arguments are two images, and a tag moves to the second."""
    first, second = (fresh.push_image("app", tags=["v1", "latest"]) for _ in range(2))
    assert first.image_digest != second.image_digest
    assert second.image_tags == ("v1", "latest")
    assert len(typed.describe_images("app").to_list()) == 2


def test_time_size_platform_and_labels(fresh: EcrEmulator, typed: EcrClient) -> None:
    """What is asked for is what is described and what the configuration says."""
    image = fresh.push_image(
        "app",
        pushed_at=datetime(2020, 1, 2, tzinfo=UTC),
        size=50_000_000,
        platform="linux/arm/v7",
        labels={"team": "payments"},
        media_type=DOCKER_MANIFEST,
    )
    assert image.image_pushed_at == datetime(2020, 1, 2, tzinfo=UTC)
    assert image.image_size_in_bytes == 50_000_000
    assert image.image_manifest_media_type == DOCKER_MANIFEST
    config = config_of(typed, image)
    assert (config["architecture"], config["variant"]) == ("arm", "v7")
    assert config["config"]["Labels"] == {"team": "payments"}


@pytest.mark.parametrize("media_type", [None, DOCKER_LIST])
def test_children_make_an_index(
    fresh: EcrEmulator, typed: EcrClient, media_type: str | None
) -> None:
    """An index lists its children with their platforms, and has the size of the largest."""
    children = [
        fresh.push_image("app", platform="linux/amd64", size=1000),
        fresh.push_image("app", platform="linux/arm64", size=2000),
    ]
    index = fresh.push_image(
        "app",
        tags=["v1"],
        children=[children[0], children[1].image_digest],
        media_type=media_type,
    )
    assert index.image_manifest_media_type == (media_type or OCI_INDEX)
    assert index.image_size_in_bytes == 2000
    listed = manifest_of(typed, index)["manifests"]
    assert [each["digest"] for each in listed] == [each.image_digest for each in children]
    assert [each["platform"]["architecture"] for each in listed] == ["amd64", "arm64"]


def test_a_subject_makes_a_referrer(fresh: EcrEmulator, typed: EcrClient) -> None:
    """An artifact refers to its subject, which need not exist."""
    image = fresh.push_image("app")
    bill = fresh.push_image("app", subject=image, artifact_type="application/spdx+json")
    fresh.push_image("app", subject=ABSENT)
    (referrer,) = typed.list_image_referrers(
        "app", SubjectIdentifier(image_digest=image.image_digest)
    )
    assert (referrer.digest, referrer.artifact_type) == (bill.image_digest, "application/spdx+json")
    assert bill.subject_manifest_digest == image.image_digest


def test_a_push_is_scanned_and_replicated(fresh: EcrEmulator) -> None:
    """The push begins what every push begins, in the registry that is named."""
    with fresh.client(account_id="666677778888", region_name="eu-west-1") as typed:
        plain: Any = typed.boto3_client
        plain.create_repository(
            repositoryName="app", imageScanningConfiguration={"scanOnPush": True}
        )
        fresh.push_image("app", tags=["v1"], account_id="666677778888", region_name="eu-west-1")
        fresh.clock.advance(timedelta(seconds=2))
        found = plain.describe_image_scan_findings(repositoryName="app", imageId={"imageTag": "v1"})
        assert found["imageScanStatus"]["status"] == "COMPLETE"


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"repository_name": "absent"}, "RepositoryNotFoundException"),
        ({"tags": ["no tag!"]}, "InvalidParameterException"),
        ({"tags": ["twice", "twice"]}, "tags has 'twice' more than once"),
        ({"tags": ["t" * 301]}, "InvalidParameterException"),
        ({"repository_name": "No Repository"}, "InvalidParameterException"),
        ({"children": [ABSENT]}, "ReferencedImagesNotFoundException"),
        (
            {"children": [ABSENT], "media_type": OCI_MANIFEST},
            "media_type of an image with children",
        ),
        ({"media_type": OCI_INDEX}, "media_type of an image without children"),
        ({"children": [ABSENT], "size": 7}, "size, platform and artifact_type are of the children"),
        ({"size": 7}, "size must be"),
        ({"platform": "linux"}, "platform must be like"),
        ({"pushed_at": datetime(2020, 1, 2)}, "timezone-aware"),  # noqa: DTZ001
    ],
)
def test_pushes_that_are_refused(
    fresh: EcrEmulator, typed: EcrClient, arguments: dict[str, Any], match: str
) -> None:
    """What the registry refuses, or what contradicts itself, is a ValueError with the reason."""
    with pytest.raises(ValueError, match=match):
        fresh.push_image(arguments.pop("repository_name", "app"), **arguments)
    assert typed.describe_images("app").to_list() == []


def test_one_tag_is_written_as_a_list(fresh: EcrEmulator, typed: EcrClient) -> None:
    """A text in place of the list of tags would give a tag for each letter."""
    with pytest.raises(TypeError, match=r"write \['latest'\]"):
        fresh.push_image("app", tags="latest")


def test_an_immutable_tag_is_refused(fresh: EcrEmulator, typed: EcrClient) -> None:
    """The settings of the repository hold for these pushes, too."""
    typed.put_image_tag_mutability("app", ImageTagMutability.IMMUTABLE)
    fresh.push_image("app", tags=["v1"])
    with pytest.raises(ValueError, match="ImageTagAlreadyExistsException"):
        fresh.push_image("app", tags=["v1"])
