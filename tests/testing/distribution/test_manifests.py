"""Manifests by the registry protocol: push, pull, delete; the state is that of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ecr_typed.testing.faults import DROPPED, SERVER_EXCEPTION, THROTTLED, UNAVAILABLE
from tests.testing.pushing import (
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
    upload_layers,
)
from tests.testing.replicating import configure, destination_of, rule_of

from .registry import Registry, error_of, token_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecr import ECRClient

    from ecr_typed.testing import EcrEmulator

EMPTY = "application/vnd.oci.empty.v1+json"


def details(boto3_ecr: ECRClient, digest: str, repository: str = "app") -> Any:
    """Describe an image by the API."""
    return boto3_ecr.describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])[
        "imageDetails"
    ][0]


def test_what_is_pushed_is_described_by_the_api(
    app: ECRClient, registry: Registry, account_id: str
) -> None:
    digest = registry.push_image("one", tag="v1")
    described = details(app, digest)
    assert described["imageTags"] == ["v1"]
    assert described["imageManifestMediaType"] == OCI_MANIFEST
    assert described["artifactMediaType"] == OCI_CONFIG
    assert described["imageSizeInBytes"] == len("config one") + len("layer one")
    assert described["registryId"] == account_id


def test_what_the_api_pushed_is_pulled(app: ECRClient, registry: Registry) -> None:
    digest = push(app, "one")
    for reference in ("one", digest):
        response = registry("GET", f"app/manifests/{reference}")
        assert response.status == 200
        assert response.data.decode() == manifest_of("one")
        assert response.headers["Content-Type"] == OCI_MANIFEST
        # ECR states the digest for HEAD alone.
        assert "Docker-Content-Digest" not in response.headers
        head = registry("HEAD", f"app/manifests/{reference}")
        assert (head.status, head.data) == (200, b"")
        assert head.headers["Docker-Content-Digest"] == digest
        assert head.headers["Content-Length"] == str(len(manifest_of("one")))
        assert head.headers["Content-Type"] == OCI_MANIFEST


def test_a_push_tells_where_the_manifest_is(app: ECRClient, registry: Registry) -> None:
    upload_layers(app)
    manifest = manifest_of()
    digest = digest_of(manifest)
    for reference in ("v1", digest, "v1"):
        response = registry.push(reference, manifest)
        assert response.status == 201
        assert response.headers["Docker-Content-Digest"] == digest
        assert response.headers["Location"].endswith(f"/v2/app/manifests/{digest}")
        assert "OCI-Subject" not in response.headers
    assert details(app, digest)["imageTags"] == ["v1"]


@pytest.mark.parametrize(
    ("media_type", "index_type"), [(DOCKER_MANIFEST, DOCKER_LIST), (OCI_MANIFEST, OCI_INDEX)]
)
def test_an_index_is_pushed_after_its_images(
    app: ECRClient, registry: Registry, media_type: str, index_type: str
) -> None:
    children = [manifest_of(name, media_type=media_type) for name in ("one", "two")]
    index = index_of(*children, media_type=index_type)
    status, code, message = error_of(registry.push("v1", index, media_type=index_type))
    assert (status, code) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert message.startswith("Images with digests '[sha256:")
    for name, child in zip(("one", "two"), children, strict=True):
        upload_layers(app, name)
        assert registry.push(digest_of(child), child, media_type=media_type).status == 201
    assert registry.push("v1", index, media_type=index_type).status == 201
    assert details(app, digest_of(index))["imageManifestMediaType"] == index_type
    pulled = registry("GET", "app/manifests/v1", headers={"Accept": index_type})
    assert pulled.data.decode() == index


def test_a_pull_by_tag_gets_a_media_type_that_it_accepts(
    app: ECRClient, registry: Registry
) -> None:
    push(app, "one")
    headers = {"Accept": f"{DOCKER_MANIFEST}, {DOCKER_LIST};q=0.5"}
    pulled = registry("GET", "app/manifests/one", headers=headers)
    assert pulled.headers["Content-Type"] == DOCKER_MANIFEST
    described = registry("HEAD", "app/manifests/one", headers=headers)
    assert described.headers["Docker-Content-Digest"] == digest_of(pulled.data)
    anything = registry("GET", "app/manifests/one", headers={"Accept": f"{DOCKER_LIST}, */*"})
    assert anything.headers["Content-Type"] == OCI_MANIFEST


def test_an_artifact_names_its_subject(app: ECRClient, registry: Registry) -> None:
    subject = registry.push_image("one")
    upload_layers(app, "signature")
    signature = signature_of(manifest_of("one"))
    response = registry.push(digest_of(signature), signature)
    assert (response.status, response.headers["OCI-Subject"]) == (201, subject)
    assert details(app, digest_of(signature))["subjectManifestDigest"] == subject


def test_an_artifact_with_an_empty_configuration(app: ECRClient, registry: Registry) -> None:
    registry.upload("{}")
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "artifactType": "application/vnd.example",
            "config": descriptor("{}", EMPTY),
            "layers": [descriptor("{}", EMPTY)],
        }
    )
    assert registry.push("v1", manifest).status == 201
    assert details(app, digest_of(manifest))["artifactMediaType"] == "application/vnd.example"


def test_a_manifest_with_blobs_that_are_not_there(registry: Registry, account_id: str) -> None:
    missing = ", ".join(digest_of(f"{kind} one") for kind in ("config", "layer"))
    assert error_of(registry.push("v1", manifest_of())) == (
        400,
        "BLOB_UPLOAD_UNKNOWN",
        (
            f"Layers with digests '[{missing}]' required for pushing image into repository with "
            f"name 'app' in the registry with id '{account_id}' do not exist"
        ),
    )


def test_an_immutable_tag_is_not_moved(app: ECRClient, registry: Registry) -> None:
    app.put_image_tag_mutability(repositoryName="app", imageTagMutability="IMMUTABLE")
    registry.push_image("one", tag="v1")
    upload_layers(app, "two")
    assert error_of(registry.push("v1", manifest_of("two"))) == (
        400,
        "TAG_INVALID",
        (
            "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten "
            "because the repository is immutable."
        ),
    )


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        ("{", OCI_MANIFEST, "'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"),
        (b"\xff", OCI_MANIFEST, "'ImageManifest'"),
        (manifest_of(), DOCKER_MANIFEST, "'imageManifestMediaType'"),
        (manifest_of(), "application/json", "'imageManifestMediaType'"),
        ("", OCI_MANIFEST, "'imageManifest'"),
    ],
)
def test_a_manifest_that_is_none(
    registry: Registry, body: str, media_type: str, message: str
) -> None:
    status, code, text = error_of(registry.push("v1", body, media_type=media_type))
    assert (status, code) == (405, "UNSUPPORTED")
    assert message in text


def test_a_manifest_under_a_wrong_name(app: ECRClient, registry: Registry) -> None:
    upload_layers(app)
    refused = registry.push(digest_of("other"), manifest_of())
    assert error_of(refused)[:2] == (400, "DIGEST_INVALID")
    assert error_of(registry.push("-v1", manifest_of()))[:2] == (405, "UNSUPPORTED")
    assert error_of(registry.push("v1", manifest_of(), "none"))[:2] == (404, "NAME_UNKNOWN")


def test_a_pull_of_what_is_not_there(registry: Registry, account_id: str) -> None:
    for reference in ("latest", digest_of("none")):
        for method in ("GET", "DELETE"):
            response = registry(method, f"app/manifests/{reference}")
            assert error_of(response) == (404, "MANIFEST_UNKNOWN", "Requested image not found")
        assert registry("HEAD", f"app/manifests/{reference}").status == 404
    assert error_of(registry("GET", "none/manifests/latest")) == (
        404,
        "NAME_UNKNOWN",
        f"The repository with name 'none' does not exist in the registry with id '{account_id}'",
    )
    assert error_of(registry("GET", "app/manifests/2024+1"))[:2] == (400, "TAG_INVALID")
    assert error_of(registry("GET", "app/manifests/sha256:zz"))[:2] == (400, "DIGEST_INVALID")


def test_an_archived_image_is_not_pulled(app: ECRClient, registry: Registry) -> None:
    digest = push(app, "one")
    app.update_image_storage_class(
        repositoryName="app", imageId={"imageDigest": digest}, targetStorageClass="ARCHIVE"
    )
    assert error_of(registry("GET", "app/manifests/one")) == (
        404,
        "MANIFEST_UNKNOWN",
        "Requested image is archived",
    )
    layer = digest_of("layer one")
    assert registry("HEAD", f"app/blobs/{layer}").status == 404
    assert error_of(registry("GET", f"app/blobs/{layer}"))[:2] == (404, "BLOB_UNKNOWN")


def test_a_pull_is_recorded(
    app: ECRClient, registry: Registry, passes: Callable[..., None], emulator: EcrEmulator
) -> None:
    digest = registry.push_image("one")
    assert "lastRecordedPullTime" not in details(app, digest)
    passes(hours=1)
    registry("GET", "app/manifests/one")
    assert details(app, digest)["lastRecordedPullTime"] == emulator.clock.now()


def test_a_pull_by_the_token_of_an_excluded_role_is_not_recorded(
    app: ECRClient,
    registry: Registry,
    account_id: str,
    aws: Callable[..., Any],
    session: Any,
) -> None:
    digest = registry.push_image("one")
    role = f"arn:aws:iam::{account_id}:role/scanner"
    app.register_pull_time_update_exclusion(principalArn=role)
    issued = aws("sts").assume_role(RoleArn=role, RoleSessionName="pull")["Credentials"]
    scanner = session.client(
        "ecr",
        endpoint_url=registry.endpoint_url,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )
    pulling = Registry(registry.endpoint_url, token_of(scanner))
    assert pulling("GET", "app/manifests/one").status == 200
    assert "lastRecordedPullTime" not in details(app, digest)
    pulling.close()


def test_a_push_is_scanned(app: ECRClient, registry: Registry, passes: Callable[..., None]) -> None:
    app.put_image_scanning_configuration(
        repositoryName="app", imageScanningConfiguration={"scanOnPush": True}
    )
    digest = registry.push_image("one")
    passes(seconds=5)
    findings: Any = app.describe_image_scan_findings(
        repositoryName="app", imageId={"imageDigest": digest}
    )
    assert findings["imageScanStatus"]["status"] == "COMPLETE"


def test_a_push_is_replicated_and_can_be_pulled_there(
    app: ECRClient,
    registry: Registry,
    account_id: str,
    make_client: Callable[..., ECRClient],
    passes: Callable[..., None],
) -> None:
    configure(app, rule_of(destination_of(account_id)))
    registry.push_image("one")
    passes(seconds=5)
    there = Registry(registry.endpoint_url, token_of(make_client(region_name="eu-west-1")))
    assert there("GET", "app/manifests/one").data.decode() == manifest_of("one")
    layer = there("GET", f"app/blobs/{digest_of('layer one')}", redirect=True)
    assert layer.data == b"layer one"
    there.close()


def test_tags_and_images_are_deleted(app: ECRClient, registry: Registry) -> None:
    digest = registry.push_image("one", tag="v1")
    registry.push("v2", manifest_of("one"))
    assert registry("DELETE", "app/manifests/v1").status == 202
    assert details(app, digest)["imageTags"] == ["v2"]
    assert registry("DELETE", f"app/manifests/{digest}").status == 202
    assert app.describe_images(repositoryName="app")["imageDetails"] == []


def test_an_image_that_an_index_lists_is_not_deleted(app: ECRClient, registry: Registry) -> None:
    child = registry.push_image("one")
    registry.push("all", index_of(manifest_of("one")), media_type=OCI_INDEX)
    status, code, message = error_of(registry("DELETE", f"app/manifests/{child}"))
    assert (status, code) == (405, "UNSUPPORTED")
    assert message.startswith("Requested image referenced by manifest list")


def test_unknown_paths_and_methods(registry: Registry) -> None:
    assert error_of(registry("GET", "app/nothing"))[:2] == (404, "UNSUPPORTED")
    response = registry("POST", "app/manifests/v1")
    assert error_of(response)[:2] == (405, "UNSUPPORTED")
    assert response.headers["Allow"] == "GET, HEAD, PUT, DELETE"


def test_faults_of_an_operation_meet_the_registrys_requests(
    fresh: EcrEmulator, fresh_boto3: ECRClient
) -> None:
    fresh_boto3.create_repository(repositoryName="app")
    registry = Registry(fresh.endpoint_url, token_of(fresh_boto3))
    upload_layers(fresh_boto3)
    for fault in (THROTTLED, SERVER_EXCEPTION, UNAVAILABLE, DROPPED):
        fresh.faults.inject(fault, operation_name="PutImage")
    assert registry("GET", "").status == 200
    throttled = registry.push("v1", manifest_of())
    assert error_of(throttled) == (429, "TOOMANYREQUESTS", "Rate exceeded")
    assert error_of(registry.push("v1", manifest_of()))[:2] == (500, "UNKNOWN")
    assert registry.push("v1", manifest_of()).status == 503
    assert fresh_boto3.list_images(repositoryName="app")["imageIds"] == []
    with pytest.raises(Exception, match="Remote end closed"):
        registry.push("v1", manifest_of())
    assert len(fresh_boto3.list_images(repositoryName="app")["imageIds"]) == 1
    registry.close()
