"""Blobs by the registry protocol: upload whole or in chunks, mount, download."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.testing.pushing import digest_of, push, upload

from .registry import Registry, error_of

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

MIB = 1024 * 1024
CHUNK = b"x" * (5 * MIB)


def available(boto3_ecr: ECRClient, digest: str, repository: str = "app") -> Any:
    """Give what the API says of a layer."""
    return boto3_ecr.batch_check_layer_availability(
        repositoryName=repository, layerDigests=[digest]
    )["layers"][0]


def begin(registry: Registry, repository: str = "app") -> str:
    """Open an upload, and give its URL."""
    opened = registry("POST", f"{repository}/blobs/uploads/")
    assert opened.status == 202
    return opened.headers["Location"]


def test_an_upload_in_one_stream_is_a_layer_of_the_api(app: ECRClient, registry: Registry) -> None:
    digest = registry.upload("layer one")
    assert available(app, digest) == {
        "layerDigest": digest,
        "layerAvailability": "AVAILABLE",
        "layerSize": 9,
        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
    }


def test_an_upload_in_the_final_request(app: ECRClient, registry: Registry) -> None:
    digest = digest_of("content")
    done = registry("PUT", f"{begin(registry)}?digest={digest}", "content")
    assert (done.status, done.headers["Docker-Content-Digest"]) == (201, digest)
    assert done.headers["Location"] == f"{registry.endpoint_url}/v2/app/blobs/{digest}"
    assert available(app, digest)["layerAvailability"] == "AVAILABLE"


def test_an_upload_in_a_single_request(app: ECRClient, registry: Registry) -> None:
    digest = digest_of("content")
    done = registry("POST", f"app/blobs/uploads/?digest={digest}", "content")
    assert (done.status, done.headers["Docker-Content-Digest"]) == (201, digest)
    assert available(app, digest)["layerAvailability"] == "AVAILABLE"


def test_an_upload_in_chunks_can_be_followed_and_finished(
    app: ECRClient, registry: Registry
) -> None:
    opened = registry("POST", "app/blobs/uploads/")
    assert opened.headers["OCI-Chunk-Min-Length"] == str(5 * MIB)
    assert opened.headers["Range"] == "0-0"
    url = opened.headers["Location"]
    assert url.endswith(opened.headers["Docker-Upload-UUID"])
    size = len(CHUNK)
    sent = registry("PATCH", url, CHUNK, headers={"Content-Range": f"0-{size - 1}"})
    # ECR: 201, though the specification has 202.
    assert (sent.status, sent.headers["Range"]) == (201, f"0-{size - 1}")
    asked = registry("GET", url)
    assert (asked.status, asked.headers["Range"]) == (204, f"0-{size - 1}")
    assert asked.headers["Location"] == url
    digest = digest_of(CHUNK + b"end")
    headers = {"Content-Range": f"{size}-{size + 2}"}
    assert registry("PUT", f"{url}?digest={digest}", b"end", headers=headers).status == 201
    assert available(app, digest)["layerSize"] == size + 3
    assert error_of(registry("GET", url))[:2] == (404, "BLOB_UPLOAD_UNKNOWN")


def test_a_chunk_in_the_wrong_place_is_told_the_right_one(registry: Registry) -> None:
    url = begin(registry)
    for content_range in ("3-5", "0-1", "0-3"):
        response = registry("PATCH", url, b"abc", headers={"Content-Range": content_range})
        assert error_of(response)[:2] == (416, "BLOB_UPLOAD_INVALID")
        assert (response.headers["Location"], response.headers["Range"]) == (url, "0-0")
    response = registry("PATCH", url, b"abc", headers={"Content-Range": "all of it"})
    assert error_of(response)[:2] == (400, "BLOB_UPLOAD_INVALID")


def test_small_chunks_are_refused_as_by_the_api(registry: Registry) -> None:
    url = begin(registry)
    for _ in range(2):
        assert registry("PATCH", url, b"abc").status == 201
    response = registry("PUT", f"{url}?digest={digest_of('abcabc')}")
    assert error_of(response) == (
        400,
        "BLOB_UPLOAD_INVALID",
        "All layer parts except the last part should be at least 5MB",
    )


def test_a_stream_may_be_longer_than_a_part_of_the_api(app: ECRClient, registry: Registry) -> None:
    digest = registry.upload(CHUNK * 5)
    assert available(app, digest)["layerSize"] == 25 * MIB


def test_the_digest_must_be_that_of_the_content(registry: Registry) -> None:
    url = begin(registry)
    assert error_of(registry("PUT", url, "content"))[:2] == (400, "DIGEST_INVALID")
    response = registry("PUT", f"{url}?digest={digest_of('other')}", "content")
    assert error_of(response)[:2] == (400, "DIGEST_INVALID")


def test_an_upload_of_nothing_is_refused(registry: Registry) -> None:
    response = registry("PUT", f"{begin(registry)}?digest={digest_of(b'')}")
    assert error_of(response)[:2] == (400, "BLOB_UPLOAD_INVALID")


def test_an_upload_of_what_is_there_is_no_error(registry: Registry) -> None:
    assert registry.upload("layer one") == registry.upload("layer one")


def test_an_upload_can_be_cancelled(registry: Registry) -> None:
    url = begin(registry)
    assert registry("DELETE", url).status == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert error_of(registry(method, url, b"abc"))[:2] == (404, "BLOB_UPLOAD_UNKNOWN")


def test_an_upload_to_no_repository(registry: Registry, account_id: str) -> None:
    assert error_of(registry("POST", "team/none/blobs/uploads/")) == (
        404,
        "NAME_UNKNOWN",
        (
            "The repository with name 'team/none' does not exist in the registry with id "
            f"'{account_id}'"
        ),
    )
    assert error_of(registry("POST", "UPPER/blobs/uploads/"))[:2] == (405, "UNSUPPORTED")
    assert error_of(registry("PATCH", f"app/blobs/uploads/{uuid4()}", b"abc"))[:2] == (
        404,
        "BLOB_UPLOAD_UNKNOWN",
    )


def test_a_part_of_the_api_goes_on_by_the_registry(app: ECRClient, registry: Registry) -> None:
    upload_id = app.initiate_layer_upload(repositoryName="app")["uploadId"]
    app.upload_layer_part(
        repositoryName="app",
        uploadId=upload_id,
        partFirstByte=0,
        partLastByte=len(CHUNK) - 1,
        layerPartBlob=CHUNK,
    )
    digest = digest_of(CHUNK + b"end")
    url = f"app/blobs/uploads/{upload_id}?digest={digest}"
    assert registry("PUT", url, b"end").status == 201


def test_a_blob_is_described(app: ECRClient, registry: Registry) -> None:
    digest = upload(app, "layer one")
    response = registry("HEAD", f"app/blobs/{digest}")
    assert response.status == 200
    assert response.headers["Content-Length"] == "9"
    assert response.headers["Docker-Content-Digest"] == digest
    assert registry("HEAD", f"app/blobs/{digest_of('none')}").status == 404
    assert registry("HEAD", "app/blobs/sha256:short").status == 400
    assert registry("HEAD", f"none/blobs/{digest}").status == 404


def test_a_blob_is_downloaded_from_a_signed_url(app: ECRClient, registry: Registry) -> None:
    push(app, "one")
    digest = digest_of("layer one")
    response = registry("GET", f"app/blobs/{digest}")
    assert response.status == 307
    assert "X-Amz-Signature=" in response.headers["Location"]
    assert registry("GET", f"app/blobs/{digest}", redirect=True).data == b"layer one"
    part = registry("GET", f"app/blobs/{digest}", headers={"Range": "bytes=6-8"}, redirect=True)
    assert (part.status, part.data) == (206, b"one")
    assert part.headers["Content-Range"] == "bytes 6-8/9"


def test_a_blob_that_no_image_refers_to_is_not_downloaded(
    app: ECRClient, registry: Registry
) -> None:
    digest = upload(app, "layer one")
    assert error_of(registry("GET", f"app/blobs/{digest}"))[:2] == (404, "BLOB_UNKNOWN")
    assert error_of(registry("GET", f"app/blobs/{digest_of('none')}"))[:2] == (404, "BLOB_UNKNOWN")


def test_a_blob_is_not_deleted(registry: Registry) -> None:
    digest = registry.upload("layer one")
    assert error_of(registry("DELETE", f"app/blobs/{digest}"))[:2] == (405, "UNSUPPORTED")


def mount(registry: Registry, digest: str, source: str = "base") -> int:
    """Ask for a blob of another repository; give the status."""
    return registry("POST", f"app/blobs/uploads/?mount={digest}&from={source}").status


def test_a_blob_is_mounted_where_the_account_setting_allows(
    app: ECRClient, registry: Registry
) -> None:
    app.create_repository(repositoryName="base")
    registry.push_image("one", "base")
    digest = digest_of("layer one")
    assert mount(registry, digest) == 202
    app.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    response = registry("POST", f"app/blobs/uploads/?mount={digest}&from=base")
    assert (response.status, response.headers["Docker-Content-Digest"]) == (201, digest)
    assert response.headers["Location"].endswith(f"/v2/app/blobs/{digest}")
    assert available(app, digest)["layerAvailability"] == "AVAILABLE"
    assert app.describe_repositories(repositoryNames=["app"])["repositories"]
    assert mount(registry, digest_of("none")) == 202
    assert mount(registry, digest, "none") == 202
    app.put_account_setting(name="BLOB_MOUNTING", value="DISABLED")
    assert mount(registry, digest) == 202


def test_a_blob_that_no_image_refers_to_is_not_mounted(app: ECRClient, registry: Registry) -> None:
    """A client then uploads it, as on AWS (aws/containers-roadmap#2860)."""
    app.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    app.create_repository(repositoryName="base")
    digest = registry.upload("layer one", "base")
    assert mount(registry, digest) == 202
    registry.push_image("one", "base")
    assert mount(registry, digest) == 201


def test_a_mount_needs_the_permission_to_download(app: ECRClient, registry: Registry) -> None:
    """A mount reads from its source, so who may not download there has to upload instead."""
    app.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    app.create_repository(repositoryName="base")
    registry.push_image("one", "base")
    deny(app, "base", "ecr:GetDownloadUrlForLayer")
    assert mount(registry, digest_of("layer one")) == 202
    check = app.batch_check_layer_availability
    answer = check(repositoryName="app", layerDigests=[digest_of("layer one")])
    assert answer["layers"][0].get("layerAvailability") == "UNAVAILABLE"


def test_a_mount_needs_the_permission_to_push(app: ECRClient, registry: Registry) -> None:
    """Who may only read can't put a layer into a repository."""
    app.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    app.create_repository(repositoryName="base")
    registry.push_image("one", "base")
    deny(app, "app", "ecr:InitiateLayerUpload")
    response = registry("POST", f"app/blobs/uploads/?mount={digest_of('layer one')}&from=base")
    assert error_of(response)[:2] == (403, "DENIED")


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_an_upload_is_for_those_who_may_upload(
    app: ECRClient, registry: Registry, method: str
) -> None:
    """Its address alone lets nobody read, continue, finish or cancel an upload."""
    place = registry("POST", "app/blobs/uploads/").headers["Location"]
    deny(app, "app", "ecr:UploadLayerPart")
    url = f"{place}?digest={digest_of('stolen')}"
    status, code, message = error_of(registry(method, url, "stolen"))
    assert (status, code) == (403, "DENIED")
    assert "ecr:UploadLayerPart" in message
    app.delete_repository_policy(repositoryName="app")
    assert registry("GET", place).status == 204


def deny(app: ECRClient, name: str, action: str) -> None:
    """Deny everybody an action on a repository."""
    denial = {"Effect": "Deny", "Principal": "*", "Action": action}
    text = json.dumps({"Version": "2012-10-17", "Statement": [denial]})
    app.set_repository_policy(repositoryName=name, policyText=text)


def test_a_blob_is_mounted_only_between_repositories_that_are_encrypted_alike(
    app: ECRClient, registry: Registry
) -> None:
    app.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    app.create_repository(repositoryName="base", encryptionConfiguration={"encryptionType": "KMS"})
    registry.push_image("one", "base")
    assert mount(registry, digest_of("layer one")) == 202


@pytest.mark.parametrize("prefix", ["base", "app"])
def test_a_blob_is_not_mounted_where_a_pull_through_cache_rule_is(
    app: ECRClient, registry: Registry, prefix: str
) -> None:
    app.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    for name in ("base/one", "app/one"):
        app.create_repository(repositoryName=name)
    registry.push_image("one", "base/one")
    path = f"app/one/blobs/uploads/?mount={digest_of('layer one')}&from=base/one"
    app.create_pull_through_cache_rule(
        ecrRepositoryPrefix=prefix, upstreamRegistryUrl="public.ecr.aws"
    )
    assert registry("POST", path).status == 202
    app.delete_pull_through_cache_rule(ecrRepositoryPrefix=prefix)
    assert registry("POST", path).status == 201


def test_a_push_may_create_its_repository_by_a_template(app: ECRClient, registry: Registry) -> None:
    app.create_repository_creation_template(
        prefix="made",
        appliedFor=["CREATE_ON_PUSH"],
        imageTagMutability="IMMUTABLE",
    )
    registry.push_image("one", "made/app")
    made: Any = app.describe_repositories(repositoryNames=["made/app"])["repositories"][0]
    assert made["imageTagMutability"] == "IMMUTABLE"
    assert json.loads(registry("GET", "made/app/tags/list").data)["tags"] == ["one"]
