"""Pushing by plain boto3: layers, manifests and indexes, each a few bytes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(content: bytes | str) -> str:
    """Give the digest of some content."""
    data = content.encode() if isinstance(content, str) else content
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def descriptor(content: bytes | str, media_type: str, **members: Any) -> dict[str, Any]:
    """Describe content as a manifest does."""
    data = content.encode() if isinstance(content, str) else content
    return {"mediaType": media_type, "size": len(data), "digest": digest_of(data), **members}


def manifest_of(name: str = "one", *, media_type: str = OCI_MANIFEST, **members: Any) -> str:
    """Write the manifest of an image: its configuration and its one layer are texts of its name."""
    is_docker = media_type == DOCKER_MANIFEST
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": descriptor(f"config {name}", DOCKER_CONFIG if is_docker else OCI_CONFIG),
            "layers": [descriptor(f"layer {name}", DOCKER_LAYER if is_docker else OCI_LAYER)],
            **members,
        }
    )


def index_of(*children: str, media_type: str = OCI_INDEX) -> str:
    """Write an index that lists manifests, the first one for linux/arm64, the others for amd64."""
    listed = [
        descriptor(
            child,
            json.loads(child)["mediaType"],
            platform={"os": "linux", "architecture": "amd64" if position else "arm64"},
        )
        for position, child in enumerate(children)
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": listed})


def signature_of(subject: str, name: str = "signature", **members: Any) -> str:
    """Write the manifest of an artifact that is about another one."""
    of_artifact: dict[str, Any] = {
        "subject": descriptor(subject, OCI_MANIFEST),
        "artifactType": "application/vnd.cncf.notary.signature",
        **members,
    }
    return manifest_of(name, **of_artifact)


def upload(boto3_ecr: ECRClient, content: bytes | str, repository: str = "app") -> str:
    """Upload a layer in one part."""
    data = content.encode() if isinstance(content, str) else content
    upload_id = boto3_ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    boto3_ecr.upload_layer_part(
        repositoryName=repository,
        uploadId=upload_id,
        partFirstByte=0,
        partLastByte=len(data) - 1,
        layerPartBlob=data,
    )
    answer = boto3_ecr.complete_layer_upload(
        repositoryName=repository, uploadId=upload_id, layerDigests=[digest_of(data)]
    )
    return answer["layerDigest"]


def upload_layers(boto3_ecr: ECRClient, name: str = "one", repository: str = "app") -> None:
    """Upload what the manifest of an image of this name refers to."""
    for content in (f"config {name}", f"layer {name}"):
        upload(boto3_ecr, content, repository)


def push(
    boto3_ecr: ECRClient,
    tag: str | None = None,
    *,
    name: str | None = None,
    manifest: str | None = None,
    repository: str = "app",
) -> str:
    """Push an image whose content is called like its tag, and give its digest."""
    name = name or tag or "one"
    if manifest is None:
        manifest = manifest_of(name)
        present = boto3_ecr.batch_check_layer_availability(
            repositoryName=repository, layerDigests=[digest_of(f"layer {name}")]
        )["layers"]
        if present[0].get("layerAvailability") == "UNAVAILABLE":
            upload_layers(boto3_ecr, name, repository)
    tagged: Any = {} if tag is None else {"imageTag": tag}
    image: Any = boto3_ecr.put_image(repositoryName=repository, imageManifest=manifest, **tagged)[
        "image"
    ]
    digest: str = image["imageId"]["imageDigest"]
    return digest


def push_signature(
    boto3_ecr: ECRClient, subject: str, name: str = "signature", **members: Any
) -> str:
    """Push an artifact that is about an image."""
    upload_layers(boto3_ecr, name)
    return push(boto3_ecr, manifest=signature_of(subject, name, **members))
