"""BatchGetImage, ListImages, DescribeImages, BatchDeleteImage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.newer import needs

from .answers import code_of, message_of, refusal
from .pushing import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    digest_of,
    index_of,
    manifest_of,
    push,
    upload_layers,
)
from .sharing import share

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


def get(boto3_ecr: ECRClient, *ids: dict[str, str], **arguments: Any) -> Any:
    """Get images."""
    image_ids: Any = list(ids)
    return boto3_ecr.batch_get_image(repositoryName="app", imageIds=image_ids, **arguments)


def get_tag(boto3_ecr: ECRClient, tag: str, *accepted: str) -> Any:
    """Get the image with a tag, as a client that accepts some media types."""
    answer = get(boto3_ecr, {"imageTag": tag}, acceptedMediaTypes=list(accepted))
    assert answer["failures"] == []
    return answer["images"][0]


def delete(boto3_ecr: ECRClient, *ids: dict[str, str]) -> Any:
    """Delete images."""
    image_ids: Any = list(ids)
    return boto3_ecr.batch_delete_image(repositoryName="app", imageIds=image_ids)


def listed(boto3_ecr: ECRClient, **chosen: str) -> list[tuple[str, str | None]]:
    """List images as pairs of digest and tag."""
    arguments: Any = {"filter": chosen} if chosen else {}
    answer: Any = boto3_ecr.list_images(repositoryName="app", **arguments)
    return [(each["imageDigest"], each.get("imageTag")) for each in answer["imageIds"]]


def described(boto3_ecr: ECRClient, **arguments: Any) -> list[Any]:
    """Describe images."""
    details: Any = boto3_ecr.describe_images(repositoryName="app", **arguments)["imageDetails"]
    return list(details)


FAILURES: list[tuple[dict[str, str], str]] = [
    ({}, "MissingDigestAndTag"),
    ({"imageDigest": "no digest"}, "InvalidImageDigest"),
    ({"imageTag": "no tag"}, "InvalidImageTag"),
    ({"imageTag": "absent"}, "ImageNotFound"),
    ({"imageDigest": digest_of("absent")}, "ImageNotFound"),
    ({"imageDigest": digest_of("absent"), "imageTag": "v1"}, "ImageNotFound"),
    ({"imageDigest": digest_of(manifest_of("v2")), "imageTag": "v1"}, "ImageTagDoesNotMatchDigest"),
]


@pytest.mark.parametrize("call", [get, delete])
@pytest.mark.parametrize(("image_id", "code"), FAILURES)
def test_failures_are_data(
    boto3_ecr: ECRClient, call: Callable[..., Any], image_id: dict[str, str], code: str
) -> None:
    """What can't be found fails by itself, with code and reason (API ImageFailure)."""
    push(boto3_ecr, "v1")
    push(boto3_ecr, "v2")
    answer = call(boto3_ecr, image_id, {"imageTag": "v2"})
    (failure,) = answer["failures"]
    assert (failure["imageId"], failure["failureCode"]) == (image_id, code)
    assert failure["failureReason"]
    assert len(answer.get("images", answer.get("imageIds"))) == 1


def test_the_reasons_of_the_service(boto3_ecr: ECRClient) -> None:
    """Reasons are worded as the service words them (aws/aws-cli#6424)."""
    failures = delete(boto3_ecr, {"imageTag": "latest"}, {})["failures"]
    assert [each["failureReason"] for each in failures] == [
        "Requested image not found",
        "Invalid request parameters: both tag and digest cannot be null",
    ]


@pytest.mark.parametrize("call", [get, delete])
def test_a_hundred_images_at_once(boto3_ecr: ECRClient, call: Callable[..., Any]) -> None:
    """More than 100 identifiers are refused (trek10inc/ecr-cleaner#8)."""
    ids = [{"imageTag": f"v{number}"} for number in range(101)]
    assert len(call(boto3_ecr, *ids[1:])["failures"]) == 100
    assert "'imageIds'" in message_of(lambda: call(boto3_ecr, *ids))


def test_images_of_another_account(
    boto3_ecr: ECRClient, make_client: Callable[..., ECRClient], account_id: str
) -> None:
    """`registryId` names the registry that the images are in (API ListImages)."""
    push(boto3_ecr, "v1")
    other = make_client(account_id="343434343434")
    share(boto3_ecr, "343434343434", "ecr:ListImages")
    images: Any = other.list_images(repositoryName="app", registryId=account_id)["imageIds"]
    assert [each["imageTag"] for each in images] == ["v1"]
    assert code_of(other.list_images, repositoryName="app") == "RepositoryNotFoundException"


def test_images_are_got_by_tag_and_by_digest(boto3_ecr: ECRClient) -> None:
    """The answer names the image as it was asked for, and its digest (API BatchGetImage)."""
    digest = push(boto3_ecr, "v1")
    answer = get(boto3_ecr, {"imageTag": "v1"}, {"imageDigest": digest})
    assert [each["imageId"] for each in answer["images"]] == [
        {"imageDigest": digest, "imageTag": "v1"},
        {"imageDigest": digest},
    ]
    assert {each["imageManifest"] for each in answer["images"]} == {manifest_of("v1")}


def test_a_pull_is_recorded(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """lastRecordedPullTime is absent before the first pull (API ImageDetail)."""
    push(boto3_ecr, "v1")
    assert "lastRecordedPullTime" not in described(boto3_ecr)[0]
    passes(hours=3)
    get(boto3_ecr, {"imageTag": "v1"})
    details = described(boto3_ecr)[0]
    assert (details["lastRecordedPullTime"] - details["imagePushedAt"]).total_seconds() == 3 * 3600


@pytest.mark.parametrize(
    ("stored", "accepted", "config", "layer"),
    [
        (OCI_MANIFEST, DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER),
        (DOCKER_MANIFEST, OCI_MANIFEST, OCI_CONFIG, OCI_LAYER),
    ],
)
def test_a_tag_is_translated_for_its_client(
    boto3_ecr: ECRClient, stored: str, accepted: str, config: str, layer: str
) -> None:
    """Pulled by tag, a manifest becomes one that the client accepts (user guide, formats)."""
    manifest = manifest_of(media_type=stored)
    upload_layers(boto3_ecr)
    digest = push(boto3_ecr, "v1", manifest=manifest)
    assert get_tag(boto3_ecr, "v1", stored, accepted)["imageManifest"] == manifest
    image = get_tag(boto3_ecr, "v1", accepted)
    translated = json.loads(image["imageManifest"])
    assert image["imageManifestMediaType"] == translated["mediaType"] == accepted
    assert translated["config"]["mediaType"] == config
    assert translated["layers"][0]["mediaType"] == layer
    assert image["imageId"]["imageDigest"] == digest_of(image["imageManifest"]) != digest
    by_digest = get(boto3_ecr, {"imageDigest": digest}, acceptedMediaTypes=[accepted])["images"][0]
    assert by_digest["imageManifest"] == manifest


def test_an_index_is_answered_with_one_image(boto3_ecr: ECRClient) -> None:
    """A client that accepts no index gets the image for linux/amd64 (containers-roadmap#1075)."""
    arm, amd = manifest_of("arm"), manifest_of("amd")
    for name in ("arm", "amd"):
        push(boto3_ecr, name=name)
    index = index_of(arm, amd)
    push(boto3_ecr, "v1", manifest=index)
    assert get(boto3_ecr, {"imageTag": "v1"})["images"][0]["imageManifest"] == index
    assert get_tag(boto3_ecr, "v1", OCI_INDEX, OCI_MANIFEST)["imageManifest"] == index
    image = get_tag(boto3_ecr, "v1", OCI_MANIFEST)
    assert image["imageManifest"] == amd
    assert image["imageId"] == {"imageDigest": digest_of(amd), "imageTag": "v1"}
    translated = json.loads(get_tag(boto3_ecr, "v1", DOCKER_MANIFEST)["imageManifest"])
    assert translated["config"]["digest"] == digest_of("config amd")


def test_what_cannot_be_translated_comes_as_it_is(boto3_ecr: ECRClient) -> None:
    """An artifact has no counterpart among Docker's manifests; an empty index lists nothing."""
    upload_layers(boto3_ecr)
    chart = manifest_of(
        config={"mediaType": "x/chart", "size": 10, "digest": digest_of("config one")}
    )
    push(boto3_ecr, "chart", manifest=chart)
    assert get_tag(boto3_ecr, "chart", DOCKER_MANIFEST)["imageManifest"] == chart
    push(boto3_ecr, "empty", manifest=index_of())
    assert get_tag(boto3_ecr, "empty", DOCKER_MANIFEST)["imageManifest"] == index_of()


def test_a_list_has_an_entry_for_each_tag(boto3_ecr: ECRClient) -> None:
    """One entry a tag, one for an untagged image; tagStatus chooses (API ListImages)."""
    tagged = push(boto3_ecr, "v1")
    push(boto3_ecr, "v1.0", name="v1")
    untagged = push(boto3_ecr, name="other")
    entries = [(tagged, "v1"), (tagged, "v1.0")]
    assert sorted(listed(boto3_ecr), key=str) == sorted([*entries, (untagged, None)], key=str)
    assert sorted(listed(boto3_ecr, tagStatus="TAGGED"), key=str) == entries
    assert listed(boto3_ecr, tagStatus="UNTAGGED") == [(untagged, None)]
    assert sorted(listed(boto3_ecr, tagStatus="ANY"), key=str) == sorted(listed(boto3_ecr), key=str)
    digests = {each["imageDigest"] for each in described(boto3_ecr, filter={"tagStatus": "TAGGED"})}
    assert digests == {tagged}


@pytest.mark.parametrize(
    ("operation", "key"), [("list_images", "imageIds"), ("describe_images", "imageDetails")]
)
def test_lists_have_pages(boto3_ecr: ECRClient, operation: str, key: str) -> None:
    """Pages hold 100 entries, or what is asked for, each once (API ListImages, DescribeImages)."""
    upload_layers(boto3_ecr)
    manifest = manifest_of()
    for number in range(101):
        note = {"org.opencontainers.image.version": str(number)}
        push(boto3_ecr, f"v{number}", manifest=manifest_of(annotations=note))
    push(boto3_ecr, "w", manifest=manifest)
    call: Any = getattr(boto3_ecr, operation)
    page = call(repositoryName="app")
    assert len(page[key]) == 100
    rest = call(repositoryName="app", nextToken=page["nextToken"])
    assert len(rest[key]) == 2
    assert "nextToken" not in rest
    get_paginator: Any = boto3_ecr.get_paginator
    pages: Any = get_paginator(operation).paginate(
        repositoryName="app", PaginationConfig={"PageSize": 7}
    )
    digests = [entry["imageDigest"] for each in pages for entry in each[key]]
    assert len(set(digests)) == len(digests) == 102
    assert "'maxResults'" in message_of(call, repositoryName="app", maxResults=1001)
    message_of(call, repositoryName="app", nextToken=page["nextToken"], filter={})


@needs("ImageDetail.image_status")
def test_what_is_told_of_an_image(boto3_ecr: ECRClient, account_id: str) -> None:
    """Members of an image that was never pulled, scanned or archived (API ImageDetail)."""
    digest = push(boto3_ecr, "v1")
    (details,) = described(boto3_ecr)
    assert details.pop("imagePushedAt")
    assert details == {
        "registryId": account_id,
        "repositoryName": "app",
        "imageDigest": digest,
        "imageTags": ["v1"],
        "imageSizeInBytes": len("config v1") + len("layer v1"),
        "imageManifestMediaType": OCI_MANIFEST,
        "artifactMediaType": OCI_CONFIG,
        "imageStatus": "ACTIVE",
    }


def test_an_untagged_image_has_no_tags(boto3_ecr: ECRClient) -> None:
    """imageTags is absent, not empty."""
    push(boto3_ecr)
    assert "imageTags" not in described(boto3_ecr)[0]


def test_an_index_is_as_large_as_its_largest_image(boto3_ecr: ECRClient) -> None:
    """imageSizeInBytes of an index is the largest of those it lists (API ImageDetail)."""
    names = ("a", "much longer")
    for name in names:
        push(boto3_ecr, name=name)
    index = index_of(*map(manifest_of, names))
    digest = push(boto3_ecr, manifest=index)
    (details,) = described(boto3_ecr, imageIds=[{"imageDigest": digest}])
    assert details["imageSizeInBytes"] == len("config much longer") + len("layer much longer")
    assert "artifactMediaType" not in details


def test_described_in_the_order_asked_for(boto3_ecr: ECRClient) -> None:
    """A list of ids is answered in its order, each image once."""
    digests = [push(boto3_ecr, tag) for tag in ("v1", "v2", "v3")]
    ids = [{"imageTag": "v3"}, {"imageDigest": digests[0]}, {"imageDigest": digests[2]}]
    details = described(boto3_ecr, imageIds=ids)
    assert [each["imageTags"] for each in details] == [["v3"], ["v1"]]
    details = described(boto3_ecr, imageIds=ids, filter={"tagStatus": "UNTAGGED"})
    assert details == []


def test_one_unknown_image_fails_the_whole_call(boto3_ecr: ECRClient, account_id: str) -> None:
    """An unknown image is ImageNotFoundException for all (API DescribeImages)."""
    push(boto3_ecr, "v1")
    ids: Any = [{"imageTag": "v1"}, {"imageTag": "v2"}]
    error = refusal(boto3_ecr.describe_images, repositoryName="app", imageIds=ids)["Error"]
    assert error["Code"] == "ImageNotFoundException"
    assert error["Message"] == (
        "The image with imageId {imageDigest:'null', imageTag:'v2'} does not exist within the "
        f"repository with name 'app' in the registry with id '{account_id}'"
    )
    ids = [{"imageTag": "v1"}, {}]
    message = message_of(boto3_ecr.describe_images, repositoryName="app", imageIds=ids)
    assert "'imageIds.2.member'" in message


@pytest.mark.parametrize("paging", [{"maxResults": 10}, {"nextToken": "any"}])
def test_ids_refuse_paging(boto3_ecr: ECRClient, paging: dict[str, Any]) -> None:
    """Ids go neither with maxResults nor with nextToken (API DescribeImages)."""
    (parameter,) = paging
    ids: Any = [{"imageTag": "v1"}]
    message = message_of(boto3_ecr.describe_images, repositoryName="app", imageIds=ids, **paging)
    assert f"'{parameter}'" in message


def test_deleting_a_tag_takes_the_tag_away(boto3_ecr: ECRClient) -> None:
    """The image goes with its last tag (API BatchDeleteImage)."""
    digest = push(boto3_ecr, "v1")
    push(boto3_ecr, "v2", name="v1")
    answer = delete(boto3_ecr, {"imageTag": "v1"})
    assert answer["imageIds"] == [{"imageDigest": digest, "imageTag": "v1"}]
    assert listed(boto3_ecr) == [(digest, "v2")]
    delete(boto3_ecr, {"imageTag": "v2", "imageDigest": digest})
    assert listed(boto3_ecr) == []


def test_deleting_a_digest_takes_all_tags_along(boto3_ecr: ECRClient) -> None:
    """The answer has an entry for each tag; a repeat finds no image (API BatchDeleteImage)."""
    digest = push(boto3_ecr, "v1")
    push(boto3_ecr, "v2", name="v1")
    other = push(boto3_ecr, name="other")
    answer = delete(boto3_ecr, {"imageDigest": digest}, {"imageDigest": other})
    assert answer["failures"] == []
    assert answer["imageIds"] == [
        {"imageDigest": digest, "imageTag": "v1"},
        {"imageDigest": digest, "imageTag": "v2"},
        {"imageDigest": other},
    ]
    assert listed(boto3_ecr) == []
    assert (
        delete(boto3_ecr, {"imageDigest": digest})["failures"][0]["failureCode"] == "ImageNotFound"
    )
    push(boto3_ecr, "v1")


def test_what_an_index_lists_cannot_be_deleted(boto3_ecr: ECRClient) -> None:
    """Neither by digest nor by its last tag; the index goes first (aws/aws-cdk#24822)."""
    child = push(boto3_ecr, "v1")
    push(boto3_ecr, "v2", name="v1")
    index = push(boto3_ecr, manifest=index_of(manifest_of("v1")))
    (failure,) = delete(boto3_ecr, {"imageDigest": child})["failures"]
    assert failure["failureCode"] == "ImageReferencedByManifestList"
    assert failure["failureReason"] == f"Requested image referenced by manifest list: [{index}]"
    answer = delete(boto3_ecr, {"imageTag": "v1"}, {"imageTag": "v2"})
    assert [each["imageTag"] for each in answer["imageIds"]] == ["v1"]
    assert [each["failureCode"] for each in answer["failures"]] == ["ImageReferencedByManifestList"]
    assert delete(boto3_ecr, {"imageDigest": index}, {"imageDigest": child})["failures"] == []


def test_images_need_a_repository(boto3_ecr: ECRClient) -> None:
    """An unknown repository is RepositoryNotFoundException (API reference)."""
    names: dict[str, Any] = {"repositoryName": "absent"}
    ids = [{"imageTag": "v1"}]
    refused = {
        code_of(boto3_ecr.batch_get_image, **names, imageIds=ids),
        code_of(boto3_ecr.batch_delete_image, **names, imageIds=ids),
        code_of(boto3_ecr.list_images, **names),
        code_of(boto3_ecr.describe_images, **names),
    }
    assert refused == {"RepositoryNotFoundException"}


@pytest.mark.parametrize(
    ("image_id", "member", "pattern"),
    [
        ({"imageDigest": "sha256"}, "imageDigest", "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"),
        ({"imageTag": "no tag!"}, "imageTag", "[a-zA-Z0-9-_.]+"),
    ],
)
def test_an_identifier_of_no_image(
    boto3_ecr: ECRClient, image_id: Any, member: str, pattern: str
) -> None:
    """The wording is AWS's (prowler-cloud/prowler#603, alexjurkiewicz/ecr-scan-image#40)."""
    expected = (
        f"Invalid parameter at '{member}' failed to satisfy constraint: "
        f"'must satisfy regular expression '{pattern}''"
    )
    assert (
        message_of(boto3_ecr.describe_images, repositoryName="app", imageIds=[image_id]) == expected
    )
    assert (
        message_of(boto3_ecr.start_image_scan, repositoryName="app", imageId=image_id) == expected
    )
