"""Pull: manifests, and their translation for clients that do not accept the stored ones.

Only a pull by tag is translated: Docker's manifests and OCI's become each other, and an index is
replaced by the image that it lists for linux/amd64. What can't be translated is returned as it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, cast

from ecr_typed.testing._emulator.registry.images import image_failure
from ecr_typed.testing._emulator.registry.manifests import (
    DOCKER_MANIFEST,
    OCI_MANIFEST,
    Descriptor,
    Manifest,
    read_manifest,
)
from ecr_typed.testing._emulator.topics.images.pushing import image_members
from ecr_typed.testing._emulator.topics.pull_time_exclusions import record_pull

if TYPE_CHECKING:
    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import ImageStore

_DOCKER_OF_OCI = {
    OCI_MANIFEST: DOCKER_MANIFEST,
    "application/vnd.oci.image.config.v1+json": "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.layer.v1.tar": "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip": (
        "application/vnd.docker.image.rootfs.diff.tar.gzip"
    ),
}
_OCI_OF_DOCKER = {docker: oci for oci, docker in _DOCKER_OF_OCI.items()}
_TRANSLATIONS = {OCI_MANIFEST: _DOCKER_OF_OCI, DOCKER_MANIFEST: _OCI_OF_DOCKER}


def batch_get_image(call: Call) -> Response:
    """Pull manifests; by a tag, a client gets a media type that it accepts where there is one."""
    repository = call.repository()
    images = repository.images
    accepted: list[str] | None = call.parameters.get("acceptedMediaTypes")
    pulled: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    for image_id in call.parameters["imageIds"]:
        found = images.look_up(image_id)
        if isinstance(found, str):
            failures.append(image_failure(image_id, found))
        elif found.storage.status(call.now) != "ACTIVE":
            failures.append(image_failure(image_id, "ImageInaccessible"))
        else:
            record_pull(call, found)
            manifest = found.manifest
            if accepted is not None and "imageDigest" not in image_id:
                manifest = accepted_manifest(manifest, accepted, images)
            pulled.append(image_members(repository, manifest, image_id.get("imageTag")))
    return {"images": pulled, "failures": failures}


def accepted_manifest(stored: Manifest, accepted: Collection[str], images: ImageStore) -> Manifest:
    """Return a manifest of an accepted media type where there is one, else the stored one."""
    manifest = stored
    if manifest.is_index and manifest.media_type not in accepted:
        children = sorted(manifest.children, key=lambda child: not _is_linux_amd64(child))
        child = images.by_digest.get(children[0].digest) if children else None
        manifest = manifest if child is None else child.manifest
    if manifest.media_type in accepted:
        return manifest
    names = _TRANSLATIONS.get(manifest.media_type, {})
    described = {each.media_type for each in (manifest.config, *manifest.layers) if each}
    if names.get(manifest.media_type) in accepted and described <= names.keys():
        return _translated(manifest, names)
    return stored


def _is_linux_amd64(child: Descriptor) -> bool:
    platform = child.platform
    return (platform.get("os"), platform.get("architecture")) == ("linux", "amd64")


def _translated(manifest: Manifest, names: Mapping[str, str]) -> Manifest:
    media_type = names[manifest.media_type]
    document = {**_renamed(json.loads(manifest.text), names), "mediaType": media_type}
    return read_manifest(json.dumps(document), media_type)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a document with each media type renamed."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {
            key: names.get(member, member)
            if key == "mediaType" and isinstance(member, str)
            else _renamed(member, names)
            for key, member in members.items()
        }
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_renamed(each, names) for each in items]
    return value
