"""Layers: uploaded in parts, checked, downloaded."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ecr_typed.testing._emulator.registry import layers as stored_layers
from ecr_typed.testing._emulator.topics import layers as layer_operations

from .answers import code_of, message_of, refusal
from .pushing import (
    DOCKER_LAYER,
    OCI_LAYER,
    digest_of,
    manifest_of,
    push,
    upload,
    upload_layers,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

MIB = 1024 * 1024


@pytest.fixture
def boto3_ecr(boto3_ecr: ECRClient) -> ECRClient:
    """Give a client on a registry with one repository, app."""
    boto3_ecr.create_repository(repositoryName="app")
    return boto3_ecr


@pytest.fixture
def upload_id(boto3_ecr: ECRClient) -> str:
    """Give the id of an open upload."""
    return boto3_ecr.initiate_layer_upload(repositoryName="app")["uploadId"]


def part(upload_id: str, blob: bytes, first: int = 0, last: int | None = None) -> dict[str, Any]:
    """Give the arguments that upload a part."""
    return {
        "repositoryName": "app",
        "uploadId": upload_id,
        "partFirstByte": first,
        "partLastByte": first + len(blob) - 1 if last is None else last,
        "layerPartBlob": blob,
    }


def completion(upload_id: str, *digests: str) -> dict[str, Any]:
    """Give the arguments that complete an upload."""
    return {"repositoryName": "app", "uploadId": upload_id, "layerDigests": list(digests)}


def asking(url: str, range_header: str) -> urllib.request.Request:
    """Ask for a part of a download."""
    return urllib.request.Request(url, headers={"Range": range_header})


def fetch(url: str | urllib.request.Request) -> tuple[int, bytes]:
    """Download without boto3; give status and body."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def download_url(boto3_ecr: ECRClient, content: str = "layer one") -> str:
    """Give the address of a layer."""
    answer = boto3_ecr.get_download_url_for_layer(
        repositoryName="app", layerDigest=digest_of(content)
    )
    return answer["downloadUrl"]


def test_an_upload_says_how_large_its_parts_should_be(boto3_ecr: ECRClient) -> None:
    """InitiateLayerUpload gives an id and a size of 10 MiB (faiscadev/fakecloud#718)."""
    answer = boto3_ecr.initiate_layer_upload(repositoryName="app")
    assert answer["partSize"] == 10 * MIB
    assert str(uuid.UUID(answer["uploadId"])) == answer["uploadId"]
    assert boto3_ecr.initiate_layer_upload(repositoryName="app")["uploadId"] != answer["uploadId"]


def test_a_layer_in_parts(boto3_ecr: ECRClient, upload_id: str, account_id: str) -> None:
    """Parts of 5 MiB and more and a small last one become a layer (API UploadLayerPart)."""
    first, last = b"\xff\0" * (5 * MIB // 2), b"end"
    answer: Any = boto3_ecr.upload_layer_part(**part(upload_id, first))
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": account_id,
        "repositoryName": "app",
        "uploadId": upload_id,
        "lastByteReceived": 5 * MIB - 1,
    }
    answer = boto3_ecr.upload_layer_part(**part(upload_id, last, 5 * MIB))
    assert answer["lastByteReceived"] == 5 * MIB + 2
    digest = digest_of(first + last)
    answer = boto3_ecr.complete_layer_upload(**completion(upload_id, digest))
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": account_id,
        "repositoryName": "app",
        "uploadId": upload_id,
        "layerDigest": digest,
    }
    checked: Any = boto3_ecr.batch_check_layer_availability(
        repositoryName="app", layerDigests=[digest]
    )
    assert checked["layers"][0]["layerSize"] == 5 * MIB + 3


@pytest.mark.parametrize(
    ("blob", "first", "last"),
    [
        (b"d", 4, 4),  # a gap
        (b"c", 2, 2),  # what was sent before
        (b"abc", 0, 2),  # all again
        (b"de", 3, 3),  # more than announced
        (b"d", 3, 4),  # less than announced
        (b"", 3, 3),
    ],
)
def test_a_part_that_does_not_follow(
    boto3_ecr: ECRClient, upload_id: str, account_id: str, blob: bytes, first: int, last: int
) -> None:
    """InvalidLayerPartException says with its members where to go on (API reference)."""
    boto3_ecr.upload_layer_part(**part(upload_id, b"abc"))
    error = refusal(boto3_ecr.upload_layer_part, **part(upload_id, blob, first, last))
    assert error["Error"]["Code"] == "InvalidLayerPartException"
    assert error["lastValidByteReceived"] == 2
    assert error["registryId"] == account_id
    assert error["repositoryName"] == "app"
    assert error["uploadId"] == upload_id
    boto3_ecr.complete_layer_upload(**completion(upload_id, digest_of(b"abc")))


def test_before_the_first_part_the_last_byte_is_minus_one(
    boto3_ecr: ECRClient, upload_id: str
) -> None:
    """Going on after the last valid byte begins at 0 when nothing arrived."""
    error = refusal(boto3_ecr.upload_layer_part, **part(upload_id, b"a", 1))
    assert error["lastValidByteReceived"] == -1


def test_a_part_has_20_mb_at_most(boto3_ecr: ECRClient, upload_id: str) -> None:
    """A larger part is refused by the model's limit (API UploadLayerPart)."""
    message = message_of(boto3_ecr.upload_layer_part, **part(upload_id, b"\0" * 20_971_521))
    assert "'layerPartBlob'" in message
    boto3_ecr.upload_layer_part(**part(upload_id, b"\0" * 20_971_520))


def test_parts_before_the_last_one_are_large(boto3_ecr: ECRClient, upload_id: str) -> None:
    """Smaller ones are a LayerPartTooSmallException in the end (API CompleteLayerUpload)."""
    boto3_ecr.upload_layer_part(**part(upload_id, b"ab"))
    boto3_ecr.upload_layer_part(**part(upload_id, b"cd", 2))
    error = refusal(boto3_ecr.complete_layer_upload, **completion(upload_id, digest_of(b"abcd")))[
        "Error"
    ]
    assert error["Code"] == "LayerPartTooSmallException"
    assert error["Message"] == "All layer parts except the last part should be at least 5MB"


@pytest.mark.parametrize(("quota", "value"), [("MOST_PARTS", 2), ("LARGEST_LAYER", 5)])
def test_quotas_of_a_layer(
    boto3_ecr: ECRClient, upload_id: str, monkeypatch: pytest.MonkeyPatch, quota: str, value: int
) -> None:
    """4200 parts and 52000 MiB are the most (user guide, service quotas)."""
    assert (stored_layers.MOST_PARTS, stored_layers.LARGEST_LAYER) == (4200, 52_000 * MIB)
    monkeypatch.setattr(layer_operations, quota, value)
    boto3_ecr.upload_layer_part(**part(upload_id, b"ab"))
    boto3_ecr.upload_layer_part(**part(upload_id, b"cd", 2))
    assert (
        code_of(boto3_ecr.upload_layer_part, **part(upload_id, b"ef", 4))
        == "LimitExceededException"
    )


@pytest.mark.parametrize(
    "digests",
    [[digest_of("other")], [digest_of("content"), digest_of("other")], ["md5:9a0364b9e99bb480"]],
)
def test_a_digest_that_is_not_the_layers(
    boto3_ecr: ECRClient, upload_id: str, digests: list[str]
) -> None:
    """Another digest than that of the content is an InvalidLayerException (API reference)."""
    boto3_ecr.upload_layer_part(**part(upload_id, b"content"))
    assert code_of(boto3_ecr.complete_layer_upload, **completion(upload_id, *digests)) == (
        "InvalidLayerException"
    )
    boto3_ecr.complete_layer_upload(**completion(upload_id, digest_of("content")))


def test_an_upload_without_parts(boto3_ecr: ECRClient, upload_id: str) -> None:
    """It is an EmptyUploadException (API CompleteLayerUpload)."""
    code = code_of(boto3_ecr.complete_layer_upload, **completion(upload_id, digest_of("")))
    assert code == "EmptyUploadException"


def test_a_layer_exists_once_a_repository(boto3_ecr: ECRClient) -> None:
    """A second one is LayerAlreadyExistsException; other repositories may have it, too."""
    upload(boto3_ecr, "content")
    code = code_of(lambda: upload(boto3_ecr, "content"))
    assert code == "LayerAlreadyExistsException"
    boto3_ecr.create_repository(repositoryName="other")
    upload(boto3_ecr, "content", "other")


def test_an_upload_ends_with_its_layer(boto3_ecr: ECRClient, upload_id: str) -> None:
    """A repeated completion, and a further part, are UploadNotFoundException (API reference)."""
    boto3_ecr.upload_layer_part(**part(upload_id, b"content"))
    boto3_ecr.complete_layer_upload(**completion(upload_id, digest_of("content")))
    code = code_of(boto3_ecr.complete_layer_upload, **completion(upload_id, digest_of("content")))
    assert code == "UploadNotFoundException"
    assert code_of(boto3_ecr.upload_layer_part, **part(upload_id, b"more", 7)) == code


def test_an_upload_belongs_to_its_repository(boto3_ecr: ECRClient, upload_id: str) -> None:
    """In another repository its id is not valid (API UploadNotFoundException)."""
    boto3_ecr.create_repository(repositoryName="other")
    arguments = {**part(upload_id, b"a"), "repositoryName": "other"}
    assert code_of(boto3_ecr.upload_layer_part, **arguments) == "UploadNotFoundException"


def test_uploads_need_a_repository(boto3_ecr: ECRClient) -> None:
    """No operation on layers knows an unknown repository (API reference)."""
    names: dict[str, Any] = {"repositoryName": "absent"}
    digest = digest_of("content")
    unknown = str(uuid.uuid4())
    refused = {
        code_of(boto3_ecr.initiate_layer_upload, **names),
        code_of(boto3_ecr.upload_layer_part, **{**part(unknown, b"a"), **names}),
        code_of(boto3_ecr.complete_layer_upload, **{**completion(unknown, digest), **names}),
        code_of(boto3_ecr.batch_check_layer_availability, **names, layerDigests=[digest]),
        code_of(boto3_ecr.get_download_url_for_layer, **names, layerDigest=digest),
    }
    assert refused == {"RepositoryNotFoundException"}


def test_which_layers_are_there(boto3_ecr: ECRClient) -> None:
    """A layer that isn't there is UNAVAILABLE (awslabs/amazon-ecr-containerd-resolver)."""
    upload(boto3_ecr, "here")
    digests = [digest_of("here"), digest_of("absent")]
    answer: Any = boto3_ecr.batch_check_layer_availability(
        repositoryName="app", layerDigests=digests
    )
    assert answer["failures"] == []
    assert answer["layers"] == [
        {
            "layerDigest": digests[0],
            "layerAvailability": "AVAILABLE",
            "layerSize": 4,
            "mediaType": DOCKER_LAYER,
        },
        {"layerDigest": digests[1], "layerAvailability": "UNAVAILABLE"},
    ]


def test_a_layer_is_what_its_image_says(boto3_ecr: ECRClient) -> None:
    """mediaType is that of the image that refers to the layer (API Layer)."""
    push(boto3_ecr, "one")
    digests = [digest_of("layer one")]
    answer: Any = boto3_ecr.batch_check_layer_availability(
        repositoryName="app", layerDigests=digests
    )
    assert answer["layers"][0]["mediaType"] == OCI_LAYER


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        ("", "MissingLayerDigest"),
        ("no digest", "InvalidLayerDigest"),
        ("sha256:12", "InvalidLayerDigest"),
        (digest_of("x").upper(), "InvalidLayerDigest"),
    ],
)
def test_digests_that_are_none_are_failures(boto3_ecr: ECRClient, digest: str, code: str) -> None:
    """They are failures of an answer that is good for other digests (API LayerFailure)."""
    upload(boto3_ecr, "here")
    answer: Any = boto3_ecr.batch_check_layer_availability(
        repositoryName="app", layerDigests=[digest, digest_of("here")]
    )
    assert len(answer["layers"]) == 1
    (failure,) = answer["failures"]
    assert (failure["layerDigest"], failure["failureCode"]) == (digest, code)
    assert failure["failureReason"]


def test_a_layer_is_downloaded_byte_for_byte(boto3_ecr: ECRClient) -> None:
    """downloadUrl needs no signature of AWS and gives the exact bytes (API reference)."""
    push(boto3_ecr, "one")
    answer: Any = boto3_ecr.get_download_url_for_layer(
        repositoryName="app", layerDigest=digest_of("layer one")
    )
    assert answer["layerDigest"] == digest_of("layer one")
    assert fetch(answer["downloadUrl"]) == (200, b"layer one")
    assert fetch(download_url(boto3_ecr, "config one")) == (200, b"config one")


@pytest.mark.parametrize(
    ("header", "content_range", "part"),
    [
        ("bytes=0-4", "bytes 0-4/9", b"layer"),
        ("bytes=6-", "bytes 6-8/9", b"one"),
        ("bytes=6-999", "bytes 6-8/9", b"one"),
        ("bytes=-3", "bytes 6-8/9", b"one"),
        ("bytes=-999", "bytes 0-8/9", b"layer one"),
        ("bytes=8-8", "bytes 8-8/9", b"e"),
    ],
)
def test_a_part_of_a_layer_is_downloaded(
    boto3_ecr: ECRClient, header: str, content_range: str, part: bytes
) -> None:
    """S3 answers a byte range with HTTP 206 and says which it is (API GetObject, RFC 9110)."""
    push(boto3_ecr, "one")
    with urllib.request.urlopen(asking(download_url(boto3_ecr), header)) as answer:
        assert (answer.status, answer.headers["Content-Range"]) == (206, content_range)
        assert int(answer.headers["Content-Length"]) == len(part)
        assert answer.read() == part


@pytest.mark.parametrize("header", ["bytes=9-", "bytes=9-20", "bytes=-0"])
def test_a_range_without_a_byte_is_refused(boto3_ecr: ECRClient, header: str) -> None:
    """What begins after the end is InvalidRange, HTTP 416 (S3, error responses)."""
    push(boto3_ecr, "one")
    status, body = fetch(asking(download_url(boto3_ecr), header))
    assert status == 416
    assert b"<Code>InvalidRange</Code>" in body
    assert b"<ActualObjectSize>9</ActualObjectSize>" in body


@pytest.mark.parametrize(
    "header", ["bytes=0-1,3-4", "bytes=5-4", "bytes=-", "bytes=a-b", "bytes", "lines=0-4", ""]
)
def test_ranges_that_are_passed_over(boto3_ecr: ECRClient, header: str) -> None:
    """The whole layer answers several ranges at once (API GetObject), and what is none at all."""
    push(boto3_ecr, "one")
    with urllib.request.urlopen(asking(download_url(boto3_ecr), header)) as answer:
        assert (answer.status, answer.read()) == (200, b"layer one")
        assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_range_needs_a_good_url(boto3_ecr: ECRClient) -> None:
    """The signature is checked before the range."""
    push(boto3_ecr, "one")
    url = download_url(boto3_ecr).partition("?")[0]
    assert fetch(asking(url, "bytes=0-4"))[0] == 403


def test_download_urls_expire(boto3_ecr: ECRClient, passes: Callable[..., None]) -> None:
    """An address is good for a while and then refused as S3 refuses it."""
    push(boto3_ecr, "one")
    url = download_url(boto3_ecr)
    passes(minutes=59)
    assert fetch(url)[0] == 200
    passes(minutes=1)
    status, body = fetch(url)
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body
    assert fetch(download_url(boto3_ecr))[0] == 200


def test_a_download_url_says_when_it_expires(boto3_ecr: ECRClient, emulator: EcrEmulator) -> None:
    """The query has the date and the seconds of Signature Version 4 (awscli's example)."""
    push(boto3_ecr, "one")
    query = dict(parse_qsl(urlsplit(download_url(boto3_ecr)).query))
    assert query["X-Amz-Expires"] == "3600"
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(signed_at - emulator.clock.now()) < timedelta(seconds=5)
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"


def test_download_urls_cannot_be_made_up(boto3_ecr: ECRClient) -> None:
    """Another layer, a later end, and no signature at all are refused."""
    push(boto3_ecr, "one")
    url = download_url(boto3_ecr)
    changed = [
        url.replace(digest_of("layer one")[7:], digest_of("config one")[7:]),
        url.replace("X-Amz-Expires=", "X-Amz-Expires=9"),
        url.replace("X-Amz-Signature=", "X-Amz-Signature=a"),
        url.partition("?")[0],
    ]
    for each in changed:
        status, body = fetch(each)
        assert status == 403
        assert b"<Code>SignatureDoesNotMatch</Code>" in body


@pytest.mark.parametrize("method", ["HEAD", "PUT"])
def test_download_urls_are_for_downloads(boto3_ecr: ECRClient, method: str) -> None:
    """A signature is for one method, as on S3 (aws/aws-sdk-js#457)."""
    push(boto3_ecr, "one")
    assert fetch(urllib.request.Request(download_url(boto3_ecr), method=method))[0] == 403


def test_a_layer_that_is_gone_is_not_downloaded(boto3_ecr: ECRClient) -> None:
    """The address of a layer whose repository was deleted leads nowhere."""
    push(boto3_ecr, "one")
    url = download_url(boto3_ecr)
    boto3_ecr.delete_repository(repositoryName="app", force=True)
    status, body = fetch(url)
    assert status == 404
    assert b"<Code>NoSuchKey</Code>" in body


def test_only_layers_of_images_are_downloaded(boto3_ecr: ECRClient) -> None:
    """One that no image refers to is LayerInaccessibleException (API reference)."""
    upload_layers(boto3_ecr)
    arguments: dict[str, Any] = {"repositoryName": "app", "layerDigest": digest_of("layer one")}
    assert (
        code_of(boto3_ecr.get_download_url_for_layer, **arguments) == "LayerInaccessibleException"
    )
    digest = push(boto3_ecr, manifest=manifest_of())
    boto3_ecr.get_download_url_for_layer(**arguments)
    boto3_ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageDigest": digest}])
    assert (
        code_of(boto3_ecr.get_download_url_for_layer, **arguments) == "LayerInaccessibleException"
    )
    arguments["layerDigest"] = digest_of("absent")
    assert code_of(boto3_ecr.get_download_url_for_layer, **arguments) == "LayersNotFoundException"
