"""Lifecycle policies: put, get, delete, and previews of what they would do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ecr_typed.testing._emulator.registry.errors import ServiceError
from ecr_typed.testing._emulator.registry.pages import paginate_as_given, refuse_paging
from ecr_typed.testing._emulator.topics.lifecycle_policies.documents import read_rules
from ecr_typed.testing._emulator.topics.lifecycle_policies.previews import LifecyclePreview

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecr_typed.testing._emulator.registry.call import Answer, Call, Operation
    from ecr_typed.testing._emulator.registry.repositories import EcrRepository

# What the service says of a policy that it has not carried out yet.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def put_lifecycle_policy(call: Call) -> Answer:
    """Give a repository a policy, in place of the one that it has."""
    repository = call.repository()
    text: str = call.parameters["lifecyclePolicyText"]
    read_rules(text)
    repository.lifecycle_policy = text
    repository.contents.lifecycle_evaluated_at = None
    return {**repository.names, "lifecyclePolicyText": text}


def get_lifecycle_policy(call: Call) -> Answer:
    """Give the policy of a repository as it was put."""
    return _policy(call.repository())


def delete_lifecycle_policy(call: Call) -> Answer:
    """Take the policy from a repository, and answer with what it was."""
    repository = call.repository()
    answer = _policy(repository)
    repository.lifecycle_policy = None
    return answer


def start_lifecycle_policy_preview(call: Call) -> Answer:
    """Begin a preview of a policy, or of the one that the repository has."""
    repository = call.repository()
    now = call.clock.now()
    text: str | None = call.parameters.get("lifecyclePolicyText")
    if text is None:
        text = _policy_text(repository)
    else:
        read_rules(text)
    before = repository.contents.lifecycle_preview
    if before is not None and before.status(now) == "IN_PROGRESS":
        raise ServiceError(
            "LifecyclePolicyPreviewInProgressException",
            f"A lifecycle policy preview for the {repository.place} is in progress",
        )
    preview = LifecyclePreview.begin(text, repository.contents.images, now)
    repository.contents.lifecycle_preview = preview
    return {
        **repository.names,
        "lifecyclePolicyText": text,
        "status": preview.status(now),
    }


def get_lifecycle_policy_preview(call: Call) -> Answer:
    """Give the status of the last preview, and by page what it found, once it is complete."""
    parameters = call.parameters
    repository = call.repository()
    if "imageIds" in parameters:
        refuse_paging(call, "imageIds")
    preview = repository.contents.lifecycle_preview
    if preview is None:
        raise ServiceError(
            "LifecyclePolicyPreviewNotFoundException",
            f"There is no lifecycle policy preview for the {repository.place}",
        )
    status = preview.status(call.clock.now())
    found = preview.results if status == "COMPLETE" and preview.results is not None else []
    # The order is that in which the rules would take the images.
    page, next_token = paginate_as_given(
        call, [result for result in found if _passes(result, parameters)]
    )
    return {
        **repository.names,
        "lifecyclePolicyText": preview.policy_text,
        "status": status,
        "previewResults": page,
        **({"summary": _summary(found)} if status == "COMPLETE" else {}),
        **next_token,
    }


def _passes(result: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    tags: list[str] = result.get("imageTags", [])
    tag_status = parameters.get("filter", {}).get("tagStatus", "ANY")
    if tag_status not in {"ANY", "TAGGED" if tags else "UNTAGGED"}:
        return False
    image_ids: list[dict[str, str]] | None = parameters.get("imageIds")
    return image_ids is None or any(
        image_id
        and image_id.get("imageDigest", result["imageDigest"]) == result["imageDigest"]
        and ("imageTag" not in image_id or image_id["imageTag"] in tags)
        for image_id in image_ids
    )


def _summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Count all that the preview found, whatever the filter."""
    expiring = sum(result["action"]["type"] == "EXPIRE" for result in results)
    archiving = len(results) - expiring
    counts = [{"targetStorageClass": "ARCHIVE", "imageTotalCount": archiving}]
    return {
        "expiringImageTotalCount": expiring,
        **({"transitioningImageTotalCounts": counts} if archiving else {}),
    }


def _policy(repository: EcrRepository) -> dict[str, Any]:
    return {
        **repository.names,
        "lifecyclePolicyText": _policy_text(repository),
        "lastEvaluatedAt": repository.contents.lifecycle_evaluated_at or _NEVER,
    }


def _policy_text(repository: EcrRepository) -> str:
    if not repository.lifecycle_policy:
        raise ServiceError(
            "LifecyclePolicyNotFoundException",
            f"Lifecycle policy does not exist for the {repository.place}",
        )
    return repository.lifecycle_policy


OPERATIONS: Mapping[str, Operation] = {
    "PutLifecyclePolicy": put_lifecycle_policy,
    "GetLifecyclePolicy": get_lifecycle_policy,
    "DeleteLifecyclePolicy": delete_lifecycle_policy,
    "StartLifecyclePolicyPreview": start_lifecycle_policy_preview,
    "GetLifecyclePolicyPreview": get_lifecycle_policy_preview,
}
