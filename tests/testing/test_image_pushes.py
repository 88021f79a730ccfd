"""PutImage: manifests, digests, tags, and what they refer to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed.testing._emulator.topics.images import pushing as image_pushes

from .answers import code_of, message_of, refusal
from .pushing import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    descriptor,
    digest_of,
    index_of,
    manifest_of,
    push,
    signature_of,
    upload,
    upload_layers,
)
from .sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

IMMUTABLE = "IMMUTABLE"


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app, that holds the layers of two images."""
    boto3_ecr.create_repository(repositoryName="app")
    upload_layers(boto3_ecr, "one")
    upload_layers(boto3_ecr, "two")
    return boto3_ecr


def put(boto3_ecr: ECRClient, manifest: str, **arguments: Any) -> Any:
    """Push a manifest and give the image as answered."""
    return boto3_ecr.put_image(repositoryName="app", imageManifest=manifest, **arguments)["image"]


def refused(boto3_ecr: ECRClient, manifest: str, **arguments: Any) -> dict[str, Any]:
    """Push a manifest that the service refuses, and give the error."""
    arguments = {"repositoryName": "app", "imageManifest": manifest, **arguments}
    error: dict[str, Any] = refusal(boto3_ecr.put_image, **arguments)["Error"]
    return error


def tags_of(boto3_ecr: ECRClient) -> dict[str, set[str]]:
    """Give the tags of each image by its digest."""
    details: Any = boto3_ecr.describe_images(repositoryName="app")["imageDetails"]
    return {each["imageDigest"]: set(each.get("imageTags", [])) for each in details}


@pytest.mark.parametrize("space", ["", "\n", "\r\n", " "])
def test_a_manifest_is_kept_byte_for_byte(
    boto3_ecr: ECRClient, account_id: str, space: str
) -> None:
    """The digest is that of the exact bytes (awsdocs/amazon-ecr-user-guide#51)."""
    manifest = json.dumps(json.loads(manifest_of()), indent=3, ensure_ascii=False) + space
    image = put(boto3_ecr, manifest, imageTag="v1")
    assert image == {
        "registryId": account_id,
        "repositoryName": "app",
        "imageId": {"imageDigest": digest_of(manifest), "imageTag": "v1"},
        "imageManifest": manifest,
        "imageManifestMediaType": OCI_MANIFEST,
    }
    got: Any = boto3_ecr.batch_get_image(repositoryName="app", imageIds=[{"imageTag": "v1"}])
    assert got["images"] == [image]


def test_letters_beyond_ascii(boto3_ecr: ECRClient) -> None:
    """The digest is that of the text in UTF-8."""
    manifest = manifest_of(annotations={"title": "Öl"}).replace("\\u00d6", "Ö")
    assert "Ö" in manifest
    assert put(boto3_ecr, manifest)["imageId"] == {"imageDigest": digest_of(manifest)}


def test_the_digest_that_is_given_is_checked(boto3_ecr: ECRClient) -> None:
    """A wrong one is ImageDigestDoesNotMatchException, and nothing is pushed (API PutImage)."""
    manifest = manifest_of()
    error = refused(boto3_ecr, manifest, imageDigest=digest_of("other"))
    assert error["Code"] == "ImageDigestDoesNotMatchException"
    assert tags_of(boto3_ecr) == {}
    assert put(boto3_ecr, manifest, imageDigest=digest_of(manifest))["imageId"]


@pytest.mark.parametrize("media_type", [OCI_MANIFEST, DOCKER_MANIFEST])
def test_the_media_type_may_be_in_the_request_only(boto3_ecr: ECRClient, media_type: str) -> None:
    """A manifest without mediaType needs imageManifestMediaType (API PutImage)."""
    members = json.loads(manifest_of(media_type=media_type))
    del members["mediaType"]
    manifest = json.dumps(members)
    arguments: dict[str, Any] = {"repositoryName": "app", "imageManifest": manifest}
    message = message_of(boto3_ecr.put_image, **arguments)
    assert message == (
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
    )
    image = put(boto3_ecr, manifest, imageManifestMediaType=media_type)
    assert image["imageManifestMediaType"] == media_type
    assert image["imageManifest"] == manifest


@pytest.mark.parametrize("media_type", [DOCKER_MANIFEST, "text/plain"])
def test_media_types_that_do_not_fit(boto3_ecr: ECRClient, media_type: str) -> None:
    """Another media type than the manifest's own is refused."""
    message = message_of(
        boto3_ecr.put_image,
        repositoryName="app",
        imageManifest=manifest_of(),
        imageManifestMediaType=media_type,
    )
    assert "'imageManifestMediaType'" in message


def test_media_types_that_are_no_manifests(boto3_ecr: ECRClient) -> None:
    """The registry holds images and indexes of Docker and OCI (user guide, formats)."""
    manifest = json.dumps({"schemaVersion": 1, "fsLayers": []})
    message = message_of(
        boto3_ecr.put_image,
        repositoryName="app",
        imageManifest=manifest,
        imageManifestMediaType="application/json",
    )
    assert "'application/json' is not supported" in message


@pytest.mark.parametrize(
    "manifest",
    [
        "no json",
        "[]",
        "[" * 100_000,
        '"text"',
        json.dumps({"mediaType": OCI_MANIFEST}),
        manifest_of(layers=[{"digest": "sha256:00"}]),
        manifest_of(layers=[{"digest": 5, "size": 5}]),
        manifest_of(layers=[{"digest": "sha256:00", "size": "5"}]),
        manifest_of(layers=[{"digest": "sha256:00", "size": -1}]),
        manifest_of(layers=["sha256:00"]),
        manifest_of(layers=None),
        manifest_of(config="sha256:00"),
        manifest_of(annotations={"count": 1}),
        manifest_of(subject={}),
        manifest_of(artifactType=["a"]),
        json.dumps({"mediaType": OCI_INDEX, "manifests": {}, "layers": []}).replace("{}", "5"),
    ],
)
def test_manifests_that_cannot_be_read(boto3_ecr: ECRClient, manifest: str) -> None:
    """What is no manifest is refused in these words (seen by users of oras and flipt)."""
    assert message_of(boto3_ecr.put_image, repositoryName="app", imageManifest=manifest) == (
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
    )


def test_layers_have_to_be_there(boto3_ecr: ECRClient, account_id: str) -> None:
    """A missing layer or configuration is LayersNotFoundException (API PutImage)."""
    missing = [digest_of("config three"), digest_of("layer three")]
    error = refused(boto3_ecr, manifest_of("three"))
    assert error["Code"] == "LayersNotFoundException"
    assert error["Message"] == (
        f"Layers with digests '[{missing[0]}, {missing[1]}]' required for pushing image into "
        f"repository with name 'app' in the registry with id '{account_id}' do not exist"
    )
    upload(boto3_ecr, "config three")
    assert missing[0] not in refused(boto3_ecr, manifest_of("three"))["Message"]


def test_foreign_layers_are_not_in_the_registry(boto3_ecr: ECRClient) -> None:
    """Layers that clients fetch from elsewhere need not be pushed (OCI image specification)."""
    foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    config = descriptor("config one", OCI_CONFIG)
    put(boto3_ecr, manifest_of(config=config, layers=[descriptor("windows", foreign)]))


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_what_an_index_lists_has_to_be_there(boto3_ecr: ECRClient, media_type: str) -> None:
    """A missing image is ReferencedImagesNotFoundException (API PutImage)."""
    children = [manifest_of("one"), manifest_of("two")]
    index = index_of(*children, media_type=media_type)
    put(boto3_ecr, children[0])
    error = refused(boto3_ecr, index)
    assert error["Code"] == "ReferencedImagesNotFoundException"
    assert digest_of(children[1]) in error["Message"]
    assert digest_of(children[0]) not in error["Message"]
    put(boto3_ecr, children[1])
    image = put(boto3_ecr, index, imageTag="v1")
    assert image["imageManifestMediaType"] == media_type


def test_an_index_of_indexes(boto3_ecr: ECRClient) -> None:
    """An index may list another one (OCI image specification)."""
    inner = index_of(manifest_of("one"))
    put(boto3_ecr, manifest_of("one"))
    put(boto3_ecr, inner)
    put(boto3_ecr, index_of(inner))


def test_the_subject_of_an_artifact_need_not_be_there(boto3_ecr: ECRClient) -> None:
    """Registries accept artifacts before their subject (OCI distribution specification 1.1)."""
    upload_layers(boto3_ecr, "signature")
    put(boto3_ecr, signature_of(manifest_of("one")))


def test_a_tag_moves(boto3_ecr: ECRClient) -> None:
    """In a mutable repository a tag goes to the image pushed last (user guide, mutability)."""
    first = push(boto3_ecr, "latest", manifest=manifest_of("one"))
    second = push(boto3_ecr, "latest", manifest=manifest_of("two"))
    assert tags_of(boto3_ecr) == {first: set(), second: {"latest"}}


def test_another_tag_is_added(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """A manifest that is there gets a further tag and keeps its time (user guide, retagging)."""
    digest = push(boto3_ecr, "v1", manifest=manifest_of())
    before: Any = boto3_ecr.describe_images(repositoryName="app")["imageDetails"][0]
    passes(days=1)
    push(boto3_ecr, "v2", manifest=manifest_of())
    after: Any = boto3_ecr.describe_images(repositoryName="app")["imageDetails"][0]
    assert tags_of(boto3_ecr) == {digest: {"v1", "v2"}}
    assert after["imagePushedAt"] == before["imagePushedAt"]


@pytest.mark.parametrize("tagged", [{"imageTag": "v1"}, {}])
def test_the_same_image_again(boto3_ecr: ECRClient, tagged: dict[str, str]) -> None:
    """Same manifest and tag, or no tag: ImageAlreadyExistsException (aws/aws-sdk#750)."""
    put(boto3_ecr, manifest_of(), **tagged)
    assert refused(boto3_ecr, manifest_of(), **tagged)["Code"] == "ImageAlreadyExistsException"


@pytest.mark.parametrize("second", ["one", "two"])
def test_an_immutable_tag(boto3_ecr: ECRClient, second: str) -> None:
    """A second push is ImageTagAlreadyExists, of equal content too (containers-roadmap#2179)."""
    boto3_ecr.put_image_tag_mutability(repositoryName="app", imageTagMutability=IMMUTABLE)  # type: ignore[arg-type]  # the stubs lag behind the service
    first = push(boto3_ecr, "v1", manifest=manifest_of("one"))
    error = refused(boto3_ecr, manifest_of(second), imageTag="v1")
    assert error["Code"] == "ImageTagAlreadyExistsException"
    assert error["Message"] == (
        "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten "
        "because the repository is immutable."
    )
    push(boto3_ecr, "v2", manifest=manifest_of("one"))
    assert tags_of(boto3_ecr) == {first: {"v1", "v2"}}


@pytest.mark.parametrize(
    ("pattern", "tag", "fits"),
    [
        ("dev-*", "dev-1", True),
        ("dev-*", "dev-", True),
        ("dev-*", "adev-1", False),
        ("*-dev", "1-dev", True),
        ("*-dev", "1-devs", False),
        ("*a*b", "xaxb", True),
        ("*a*b", "xbxa", False),
        ("v1.0", "v1x0", False),
        ("v1.0", "v1.0", True),
        ("a*a", "a", False),
    ],
)
@pytest.mark.parametrize("kind", ["MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"])
def test_exclusion_filters_are_wildcards(
    boto3_ecr: ECRClient, kind: str, pattern: str, tag: str, *, fits: bool
) -> None:
    """Tags that fit are the other way round (user guide, image tag mutability)."""
    call: Any = boto3_ecr.put_image_tag_mutability
    call(
        repositoryName="app",
        imageTagMutability=kind,
        imageTagMutabilityExclusionFilters=[
            {"filterType": "WILDCARD", "filter": each} for each in ("none", pattern)
        ],
    )
    push(boto3_ecr, tag, manifest=manifest_of("one"))
    if fits == (kind == "MUTABLE_WITH_EXCLUSION"):
        code = refused(boto3_ecr, manifest_of("two"), imageTag=tag)["Code"]
        assert code == "ImageTagAlreadyExistsException"
    else:
        push(boto3_ecr, tag, manifest=manifest_of("two"))


def test_mutability_is_answered_with_its_filters(boto3_ecr: ECRClient, account_id: str) -> None:
    """PutImageTagMutability answers filters, too; they end with their kind (API reference)."""
    filters = [{"filterType": "WILDCARD", "filter": "dev-*"}]
    call: Any = boto3_ecr.put_image_tag_mutability
    answer = call(
        repositoryName="app",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=filters,
    )
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": account_id,
        "repositoryName": "app",
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": filters,
    }
    message = message_of(
        call,
        repositoryName="app",
        imageTagMutability="MUTABLE",
        imageTagMutabilityExclusionFilters=filters,
    )
    assert "'imageTagMutabilityExclusionFilters'" in message
    call(repositoryName="app", imageTagMutability="MUTABLE")
    repository: Any = boto3_ecr.describe_repositories()["repositories"][0]
    assert repository["imageTagMutability"] == "MUTABLE"
    assert "imageTagMutabilityExclusionFilters" not in repository
    assert code_of(call, repositoryName="absent", imageTagMutability="MUTABLE") == (
        "RepositoryNotFoundException"
    )


@pytest.mark.parametrize("tag", ["a b", "-a", ".a", "ä", "a/b", "a:b", "a" * 301])
def test_tags_that_no_image_has(boto3_ecr: ECRClient, tag: str) -> None:
    """A tag has letters, digits and `_.-`, and 300 of them at most (API ImageIdentifier)."""
    arguments: dict[str, Any] = {"repositoryName": "app", "imageManifest": manifest_of()}
    assert "'imageTag'" in message_of(boto3_ecr.put_image, **arguments, imageTag=tag)


@pytest.mark.parametrize(("quota", "most"), [("MOST_TAGS", 1_000), ("MOST_IMAGES", 100_000)])
def test_quotas_of_a_repository(
    boto3_ecr: ECRClient, monkeypatch: pytest.MonkeyPatch, quota: str, most: int
) -> None:
    """1000 tags an image and 100000 images are the most (user guide, service quotas)."""
    assert getattr(image_pushes, quota) == most
    monkeypatch.setattr(image_pushes, quota, 1)
    push(boto3_ecr, "v1", manifest=manifest_of("one"))
    name = "one" if quota == "MOST_TAGS" else "two"
    assert refused(boto3_ecr, manifest_of(name), imageTag="v2")["Code"] == "LimitExceededException"


def test_pushing_needs_a_repository(boto3_ecr: ECRClient) -> None:
    """An unknown repository is RepositoryNotFoundException (API PutImage)."""
    code = code_of(boto3_ecr.put_image, repositoryName="absent", imageManifest=manifest_of())
    assert code == "RepositoryNotFoundException"


def test_pushing_into_another_registry(
    boto3_ecr: ECRClient, account_id: str, make_client: Callable[..., ECRClient]
) -> None:
    """`registryId` names the registry that is pushed to (API PutImage)."""
    other = make_client(account_id=account_id[::-1])
    share(boto3_ecr, account_id[::-1], "ecr:PutImage")
    image: Any = other.put_image(
        registryId=account_id, repositoryName="app", imageManifest=manifest_of()
    )["image"]
    assert image["registryId"] == account_id
    assert len(tags_of(boto3_ecr)) == 1
