"""List and describe images, and list what refers to an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.images import check_digest

if TYPE_CHECKING:
    from datetime import datetime

    from ecr_typed.testing._emulator.registry.call import Call, Response
    from ecr_typed.testing._emulator.registry.images import StoredImage
    from ecr_typed.testing._emulator.registry.repositories import Repository

_REFERRERS_ON_A_PAGE = 20


def list_images(call: Call) -> Response:
    """List image identifiers by page: one for each tag, one for each image without."""
    repository = call.repository()
    ids = [
        image_id
        for image in repository.images
        if _passes(image, call, "imageStatus", default="ACTIVE")
        for image_id in image.ids
    ]
    page, next_token = call.paginate(
        ids, key=lambda each: f"{each['imageDigest']} {each.get('imageTag', '')}"
    )
    return {"imageIds": page, **next_token}


def describe_images(call: Call) -> Response:
    """Describe images by page, or those asked for, in that order and of any status."""
    parameters = call.parameters
    repository = call.repository()
    now = call.now
    if "imageIds" not in parameters:
        images = [
            image
            for image in repository.images
            if _passes(image, call, "imageStatus", default="ACTIVE")
        ]
        page, next_token = call.paginate(images, key=lambda image: image.digest)
        return {
            "imageDetails": [image_details(repository, each, now) for each in page],
            **next_token,
        }
    call.refuse_paging("imageIds")
    found = [
        repository.image(image_id, member=f"imageIds.{position}.member")
        for position, image_id in enumerate(parameters["imageIds"], 1)
    ]
    # An image that is asked for twice is returned once.
    chosen = [
        image
        for image in dict.fromkeys(found)
        if _passes(image, call, "imageStatus", default="ANY")
    ]
    return {"imageDetails": [image_details(repository, image, now) for image in chosen]}


def list_image_referrers(call: Call) -> Response:
    """List the artifacts whose subject is an image, by page; the image need not exist."""
    repository = call.repository()
    now = call.now
    subject: str = call.parameters["subjectId"]["imageDigest"]
    check_digest(subject)
    types = call.parameters.get("filter", {}).get("artifactTypes")
    referrers = [
        image
        for image in repository.images.referrers_of(subject)
        if _passes(image, call, "artifactStatus", default="ACTIVE")
        and (not types or image.manifest.artifact_media_type in types)
    ]
    page, next_token = call.paginate(
        referrers, key=lambda image: image.digest, default_size=_REFERRERS_ON_A_PAGE
    )
    return {"referrers": [_referrer(image, now) for image in page], **next_token}


def _passes(image: StoredImage, call: Call, status_member: str, *, default: str) -> bool:
    """Return whether an image passes the filter of a call."""
    chosen = call.parameters.get("filter", {})
    status: str = chosen.get(status_member, default)
    if status not in {"ANY", image.storage.status(call.now)}:
        return False
    tag_status: str = chosen.get("tagStatus", "ANY")
    return tag_status in {"ANY", "TAGGED" if image.tags else "UNTAGGED"}


def image_details(repository: Repository, image: StoredImage, now: datetime) -> dict[str, Any]:
    """Return an image as DescribeImages describes it."""
    members: dict[str, Any] = {
        **repository.names,
        "imageDigest": image.digest,
        "imageTags": list(image.tags) or None,
        "imageSizeInBytes": repository.images.size_of(image),
        "imagePushedAt": image.pushed_at,
        "imageManifestMediaType": image.manifest.media_type,
        "artifactMediaType": image.manifest.artifact_media_type,
        "lastRecordedPullTime": image.last_pulled_at,
        "subjectManifestDigest": image.manifest.subject,
        "imageStatus": image.storage.status(now),
        "lastArchivedAt": image.storage.last_archived_at,
        "lastActivatedAt": image.storage.last_activated_at(now),
    }
    return {name: value for name, value in members.items() if value is not None}


def _referrer(image: StoredImage, now: datetime) -> dict[str, Any]:
    manifest = image.manifest
    members = {
        "digest": image.digest,
        "mediaType": manifest.media_type,
        "artifactType": manifest.artifact_media_type,
        # The size of the manifest, as in OCI's referrers API.
        "size": len(manifest.text.encode()),
        "annotations": dict(manifest.annotations) or None,
        "artifactStatus": image.storage.status(now),
    }
    return {name: value for name, value in members.items() if value is not None}
